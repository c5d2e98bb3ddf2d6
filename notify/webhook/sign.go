package webhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"anling/internal/fault"
)

const (
	secretPrefix = "whsec_"
	secretBytes  = 32
)

// newSecret makes what a receiver checks signatures with.
func newSecret() string {
	b := make([]byte, secretBytes)
	rand.Read(b)
	return secretPrefix + base64.StdEncoding.EncodeToString(b)
}

// sign gives the header webhook-signature of the Standard Webhooks scheme: one signature for each secret, so that a
// receiver may change from one to the other while both are sent.
func sign(secrets []string, id string, at time.Time, body []byte) (string, error) {
	var all []string
	for _, s := range secrets {
		key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(s, secretPrefix))
		if err != nil {
			return "", fault.New(fault.Internal, "a webhook's secret is not base64")
		}
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
		mac.Write(body)
		all = append(all, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(all, " "), nil
}
