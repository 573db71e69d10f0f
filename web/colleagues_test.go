package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

const colleagues = "/stab/medarbejdere"

func (h *harness) colleague(as role) string { return colleagues + "/" + h.accounts[as].String() }

var formID = regexp.MustCompile(`name="id" value="([^"]+)"`)

func (h *harness) formID(as role, path string) string {
	h.t.Helper()
	m := formID.FindStringSubmatch(h.get(h.t, as, path).want(h.t, http.StatusOK).body)
	if m == nil {
		h.t.Fatalf("%s has no form", path)
	}
	return m[1]
}

// A coordinator says when they are away; from then on their stand-in's name is
// on the district's page, and the stand-in may do their work.
func TestTheStandInStepsIn(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.exec(`UPDATE districts SET contact_account_id = $2 WHERE id = $1`, h.district, h.accounts[coordinator])
	page := h.get(t, coordinator, "/bydele/testby").want(t, http.StatusOK, "Prøve coordinator")
	if strings.Contains(page.body, "Træder til") {
		t.Error("she is there")
	}
	h.get(t, coordinator, colleagues).want(t, http.StatusOK, "Prøve coordinator", "Prøve otherCoordinator", "Koordinator")
	h.get(t, otherCoordinator, "/stab/bydele/testby").want(t, http.StatusForbidden)
	in := url.Values{"id": {h.formID(coordinator, h.colleague(coordinator))}, "from_on": {"23.11.2026"}, "until_on": {"1.11.2026"}, "stand_in": {h.accounts[otherCoordinator].String()}}
	h.post(t, coordinator, h.colleague(coordinator)+"/vaek", in).want(t, http.StatusUnprocessableEntity, "#f-until_on", `value="1.11.2026"`)
	in.Set("until_on", "27.11.2026")
	for range 2 {
		h.post(t, coordinator, h.colleague(coordinator)+"/vaek", in).want(t, http.StatusSeeOther)
	}
	h.get(t, anonymous, "/bydele/testby").want(t, http.StatusOK, "Prøve otherCoordinator", "der er tilbage 28. november 2026")
	h.get(t, otherCoordinator, "/stab/bydele/testby").want(t, http.StatusOK)
	h.get(t, administrator, colleagues).want(t, http.StatusOK, "Væk til og med 27. november 2026")
	// Colleagues read it; only she and an administrator change it.
	page = h.get(t, otherCoordinator, h.colleague(coordinator)).want(t, http.StatusOK, "Væk til og med")
	if strings.Contains(page.body, "<textarea") || strings.Contains(page.body, "/vaek") {
		t.Error("a colleague is offered to change it")
	}
	h.post(t, otherCoordinator, h.colleague(coordinator)+"/vaek", in).want(t, http.StatusForbidden)
	h.post(t, otherCoordinator, h.colleague(coordinator)+"/stedfortraeder", nil).want(t, http.StatusForbidden)
	h.get(t, otherCoordinator, h.colleague(coordinator)+"/overdrag").want(t, http.StatusNotFound)
	absence := regexp.MustCompile(`/vaek/[0-9a-f-]+/slet`).FindString(h.get(t, coordinator, h.colleague(coordinator)).body)
	h.post(t, coordinator, h.colleague(coordinator)+absence, nil).want(t, http.StatusSeeOther)
	h.get(t, otherCoordinator, "/stab/bydele/testby").want(t, http.StatusForbidden)
}

// An administrator shuts somebody out who has left, and hands over what they
// looked after, in one step and with a receipt.
func TestSomebodyWhoLeavesHandsEverythingOver(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.exec(`UPDATE districts SET contact_account_id = $2 WHERE id = $1`, h.district, h.accounts[coordinator])
	path := h.colleague(coordinator)
	h.get(t, administrator, path).want(t, http.StatusOK, "Kontakt for bydelen", "Luk adgangen", "falder til den faste stedfortræder")
	h.post(t, coordinator, path+"/luk", nil).want(t, http.StatusForbidden)
	h.post(t, administrator, path+"/luk", nil).want(t, http.StatusSeeOther)
	h.get(t, administrator, path).want(t, http.StatusOK, "Giv adgang igen", "ingen træder til")
	in := url.Values{"id": {h.formID(administrator, path+"/overdrag")}, "note": {"Nøglen hænger i skabet."}}
	h.post(t, administrator, path+"/overdrag", in).want(t, http.StatusUnprocessableEntity, "#f-to", "Nøglen hænger i skabet.")
	in.Set("to", h.accounts[otherCoordinator].String())
	for range 2 {
		h.post(t, administrator, path+"/overdrag", in).want(t, http.StatusSeeOther)
	}
	receipt := "/stab/overdragelser/" + in.Get("id")
	h.get(t, otherCoordinator, receipt).want(t, http.StatusOK, "Fra Prøve coordinator til Prøve otherCoordinator", "Nøglen hænger i skabet.", "Kontakt for bydelen", "2 ting flyttede")
	h.get(t, partner, receipt).want(t, http.StatusForbidden)
	h.get(t, otherCoordinator, "/stab/bydele/testby").want(t, http.StatusOK)
	h.get(t, administrator, path).want(t, http.StatusOK, "Ikke noget lige nu", receipt)
	h.post(t, administrator, h.colleague(administrator)+"/luk", nil).want(t, http.StatusConflict)
}
