package web_test

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// A page that looks at an ask is told when it changes, and only that.
func TestAPageIsToldWhenAnAskChanges(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	a := h.askFor(true, true)
	hidden := h.askFor(false, true)
	h.get(t, anonymous, "/opraab/"+hidden.ID.String()+"/nu").want(t, http.StatusNotFound)
	h.get(t, anonymous, "/svar/gættet/nu").want(t, http.StatusGone)
	server := httptest.NewServer(h.mux)
	defer server.Close()
	defer h.mux.CloseStreams()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/opraab/"+a.ID.String()+"/nu", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if got := res.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Fatal(got)
	}
	lines := bufio.NewScanner(res.Body)
	next := func(want string) {
		t.Helper()
		for lines.Scan() {
			if lines.Text() == want {
				return
			}
			if strings.HasPrefix(lines.Text(), "data:") && lines.Text() != "data:" {
				t.Errorf("it tells %q", lines.Text())
			}
		}
		t.Fatalf("%q never came: %v", want, lines.Err())
	}
	next(": hello")
	next("event: changed") // listening has begun: something may have been missed
	form := yes(a, "2")
	form.Set("email", "beboer@post.example")
	h.post(t, anonymous, "/opraab/"+a.ID.String(), form).want(t, http.StatusSeeOther)
	next("event: changed")
}
