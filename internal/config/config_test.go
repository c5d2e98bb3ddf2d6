package config

import (
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"anling/internal/fault"
)

const examplePath = "../../docs/anling.example.yaml"

func load(t *testing.T, env map[string]string, args ...string) (Config, error) {
	t.Helper()
	fs := flag.NewFlagSet("test", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	l := Flags(fs, Storage, Service)
	if err := fs.Parse(args); err != nil {
		t.Fatalf("parse %q: %v", args, err)
	}
	return l.Load(func(k string) string { return env[k] })
}

func mustLoad(t *testing.T, env map[string]string, args ...string) Config {
	t.Helper()
	c, err := load(t, env, args...)
	if err != nil {
		t.Fatalf("load with %q: %v", args, err)
	}
	return c
}

func mustWrite(t *testing.T, body string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "anling.yaml")
	if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestNothingGivenIsTheDefault(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(Default(), mustLoad(t, nil)); diff != "" {
		t.Errorf("settings without any differ from the default:\n%s", diff)
	}
}

func TestExampleEqualsTheDefaults(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(Default(), mustLoad(t, nil, "--config", examplePath)); diff != "" {
		t.Errorf("%s differs from the defaults:\n%s", examplePath, diff)
	}
	given, err := readFile(examplePath)
	if err != nil {
		t.Fatal(err)
	}
	for name := range names() {
		if _, ok := given[name]; !ok {
			t.Errorf("%s lacks %s", examplePath, name)
		}
	}
}

func TestExampleExplainsEveryLine(t *testing.T) {
	t.Parallel()
	body, err := os.ReadFile(examplePath)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(body), "\n")
	for i, line := range lines {
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if i == 0 || !strings.HasPrefix(lines[i-1], "# ") {
			t.Errorf("%s: nothing explains %q", examplePath, line)
		}
	}
}

func TestPrecedence(t *testing.T) {
	t.Parallel()
	file := mustWrite(t, "listen: :1\npublic-url: http://file.example\nlog-level: error\n")
	env := map[string]string{"ANLING_CONFIG": file, "ANLING_LISTEN": ":2", "ANLING_PUBLIC_URL": "http://env.example"}
	c := mustLoad(t, env, "--listen", ":3")
	if c.Listen != ":3" || c.PublicURL != "http://env.example" || c.LogLevel.String() != "ERROR" {
		t.Errorf("got listen %q, public-url %q, log-level %v; want the flag's, the environment's, the file's", c.Listen, c.PublicURL, c.LogLevel)
	}
}

func TestSecretFromFile(t *testing.T) {
	t.Parallel()
	secret := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(secret, []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"ANLING_TWILIO_ACCOUNT_SID": "AC1", "ANLING_TWILIO_FROM": "+15005550006", "ANLING_TWILIO_AUTH_TOKEN_FILE": secret}
	if c := mustLoad(t, env); c.TwilioAuthToken != "s3cret" || !c.Twilio() {
		t.Errorf("got token %q, want what the file holds", c.TwilioAuthToken)
	}
	if c := mustLoad(t, env, "--twilio-auth-token", "other"); c.TwilioAuthToken != "other" {
		t.Errorf("got token %q, want the flag's", c.TwilioAuthToken)
	}
	env["ANLING_TWILIO_AUTH_TOKEN"] = "third"
	if _, err := load(t, env); !fault.Is(err, fault.Invalid) || strings.Contains(err.Error(), "third") {
		t.Errorf("token and its file at once: got %v, want a refusal without the token", err)
	}
}

func TestRefusedFiles(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, body, want string }{
		{"unknown name", "listen: :1\n\n# c\nlissten: :2\n", `anling.yaml:4: there is no setting "lissten"`},
		{"list", "data:\n  - a\n", "anling.yaml:1: data must be one plain value"},
		{"nested", "twilio:\n  from: a\n", `anling.yaml:1: there is no setting "twilio"`},
		{"not a mapping", "- a\n- b\n", "write one `name: value` on each line"},
		{"no YAML, with a secret", "twilio-auth-token: 'hush\nlisten: [", "write one `name: value` on each line"},
	} {
		_, err := load(t, nil, "--config", mustWrite(t, tt.body))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want …%s", tt.name, err, tt.want)
		}
		if err != nil && strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: the error repeats a secret: %v", tt.name, err)
		}
	}
}

func TestEmptyAndCommentOnlyFiles(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "# nothing\n", "listen:\n"} {
		if c := mustLoad(t, nil, "--config", mustWrite(t, body)); c != Default() {
			t.Errorf("file %q: got %+v, want the defaults", body, c)
		}
	}
}

func TestAllWrongSettingsAtOnce(t *testing.T) {
	t.Parallel()
	_, err := load(t, nil, "--listen", "8080", "--public-url", "https://x.example/", "--database", "mysql://a",
		"--language", "fr", "--log-format", "xml", "--twilio-from", "anling", "--twilio-api-url", "gopher", "--shutdown-grace", "0s")
	var got []string
	for _, f := range fault.FieldsOf(err) {
		got = append(got, f.Name)
	}
	want := []string{"listen", "public-url", "database", "language", "log-format", "shutdown-grace",
		"twilio-api-url", "twilio-account-sid", "twilio-auth-token", "twilio-from"}
	if !slices.Equal(got, want) {
		t.Errorf("got wrong settings %q, want %q", got, want)
	}
	_, err = load(t, nil, "--twilio-from", "anling")
	if len(fault.FieldsOf(err)) != 3 {
		t.Errorf("half of Twilio: got %v, want account, token and sender named", err)
	}
}

func TestWrongValues(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--log-level", "loud"}, {"--shutdown-grace", "soon"}} {
		if _, err := load(t, nil, args...); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), strings.TrimPrefix(args[0], "--")) {
			t.Errorf("%q: got %v, want a refusal that names the setting", args, err)
		}
	}
}
