package account

import (
	"context"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"golang.org/x/text/unicode/norm"

	"mellemrum/internal/fault"
)

const (
	passwordMin = 12  // characters
	passwordMax = 200 // bytes
)

// params are OWASP's for argon2id: 19 MiB, two passes, one lane.
var params = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// nobodysHash is compared with when there is no account, so that the answer
// takes as long as for a wrong password. Nothing hashes to it on purpose.
const nobodysHash = "$argon2id$v=19$m=19456,t=2,p=1$bWVsbGVtcnVtbm9ib2R5$d2l0aG91dCBhbiBhY2NvdW50IG5vIHBhc3N3b3Jkcy4"

// hasher lets two passwords be hashed at once: each takes 19 MiB, and memory
// is to stay low also when many sign in together.
type hasher struct{ slots chan struct{} }

func newHasher() hasher { return hasher{slots: make(chan struct{}, 2)} }

func (h hasher) enter(ctx context.Context) (leave func(), err error) {
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots }, nil
	case <-ctx.Done():
		return nil, fault.Wrap(fault.Unavailable, "", ctx.Err())
	}
}

func (h hasher) hash(ctx context.Context, password string) (string, error) {
	leave, err := h.enter(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	return argon2id.CreateHash(norm.NFC.String(password), params)
}

// matches must be called within enter.
func matches(password, hash string) (bool, error) {
	return argon2id.ComparePasswordAndHash(norm.NFC.String(password), hash)
}

func checkPassword(f *fault.Fields, password string) {
	switch {
	case utf8.RuneCountInString(password) < passwordMin:
		f.Add("password", "account.password_short", "Min", passwordMin)
	case len(password) > passwordMax:
		f.Add("password", "account.password_long", "Max", passwordMax)
	}
}
