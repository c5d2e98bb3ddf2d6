package registry

import (
	"strings"
	"testing"
	"time"

	"anling/internal/clock"
	"anling/internal/db"
	"anling/internal/fault"
)

const good = "correct horse 电池"

func TestPasswords(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		must[Operator](t)(h.CreateOperator(ctx, Operator{ID: "o1", Name: "Zhou", Role: RoleSupervisor}))
		_, err := h.CreateOperator(ctx, Operator{Name: " zhou"})
		wantKind(t, "the same log-in name", err, fault.Conflict)
		_, err = h.CheckPassword(ctx, Try{Name: "zhou", Password: ""})
		wantKind(t, "no password set", err, fault.Unauthenticated)
		wantKind(t, "a password for nobody", h.SetPassword(ctx, "nobody", good), fault.NotFound)
		if err := h.SetPassword(ctx, "zhou", good); err != nil {
			t.Fatal(err)
		}
		if o := must[Operator](t)(h.CheckPassword(ctx, Try{Name: "ZHOU", Password: good})); o.ID != "o1" || o.Role != RoleSupervisor || o.Centre != "main" {
			t.Errorf("logged in as %+v", o)
		}
		wrong := map[string]error{}
		_, wrong["password"] = h.CheckPassword(ctx, Try{Name: "zhou", Password: good + "x"})
		_, wrong["name"] = h.CheckPassword(ctx, Try{Name: "nobody", Password: good})
		_, wrong["length"] = h.CheckPassword(ctx, Try{Name: "zhou", Password: strings.Repeat("x", 1<<20)})
		if err := h.ArchiveOperator(ctx, "o1"); err != nil {
			t.Fatal(err)
		}
		_, wrong["operator who left"] = h.CheckPassword(ctx, Try{Name: "zhou", Password: good})
		for what, err := range wrong {
			wantKind(t, what, err, fault.Unauthenticated)
			if err.Error() != wrong["name"].Error() {
				t.Errorf("wrong %s tells %q", what, err)
			}
		}
	})
}

func TestWeakPasswordsAreRefused(t *testing.T) {
	t.Parallel()
	for _, p := range []string{"", "short", "aaaaaaaaaaaa", "abababababab", "123456789012", "Password1234", "zhouxiaoming1", "qwertyuiop123", strings.Repeat("长", 257) + "abcdef", "\xffabcdefghijkl"} {
		if passwordProblem("zhouxiaoming", p) == "" {
			t.Errorf("%q was accepted", p)
		}
	}
	for _, p := range []string{good, "一二三四五六七八九十百千", "zebra-otter-lamp"} {
		if problem := passwordProblem("zhou", p); problem != "" {
			t.Errorf("%q %s", p, problem)
		}
	}
}

func TestAWeakerHashIsRenewedAtLogin(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		must[Operator](t)(h.CreateOperator(ctx, Operator{ID: "o1", Name: "zhou"}))
		weak := must[string](t)(h.passwords.hash(ctx, good, hashing{kib: 8, passes: 1, threads: 1}))
		h.update(t, func(tx *db.Tx) error { return setPassword(ctx, tx, "o1", password{phc: weak, changedAt: noon()}) })
		must[Operator](t)(h.CheckPassword(ctx, Try{Name: "zhou", Password: good}))
		h.view(t, func(tx *db.Tx) error {
			now := must[password](t)(passwordRow(ctx, tx, "o1")).phc
			if !strings.HasPrefix(now, "$argon2id$v=19$m=19456,t=2,p=1$") {
				t.Errorf("still stored as %s", now)
			}
			return nil
		})
		must[Operator](t)(h.CheckPassword(ctx, Try{Name: "zhou", Password: good}))
	})
}

func TestStoredHashesAreReadCarefully(t *testing.T) {
	t.Parallel()
	for _, phc := range []string{"", "x", "$argon2i$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$a2V5a2V5a2V5a2V5a2V5aw", "$argon2id$v=16$m=8,t=1,p=1$c2FsdHNhbHQ$a2V5a2V5a2V5a2V5a2V5aw",
		"$argon2id$v=19$m=99999999,t=1,p=1$c2FsdHNhbHQ$a2V5a2V5a2V5a2V5a2V5aw", "$argon2id$v=19$m=8,t=0,p=1$c2FsdHNhbHQ$a2V5a2V5a2V5a2V5a2V5aw",
		"$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$!", "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$a2V5"} {
		_, err := parsePHC(phc)
		wantKind(t, phc, err, fault.Internal)
	}
}

