package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// outcome is how a command ended and what it said.
type outcome struct {
	code     int
	out, err string
}

// shell runs commands on one data folder, as a person at a terminal does.
type shell struct {
	t    *testing.T
	data string
	env  map[string]string
}

func newShell(t *testing.T) *shell {
	return &shell{t: t, data: filepath.Join(t.TempDir(), "data"), env: map[string]string{}}
}

// run runs a command with the shell's data folder.
func (s *shell) run(args ...string) outcome {
	s.t.Helper()
	return s.bare(append(args, "--data", s.data)...)
}

func (s *shell) bare(args ...string) outcome {
	s.t.Helper()
	var out, errs bytes.Buffer
	e := environment{Getenv: func(k string) string { return s.env[k] }, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs}
	return outcome{code: run(s.t.Context(), e, args), out: out.String(), err: errs.String()}
}

// must runs a command that has to succeed, and gives what it said.
func (s *shell) must(args ...string) string {
	s.t.Helper()
	o := s.run(args...)
	if o.code != exitDone {
		s.t.Fatalf("anling %s ended with %d\n%s%s", strings.Join(args, " "), o.code, o.out, o.err)
	}
	return o.out
}

// refused runs a command that has to fail with a code and say something.
func (s *shell) refused(code int, say string, args ...string) {
	s.t.Helper()
	o := s.run(args...)
	if o.code != code || !strings.Contains(o.out+o.err, say) {
		s.t.Errorf("anling %s: code %d, want %d, saying %q; it said\n%s%s", strings.Join(args, " "), o.code, code, say, o.out, o.err)
	}
}

func (s *shell) file(name, body string) string {
	s.t.Helper()
	path := filepath.Join(s.t.TempDir(), name)
	if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}

func TestHelpExplainsEveryCommand(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	list := s.bare("help")
	if list.code != exitDone {
		t.Fatalf("help ended with %d", list.code)
	}
	for _, c := range commands() {
		if !strings.Contains(list.out, "\n  "+c.name+" ") {
			t.Errorf("help does not list %s", c.name)
		}
		o := s.bare("help", c.name)
		if o.code != exitDone || o.err != "" || !strings.Contains(o.out, "anling") {
			t.Errorf("help %s: code %d, said %q and complained %q", c.name, o.code, o.out, o.err)
		}
	}
	for _, asked := range []string{"-h", "--help"} {
		if o := s.bare(asked); o.code != exitDone || o.out != list.out {
			t.Errorf("%s is not help", asked)
		}
	}
}

func TestWrongUsage(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	for _, args := range [][]string{{}, {"fly"}, {"help", "fly"}, {"serve", "now"}, {"serve", "--fast"}, {"user"}, {"user", "add"},
		{"token", "steal"}, {"import", "elders"}, {"demo", "x"}, {"restore"}, {"migrate", "up"}} {
		s.env["ANLING_DATA"] = s.data
		if o := s.bare(args...); o.code != exitUsage || o.err == "" {
			t.Errorf("anling %q: code %d, complaint %q, want %d and a complaint", args, o.code, o.err, exitUsage)
		}
	}
	for _, args := range [][]string{{"backup"}, {"export"}, {"verify", "me"}} {
		if o := s.bare(args...); o.code != exitUsage {
			t.Errorf("anling %q: code %d, want %d", args, o.code, exitUsage)
		}
	}
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.refused(exitFailed, "no password was given", "user", "add", "zhou")
	s.env["ANLING_PASSWORD"] = "short"
	s.refused(exitFailed, "at least 12", "user", "add", "zhou", "--role", "admin")
	s.env["ANLING_PASSWORD"] = "a long enough one"
	s.must("user", "passwd", "zhou")
	s.refused(exitFailed, "", "user", "passwd", "nobody")
	s.refused(exitFailed, "role", "user", "add", "wang", "--role", "king")
	if list := s.must("user", "list"); !strings.Contains(list, "zhou  admin") || strings.Contains(list, "wang") {
		t.Errorf("the list of operators is\n%s", list)
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	plain := s.must("token", "create", "--name", "gateway", "--scope", "signals")
	if !strings.HasPrefix(plain, "anl_") || strings.Count(plain, "\n") != 1 {
		t.Errorf("standard output is %q, want the token alone", plain)
	}
	list := s.must("token", "list")
	if !strings.Contains(list, "gateway") || strings.Contains(list, strings.TrimSpace(plain)) {
		t.Errorf("the list is\n%s\nwant the name and not the token", list)
	}
	id, _, _ := strings.Cut(strings.Split(list, "\n")[1], " ")
	s.must("token", "revoke", id)
	if list := s.must("token", "list"); !strings.Contains(list, "revoked") {
		t.Errorf("the list is\n%s\nwant the token revoked", list)
	}
	s.refused(exitFailed, "scope", "token", "create", "--name", "x", "--scope", "all")
}

func TestImportAndExport(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	good := s.file("elders.csv", "id,name,phones,address\ne1,张秀英,+8619900001234,黄陂北路88弄3号\ne2,李桂兰,,\n")
	if out := s.must("import", "elders", good); !strings.Contains(out, "2 created, 0 changed, 0 as before, 0 refused") {
		t.Errorf("the first import said %q", out)
	}
	if out := s.must("import", "elders", good); !strings.Contains(out, "0 created, 0 changed, 2 as before") {
		t.Errorf("the second import said %q", out)
	}
	mixed := s.file("more.csv", "id,name,phones\ne3,王大爷,\ne4,,12\n")
	s.refused(exitFailed, "1 created, 0 changed, 0 as before, 1 refused", "import", "elders", mixed)
	s.refused(exitFailed, "elders, contacts, devices, helpers", "import", "cats", good)
	s.refused(exitFailed, "no such file", "import", "elders", good+"x")

	if out := s.must("export", "elders"); !strings.Contains(out, "张秀英") || !strings.Contains(out, "e3") || strings.Contains(out, "e4") {
		t.Errorf("the export is\n%s", out)
	}
	path := filepath.Join(t.TempDir(), "out.csv")
	s.must("export", "elders", path)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the export has rights %v (%v), want only ours", info.Mode(), err)
	}
	s.refused(exitFailed, "exists", "export", "elders", path)
}

