//go:build unix

// Package mailtest runs real mail servers for tests: Dovecot for mailboxes and
// Exim for sending, from Debian's packages dovecot-imapd and
// exim4-daemon-light, with folders and ports of their own. They need root to
// start; a test that asks for them without is skipped and says so.
package mailtest

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"
)

// Password opens every mailbox, and lets care@noor.example send.
const Password = "CANARY-real-password"

// Servers are the two servers. Mailboxes are care@noor.example and
// sara@customer.example.
type Servers struct {
	IMAP, SMTP string // host:port
	dir        string
}

// Start starts both servers, until the test ends.
func Start(t *testing.T) *Servers {
	t.Helper()
	dovecot, exim := program("dovecot"), program("exim4")
	owner, err := user.Lookup("Debian-exim")
	switch {
	case dovecot == "" || exim == "" || err != nil:
		t.Skip("the packages dovecot-imapd and exim4-daemon-light are not installed")
	case os.Getuid() != 0:
		t.Skip("mail servers need root to start")
	}
	dir, err := os.MkdirTemp("", "mail") //nolint:usetesting // other users cannot enter t.TempDir, and its path is too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	uid, gid := number(t, owner.Uid), number(t, owner.Gid)
	for _, d := range []string{dir, dir + "/mail", dir + "/spool", dir + "/log"} {
		if err := os.MkdirAll(d, 0o755); err != nil { // two servers with users of their own meet here
			t.Fatal(err)
		}
		if err := os.Chown(d, uid, gid); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(dir, 0o755); err != nil { // as above
		t.Fatal(err)
	}
	s := &Servers{dir: dir}
	imap, smtp := free(t), free(t)
	s.IMAP, s.SMTP = "127.0.0.1:"+imap, "127.0.0.1:"+smtp
	s.run(t, s.IMAP, dovecot, "-F", "-c", s.write(t, "dovecot.conf", fmt.Sprintf(dovecotConf, dir, imap, Password, uid, gid)))
	s.run(t, s.SMTP, exim, "-bdf", "-C", s.write(t, "exim.conf", fmt.Sprintf(eximConf, dir, smtp, Password)))
	return s
}

func program(name string) string {
	for _, dir := range []string{"/usr/sbin", "/usr/local/sbin", "/usr/bin"} {
		if path := filepath.Join(dir, name); exec.Command("test", "-x", path).Run() == nil {
			return path
		}
	}
	return ""
}

func number(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// free is a port that nobody listens on.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func (s *Servers) write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil { // read by the servers' own users
		t.Fatal(err)
	}
	return path
}

// run starts a server and waits until it listens.
func (s *Servers) run(t *testing.T, address, program string, args ...string) {
	t.Helper()
	var said bytes.Buffer
	cmd := exec.Command(program, args...)
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
			<-ended
		}
		if t.Failed() {
			logs, _ := filepath.Glob(s.dir + "/*log*")
			more, _ := filepath.Glob(s.dir + "/log/*")
			for _, path := range append(logs, more...) {
				if text, err := os.ReadFile(path); err == nil {
					t.Logf("%s:\n%.4000s", path, text)
				}
			}
			t.Logf("%s said: %s", program, said.String())
		}
	})
	deadline := time.After(20 * time.Second)
	for {
		if c, err := net.DialTimeout("tcp", address, time.Second); err == nil {
			_ = c.Close()
			return
		}
		select {
		case <-ended:
			t.Fatalf("%s ended at once: %s", program, said.String())
		case <-deadline:
			t.Fatalf("%s does not listen at %s", program, address)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Renumber loses the index of a mailbox: Dovecot gives its letters new numbers
// under a new validity.
func (s *Servers) Renumber(t *testing.T, name string) {
	t.Helper()
	lost, err := filepath.Glob(filepath.Join(s.dir, "mail", name, "dovecot*"))
	if err != nil || len(lost) == 0 {
		t.Fatalf("no index of %s to lose: %v", name, err)
	}
	for _, path := range lost {
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
	}
}

const dovecotConf = `
protocols = imap
listen = 127.0.0.1
base_dir = %[1]s/run
state_dir = %[1]s/state
log_path = %[1]s/dovecot.log
ssl = no
disable_plaintext_auth = no
mail_location = maildir:%[1]s/mail/%%n
first_valid_uid = 1
passdb {
  driver = static
  args = password=%[3]s
}
userdb {
  driver = static
  args = uid=%[4]d gid=%[5]d home=%[1]s/mail/%%n
}
namespace inbox {
  inbox = yes
  mailbox Sent {
    auto = create
  }
}
service imap-login {
  chroot =
  inet_listener imap {
    port = %[2]s
  }
  inet_listener imaps {
    port = 0
  }
}
`

const eximConf = `
primary_hostname = mail.noor.example
local_interfaces = 127.0.0.1
daemon_smtp_ports = %[2]s
spool_directory = %[1]s/spool
log_file_path = %[1]s/log/%%slog
pid_file_path = %[1]s/spool/exim.pid
domainlist local_domains = noor.example : customer.example
acl_smtp_rcpt = check_rcpt
acl_smtp_data = accept_all
tls_advertise_hosts =
host_lookup =
rfc1413_hosts =
deliver_drop_privilege = true
keep_environment =
bounce_return_size_limit = 10K

begin acl
check_rcpt:
  deny message = who are you?
       sender_domains = noor.example
       !authenticated = *
  accept domains = +local_domains
  deny message = no relay
accept_all:
  accept

begin routers
boxes:
  driver = accept
  domains = +local_domains
  local_parts = care : sara
  transport = box

begin transports
box:
  driver = appendfile
  maildir_format
  directory = %[1]s/mail/$local_part_data
  create_directory
  delivery_date_add
  envelope_to_add
  return_path_add

begin retry
*  *  F,1h,1m

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${if and {{eq{$auth2}{care@noor.example}}{eq{$auth3}{%[3]s}}}}
  server_set_id = $auth2
`
