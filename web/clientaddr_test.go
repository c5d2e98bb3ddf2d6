package web

import (
	"net/http/httptest"
	"net/netip"
	"testing"
)

// TestClientAddress believes a proxy that is known, as far as it wrote the header, and nobody else.
func TestClientAddress(t *testing.T) {
	t.Parallel()
	s := &Server{proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}}
	for _, c := range []struct {
		name, from string
		forwarded  []string
		want       string
	}{
		{"no proxy", "203.0.113.7:1", nil, "203.0.113.7"},
		{"a stranger's word", "203.0.113.7:1", []string{"192.0.2.1"}, "203.0.113.7"},
		{"our proxy's word", "10.0.0.1:1", []string{"192.0.2.1"}, "192.0.2.1"},
		{"what a client wrote before our proxy", "10.0.0.1:1", []string{"127.0.0.1, 192.0.2.1"}, "192.0.2.1"},
		{"two headers", "10.0.0.1:1", []string{"127.0.0.1", "192.0.2.1"}, "192.0.2.1"},
		{"two proxies", "10.0.0.1:1", []string{"192.0.2.1, 10.9.9.9"}, "192.0.2.1"},
		{"nonsense", "10.0.0.1:1", []string{"192.0.2.1, who"}, "10.0.0.1"},
		{"silence", "10.0.0.1:1", nil, "10.0.0.1"},
		{"only proxies", "10.0.0.1:1", []string{"10.0.0.2"}, "10.0.0.2"},
		{"mapped", "[::ffff:10.0.0.1]:1", []string{"::ffff:192.0.2.1"}, "192.0.2.1"},
		{"IPv6", "[::1]:1", []string{"2001:db8::1"}, "2001:db8::1"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.from
		for _, f := range c.forwarded {
			r.Header.Add("X-Forwarded-For", f)
		}
		if got := s.clientAddr(r).String(); got != c.want {
			t.Errorf("%s: got %s, want %s", c.name, got, c.want)
		}
	}
	r := httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = "@" // a socket of the machine
	if s.clientAddr(r).IsValid() {
		t.Error("a connection without an address has one")
	}
}
