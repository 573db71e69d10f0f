package secret

import (
	"bytes"
	"testing"
)

func TestTokensDifferAndAreFoundByTheirHash(t *testing.T) {
	a, b := New(), New()
	if a == b || len(a) != 24 {
		t.Errorf("got %q and %q", a, b)
	}
	if !bytes.Equal(Hash(a), Hash(a)) || bytes.Equal(Hash(a), Hash(b)) || bytes.Contains(Hash(a), []byte(a)) {
		t.Error("a hash tells one token from another, and not the token")
	}
}
