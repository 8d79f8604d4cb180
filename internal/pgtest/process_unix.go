//go:build unix

package pgtest

import (
	"os/exec"
	"runtime"
	"syscall"
)

// process is a running server.
type process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
}

// identity is whom the programs run as.
func (s *Server) identity() *syscall.SysProcAttr {
	attr := dieWithUs()
	if s.root {
		attr.Credential = &syscall.Credential{Uid: s.uid, Gid: s.gid}
	}
	return attr
}

// start starts a program that must not outlive this one, even when this one is
// killed. The kernel ties the two to the thread that started it, so the thread
// stays with it until the end.
func (s *Server) start(path string, args []string) (*process, error) {
	p := &process{cmd: exec.Command(path, args...), done: make(chan struct{})} // ended by stop, not by a context
	p.cmd.Dir, p.cmd.SysProcAttr = s.dir, s.identity()
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		started <- err
		if err == nil {
			_ = p.cmd.Wait() // how it ended does not matter
		}
		close(p.done)
	}()
	return p, <-started
}

// stop ends the server in order ("fast shutdown").
func (p *process) stop() { p.end(syscall.SIGINT) }

// crash ends it as a crash would ("immediate shutdown").
func (p *process) crash() { p.end(syscall.SIGQUIT) }

func (p *process) end(sig syscall.Signal) {
	_ = p.cmd.Process.Signal(sig) // it may have ended by itself
	<-p.done
}