func TestLoginsQueueBriefly(t *testing.T) {
	t.Parallel()
	c := clock.NewManual(noon())
	p := newPasswords(c, 0)
	var leave func()
	for range cap(p.slots) {
		var err error
		if leave, err = p.enter(t.Context(), false); err != nil {
			t.Fatal(err)
		}
	}
	known, err := p.enter(t.Context(), true)
	if err != nil {
		t.Fatalf("who is known waits for strangers: %v", err)
	}
	known()
	waiting := make(chan error)
	go func() {
		_, err := p.enter(t.Context(), false)
		waiting <- err
	}()
	turned := make(chan struct{})
	go func() { // turn until the one in the queue has looked at the clock
		defer close(turned)
		for {
			select {
			case err := <-waiting:
				wantKind(t, "the third at the door", err, fault.Retry)
				return
			default:
				c.Advance(loginQueue)
			}
		}
	}()
	<-turned
	leave()
	if _, err := p.enter(t.Context(), false); err != nil {
		t.Errorf("after one has left: %v", err)
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.mustPeople(t)
		_, _, err := h.CreateToken(ctx, Token{Scope: "all", Device: "D9", Centre: "x", Expires: noon().Add(-1)})
		wantFields(t, "a wrong token", err, "name", "scope", "device", "centre", "expires")
		plain, made, err := h.CreateToken(ctx, Token{Name: "gateway", Scope: TokenSignals, Device: "D1"})
		if err != nil || !strings.HasPrefix(plain, "anl_") || len(plain) != 30 || !made.Expires.Equal(noon().Add(tokenLife)) {
			t.Fatalf("made %+v (%d characters), %v", made, len(plain), err)
		}
		other := h.mustOpen(t)
		for range 2 {
			if got := must[Token](t)(other.CheckToken(ctx, plain)); got != made {
				t.Errorf("checked %+v, want %+v", got, made)
			}
		}
		for _, wrong := range []string{"", "anl_", plain + "x", strings.ToLower(plain), "Bearer " + plain} {
			_, err := h.CheckToken(ctx, wrong)
			wantKind(t, "a wrong token", err, fault.Unauthenticated)
		}
		all := must[[]Token](t)(h.ListTokens(ctx))
		if len(all) != 1 || all[0] != made || strings.Contains(all[0].Prefix, plain[shownOfToken:]) {
			t.Errorf("listed %+v", all)
		}
		for range 2 {
			if err := h.RevokeToken(ctx, made.ID); err != nil {
				t.Fatal(err)
			}
		}
		wantKind(t, "revoking what is not there", h.RevokeToken(ctx, "x"), fault.NotFound)
		_, err = h.CheckToken(ctx, plain)
		wantKind(t, "a revoked token here", err, fault.Unauthenticated)
		h.clock.Advance(tokenMemory)
		_, err = other.CheckToken(ctx, plain)
		wantKind(t, "a revoked token on another node, five seconds later", err, fault.Unauthenticated)
	})
}

func TestTokensEnd(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		plain, _, err := h.CreateToken(t.Context(), Token{Name: "x", Scope: TokenRead, Expires: noon().Add(2 * time.Second)})
		if err != nil {
			t.Fatal(err)
		}
		must[Token](t)(h.CheckToken(t.Context(), plain))
		h.clock.Advance(2 * time.Second) // still remembered, yet over
		_, err = h.CheckToken(t.Context(), plain)
		wantKind(t, "an expired token", err, fault.Unauthenticated)
	})
}

func TestTokenScopes(t *testing.T) {
	t.Parallel()
	scopes := []string{TokenSignals, TokenRead, TokenOperate, TokenAdmin}
	for has, want := range map[string]string{TokenSignals: "s", TokenRead: "r", TokenOperate: "ro", TokenAdmin: "sroa", "": ""} {
		for _, s := range scopes {
			if got := (Token{Scope: has}).Allows(s); got != strings.Contains(want, s[:1]) {
				t.Errorf("a token for %q allows %q: got %v", has, s, got)
			}
		}
	}
}
