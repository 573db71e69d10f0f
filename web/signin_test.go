package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"mellemrum/internal/authz"
	"mellemrum/internal/demo"
)

func credentials(email, secret string) url.Values {
	return url.Values{"email": {email}, "password": {secret}}
}

// signIn goes through the door and returns the cookie that one gets there.
func (h *harness) signIn(t *testing.T, as role) *http.Cookie {
	t.Helper()
	res := h.post(t, anonymous, "/log-ind", credentials(string(as)+"@post.example", password)).want(t, http.StatusSeeOther)
	for _, c := range res.Cookies() {
		if c.Name == h.sessions.Cookie.Name && c.Value != "" {
			return c
		}
	}
	t.Fatal("signed in without a cookie")
	return nil
}

func with(c *http.Cookie) func(*http.Request) { return func(r *http.Request) { r.AddCookie(c) } }

func TestSignInLeadsHome(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for as, home := range map[role]string{partner: "/partner", coordinator: "/stab", administrator: "/stab"} {
		c := h.signIn(t, as)
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
			t.Errorf("the cookie is %+v", c)
		}
		if at := h.send(anonymous, httptest.NewRequest("GET", "/min-side", nil), with(c)).want(t, http.StatusSeeOther).Header.Get("Location"); at != home {
			t.Errorf("%s has its page at %s", as, at)
		}
		h.send(anonymous, httptest.NewRequest("GET", home, nil), with(c)).want(t, http.StatusOK, "Log ud")
		if at := h.send(anonymous, httptest.NewRequest("GET", "/log-ind", nil), with(c)).want(t, http.StatusSeeOther).Header.Get("Location"); at != "/min-side" {
			t.Errorf("signed in already, and sent to %s", at)
		}
	}
	res := h.get(t, anonymous, "/min-side").want(t, http.StatusSeeOther)
	if at := res.Header.Get("Location"); at != "/tilmelding" {
		t.Errorf("a resident is sent to %s", at)
	}
	if len(res.Cookies()) > 0 || len(h.get(t, anonymous, "/log-ind").Cookies()) > 0 {
		t.Error("a cookie before anybody signed in")
	}
}

func TestSignInRefuses(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	one := func(body, words string) {
		t.Helper()
		if n := strings.Count(body, words); n < 1 || n > 2 { // in the summary and at the field
			t.Errorf("%q stands there %d times", words, n)
		}
	}
	for name, c := range map[string]struct {
		form url.Values
		says string
	}{
		"a wrong password":  {credentials("partner@post.example", "noget-helt-andet"), "passer ikke sammen"},
		"an unknown e-mail": {credentials("ingen@post.example", password), "passer ikke sammen"},
		"no e-mail":         {credentials("", password), "Skriv din e-mailadresse."},
		"no password":       {credentials("partner@post.example", ""), "Skriv din adgangskode."},
		"nothing":           {url.Values{}, "Skriv din e-mailadresse."},
		"what is no text":   {credentials("\xff\x00", "x"), "f-email"},
	} {
		res := h.post(t, anonymous, "/log-ind", c.form).want(t, http.StatusUnprocessableEntity, c.says)
		if strings.Contains(c.says, " ") {
			one(res.body, c.says)
		}
		if len(res.Cookies()) > 0 {
			t.Errorf("%s: a cookie", name)
		}
		if email := c.form.Get("email"); email != "" && !strings.Contains(email, "\xff") && !strings.Contains(res.body, `value="`+email+`"`) {
			t.Errorf("%s: the e-mail is lost", name)
		}
		if secret := c.form.Get("password"); len(secret) > 1 && strings.Contains(res.body, secret) {
			t.Errorf("%s: the password stands on the page", name)
		}
	}
	for range 5 {
		h.post(t, anonymous, "/log-ind", credentials("coordinator@post.example", "noget-helt-andet"))
	}
	h.post(t, anonymous, "/log-ind", credentials("coordinator@post.example", password)).
		want(t, http.StatusTooManyRequests, "holder en pause", `value="coordinator@post.example"`)
}

