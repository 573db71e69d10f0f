package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"mellemrum/internal/authz"
)

// Whatever a partner's page is about is there for the organisation's own people
// and for no other partner: every mounted route is walked as both. Nothing of
// Værterne is on any page of De Andre, and nothing they press changes it.
func TestPartnersAreKeptFromEachOther(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	before := h.count("FROM audit_entries WHERE actor_id = $1", h.accounts[otherPartner])
	walked := 0
	for _, m := range h.mux.Routes() {
		if !strings.HasPrefix(m.Pattern, "/partner") || m.Rule.String() != authz.Partners.String() {
			continue
		}
		walked++
		path := h.example(m.Pattern)
		send := func(as role, path string) response {
			r := httptest.NewRequest(m.Method, path, nil)
			if m.Method == http.MethodPost {
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			}
			return h.send(as, r)
		}
		name := m.Method + " " + m.Pattern
		if !strings.Contains(m.Pattern, "{") {
			for _, ask := range []string{"", "?som=vaerterne", "?for=vaerterne", "?som=" + h.organisation.String()} {
				res := send(otherPartner, path+ask)
				for _, theirs := range []string{"Værterne", "Et lokale om aftenen", "Ikke færdig endnu", "Prøve partner", "partner@post.example\"", "Café Prøve"} {
					if strings.Contains(res.body, theirs) {
						t.Errorf("%s%s shows %q to another partner", name, ask, theirs)
					}
				}
			}
			continue
		}
		theirs := send(otherPartner, path)
		if to := theirs.Header.Get("Location"); m.Method == http.MethodGet && theirs.StatusCode == http.StatusSeeOther {
			theirs = h.get(t, otherPartner, to) // an action's address that was reloaded
		}
		if theirs.StatusCode != http.StatusNotFound {
			t.Errorf("%s is %d for another partner", name, theirs.StatusCode)
		}
		// These two look for a sign-up that an empty form does not name.
		empty := m.Method == http.MethodPost && (strings.HasSuffix(m.Pattern, "/fremmoede") || strings.HasSuffix(m.Pattern, "/sagt-ja"))
		if own := send(partner, path); own.StatusCode == http.StatusNotFound && !empty {
			t.Errorf("%s is not there for those whose it is", name)
		}
	}
	if walked < 40 {
		t.Errorf("only %d routes were walked", walked)
	}
	if n := h.count("FROM audit_entries WHERE actor_id = $1", h.accounts[otherPartner]); n != before {
		t.Errorf("another partner has changed %d things", n-before)
	}
}

// What is sent to a page of one's own cannot reach another's things by naming
// them in the form.
func TestAFormCannotNameWhatIsAnothers(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	a := h.askFor(false, true)
	form := yes(a, "1")
	form.Set("organisation", h.organisation.String())
	offer := url.Values{"organisation": {h.organisation.String()}, "title": {"Lånt navn"}, "body": {"x"}, "kind": {"help"}, "districts": {h.district.String()},
		"contact_email": {"x@post.example"}, "step": {"publish"}}
	person := url.Values{"organisation": {h.organisation.String()}, "email": {"ny@post.example"}, "name": {"Ny Prøve"}, "locale": {"da"}, "contact": {"1"}}
	for path, f := range map[string]url.Values{
		"/partner/opraab/" + a.ID.String() + "?for=vaerterne": form, "/partner/tilbud/ny?som=vaerterne": offer,
		"/partner/personer?som=vaerterne": person, "/partner/organisation?som=vaerterne": {"name": {"Overtaget"}, "kind": {"other"}},
	} {
		h.post(t, otherPartner, path, f)
	}
	for what, n := range map[string]int{
		"a hand":        h.count("FROM hands WHERE organisation_id = $1", h.organisation),
		"an offer":      h.count("FROM offers WHERE organisation_id = $1 AND title = 'Lånt navn'", h.organisation),
		"an invitation": h.count("FROM invitations WHERE organisation_id = $1", h.organisation),
		"a new name":    h.count("FROM organisations WHERE id = $1 AND name = 'Overtaget'", h.organisation),
	} {
		if n != 0 {
			t.Errorf("another partner has given them %s", what)
		}
	}
}
