package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// terminal makes a pair: what a person types into, and what the program reads.
func terminal(t *testing.T) (keyboard, program *os.File) {
	t.Helper()
	keyboard, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skip("no terminals here: " + err.Error())
	}
	t.Cleanup(func() { _ = keyboard.Close() })
	fd := int(keyboard.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if program, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = program.Close() })
	return keyboard, program
}

func echoes(t *testing.T, f *os.File) bool {
	t.Helper()
	s, err := unix.IoctlGetTermios(int(f.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	return s.Lflag&unix.ECHO != 0
}

func TestATerminalShowsNothingOfASecretAndIsAsItWasAfterwards(t *testing.T) {
	keyboard, program := terminal(t)
	in := bufio.NewScanner(program)
	shown := true
	ok := quietly(t.Context(), program, func() bool {
		shown = echoes(t, program)
		if _, err := keyboard.WriteString("CANARY\n"); err != nil {
			t.Error(err)
		}
		return in.Scan()
	})
	if !ok || in.Text() != "CANARY" || shown || !echoes(t, program) {
		t.Errorf("read %q (%v); shown while typing: %v, afterwards: %v", in.Text(), ok, shown, echoes(t, program))
	}
}

func TestWhoInterruptsTheQuestionGetsHisTerminalBack(t *testing.T) {
	_, program := terminal(t)
	ctx, cancel := context.WithCancel(t.Context())
	quietly(ctx, program, func() bool {
		cancel()
		for !echoes(t, program) {
			if t.Context().Err() != nil {
				t.Fatal("it stays quiet")
			}
		}
		return false
	})
}
