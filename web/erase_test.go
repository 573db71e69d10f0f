package web_test

import (
	"net/http"
	"strings"
	"testing"
)

// A resident sees what is known of them and erases it with two presses.
func TestAResidentErasesTheirTraces(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	at := "/tilmelding/" + string(h.signUp(h.date, "slet@post.example", 2))
	h.get(t, anonymous, at).want(t, http.StatusOK, at+"/slet")
	h.get(t, anonymous, at+"/slet").want(t, http.StatusOK, "slet@post.example", "Det ved vi", "Caféen er ikke holdt endnu")
	if n := h.count(`FROM sign_ups WHERE email = 'slet@post.example'`); n != 1 {
		t.Fatal("looking has erased")
	}
	to := h.post(t, anonymous, at+"/slet", nil).want(t, http.StatusSeeOther).Header.Get("Location")
	page := h.get(t, anonymous, to).want(t, http.StatusOK, "Det er slettet", "Din kvittering")
	if strings.Contains(page.body, "slet@") || strings.Contains(to, "slet@") {
		t.Error("the receipt names somebody")
	}
	if n := h.count(`FROM sign_ups WHERE email = 'slet@post.example'`); n != 0 {
		t.Error("not erased")
	}
	for _, path := range []string{at, at + "/slet"} {
		h.get(t, anonymous, path).want(t, http.StatusGone)
	}
	h.post(t, anonymous, at+"/slet", nil).want(t, http.StatusGone) // pressed twice
}

// What stands in the address is shown only when it can be a receipt's number.
func TestAReceiptShowsNothingThatSomebodyWrote(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	page := h.get(t, anonymous, "/tilmelding/slettet?kvittering=Ring+til+os").want(t, http.StatusOK)
	if strings.Contains(page.body, "Ring til os") {
		t.Error("the page says what a stranger wrote")
	}
}

// Staff of the district erase for somebody who asked; hosts and others do not.
func TestStaffEraseForSomebodyWhoAsked(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.signUp(h.date, "bad@post.example", 1)
	at := h.doorPath(h.date) + "/slet-person/" + h.signUpID("bad@post.example").String()
	h.get(t, coordinator, h.doorPath(h.date)).want(t, http.StatusOK, at)
	for _, as := range []role{partner, otherPartner} {
		h.post(t, as, at, nil).want(t, http.StatusForbidden)
	}
	h.get(t, otherCoordinator, at).want(t, http.StatusNotFound)
	h.post(t, otherCoordinator, at, nil).want(t, http.StatusNotFound)
	h.get(t, partner, strings.Replace(at, "/stab/", "/partner/", 1)).want(t, http.StatusNotFound)
	h.get(t, coordinator, at).want(t, http.StatusOK, "bad@post.example")
	h.post(t, coordinator, at, nil).want(t, http.StatusSeeOther)
	if n := h.count(`FROM sign_ups WHERE email = 'bad@post.example'`); n != 0 {
		t.Error("not erased")
	}
	h.get(t, coordinator, at).want(t, http.StatusNotFound)
	h.get(t, coordinator, h.doorPath(h.date)).want(t, http.StatusOK)
}
