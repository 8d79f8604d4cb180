package main

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"rasid": main})
}

// TestScripts runs each command as a person would type it.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script", Cmds: map[string]func(*testscript.TestScript, bool, []string){"eventually": eventually}})
}

// patience bounds how long a script waits for the program to get somewhere. It
// is long because machines that run many tests at once are slow.
const patience = 60 * time.Second

// eventually runs a command until its output matches, as in: eventually REGEXP
// COMMAND.
func eventually(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: eventually regexp command …")
	}
	want, err := regexp.Compile(args[0])
	ts.Check(err)
	var last error
	for end := time.Now().Add(patience); time.Now().Before(end); <-time.After(50 * time.Millisecond) {
		last = ts.Exec(args[1], args[2:]...)
		if last == nil && want.MatchString(ts.ReadFile("stdout")) {
			return
		}
	}
	ts.Fatalf("%s did not show %q within %s: %v", strings.Join(args[1:], " "), args[0], patience, last)
}
