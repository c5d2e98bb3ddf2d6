// Package config holds the settings of the program: one struct with defaults, filled from a file,
// the environment and flags.
//
// Its one important idea: a setting has one name everywhere. --public-url on the command line is
// ANLING_PUBLIC_URL in the environment and public-url in the file; a flag beats the environment, the
// environment beats the file, the file beats the default. Secrets may also lie in a file of their
// own: --twilio-auth-token-file names it.
//
// Start with settings.go, the table; docs/anling.example.yaml explains each one to who runs the
// service and is tested to equal the defaults.
//
// It promises to refuse a name it does not know, with the line, and never to put a secret into an
// error.
package config
