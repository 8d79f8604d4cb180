// Keeps an open page true: when the server says that something changed, the
// live part is fetched again. Everything also works without this file.
"use strict";
(() => {
  const live = document.getElementById("live");
  if (!live || !window.EventSource) return;
  let first = true;
  const busy = () => {
    const a = document.activeElement;
    return a && live.contains(a) && /^(TEXTAREA|INPUT)$/.test(a.tagName);
  };
  const refresh = async () => {
    if (busy()) return; // never take words away from under a pen
    const answer = await fetch(location.href, { headers: { "X-Live": "1" } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = page.getElementById("live");
    const now = document.getElementById("live");
    if (next && now && next.innerHTML !== now.innerHTML) {
      const focused = document.activeElement && document.activeElement.closest("[id]");
      now.replaceWith(next);
      if (focused && focused.id) document.getElementById(focused.id)?.querySelector("a,button")?.focus();
    }
  };
  const source = new EventSource("/events");
  source.onmessage = () => {
    if (first) { first = false; return; }
    refresh();
  };
  // j and k walk the cards, Enter opens, e edits, / finds.
  document.addEventListener("keydown", (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || /^(TEXTAREA|INPUT)$/.test(e.target.tagName)) return;
    const links = [...document.querySelectorAll(".cards h2 a")];
    const at = links.indexOf(document.activeElement);
    if (e.key === "j" && links.length) links[Math.min(at + 1, links.length - 1)].focus();
    else if (e.key === "k" && links.length) links[Math.max(at - 1, 0)].focus();
    else if (e.key === "e" && document.getElementById("words")) document.getElementById("words").focus();
    else if (e.key === "/" && document.querySelector("input[type=search]")) document.querySelector("input[type=search]").focus();
    else return;
    e.preventDefault();
  });
})();
