// Package brake slows down one network address that acts again and again on a
// page that anybody may use.
package brake

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Brake lets each address act a few times at once, and then once a pause.
type Brake struct {
	burst int
	pause time.Duration

	mu    sync.Mutex
	by    map[string]*rate.Limiter
	swept time.Time
}

// New makes a brake that lets an address act burst times at once, and then once a
// pause.
func New(burst int, pause time.Duration) *Brake {
	return &Brake{burst: burst, pause: pause, by: map[string]*rate.Limiter{}}
}

// Allows tells whether the address may act now, and counts it.
func (b *Brake) Allows(address string, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sweep(now)
	key := network(address)
	l := b.by[key]
	if l == nil {
		l = rate.NewLimiter(rate.Every(b.pause), b.burst)
		b.by[key] = l
	}
	return l.AllowN(now, 1)
}

// sweep forgets, now and then, the addresses that have all their tries again.
func (b *Brake) sweep(now time.Time) {
	if now.Sub(b.swept) < b.pause {
		return
	}
	b.swept = now
	for key, l := range b.by {
		if l.TokensAt(now) >= float64(b.burst) {
			delete(b.by, key)
		}
	}
}

// network is what one household or machine has: an IPv4 address, or the /64
// that IPv6 gives to each.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if a = a.Unmap(); a.Is4() {
		return a.String()
	}
	p, err := a.WithZone("").Prefix(64)
	if err != nil {
		return address
	}
	return p.String()
}
