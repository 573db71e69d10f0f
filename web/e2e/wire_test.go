package e2e

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"testing"
)

// wire is the way between a phone and the portal, which can be cut, and which
// can lose answers. A browser's own "offline" does not reach service workers.
type wire struct {
	base  string
	proxy *httputil.ReverseProxy

	mu     sync.Mutex
	state  string   // "", "cut", "deaf": requests arrive, answers to presses are lost
	bodies []string // of presses that arrived
}

func newWire(t *testing.T, to string) *wire {
	t.Helper()
	target, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{proxy: &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(target)
		r.Out.Host = r.In.Host
	}}}
	s := httptest.NewServer(w)
	t.Cleanup(s.Close)
	w.base = s.URL
	return w
}

func (w *wire) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	state := w.state
	w.mu.Unlock()
	if state == "cut" {
		panic(http.ErrAbortHandler)
	}
	if r.Method == http.MethodPost && r.Header.Get("Sec-Fetch-Mode") == "cors" {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		w.mu.Lock()
		w.bodies = append(w.bodies, string(body))
		w.mu.Unlock()
		if state == "deaf" {
			w.proxy.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		}
	}
	w.proxy.ServeHTTP(rw, r)
}

// is changes what the wire does from now on.
func (w *wire) is(state string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.state = state
}

// carried is the presses that arrived, one request each.
func (w *wire) carried() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.bodies...)
}
