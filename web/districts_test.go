package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// A resident says what the district is good at, without an account; staff put
// it on the page with one press, and the personal link tells what came of it.
func TestAResidentsPrideComesOnThePage(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.get(t, anonymous, "/bydele/testby").want(t, http.StatusOK, "/bydele/testby/styrke")
	in := url.Values{"id": {h.formID(anonymous, "/bydele/testby/styrke")}, "body": {"Vi låner hinanden værktøj <3"}, "said_by": {"beboere i Prøvehuset"}, "email": {"noor"}}
	h.post(t, anonymous, "/bydele/testby/styrke", in).want(t, http.StatusUnprocessableEntity, "#f-email", "værktøj &lt;3")
	in.Set("email", "noor@post.example")
	receipt := h.post(t, anonymous, "/bydele/testby/styrke", in).want(t, http.StatusSeeOther).Header.Get("Location")
	receipt, _, _ = strings.Cut(receipt, "?")
	h.post(t, anonymous, "/bydele/testby/styrke", in).want(t, http.StatusConflict, "Vi har den allerede")
	h.get(t, anonymous, receipt).want(t, http.StatusOK, "Vi læser det og svarer her", "værktøj")
	if strings.Contains(h.get(t, anonymous, "/bydele/testby").body, "værktøj") {
		t.Error("it is on the page before anybody looked at it")
	}
	id := uuid.UUID{}
	if err := h.db.Pool().QueryRow(t.Context(), `SELECT id FROM strength_suggestions`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	path := "/stab/bydele/testby/styrker/" + id.String()
	h.get(t, coordinator, "/stab/bydele/testby/styrker").want(t, http.StatusOK, "værktøj", path)
	h.post(t, otherCoordinator, path, url.Values{"take": {"yes"}}).want(t, http.StatusNotFound)
	h.post(t, coordinator, path, url.Values{"take": {"no"}}).want(t, http.StatusUnprocessableEntity, "#f-reply")
	for range 2 {
		h.post(t, coordinator, path, url.Values{"take": {"yes"}}).want(t, http.StatusSeeOther)
	}
	h.get(t, anonymous, "/bydele/testby").want(t, http.StatusOK, "værktøj", "beboere i Prøvehuset")
	h.get(t, anonymous, receipt).want(t, http.StatusOK, "Det står nu på bydelens side")
	h.get(t, anonymous, receipt+"/slet").want(t, http.StatusOK) // a mail scanner follows links
	h.post(t, anonymous, receipt+"/slet", nil).want(t, http.StatusSeeOther)
	h.get(t, anonymous, receipt).want(t, http.StatusNotFound)
}

// Whoever begins in a district sees who is missing and asks everybody in one go.
func TestABeginningInADistrict(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	const path = "/stab/bydele/testby/start"
	h.get(t, coordinator, path).want(t, http.StatusOK, "1 af 5 er på plads", "Trossamfund og præster", "Værterne", "Mangler", "/workshops/ny?bydel=testby")
	in := url.Values{"invite_faith": {"Moskeen Prøve moske@post.example\r\nPræsterne i Prøven"}, "words": {"Vi mødes i januar."}}
	h.post(t, coordinator, path, in).want(t, http.StatusUnprocessableEntity, "#f-invite_faith", "Præsterne i Prøven", "Vi mødes i januar.")
	in.Set("invite_faith", "Moskeen Prøve moske@post.example")
	for range 2 {
		h.post(t, coordinator, path, in).want(t, http.StatusSeeOther)
	}
	h.get(t, coordinator, path).want(t, http.StatusOK, "2 af 5 er på plads", "Inviteret:", "Moskeen Prøve")
	if n := h.count("FROM river_job WHERE args::text LIKE '%district_invitation%'"); n != 1 {
		t.Errorf("%d letters", n)
	}
	h.post(t, otherCoordinator, path, in).want(t, http.StatusForbidden)
}

// What is asked for and what was answered in a district stands on its page.
func TestTheDistrictsPageTellsWhatGoesOn(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.exec(`INSERT INTO answers (id, district_id, said, decided, decided_by, created_at, updated_at)
		SELECT gen_random_uuid(), $1, 'Der er mørkt ved stien ' || n, 'Lygterne kommer', 'Prøveudvalget', $2, $2 FROM generate_series(1, 3) n`, h.district, h.now)
	h.get(t, anonymous, "/bydele/testby").want(t, http.StatusOK, "I sagde, vi gjorde", "Der er mørkt ved stien", "/bydele/testby/svar")
	h.get(t, anonymous, "/bydele/testby/svar").want(t, http.StatusOK, "stien 1", "stien 2", "stien 3")
	h.get(t, anonymous, "/bydele/andenby/svar").want(t, http.StatusOK, "Der er ikke noget her endnu")
}
