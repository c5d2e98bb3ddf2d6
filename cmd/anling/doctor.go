package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"anling/internal/clock"
	"anling/internal/config"
	"anling/internal/fault"
	"anling/notify/twilio"
	"anling/registry"
)

// finding is what doctor says about one thing.
type finding struct {
	what  string
	state findingState
	words string
}

type findingState string

const (
	wellState findingState = "ok"
	warnState findingState = "warn" // works, but somebody should look at it
	badState  findingState = "bad"  // an alarm could fail
)

func well(what, format string, args ...any) finding {
	return finding{what, wellState, fmt.Sprintf(format, args...)}
}

func warn(what, format string, args ...any) finding {
	return finding{what, warnState, fmt.Sprintf(format, args...)}
}

func bad(what, format string, args ...any) finding {
	return finding{what, badState, fmt.Sprintf(format, args...)}
}

func doctor(ctx context.Context, e environment, args []string) int {
	return finish(e, "doctor", examine(ctx, e, args))
}

// examine looks at everything that an alarm needs, tells all of it, and fails when something is bad.
func examine(ctx context.Context, e environment, args []string) error {
	fs := newFlags(e, "doctor")
	settings := config.Flags(fs, config.Storage, config.Service)
	if _, err := parse(fs, args); err != nil {
		return err
	}
	cfg, err := settings.Load(e.Getenv)
	if err != nil {
		return err
	}
	findings := []finding{well("settings", "can be used")}
	findings = append(findings, examineAddress(cfg), examineDisk(cfg.Data), examineClock())
	findings = append(findings, examineEntrance(ctx, cfg)...)
	findings = append(findings, examineFolder(cfg.Data)...)
	findings = append(findings, examineKeys(cfg)...)
	findings = append(findings, examineDatabase(ctx, e, cfg)...)
	findings = append(findings, examineProvider(ctx, cfg), examineMap(cfg.Data), examineRoads(cfg.Data), examinePlaces(cfg.Data))
	ill := 0
	for _, f := range findings {
		say(e.Stdout, "%-5s %-10s %s\n", f.state, f.what, f.words)
		if f.state == badState {
			ill++
		}
	}
	if ill > 0 {
		return fmt.Errorf("%d of %d things need mending before an alarm may depend on them", ill, len(findings))
	}
	return nil
}

func examineAddress(cfg config.Config) finding {
	u, err := url.Parse(cfg.PublicURL)
	if err != nil {
		return bad("address", "the public address cannot be read")
	}
	local := u.Hostname() == "localhost" || strings.HasPrefix(u.Hostname(), "127.")
	switch {
	case local && cfg.Twilio():
		return bad("address", "%s cannot be reached by Twilio, families and helpers; set --public-url", cfg.PublicURL)
	case local:
		return warn("address", "%s is reached from this machine only; set --public-url before real use", cfg.PublicURL)
	case u.Scheme != "https":
		return warn("address", "%s is not protected on its way; serve it over https", cfg.PublicURL)
	}
	return well("address", "%s", cfg.PublicURL)
}

// How much room must be left for the database.
const (
	roomToWarn = 2 << 30
	roomNeeded = 200 << 20
)

func examineDisk(data string) finding {
	dir := data
	for {
		if _, err := os.Stat(dir); err == nil || dir == "." || dir == "/" {
			break
		}
		dir = filepath.Dir(dir)
	}
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return bad("disk", "the room in %s cannot be measured", dir)
	}
	free := st.Bavail * uint64(st.Bsize)
	words := fmt.Sprintf("%.1f GB free for %s", float64(free)/1e9, filepath.Clean(data))
	switch {
	case free < roomNeeded:
		return bad("disk", "%s; alarms will soon not be stored", words)
	case free < roomToWarn:
		return warn("disk", "%s; make room", words)
	}
	return well("disk", "%s", words)
}

func examineKeys(cfg config.Config) []finding {
	path := cfg.KeyRingPath()
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && mustExist(cfg) == nil:
		return []finding{bad("keys", "%s is missing: personal data cannot be read; put it back from its own backup", path)}
	case errors.Is(err, fs.ErrNotExist):
		return []finding{well("keys", "%s will be made at the first start", path)}
	case err != nil:
		return []finding{bad("keys", "%s cannot be read", path)}
	}
	var found []finding
	if info.Mode().Perm()&0o077 != 0 {
		found = append(found, bad("keys", "%s can be read by others on this machine; chmod 600 it", path))
	}
	inside, err := filepath.Rel(cfg.Data, path)
	if err == nil && !strings.HasPrefix(inside, "..") && cfg.Database == "" {
		found = append(found, warn("keys", "%s lies beside the database: who copies the folder can read everything; move it with --key-ring", path))
	}
	if len(found) == 0 {
		found = append(found, well("keys", "%s", path))
	}
	return found
}

func examineDatabase(ctx context.Context, e environment, cfg config.Config) []finding {
	if err := mustExist(cfg); err != nil {
		return []finding{warn("database", "%s; `anling serve` makes one", fault.MessageOf(err))}
	}
	s, err := openStorage(ctx, cfg, parts{Clock: clock.Real(), Log: newLogger(cfg, e.Stderr)})
	if err != nil {
		return []finding{bad("database", "%v", err)}
	}
	found := []finding{well("database", "%s, every commit is durable, the schema is this program's", s.db.Engine())}
	if err := s.db.CheckIntegrity(ctx); err != nil {
		found = append(found, bad("database", "%v", err))
	}
	if err := s.vault.Check(ctx); err != nil {
		found = append(found, bad("keys", "%v", err))
	}
	found = append(found, examineOperators(ctx, s))
	found = append(found, examineAccounts(ctx, s)...)
	if err := s.close(); err != nil {
		found = append(found, bad("database", "%v", err))
	}
	return found
}

func examineOperators(ctx context.Context, s *storage) finding {
	page, err := s.registry.ListOperators(ctx, registry.ScopeAll(), registry.Query{Limit: 200})
	if err != nil {
		return bad("operators", "%v", err)
	}
	if len(page.Items) == 0 {
		return warn("operators", "nobody can log in; `anling user add NAME --role admin` makes an account")
	}
	for _, o := range page.Items {
		if o.Role != registry.RoleOperator && o.Phone != "" {
			return well("operators", "%d or more, one can be called when nobody accepts", len(page.Items))
		}
	}
	return warn("operators", "no supervisor has a telephone number: nobody can be called when an alert is not accepted")
}

const providerLimit = 10 * time.Second

func examineProvider(ctx context.Context, cfg config.Config) finding {
	if !cfg.Twilio() {
		return warn("telephone", "no provider is set: messages are shown on the phone wall and reach nobody")
	}
	sender, err := twilio.New(twilioOptions(cfg, clock.Real()))
	if err != nil {
		return bad("telephone", "%v", err)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, providerLimit, errors.New("Twilio did not answer in 10 s"))
	defer cancel()
	if err := sender.Check(ctx); err != nil {
		return bad("telephone", "%v", err)
	}
	return well("telephone", "Twilio knows the account")
}
