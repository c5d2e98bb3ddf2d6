package main

import (
	"strings"
	"testing"
)

// Secrets that no person and no dictionary writes, so that finding one is a leak and not chance.
const (
	markedToken    = "MARKEDQZTOKENxx0123456789abcdef"
	markedSecond   = "MARKEDQZSECONDx0123456789abcdef"
	markedPassword = "MARKEDQZ-a-phrase-of-its-own"
	markedDatabase = "MARKEDQZDATABASE"
	markedSignOn   = "MARKEDQZSIGNON-0123456789"
)

// TestNoCommandSpeaksASecret runs every command with settings that hold marked secrets – on a good folder, on a database
// that does not answer, with wrong arguments, with wrong settings beside them – and searches all that was said.
func TestNoCommandSpeaksASecret(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.env["ANLING_PASSWORD"] = markedPassword
	s.env["ANLING_TWILIO_ACCOUNT_SID"] = storyAccount
	s.env["ANLING_TWILIO_AUTH_TOKEN"] = markedToken
	s.env["ANLING_TWILIO_SECONDARY_TOKEN"] = markedSecond
	s.env["ANLING_TWILIO_FROM"] = storyNumber
	s.env["ANLING_TWILIO_API_URL"] = "http://127.0.0.1:1"
	s.env["ANLING_OIDC_ISSUER"] = "http://127.0.0.1:1"
	s.env["ANLING_OIDC_CLIENT_ID"] = "anling"
	s.env["ANLING_OIDC_CLIENT_SECRET"] = markedSignOn
	var said strings.Builder
	note := func(o outcome) { said.WriteString(o.out + o.err) }
	note(s.run("user", "add", "zhou", "--role", "admin"))
	for _, c := range commands() {
		note(s.bare("help", c.name))
		note(s.bare(c.name, "--no-such-setting"))
		if c.name != "serve" && c.name != "demo" && c.name != "simulate" {
			note(s.run(c.name))
		}
	}
	note(s.run("user", "list"))
	note(s.run("doctor"))
	s.env["ANLING_DATABASE"] = "postgres://anling:" + markedDatabase + "@127.0.0.1:1/anling?connect_timeout=1"
	for _, args := range [][]string{{"serve", "--listen", "127.0.0.1:0"}, {"doctor"}, {"migrate"}, {"verify"}, {"user", "list"}, {"token", "list"}} {
		note(s.run(args...))
	}
	for name, value := range map[string]string{"ANLING_DATABASE": "mysql://anling:" + markedDatabase + "@x/y", "ANLING_LISTEN": "nowhere",
		"ANLING_PUBLIC_URL": "ftp://x", "ANLING_TWILIO_FROM": "x", "ANLING_LOG_LEVEL": "loud"} {
		s.env[name] = value
		note(s.run("doctor"))
		note(s.run("serve"))
	}
	if said.Len() < 2000 {
		t.Fatalf("the commands said only %d bytes", said.Len())
	}
	for _, secret := range []string{markedToken, markedSecond, markedPassword, markedDatabase, markedSignOn} {
		if at := strings.Index(said.String(), secret); at >= 0 {
			t.Errorf("a secret is spoken: …%s…", said.String()[max(0, at-200):min(said.Len(), at+60)])
		}
	}
}
