// Package secret makes the tokens of the links in letters. Whoever holds one
// may do what the link is for, so the database knows its hash only.
package secret

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
)

// New returns a token that nobody guesses, fit for an address.
func New() string {
	b := make([]byte, 18)
	_, _ = rand.Read(b) // never fails: crypto/rand
	return base64.RawURLEncoding.EncodeToString(b)
}

// Hash is what is kept of a token. It needs no salt: tokens are long and random.
func Hash(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}