func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.must("import", "elders", s.file("e.csv", "id,name\ne1,张秀英\n"))
	kept := filepath.Join(t.TempDir(), "kept.db")
	if out := s.must("backup", kept); !strings.Contains(out, "ring.json") {
		t.Errorf("backup does not say that the keys are not in it: %q", out)
	}
	s.refused(exitFailed, "exists", "backup", kept)
	s.must("import", "elders", s.file("e.csv", "id,name\ne2,李桂兰\n"))

	s.refused(exitFailed, "--force", "restore", kept)
	out := s.must("restore", kept, "--force")
	if !strings.Contains(out, ".replaced-") {
		t.Errorf("restore does not say where the old database is: %q", out)
	}
	if list := s.must("export", "elders"); !strings.Contains(list, "张秀英") || strings.Contains(list, "李桂兰") {
		t.Errorf("after the restore the elders are\n%s", list)
	}
	if _, err := os.Stat(filepath.Join(s.data, "restoring")); !os.IsNotExist(err) {
		t.Errorf("restore left its working folder behind (%v)", err)
	}
}

func TestRestoreRefusesWhatIsNoBackup(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.must("import", "elders", s.file("e.csv", "id,name\ne1,张秀英\n"))
	s.refused(exitFailed, "not restored", "restore", s.file("junk.db", strings.Repeat("junk", 4096)), "--force")
	if list := s.must("export", "elders"); !strings.Contains(list, "张秀英") {
		t.Errorf("a refused restore changed the elders to\n%s", list)
	}
	held, err := lockData(s.data)
	if err != nil {
		t.Fatal(err)
	}
	s.refused(exitFailed, "another anling serves", "restore", s.file("x.db", ""), "--force")
	if err := held.release(); err != nil {
		t.Fatal(err)
	}
}

func TestToolsMakeNoEmptyDatabase(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	for _, args := range [][]string{{"verify"}, {"backup", "x"}, {"export", "elders"}} {
		s.refused(exitFailed, "there is no database", args...)
	}
	if _, err := os.Stat(s.data); !os.IsNotExist(err) {
		t.Errorf("the data folder was made (%v)", err)
	}
}

func TestToolsMakeNoSecondKeyRing(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.must("migrate")
	ring := filepath.Join(s.data, "keys", "ring.json")
	if err := os.Remove(ring); err != nil {
		t.Fatal(err)
	}
	s.refused(exitFailed, "put it back", "verify")
	if _, err := os.Stat(ring); !os.IsNotExist(err) {
		t.Error("a new key ring was made: it would open nothing")
	}
	s.refused(exitFailed, "bad   keys", "doctor")
}

func TestDoctor(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.must("migrate")
	out := s.must("doctor")
	for _, want := range []string{"ok    database", "warn  keys", "warn  telephone", "warn  operators", "warn  map", "settings", "disk", "clock"} {
		if !strings.Contains(out, want) {
			t.Errorf("doctor does not say %q:\n%s", want, out)
		}
	}
	s.env["ANLING_TWILIO_ACCOUNT_SID"] = wallAccount
	s.env["ANLING_TWILIO_AUTH_TOKEN"] = "hushhushhush"
	s.env["ANLING_TWILIO_FROM"] = "+15005550006"
	s.env["ANLING_TWILIO_API_URL"] = "http://127.0.0.1:1"
	o := s.run("doctor")
	if o.code != exitFailed || !strings.Contains(o.out, "bad   telephone") || !strings.Contains(o.out, "bad   address") {
		t.Errorf("with a provider that is not there doctor ended with %d and said\n%s", o.code, o.out)
	}
	if strings.Contains(o.out+o.err, "hushhush") {
		t.Error("doctor repeats a secret")
	}
}

func TestVerifyIsContent(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.must("migrate")
	if out := s.must("verify"); !strings.Contains(out, "every timeline is whole") {
		t.Errorf("verify said %q", out)
	}
}
