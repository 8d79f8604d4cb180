// Command rasid (راصد, "the one who watches") watches what people say in
// public about a business, drafts polite answers for its staff to approve, and
// posts exactly what they approved.
//
// Each command has a file of its own; build.go makes the objects out of
// config.yaml, kinds.go and the families beside it list the platforms, and
// duties.go is the whole running program as one table.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
	_ "time/tzdata" // zones work on machines that have none installed

	"rasid/internal/config"
	"rasid/internal/phrases"
	"rasid/internal/store"
)

// program is what commands need from the outside, so that nothing below main
// reaches for it on its own.
type program struct {
	in     io.Reader
	out    io.Writer
	err    io.Writer
	env    func(string) (string, bool)
	now    func() time.Time
	config string             // path of the configuration, set by --config
	lang   string             // language to speak, set by --lang
	words  *phrases.Catalogue // what the command speaks; nil until it knows
}

func main() {
	// SIGQUIT is a slip on the keyboard, no reason to print what every part does:
	// SIGABRT does that.
	ends := []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGQUIT}
	if !signal.Ignored(syscall.SIGHUP) { // under nohup a terminal that closes is no reason
		ends = append(ends, syscall.SIGHUP)
	}
	ctx, stop := signal.NotifyContext(context.Background(), ends...)
	p := &program{in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.LookupEnv, now: time.Now}
	code := p.run(ctx, os.Args[1:])
	stop()
	os.Exit(code)
}

// run executes one command line and returns the exit code: 0 done, 1 it could
// not be done, 2 the command line itself is wrong, 3 another rasid works on the
// same records.
func (p *program) run(ctx context.Context, args []string) int {
	out := &minded{Writer: p.out}
	p.out = out
	defer func() { p.out = out.Writer }()
	root := p.root()
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil && cmd.Name() != "run" { // which goes on without anybody reading along
		err = out.err
	}
	if err == nil {
		return 0
	}
	if p.words == nil { // it never began
		p.overhear(args)
		p.speakAnyway()
	}
	var wrong config.ProblemsError
	var usage usageError
	switch {
	case errors.As(err, &wrong):
		fmt.Fprintln(p.err, mistakes{wrong, p.words}.Error())
		fmt.Fprintf(p.err, "rasid: %s\n", p.words.Line(fmt.Sprintf("%s in %s; nothing was started", count(len(wrong.Problems), "mistake"), p.config)))
		return 1
	case errors.As(err, &usage):
		fmt.Fprintf(p.err, "rasid: %s\n%s\n", p.words.Found(err.Error()), p.words.Line("See: "+cmd.CommandPath()+" --help"))
		return 2
	}
	fmt.Fprintf(p.err, "rasid: %s\n", p.words.Found(err.Error()))
	if errors.Is(err, store.ErrInUse) {
		return 3
	}
	return 1
}

// minded is a place to write to that keeps in mind what it did not take: an
// answer that never reached the disk or the program behind a pipe is none.
type minded struct {
	io.Writer
	err error
}

// Write writes, and remembers the first error.
func (m *minded) Write(b []byte) (int, error) {
	n, err := m.Writer.Write(b)
	if m.err == nil && err != nil {
		m.err = fmt.Errorf("writing the answer: %w", err)
	}
	return n, err
}

// usageError is a command line that cannot be understood.
type usageError struct{ error }

// count writes a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
