package route

import (
	"context"
	"net/http"
	"time"

	"mellemrum/internal/authz"
)

// Heard tells when something changed, until stop is called.
type Heard func(*Request) (heard <-chan struct{}, stop func(), err error)

const (
	streamFor  = 10 * time.Minute // then the browser comes back by itself
	streamPing = 25 * time.Second // so that nothing between takes the silence for an end
)

// Stream mounts an address that tells a page that what it shows has changed, as
// server-sent events named "changed". It tells nothing else: the page asks for
// itself anew, by the rules that hold for it.
func (m *Mux) Stream(rule authz.Rule, pattern string, h Heard) {
	if rule.Zero() {
		panic("route: GET " + pattern + " is mounted without a rule")
	}
	m.mounted = append(m.mounted, Mounted{http.MethodGet, pattern, rule})
	m.router.Get(pattern, func(w http.ResponseWriter, hr *http.Request) {
		r, err := m.request(w, hr)
		if err == nil && !rule.Allows(r.Actor) {
			err = m.refuse(rule, r)
		}
		var heard <-chan struct{}
		stop := func() {}
		if err == nil {
			heard, stop, err = h(r)
		}
		if err != nil {
			m.fail(w, r, err)
			return
		}
		defer stop()
		m.stream(w, r, heard)
	})
}

func (m *Mux) stream(w http.ResponseWriter, r *Request, heard <-chan struct{}) {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // proxies keep nothing back
	h.Set("No-Gzip-Compression", "1")
	c := http.NewResponseController(w)
	_ = c.SetWriteDeadline(time.Now().Add(streamFor + time.Minute)) // it outlasts what a page may take
	end, ping := time.NewTimer(streamFor), time.NewTicker(streamPing)
	defer end.Stop()
	defer ping.Stop()
	say := func(s string) bool {
		_, err := w.Write([]byte(s))
		return err == nil && c.Flush() == nil
	}
	if !say(": hello\n\n") {
		return
	}
	gone := r.Context().Value(clientKey{}).(context.Context).Done()
	for {
		var s string
		select {
		case <-gone:
			return
		case <-m.closing:
			return
		case <-end.C:
			return
		case <-ping.C:
			s = ": still here\n\n"
		case <-heard:
			s = "event: changed\ndata:\n\n"
		}
		if !say(s) {
			return
		}
	}
}

// clientKey is the request's own context, which ends when the client leaves;
// what answers a page ends sooner.
type clientKey struct{}

// CloseStreams ends the streams, which would otherwise hold up a shutdown.
func (m *Mux) CloseStreams() { m.closeOnce.Do(func() { close(m.closing) }) }
