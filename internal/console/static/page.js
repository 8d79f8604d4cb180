// Keeps an open page true: when the server says that something changed, its
// live parts are fetched again. Everything also works without this file.
"use strict";
(() => {
  const body = document.body;
  const $ = (q, from = document) => from.querySelector(q);
  const typing = (el) => el && /^(TEXTAREA|INPUT|SELECT)$/.test(el.tagName);

  // An invitation goes on by itself; previews of links run no scripts.
  const door = $("form[data-auto]");
  if (door) door.submit();

  // dirty tells whether a person is writing inside a part of the page.
  const dirty = (part) =>
    typing(document.activeElement) && part.contains(document.activeElement) ||
    [...part.querySelectorAll("textarea, input:not([type=hidden])")].some((f) => f.value !== f.defaultValue);

  const swap = (now, next) => {
    if (now.innerHTML === next.innerHTML) return false;
    const open = [...now.querySelectorAll("details")].map((d) => d.open);
    const at = document.activeElement;
    const path = now.contains(at) ? [at.closest("[id]")?.id, at.getAttribute("href"), at.getAttribute("value")] : null;
    now.replaceWith(next);
    [...next.querySelectorAll("details")].forEach((d, i) => { if (open[i]) d.open = true; });
    if (path) {
      const near = document.getElementById(path[0]) || next;
      const same = [...near.querySelectorAll("a,button")].find((el) => el.getAttribute("href") === path[1] && el.getAttribute("value") === path[2]);
      (same || $("a,button", near))?.focus();
    }
    return true;
  };

  // A day that does not fit on a telephone shows its busiest hour, not its end.
  const busiest = () => document.querySelectorAll(".scroll[data-busiest]").forEach((box) => {
    const high = new Map();
    box.querySelectorAll("rect:not(.grid)").forEach((r) => high.set(r.getAttribute("x"), (high.get(r.getAttribute("x")) || 0) + Number(r.getAttribute("height"))));
    const [x] = [...high].reduce((top, bar) => bar[1] > top[1] ? bar : top, [null, 0]);
    if (x === null) return;
    const bar = $(`rect[x="${x}"]:not(.grid)`, box).getBoundingClientRect(), view = box.getBoundingClientRect();
    box.scrollLeft += bar.left + bar.width / 2 - view.left - view.width / 2;
  });
  busiest();

  const away = () => { const p = document.getElementById("away"); if (p) p.hidden = false; };

  let running = false, again = false;
  const refresh = async () => {
    if (running) { again = true; return; }
    running = true;
    try {
      const answer = await fetch(location.href, { headers: { "X-Live": "1" } });
      if (answer.status === 403) return away();
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const parts = [...document.querySelectorAll("[data-live]")];
      const fresh = [...page.querySelectorAll("[data-live]")];
      let changed = false;
      if (parts.map((p) => p.id).join() !== fresh.map((p) => p.id).join() && !parts.some(dirty)) {
        changed = swap($("#main"), $("#main", page));
      } else {
        for (const next of fresh) {
          const now = document.getElementById(next.id);
          if (!now) continue;
          if (dirty(now)) { // never take words away from under a pen
            const mine = $("[data-draft]", now), theirs = $("[data-draft]", next);
            if (mine && theirs && mine.dataset.draft !== theirs.dataset.draft) { const n = $(".newer", now); if (n) n.hidden = false; }
            continue;
          }
          changed = swap(now, next) || changed;
        }
      }
      if (changed) { busiest(); const n = document.getElementById("news"); n.textContent = ""; n.textContent = n.dataset.changed; }
    } catch { /* the server is away: the stream asks again */ } finally {
      running = false;
      if (again) { again = false; refresh(); }
    }
  };
  if (body.dataset.liveFrom && window.EventSource) {
    let last = body.dataset.pulse;
    const source = new EventSource(body.dataset.liveFrom);
    source.onmessage = (e) => { if (e.data !== last) refresh(); last = e.data; };
    source.onerror = () => { if (source.readyState === EventSource.CLOSED) refresh(); };
  }

  // Keys: j k walk the cards, a sends, e edits, x puts aside, / finds, ? helps.
  const cards = () => [...document.querySelectorAll("li.card[id]")];
  const current = () => document.activeElement?.closest("li.card[id]") || $("article.case");
  const walk = (step) => {
    const all = cards();
    if (!all.length) return;
    const at = all.indexOf(document.activeElement?.closest("li.card[id]"));
    const next = all[at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1)];
    $("h2 a", next).focus();
    next.scrollIntoView({ block: "nearest" });
  };
  const go = (field, link) => {
    const el = document.getElementById(field);
    if (el) { el.scrollIntoView({ block: "center" }); el.focus(); return; }
    $(link, current() || body)?.click();
  };
  const keys = {
    j: () => walk(1), k: () => walk(-1),
    a: () => $("button[value=approve]", current() || document.createElement("i"))?.click(),
    e: () => go("words", ".edit-link"), x: () => go("reason", ".drop-link"),
    "/": () => $("input[type=search]")?.focus(),
    "?": () => { const d = document.getElementById("keys"); if (d) d.open ? d.close() : d.showModal(); },
  };
  // On an Arabic keyboard the key of j types ت: what is printed beside it counts.
  const latin = (e) => {
    if (/[\x20-\x7e]/.test(e.key)) return e.key;
    if (e.key === "؟") return "?";
    return /^Key[A-Z]$/.test(e.code) ? e.code[3].toLowerCase() : e.code === "Slash" ? (e.shiftKey ? "?" : "/") : e.key;
  };
  document.addEventListener("keydown", (e) => {
    const key = latin(e);
    if (body.dataset.keys !== "on" || e.ctrlKey || e.metaKey || e.altKey || e.repeat && key === "a" || typing(e.target)) return;
    const open = document.getElementById("keys")?.open;
    if (!Object.hasOwn(keys, key) || open && key !== "?") return;
    e.preventDefault();
    keys[key]();
  });
  // One press is one decision.
  document.addEventListener("submit", (e) => {
    if (e.target.dataset.sent) { e.preventDefault(); return; }
    e.target.dataset.sent = "1";
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("[data-sent]").forEach((f) => delete f.dataset.sent));
  $("header nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  if (/^#(words|reason)$/.test(location.hash)) document.getElementById(location.hash.slice(1))?.focus();
  body.dataset.ready = "1";
})();
