package web_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/i18n"
	"mellemrum/internal/partnership"
)

const together = "/stab/samarbejdspartnere/vaerterne/samarbejdet"

// noted is a note about Værterne by the coordinator, of today.
func (h *harness) noted(body string) uuid.UUID {
	h.t.Helper()
	actor := authz.Actor{Role: authz.Coordinator, AccountID: h.accounts[coordinator], Districts: []uuid.UUID{h.district}}
	return must[uuid.UUID](h.t)(h.services.Partnership.AddNote(context.Background(), actor, h.organisation,
		partnership.NoteInput{OnDate: i18n.Day(h.now), Contact: partnership.Phone, Body: body}))
}

// Staff write down that they spoke; what looks like a person is asked about
// once, a CPR number is refused, and nothing that was typed is lost.
func TestStaffNoteThatTheySpoke(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.get(t, coordinator, "/stab/samarbejdspartnere/vaerterne").want(t, http.StatusOK, "Samarbejdet", "Vi talte sidst sammen 16. november 2026", "Café Prøve")
	page := h.get(t, coordinator, together).want(t, http.StatusOK, "Skriv en note", `value="23.11.2026"`, "Et lokale om aftenen", "1 gang · ")
	if strings.Contains(page.body, `name="sure"`) {
		t.Error("the box is there before anything looks like a person")
	}
	id := regexp.MustCompile(`name="id" value="([^"]+)"`).FindStringSubmatch(page.body)[1]
	form := url.Values{"id": {id}, "on_date": {"20.11.2026"}, "contact": {"visit"}, "body": {"Mette Hansen viste salen frem <b>"}}
	h.post(t, coordinator, together, form).want(t, http.StatusUnprocessableEntity, "Det ligner et navn eller et nummer: Mette Hansen", `name="sure"`, "viste salen frem &lt;b&gt;", `href="#f-sure"`)
	form.Set("body", "Talte om 010190-1234")
	form.Set("sure", "1")
	h.post(t, coordinator, together, form).want(t, http.StatusUnprocessableEntity, "ligner et CPR-nummer")
	form.Set("body", "Mette Hansens Mindestue er navnet på salen.")
	for range 2 {
		h.post(t, coordinator, together, form).want(t, http.StatusSeeOther)
	}
	if n := h.count("FROM organisation_notes"); n != 1 {
		t.Errorf("%d notes of two presses", n)
	}
	h.get(t, coordinator, together).want(t, http.StatusOK, "Vi talte sidst sammen 20. november 2026", "Besøg", "Skrevet af Prøve coordinator", together+"/"+id)
	h.post(t, coordinator, together, url.Values{"on_date": {"i går"}}).want(t, http.StatusUnprocessableEntity, "#f-on_date", "#f-contact", "#f-body")

	form = url.Values{"on_date": {"20.11.2026"}, "contact": {"visit"}, "body": {"Salen er ledig om torsdagen."}}
	h.get(t, coordinator, together+"/"+id).want(t, http.StatusOK, "er navnet på salen")
	h.get(t, administrator, together+"/"+id).want(t, http.StatusSeeOther) // somebody else's
	h.post(t, administrator, together+"/"+id, form).want(t, http.StatusForbidden)
	h.post(t, coordinator, together+"/"+id, form).want(t, http.StatusSeeOther)
	h.get(t, coordinator, together).want(t, http.StatusOK, "Salen er ledig om torsdagen.", "rettet 23. november 2026")
	h.now = h.now.AddDate(0, 0, 1)
	h.get(t, coordinator, together+"/"+id).want(t, http.StatusSeeOther)
	h.post(t, coordinator, together+"/"+id, form).want(t, http.StatusForbidden)
	h.get(t, coordinator, together+"/"+id+"/slet").want(t, http.StatusOK, "Salen er ledig")
	h.post(t, coordinator, together+"/"+id+"/slet", nil).want(t, http.StatusSeeOther)
	h.post(t, coordinator, together+"/"+id+"/slet", nil).want(t, http.StatusNotFound)
	if strings.Contains(h.get(t, coordinator, together).body, "Salen er ledig") {
		t.Error("the note is still there")
	}
}

// Staff of other districts read and do not write; partners find nothing, also
// when it is about themselves.
func TestTheHistoryIsForStaffOnly(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	id := h.noted("De vil gerne være med til vinter.").String()
	page := h.get(t, otherCoordinator, together).want(t, http.StatusOK, "De vil gerne være med til vinter.")
	if strings.Contains(page.body, "Gem noten") || strings.Contains(page.body, id+"/slet") {
		t.Error("staff of another district are offered to write")
	}
	h.post(t, otherCoordinator, together, url.Values{"on_date": {"20.11.2026"}, "contact": {"visit"}, "body": {"Hej"}}).want(t, http.StatusForbidden)
	for _, as := range []role{partner, otherPartner} {
		for _, path := range []string{together, together + "/" + id, together + "/" + id + "/slet"} {
			h.get(t, as, path).want(t, http.StatusNotFound)
			h.post(t, as, path, nil).want(t, http.StatusNotFound)
		}
		h.get(t, as, "/stab/samarbejdspartnere?vis=stille").want(t, http.StatusForbidden)
	}
	for _, path := range []string{"/partner/organisation/vaerterne", "/samarbejdspartnere/vaerterne"} {
		if strings.Contains(h.get(t, partner, path).body, "til vinter") {
			t.Errorf("%s shows the note", path)
		}
	}
	h.get(t, coordinator, "/stab/samarbejdspartnere/de-andre/samarbejdet/"+id).want(t, http.StatusNotFound)
}

func TestWhoHasBeenSilentIsListed(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.get(t, administrator, "/stab/samarbejdspartnere?vis=stille").want(t, http.StatusOK, "Vi har talt med alle")
	if _, err := h.db.Pool().Exec(t.Context(), `UPDATE organisations SET decided_at = $1 WHERE status = 'approved'`, h.now.AddDate(-1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	h.get(t, coordinator, "/stab/samarbejdspartnere").want(t, http.StatusOK, "Ikke i kontakt i seks måneder")
	mine := h.get(t, coordinator, "/stab/samarbejdspartnere?vis=stille").want(t, http.StatusOK, "Vi har talt med alle", "Mine bydele")
	if strings.Contains(mine.body, "De Andre") {
		t.Error("a coordinator's own districts come first")
	}
	h.get(t, coordinator, "/stab/samarbejdspartnere?vis=stille&bydel=alle").want(t, http.StatusOK, "De Andre", "Ingen kontakt, siden de kom med 23. november 2025")
	h.get(t, otherCoordinator, "/stab/samarbejdspartnere?vis=stille").want(t, http.StatusOK, "De Andre", "/stab/samarbejdspartnere/de-andre/samarbejdet", "Skriv en note om De Andre")
	h.post(t, otherCoordinator, "/stab/samarbejdspartnere/de-andre/samarbejdet", url.Values{"on_date": {"23.11.2026"}, "contact": {"phone"}, "body": {"Alt vel."}}).want(t, http.StatusSeeOther)
	h.get(t, otherCoordinator, "/stab/samarbejdspartnere?vis=stille").want(t, http.StatusOK, "Vi har talt med alle")
}
