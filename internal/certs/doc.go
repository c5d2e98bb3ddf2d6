// Package certs keeps the service's own door: certificates and what may be spoken over TLS.
//
// Its one important idea: a certificate is renewed while the service runs. Files looks at the two files again
// every few seconds and takes what is new; what cannot be used is complained about, and the old one is kept,
// for a door with yesterday's certificate is better than none.
//
// Start with Policy, which says what may be spoken, and Open. SelfSigned makes a certificate for a
// network without the internet; ACME asks an authority for one.
//
// It promises never to write a private key into an error or a log.
package certs
