package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"mellemrum/internal/follow"
	"mellemrum/internal/i18n"
)

var requestID = regexp.MustCompile(`id=([A-Z2-7]{10})`)

// Whatever goes wrong: a page in the reader's language with the right status,
// one log line, the same id in both, and nothing of ours on it.
func TestTroubleIsAPageAndOneLogLine(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	signUp := "/cafeer/" + h.cafe + "/" + h.date
	for name, c := range map[string]struct {
		status  int
		request func() *http.Request
	}{
		"an unknown address": {404, func() *http.Request { return httptest.NewRequest("GET", "/findes-ikke", nil) }},
		"a wrong method":     {405, func() *http.Request { return httptest.NewRequest("DELETE", "/cafeer", nil) }},
		"a spent link":       {410, func() *http.Request { return httptest.NewRequest("GET", "/tilmelding/findes-ikke", nil) }},
		"a date past":        {410, func() *http.Request { return post("/cafeer/"+h.cafe+"/"+h.past, goodSignUp("a@post.example")) }},
		"a cancelled date":   {410, func() *http.Request { return post("/cafeer/"+h.cafe+"/"+h.cancelled, goodSignUp("a@post.example")) }},
		"another website": {403, func() *http.Request {
			r := post(signUp, goodSignUp("a@post.example"))
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			r.Header.Set("Origin", "https://evil.example")
			return r
		}},
		"too many bytes": {413, func() *http.Request {
			return post(signUp, url.Values{"name": {strings.Repeat("x", 200_000)}})
		}},
	} {
		for _, l := range i18n.All() {
			h.log.Reset()
			r := c.request()
			r.Header.Set("Accept-Language", l.Code)
			res := h.send(anonymous, r)
			if res.StatusCode != c.status {
				t.Errorf("%s in %s: %d, want %d", name, l.Code, res.StatusCode, c.status)
				continue
			}
			if !strings.Contains(res.body, `lang="`+l.Code+`"`) || !strings.Contains(res.body, `dir="`+l.Dir+`"`) || strings.Contains(res.body, "⟦") {
				t.Errorf("%s is not in %s: %s", name, l.Name, shorten(res.body))
			}
			id := requestID.FindStringSubmatch(h.log.String())
			if lines := strings.Count(h.log.String(), "\n"); lines != 1 || id == nil {
				t.Errorf("%s: %d log lines: %s", name, lines, h.log)
				continue
			}
			if !strings.Contains(res.body, id[1]) {
				t.Errorf("%s: the page does not show %s", name, id[1])
			}
			if strings.Contains(res.body, "goroutine") || strings.Contains(res.body, "SQLSTATE") {
				t.Errorf("%s shows what is ours: %s", name, shorten(res.body))
			}
		}
	}
	if n := h.count(`FROM sign_ups WHERE email = 'a@post.example'`); n != 0 {
		t.Errorf("%d rows were written", n)
	}
}

func post(path string, form url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func goodSignUp(email string) url.Values {
	return url.Values{"place": {"guest"}, "name": {"Prøve Gæst"}, "email": {email}, "party": {"1"}, "language": {"da"}}
}

func TestADatabaseThatIsAwayIsSaidSo(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	signUp := "/cafeer/" + h.cafe + "/" + h.date
	h.cookie(coordinator)
	h.db.Close()
	for name, res := range map[string]response{
		"a page":    h.get(t, anonymous, "/cafeer"),
		"a sign-up": h.post(t, anonymous, signUp, goodSignUp("a@post.example")),
		"staff":     h.get(t, coordinator, "/stab"),
	} {
		if res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" {
			t.Errorf("%s: %d %v\n%s", name, res.StatusCode, res.Header, h.log)
		}
	}
	if res := h.get(t, anonymous, "/healthz"); res.StatusCode != http.StatusOK {
		t.Errorf("the process lives, and /healthz says %d", res.StatusCode)
	}
	if res := h.get(t, anonymous, "/readyz"); res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("/readyz says %d", res.StatusCode)
	}
}

