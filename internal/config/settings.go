package config

import (
	"fmt"
	"log/slog"
	"strings"
	"time"
)

// Group says which commands need a setting as a flag. The environment and the file may always
// hold all of them.
type Group int

// The groups: what finds the stored data, and everything else that the running service needs.
const (
	Storage Group = iota
	Service
)

// setting is one row of the table: its name, what help says, and where its value lives.
type setting struct {
	name   string
	usage  string
	group  Group
	secret bool // may also be given as name-file; never printed
	value  func(*Config) value
}

// value is a place in a Config that can be written as text.
type value interface {
	Set(string) error
	String() string
}

// settings is the one table of settings, in the order of the example file.
func settings() []setting {
	return append([]setting{
		{name: "listen", usage: "`host:port` of console, API and webhooks", group: Service,
			value: func(c *Config) value { return (*text)(&c.Listen) }},
		{name: "data", usage: "`folder` of database, keys and map data", group: Storage,
			value: func(c *Config) value { return (*text)(&c.Data) }},
		{name: "database", usage: "`postgres://…` when several machines share the work; else SQLite in the data folder", group: Storage, secret: true,
			value: func(c *Config) value { return (*text)(&c.Database) }},
		{name: "public-url", usage: "web `address` used in links and webhooks", group: Service,
			value: func(c *Config) value { return (*text)(&c.PublicURL) }},
		{name: "key-ring", usage: "`file` of the keys that personal data is sealed with (default keys/ring.json in the data folder)", group: Storage,
			value: func(c *Config) value { return (*text)(&c.KeyRing) }},
		{name: "language", usage: "`language` where nobody has said: zh or en", group: Service,
			value: func(c *Config) value { return (*text)(&c.Language) }},
		{name: "tls-cert", usage: "`file` of the certificate and its chain (PEM); it is read again when it changes", group: Service,
			value: func(c *Config) value { return (*text)(&c.TLSCert) }},
		{name: "tls-key", usage: "`file` of the certificate's key (PEM)", group: Service,
			value: func(c *Config) value { return (*text)(&c.TLSKey) }},
		{name: "acme-domain", usage: "`names` that an authority is asked a certificate for", group: Service,
			value: func(c *Config) value { return (*text)(&c.ACMEDomain) }},
		{name: "acme-email", usage: "`address` that the authority may write to", group: Service,
			value: func(c *Config) value { return (*text)(&c.ACMEEmail) }},
		{name: "acme-directory", usage: "the authority's `address` (default Let's Encrypt)", group: Service,
			value: func(c *Config) value { return (*text)(&c.ACMEDirectory) }},
		{name: "acme-ca", usage: "`file` (PEM) that vouches for the authority's own address, when it is one of your own", group: Service,
			value: func(c *Config) value { return (*text)(&c.ACMECA) }},
		{name: "listen-http", usage: "`host:port` that leads from http to https", group: Service,
			value: func(c *Config) value { return (*text)(&c.ListenHTTP) }},
		{name: "trusted-proxies", usage: "`networks` of proxies that tell the client's address", group: Service,
			value: func(c *Config) value { return (*text)(&c.TrustedProxies) }},
		{name: "twilio-account-sid", usage: "Twilio `account`; with token and sender it switches Twilio on", group: Service,
			value: func(c *Config) value { return (*text)(&c.TwilioAccountSID) }},
		{name: "twilio-auth-token", usage: "the account's `token`", group: Service, secret: true,
			value: func(c *Config) value { return (*text)(&c.TwilioAuthToken) }},
		{name: "twilio-secondary-token", usage: "a second `token` that webhooks may be signed with while tokens are being changed", group: Service, secret: true,
			value: func(c *Config) value { return (*text)(&c.TwilioSecondary) }},
		{name: "twilio-from", usage: "`number` or messaging service that messages come from", group: Service,
			value: func(c *Config) value { return (*text)(&c.TwilioFrom) }},
		{name: "twilio-voice-from", usage: "`number` that calls come from, when twilio-from is a messaging service", group: Service,
			value: func(c *Config) value { return (*text)(&c.TwilioVoiceFrom) }},
		{name: "twilio-api-url", usage: "another base `address` for Twilio's REST API, for gateways and tests", group: Service,
			value: func(c *Config) value { return (*text)(&c.TwilioAPIURL) }},
		{name: "webhook-allow", usage: "private `networks` that webhooks may reach", group: Service,
			value: func(c *Config) value { return (*text)(&c.WebhookAllow) }},
		{name: "log-level", usage: "what is logged: `level` debug, info, warn or error", group: Storage,
			value: func(c *Config) value { return (*level)(&c.LogLevel) }},
		{name: "log-format", usage: "how it is logged: `form` text or json", group: Storage,
			value: func(c *Config) value { return (*text)(&c.LogFormat) }},
		{name: "audit-checkpoints", usage: "`file` for the signed checkpoints of the audit log, best on another machine", group: Service,
			value: func(c *Config) value { return (*text)(&c.AuditCheckpoints) }},
		{name: "shutdown-grace", usage: "how `long` running requests may take to end", group: Service,
			value: func(c *Config) value { return (*duration)(&c.ShutdownGrace) }},
	}, accountSettings()...)
}

// names gives, for every name under which a setting may be given, the setting and whether the name
// is that of a file which holds it.
func names() map[string]named {
	all := map[string]named{}
	for _, s := range settings() {
		all[s.name] = named{setting: s}
		if s.secret {
			all[s.name+"-file"] = named{setting: s, inFile: true}
		}
	}
	return all
}

type named struct {
	setting
	inFile bool
}

// variable gives the environment variable of a setting's name.
func variable(name string) string {
	return "ANLING_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
}

type (
	text     string
	level    slog.Level
	duration time.Duration
)

func (t *text) Set(s string) error { *t = text(s); return nil }
func (t *text) String() string     { return string(*t) }

func (l *level) Set(s string) error {
	if err := (*slog.Level)(l).UnmarshalText([]byte(s)); err != nil {
		return fmt.Errorf("must be debug, info, warn or error")
	}
	return nil
}
func (l *level) String() string { return strings.ToLower(slog.Level(*l).String()) }

func (d *duration) Set(s string) error {
	v, err := time.ParseDuration(s)
	if err != nil {
		return fmt.Errorf("must be a duration such as 15s or 2m")
	}
	*d = duration(v)
	return nil
}
func (d *duration) String() string { return time.Duration(*d).String() }
