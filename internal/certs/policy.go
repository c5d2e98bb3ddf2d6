package certs

import "crypto/tls"

// GetCertificate gives the certificate for a handshake, as tls.Config wants it.
type GetCertificate func(*tls.ClientHelloInfo) (*tls.Certificate, error)

// Policy is what may be spoken: TLS 1.2 with authenticated ciphers and forward secrecy, or TLS 1.3; HTTP/2 or
// HTTP/1.1. CBC suites are left out (LUCKY13), RSA key exchange too.
func Policy(get GetCertificate) *tls.Config {
	return &tls.Config{
		GetCertificate: get,
		MinVersion:     tls.VersionTLS12,
		CipherSuites: []uint16{
			tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
			tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
			tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
		},
		NextProtos: []string{"h2", "http/1.1"},
	}
}
