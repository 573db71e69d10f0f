package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// toConfirm lets the offer's time run out and is the link of the letter that
// asks about it.
func (h *harness) toConfirm() string {
	h.t.Helper()
	for _, sql := range []string{
		`DELETE FROM offer_letters`,
		`UPDATE offers SET confirmed_at = published_at - interval '7 months', asked_at = NULL, reminded = 0 WHERE status = 'published'`,
	} {
		if _, err := h.db.Pool().Exec(context.Background(), sql); err != nil {
			h.t.Fatal(err)
		}
	}
	if err := h.services.Offers.Due(context.Background()); err != nil {
		h.t.Fatal(err)
	}
	return h.letterTo("offers_confirm", "ida@post.example")
}

// lacks checks that the page does not say something.
func lacks(t testing.TB, r response, s string) {
	t.Helper()
	if strings.Contains(r.body, s) {
		t.Errorf("the page says %q: %s", s, shorten(r.body))
	}
}

// pass lets days go by.
func (h *harness) pass(t *testing.T, days int) {
	t.Helper()
	h.now = h.now.AddDate(0, 0, days)
	h.now = time.Date(h.now.Year(), h.now.Month(), h.now.Day(), 12, 0, 0, 0, time.UTC)
	if err := h.services.Offers.Due(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestAnOfferFadesAndComesBack(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	const title = "Et lokale om aftenen"
	link, page := "/bekraeft/"+h.toConfirm(), "/tilbud/"+h.offer.String()
	lists := func(there bool) {
		t.Helper()
		for _, path := range []string{"/tilbud", "/samarbejdspartnere/vaerterne", "/bydele/testby"} {
			if got := strings.Contains(h.get(t, anonymous, path).body, title); got != there {
				t.Errorf("%s: %v", path, got)
			}
		}
	}
	lacks(t, h.get(t, anonymous, page).want(t, http.StatusOK, title), "Ikke bekræftet siden")
	h.get(t, partner, "/partner").want(t, http.StatusOK, "Tilbud, der venter på et ja", "Venter på svar")
	h.get(t, coordinator, "/stab").want(t, http.StatusOK, "Tilbud, ingen har bekræftet", title, "/stab/tilbud/"+h.offer.String())
	lacks(t, h.get(t, otherCoordinator, "/stab").want(t, http.StatusOK), title)
	h.pass(t, 14)
	h.get(t, anonymous, page).want(t, http.StatusOK, "Ikke bekræftet siden")
	h.get(t, anonymous, "/tilbud").want(t, http.StatusOK, "Ikke bekræftet siden")
	lists(true)
	h.pass(t, 42)
	lists(false)
	h.get(t, anonymous, page).want(t, http.StatusOK, "Tilbuddet hviler", "noindex")
	h.get(t, partner, "/partner").want(t, http.StatusOK, "Hviler, vises ikke på listen")

	// A look changes nothing, a press does, and another nothing more.
	h.get(t, anonymous, link).want(t, http.StatusOK, title, "Ja, det gælder stadig")
	lists(false)
	h.post(t, anonymous, link, nil).want(t, http.StatusSeeOther)
	lists(true)
	h.post(t, anonymous, link, nil).want(t, http.StatusSeeOther)
	lacks(t, h.get(t, anonymous, link).want(t, http.StatusOK, "Tak, det er bekræftet"), "<form method=\"post\"")
	if n := h.count("FROM audit_entries WHERE action = 'offer.confirmed'"); n != 1 {
		t.Errorf("confirmed %d times", n)
	}
	h.get(t, anonymous, "/bekraeft/gættet").want(t, http.StatusGone)
	h.post(t, anonymous, "/bekraeft/gættet", nil).want(t, http.StatusGone)

	// The partner's own page and the staff's do the same.
	for _, by := range []struct {
		as   role
		path string
	}{{partner, "/partner/tilbud/"}, {coordinator, "/stab/tilbud/"}} {
		h.toConfirm()
		h.post(t, by.as, by.path+h.offer.String()+"/bekraeft", nil).want(t, http.StatusSeeOther)
		if h.count("FROM offers WHERE asked_at IS NOT NULL") != 0 {
			t.Errorf("%s: it waits still", by.path)
		}
	}
	h.get(t, coordinator, page).want(t, http.StatusOK, "/stab/tilbud/")
	lacks(t, h.get(t, anonymous, page).want(t, http.StatusOK), "/stab/tilbud/")
	months := func(n string) response {
		return h.post(t, coordinator, "/stab/tilbud/"+h.offer.String(), url.Values{"months": {n}})
	}
	for _, n := range []string{"", "0", "25", "seks"} {
		months(n).want(t, http.StatusUnprocessableEntity, "Skriv et tal fra 1 til 24.")
	}
	months("24").want(t, http.StatusSeeOther)
	h.get(t, coordinator, "/stab/tilbud/"+h.offer.String()).want(t, http.StatusOK, `value="24"`)
}