func TestSignInLeadsOnOnlyWithinThePortal(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	at := h.get(t, anonymous, "/partner/tilbud/ny?lang=en").want(t, http.StatusSeeOther).Header.Get("Location")
	form := h.get(t, anonymous, at).want(t, http.StatusOK, `lang="en"`, "videre=%2Fpartner%2Ftilbud%2Fny")
	if !strings.Contains(form.body, "videre=") {
		t.Error("the form forgets where to")
	}
	wrong := h.post(t, anonymous, at, credentials("partner@post.example", "noget-helt-andet"))
	wrong.want(t, http.StatusUnprocessableEntity, "videre=%2Fpartner%2Ftilbud%2Fny")
	to := h.post(t, anonymous, at, credentials("partner@post.example", password)).want(t, http.StatusSeeOther).Header.Get("Location")
	if !strings.HasPrefix(to, "/partner/tilbud/ny") || !strings.Contains(to, "lang=en") {
		t.Errorf("led to %s", to)
	}
	for _, evil := range []string{"//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "evil.example", "/log-ind"} {
		path := "/log-ind?" + url.Values{"videre": {evil}}.Encode()
		if strings.Contains(h.get(t, anonymous, path).want(t, http.StatusOK).body, "<form class=\"form\" method=\"post\" action=\"/log-ind?") {
			t.Errorf("%q is kept in the form", evil)
		}
		to := h.post(t, anonymous, path, credentials("partner@post.example", password)).want(t, http.StatusSeeOther).Header.Get("Location")
		if to != "/min-side" {
			t.Errorf("%q leads to %q", evil, to)
		}
		if to := h.get(t, partner, path).want(t, http.StatusSeeOther).Header.Get("Location"); to != "/min-side" {
			t.Errorf("%q leads those who are signed in to %q", evil, to)
		}
	}
}

func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	signedIn := func(c *http.Cookie) bool {
		t.Helper()
		return h.send(anonymous, httptest.NewRequest("GET", "/partner", nil), with(c)).StatusCode == http.StatusOK
	}
	post := func(c *http.Cookie, path string) response {
		t.Helper()
		return h.send(anonymous, httptest.NewRequest("POST", path, nil), with(c))
	}

	c, elsewhere := h.signIn(t, partner), h.signIn(t, partner)
	if !signedIn(c) || c.Value == elsewhere.Value {
		t.Fatal("not signed in twice")
	}
	at := post(c, "/log-ud").want(t, http.StatusSeeOther).Header.Get("Location")
	if signedIn(c) || !signedIn(elsewhere) {
		t.Error("signing out ends one session, that one")
	}
	h.get(t, anonymous, at).want(t, http.StatusOK, "Du er logget ud")
	post(c, "/log-ud").want(t, http.StatusSeeOther) // a second press
	h.post(t, anonymous, "/log-ud", nil).want(t, http.StatusSeeOther)

	h.now = h.now.Add(time.Minute)
	if err := h.services.Accounts.Disable(t.Context(), authz.TheSystem, h.accounts[partner]); err != nil {
		t.Fatal(err)
	}
	if signedIn(elsewhere) {
		t.Error("a disabled account goes on")
	}
	h.post(t, anonymous, "/log-ind", credentials("partner@post.example", password)).want(t, http.StatusUnprocessableEntity)
	if err := h.services.Accounts.Enable(t.Context(), authz.TheSystem, h.accounts[partner]); err != nil {
		t.Fatal(err)
	}
	if signedIn(elsewhere) {
		t.Error("the old session is back")
	}
	h.now = h.now.Add(time.Minute)
	fresh := h.signIn(t, partner)
	h.now = h.now.Add(time.Minute)
	if err := h.services.Accounts.SetPassword(t.Context(), authz.TheSystem, h.accounts[partner], "en-helt-anden-hemmelighed"); err != nil {
		t.Fatal(err)
	}
	if signedIn(fresh) {
		t.Error("a new password leaves the old session open")
	}
	if h.count("FROM audit_entries WHERE action = 'account.signed_in'") != 3 {
		t.Error("sign-ins are not in the audit log")
	}
}

func TestDemoShowsItsSignIns(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	page := h.get(t, anonymous, "/log-ind").want(t, http.StatusOK, demo.Password)
	for _, s := range demo.SignIns() {
		page.want(t, http.StatusOK, s.Email, `name="email" value="`+s.Email+`"`)
	}
}
