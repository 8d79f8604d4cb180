package crashtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// part is the variable that makes this test program play another process.
const part = "CRASHTEST_PART"

// TestMain lets this program play the processes that tests stop, freeze and
// kill.
func TestMain(m *testing.M) {
	parts := map[string]func(context.Context) error{"instance": instance, "script": script, "erase": erase}
	play, ok := parts[os.Getenv(part)]
	if !ok {
		os.Exit(m.Run())
	}
	if err := play(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// play is the command of another process of this program.
func play(name string, env ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), part+"="+name), env...)
	return cmd
}
