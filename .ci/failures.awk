# From the log of a check: every test and package that failed, with its own lines;
# races, panics and what does not build too. Each is cut after some lines.
function begin(lines, until) { left = lines; loose = until; on = 1 }
function tell() {
    if (left-- > 0) { print; return }
    print "        … (more in the log above)"
    on = 0
}
BEGIN { most = 600 } # lines in all
printed > most { print "… (more failures in the log above)"; exit }
/^[ \t]*--- FAIL: /               { begin(25, 0); print; printed++; next }
/^[ \t]*--- (PASS|SKIP): /        { on = 0; next }
/^(panic: |fatal error: )/        { begin(40, 1) }
/^signal: /                       { begin(1, 1) }
/^WARNING: DATA RACE/             { begin(60, 1) }
/^# [^ ]+( \[.*\])?$/             { begin(20, 1) }
/^FAIL\t/                         { on = 0; print; printed++; next }
/^(ok|FAIL|PASS|\?|make)([ \t:\[]|$)/ { on = 0; next }
/^==================$/            { if (loose) on = 0; next }
on && !loose && !/^[ \t]/ && NF   { on = 0; next }
on                                { tell(); printed++ }