// What every answer carries, and what none does.
func TestEveryPageIsClosedToOthers(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for _, path := range []string{"/", "/cafeer", "/log-ind", "/findes-ikke", "/static/app-1.css"} {
		res := h.get(t, anonymous, path)
		for header, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
		} {
			if !strings.Contains(res.Header.Get(header), want) {
				t.Errorf("%s: %s is %q", path, header, res.Header.Get(header))
			}
		}
		if len(res.Cookies()) > 0 {
			t.Errorf("%s sets a cookie before anybody signed in", path)
		}
		if inline := regexp.MustCompile(`(?i)<style|<script(?:\s[^>]*)?>[^<]|\sstyle=|\son[a-z]+=|https?://(?:[^m]|m[^e])[^"]*\.(?:js|css)`).FindString(res.body); inline != "" {
			t.Errorf("%s has %q in it", path, inline)
		}
	}
	for as, want := range map[role]string{anonymous: "no-cache", coordinator: "private, no-store"} {
		if got := h.get(t, as, "/cafeer").Header.Get("Cache-Control"); got != want {
			t.Errorf("%s: Cache-Control is %q", as, got)
		}
	}
	if got := h.get(t, anonymous, "/tilmelding/"+string(h.signUp(h.date, "b@post.example", 1))).Header.Get("Cache-Control"); got != "private, no-store" {
		t.Errorf("a personal page: Cache-Control is %q", got)
	}
}

// At most four questions to the database for a public page, and six for one
// of somebody signed in, however long the lists are.
func TestPagesAskFewQuestions(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	token := string(h.signUp(h.date, "c@post.example", 1))
	following, _ := h.follows(follow.District, "testby", "c@post.example")
	for as, paths := range map[role][]string{
		anonymous: {"/", "/bydele", "/bydele/testby", "/cafeer", "/cafeer?bydel=testby&sprog=ar", "/cafeer/" + h.cafe, "/cafeer/" + h.cafe + "/" + h.date,
			"/cafeer/" + h.cafe + "/" + h.full, "/cafeer/" + h.cafe + "/" + h.past, "/tilbud", "/tilbud?ord=lokale&bydel=testby", "/tilbud/" + h.offer.String(),
			"/samarbejdspartnere", "/samarbejdspartnere/vaerterne", "/bliv-partner", "/tilmelding", "/tilmelding/" + token, "/log-ind",
			"/privatliv", "/tilgaengelighed", "/demo/post", "/findes-ikke", "/bydele/testby/foelg", "/foelg/tak", "/foelg/" + following},
		partner: {"/", "/cafeer", "/bydele/testby", "/partner", "/partner/tilbud/ny", "/partner/tilbud/" + h.draft.String(), "/partner/cafeer",
			"/partner/cafeer/" + h.cafe + "/" + h.date},
		coordinator: {"/stab", "/stab/bydele", "/stab/bydele/ny", "/stab/bydele/testby", "/stab/samarbejdspartnere", "/stab/samarbejdspartnere/ny",
			"/stab/samarbejdspartnere/" + h.pending, "/stab/samarbejdspartnere/vaerterne", together, "/stab/samarbejdspartnere?vis=stille", "/stab/cafeer", "/stab/cafeer/ny", "/stab/cafeer/" + h.cafe, "/stab/cafeer/" + h.cafe + "/rediger",
			"/stab/cafeer/" + h.cafe + "/datoer", "/stab/cafeer/" + h.cafe + "/" + h.date, "/bydele/testby"},
	} {
		most := int64(4)
		if as != anonymous {
			most = 7
			h.cookie(as)
		}
		for _, path := range paths {
			h.get(t, as, path) // the map is drawn once
			before := h.queries.Load()
			res := h.get(t, as, path)
			switch { // they gather a little of everything, from one feature each
			case path == "/":
				before++
			case strings.HasPrefix(path, "/bydele/"):
				before += 4
			}
			if n := h.queries.Load() - before; n > most {
				t.Errorf("%s as %s asks %d questions, at most %d", path, as, n, most)
			}
			if res.StatusCode >= 500 || (res.StatusCode >= 400 && !strings.Contains(path, "findes")) {
				t.Errorf("%s as %s: %d", path, as, res.StatusCode)
			}
		}
	}
}

// A form that is sent twice, by a double press or the back button, changes
// things once.
func TestADoublePressIsOnePlace(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	path := "/cafeer/" + h.cafe + "/" + h.date
	h.post(t, anonymous, path, goodSignUp("d@post.example")).want(t, http.StatusSeeOther)
	h.post(t, anonymous, path, goodSignUp("d@post.example")).want(t, http.StatusConflict, "/tilmelding", "Prøve Gæst")
	if n := h.count(`FROM sign_ups WHERE email = 'd@post.example'`); n != 1 {
		t.Errorf("%d rows", n)
	}
}
