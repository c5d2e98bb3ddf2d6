package config

import (
	"log/slog"
	"net"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"anling/internal/fault"
)

// Config is every setting of the program. The zero value is not usable; start from Default.
type Config struct {
	Listen    string // host:port of console, API and webhooks
	Data      string // folder of everything that is kept
	Database  string // postgres URL; empty means SQLite in the data folder
	PublicURL string // how the world reaches us, without a slash at the end
	KeyRing   string // file of the master keys; empty means in the data folder
	Language  string // zh or en, where nobody has said

	TLSCert        string // file of our own certificate with its chain; empty: none
	TLSKey         string // file of its key
	ACMEDomain     string // names to ask an authority for, separated by commas; empty: none
	ACMEEmail      string // whom the authority may write to
	ACMEDirectory  string // the authority's address; empty means Let's Encrypt
	ACMECA         string // file of what vouches for the authority's own address; empty means what the machine trusts
	ListenHTTP     string // host:port that leads from http to https; empty: nobody listens
	TrustedProxies string // networks whose X-Forwarded-For is believed, separated by commas

	SecondFactor     string        // when one is asked for: off, enrolled or required
	PasswordLife     time.Duration // 0: for ever
	OIDCIssuer       string        // the identity provider; empty: no single sign-on
	OIDCClientID     string
	OIDCClientSecret string
	OIDCRoleClaim    string // the claim that lists somebody's groups
	OIDCRoleMap      string // group=role@centre, separated by commas

	TwilioAccountSID string
	TwilioAuthToken  string
	TwilioSecondary  string // a second token whose signatures are taken, too, while tokens are being changed
	TwilioFrom       string // a number or a messaging service
	TwilioVoiceFrom  string // a number for calls, when TwilioFrom is a messaging service
	TwilioAPIURL     string // empty means Twilio's own

	WebhookAllow string // private networks that webhooks may reach, separated by commas

	LogLevel      slog.Level
	LogFormat     string        // text or json
	ShutdownGrace time.Duration // how long running requests may take to end

	AuditCheckpoints string // file outside the database for the checkpoints of the audit log; empty means none
}

// Default gives the settings of a program that was told nothing.
func Default() Config {
	return Config{
		Listen:        ":8080",
		Data:          "./data",
		PublicURL:     "http://localhost:8080",
		Language:      "zh",
		SecondFactor:  "enrolled",
		OIDCRoleClaim: "groups",
		LogLevel:      slog.LevelInfo,
		LogFormat:     "text",
		ShutdownGrace: 15 * time.Second,
	}
}

// DatabasePath gives the file of the embedded database.
func (c Config) DatabasePath() string { return filepath.Join(c.Data, "anling.db") }

// KeyRingPath gives the file of the master keys.
func (c Config) KeyRingPath() string {
	if c.KeyRing != "" {
		return c.KeyRing
	}
	return filepath.Join(c.Data, "keys", "ring.json")
}

// Twilio tells whether messages leave through Twilio; otherwise they are shown on the phone wall.
func (c Config) Twilio() bool { return c.TwilioAccountSID != "" }

var (
	phoneNumber      = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)
	messagingService = regexp.MustCompile(`^MG[0-9a-f]{32}$`)
)

// Check gives an Invalid error that names every setting that cannot be used.
func (c Config) Check() error {
	var wrong []fault.Field
	refuse := func(bad bool, name, problem string) {
		if bad {
			wrong = append(wrong, fault.Field{Name: name, Problem: problem})
		}
	}
	_, _, err := net.SplitHostPort(c.Listen)
	refuse(err != nil, "listen", "must be host:port, such as :8080 or 127.0.0.1:8080")
	refuse(c.Data == "", "data", "must name a folder")
	refuse(!webAddress(c.PublicURL) || strings.HasSuffix(c.PublicURL, "/"), "public-url",
		"must be a web address without a slash at the end, such as https://anling.example.org")
	refuse(c.Database != "" && !postgresAddress(c.Database), "database", "must begin with postgres:// (or stay empty for SQLite)")
	refuse(c.Language != "zh" && c.Language != "en", "language", "must be zh or en")
	refuse(c.LogFormat != "text" && c.LogFormat != "json", "log-format", "must be text or json")
	refuse(c.ShutdownGrace <= 0, "shutdown-grace", "must be longer than nothing")
	wrong = append(wrong, c.checkTLS()...)
	wrong = append(wrong, c.checkAccounts()...)
	if wrong = append(wrong, c.checkTwilio()...); len(wrong) > 0 {
		return fault.InvalidFields("wrong settings", wrong)
	}
	return nil
}

func (c Config) checkTwilio() []fault.Field {
	var wrong []fault.Field
	if c.TwilioAPIURL != "" && !webAddress(c.TwilioAPIURL) {
		wrong = append(wrong, fault.Field{Name: "twilio-api-url", Problem: "must be a web address"})
	}
	if c.TwilioAccountSID == "" && c.TwilioAuthToken == "" && c.TwilioFrom == "" {
		return wrong
	}
	for _, s := range []struct{ name, value string }{
		{"twilio-account-sid", c.TwilioAccountSID},
		{"twilio-auth-token", c.TwilioAuthToken},
		{"twilio-from", c.TwilioFrom},
	} {
		if s.value == "" {
			wrong = append(wrong, fault.Field{Name: s.name, Problem: "is missing: Twilio needs all three of twilio-account-sid, twilio-auth-token and twilio-from"})
		}
	}
	if from := c.TwilioFrom; from != "" && !phoneNumber.MatchString(from) && !messagingService.MatchString(from) {
		wrong = append(wrong, fault.Field{Name: "twilio-from", Problem: "must be a number such as +15005550006 or a messaging service (MG…)"})
	}
	if strings.HasPrefix(c.TwilioFrom, "MG") && c.TwilioVoiceFrom == "" {
		wrong = append(wrong, fault.Field{Name: "twilio-voice-from", Problem: "is missing: a messaging service cannot call"})
	}
	if c.TwilioVoiceFrom != "" && !phoneNumber.MatchString(c.TwilioVoiceFrom) {
		wrong = append(wrong, fault.Field{Name: "twilio-voice-from", Problem: "must be a number such as +15005550006"})
	}
	return wrong
}

func webAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

func postgresAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "postgres" || u.Scheme == "postgresql")
}
