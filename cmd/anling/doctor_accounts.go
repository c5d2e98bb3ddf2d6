package main

import (
	"context"

	"anling/registry"
)

// examineAccounts looks how well it is known who people and machines are.
func examineAccounts(ctx context.Context, s *storage) []finding {
	census, err := s.registry.AccountCensus(ctx)
	if err != nil {
		return []finding{bad("accounts", "%v", err)}
	}
	var found []finding
	if n := len(census.WeakAdmins); n > 0 {
		found = append(found, warn("accounts", "%d of those who may change accounts or roles have no second factor; they add one under Me in the console", n))
	}
	if s.cfg.SecondFactor != "required" && census.Total > 0 {
		found = append(found, warn("accounts", "a password alone is enough for who has no second factor; --second-factor=required before real use"))
	}
	if s.cfg.OIDC() {
		for _, centre := range census.FewLocal {
			found = append(found, warn("accounts", "centre %s has fewer than two accounts with a password: when the identity provider is down, nobody can begin a shift there", centre))
		}
	}
	tokens, err := s.registry.ExpiringTokens(ctx)
	if err != nil {
		return append(found, bad("tokens", "%v", err))
	}
	for _, t := range tokens {
		found = append(found, expiring(t, s))
	}
	if len(found) == 0 {
		found = append(found, well("accounts", "second factors and tokens are in order"))
	}
	return found
}

func expiring(t registry.Token, s *storage) finding {
	day := t.Expires.UTC().Format("2006-01-02")
	if !s.clock.Now().Before(t.Expires) {
		return bad("tokens", "token %s (%s…) has ended on %s: what uses it is refused; make another with `anling token create`", t.ID, t.Prefix, day)
	}
	return warn("tokens", "token %s (%s…) ends on %s: make another before with `anling token create`", t.ID, t.Prefix, day)
}
