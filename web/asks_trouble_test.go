package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"mellemrum/internal/ask"
	"mellemrum/internal/authz"
)

// An answer after the end is kept, marked late for staff, and whoever gave it is
// told so, whichever way they answer.
func TestAnAnswerAfterTheEndIsToldThatItIsLate(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	a := h.askFor(false, true)
	path := "/svar/" + h.letterTo("ask", "partner@post.example")
	if err := h.services.Asks.Close(t.Context(), authz.TheSystem, a.ID, ask.Fulfilled, "Det gik godt."); err != nil {
		t.Fatal(err)
	}
	h.get(t, anonymous, path).want(t, http.StatusOK, "Fristen er gået", "Det gik godt.")
	res := h.post(t, anonymous, path, yes(a, "2")).want(t, http.StatusSeeOther)
	if !strings.Contains(res.Header.Get("Location"), "asks_answered_late") {
		t.Errorf("who answers by the link is not told that it is late: %s", res.Header.Get("Location"))
	}
	res = h.post(t, partner, "/partner/opraab/"+a.ID.String(), yes(a, "3")).want(t, http.StatusSeeOther)
	if !strings.Contains(res.Header.Get("Location"), "asks_answered_late") {
		t.Errorf("who is signed in is not told that it is late: %s", res.Header.Get("Location"))
	}
	h.get(t, coordinator, "/stab/opraab/"+a.ID.String()).want(t, http.StatusOK, "Efter fristen", "3 timer flyttehjælp")
}

// A link that was passed on answers for its organisation and nobody else, shows
// no addresses and no other's words, and staff see which link was used.
func TestALinkThatWasPassedOn(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	a := h.askFor(false, true)
	if err := h.services.Asks.AskAlso(t.Context(), authz.TheSystem, a.ID, h.stranger); err != nil {
		t.Fatal(err)
	}
	theirs := "/svar/" + h.letterTo("ask", "otherPartner@post.example")
	secret := yes(a, "1")
	secret.Set("phone", "20 99 88 77")
	secret.Set("note", "Nøglen ligger under måtten")
	secret.Set("share", "1")
	h.post(t, anonymous, theirs, secret).want(t, http.StatusSeeOther)
	path := "/svar/" + h.letterTo("ask", "partner@post.example")
	h.post(t, anonymous, path, yes(a, "4")).want(t, http.StatusSeeOther)
	hands, err := h.services.Asks.Hands(t.Context(), authz.TheSystem, a.ID)
	if err != nil {
		t.Fatal(err)
	}
	var ids []uuid.UUID
	for _, hand := range hands {
		ids = append(ids, hand.ID)
	}
	if _, err := h.services.Asks.Respond(t.Context(), authz.TheSystem, a.ID, ids, ask.Accepted, ""); err != nil {
		t.Fatal(err)
	}
	for _, at := range []string{path, path + "/foreslaa"} {
		page := h.get(t, anonymous, at).want(t, http.StatusOK)
		for _, hidden := range []string{"partner@post.example", "otherPartner@post.example", "20 99 88 77", "+4520998877", "måtten"} {
			if strings.Contains(page.body, hidden) {
				t.Errorf("%s shows %q to whoever has the link", at, hidden)
			}
		}
	}
	// Somebody who is signed in for another organisation answers by it for the
	// one it was sent to all the same.
	h.post(t, otherPartner, path, yes(a, "5")).want(t, http.StatusSeeOther)
	h.get(t, coordinator, "/stab/opraab/"+a.ID.String()).want(t, http.StatusOK, "fra mailen til partner@post.example", "5 timer flyttehjælp", "fra mailen til otherPartner@post.example")
	if n := h.count("FROM hands WHERE organisation_id = $1", h.stranger); n != 1 {
		t.Errorf("%d hands of the other organisation", n)
	}
	// Who is accepted, and signed in, is told of the others who agreed; others are not.
	h.post(t, coordinator, "/stab/opraab/"+a.ID.String()+"/svar", url.Values{"reply": {"accepted"}, "words": {"Vi ses"}, "hands": {ids[0].String(), ids[1].String()}}).want(t, http.StatusSeeOther)
	h.get(t, partner, "/partner/opraab/"+a.ID.String()).want(t, http.StatusOK, "De andre, der hjælper", "20 99 88 77")
	if page := h.get(t, otherPartner, "/partner/opraab/"+a.ID.String()).want(t, http.StatusOK); strings.Contains(page.body, "De andre, der hjælper") {
		t.Error("the other one is told of somebody who did not agree")
	}
}

// How far an ask to many has come is shown, and stopped in the middle nothing
// more leaves.
func TestAnAskToManyShowsHowFarItHasCome(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.exec(`INSERT INTO organisations (id, slug, name, kind, status, contact_email, decided_at, created_at, updated_at)
		SELECT gen_random_uuid(), 'o-' || n, 'O ' || n, 'association', 'approved', 'o' || n || '@post.example', now(), now(), now() FROM generate_series(1, 499) n`)
	a := h.askFor(false, true)
	at := "/stab/opraab/" + a.ID.String()
	h.get(t, coordinator, at).want(t, http.StatusOK, "50 af 500 er sendt", `<progress max="500" value="50"`, "Stop resten")
	h.post(t, coordinator, at+"/stop", nil).want(t, http.StatusSeeOther)
	if err := h.services.Asks.Due(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.get(t, coordinator, at).want(t, http.StatusOK, "50 af 500 er sendt", "Resten er stoppet.", "Send resten")
	if n := h.count("FROM river_job WHERE args->>'letter' = 'ask'"); n != 50 {
		t.Errorf("%d letters left", n)
	}
}

func TestAnAddressThatRefusesMailIsShownOnTheAsk(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	a := h.askFor(false, true)
	at := "/stab/opraab/" + a.ID.String()
	if strings.Contains(h.get(t, coordinator, at).body, "kunne ikke komme frem") {
		t.Error("every address is said to refuse")
	}
	h.exec(`INSERT INTO mail_bounces (address, reason, at) VALUES ('partner@post.example', '550 no such user', $1)`, h.now)
	h.get(t, coordinator, at).want(t, http.StatusOK, "Mailen kunne ikke komme frem til: Værterne (partner@post.example). Ring til dem.")
	if page := h.get(t, otherCoordinator, at).want(t, http.StatusOK); strings.Contains(page.body, "partner@post.example") {
		t.Error("staff of another district see addresses")
	}
}

// While an organisation is suspended its hand counts for nothing; staff are told
// why, and it is back when that is lifted.
func TestASuspendedOrganisationsHandIsMarked(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	a := h.askFor(true, true)
	at := "/stab/opraab/" + a.ID.String()
	path := "/svar/" + h.letterTo("ask", "partner@post.example")
	h.post(t, anonymous, path, yes(a, "4")).want(t, http.StatusSeeOther)
	h.get(t, anonymous, "/opraab/"+a.ID.String()).want(t, http.StatusOK, "Mangler 2 af 6")
	if err := h.services.Organisations.Suspend(t.Context(), authz.TheSystem, h.organisation, "Vi taler om det"); err != nil {
		t.Fatal(err)
	}
	if page := h.get(t, anonymous, "/opraab/"+a.ID.String()).want(t, http.StatusOK, "Mangler 6 af 6"); strings.Contains(page.body, "Værterne") {
		t.Error("a suspended organisation is shown to all")
	}
	h.get(t, coordinator, at).want(t, http.StatusOK, "Værterne", "Lukket for en tid, tæller ikke med", "Mangler 6 af 6")
	h.get(t, anonymous, path).want(t, http.StatusGone)
	h.post(t, anonymous, path, yes(a, "1")).want(t, http.StatusGone)
	if err := h.services.Organisations.Reinstate(t.Context(), authz.TheSystem, h.organisation); err != nil {
		t.Fatal(err)
	}
	h.get(t, anonymous, "/opraab/"+a.ID.String()).want(t, http.StatusOK, "Mangler 2 af 6")
	if strings.Contains(h.get(t, coordinator, at).want(t, http.StatusOK).body, "tæller ikke med") {
		t.Error("it counts again, and staff are told that it does not")
	}
}

// Somebody nobody knows is asked instead: in their letter it says who thought of
// them, and their link lets them answer for themselves alone.
func TestSomebodyUnknownIsAskedInstead(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	a := h.askFor(false, true)
	path := "/svar/" + h.letterTo("ask", "partner@post.example")
	for range 2 {
		h.post(t, anonymous, path+"/foreslaa", url.Values{"name": {"Strikkeklubben Opdigt"}, "email": {"strik@post.example"}}).want(t, http.StatusSeeOther)
	}
	if n := h.count("FROM river_job WHERE args->>'letter' = 'ask' AND args->>'to' = 'strik@post.example'"); n != 1 {
		t.Fatalf("%d letters to the address", n)
	}
	theirs := "/svar/" + h.letterTo("ask", "strik@post.example")
	h.get(t, anonymous, theirs).want(t, http.StatusOK, "Værterne tænkte på jer", "6 timer flyttehjælp")
	h.post(t, anonymous, theirs, yes(a, "2")).want(t, http.StatusSeeOther)
	h.get(t, coordinator, "/stab/opraab/"+a.ID.String()).want(t, http.StatusOK, "Åse Prøve", "fra mailen til strik@post.example", "Mangler 4 af 6")
	h.get(t, anonymous, "/samarbejdspartnere").want(t, http.StatusOK)
	if n := h.count("FROM organisations WHERE name LIKE 'Strikke%'"); n != 0 {
		t.Error("who was suggested has become an organisation")
	}
}

// More hands than needed are kept in the order they came, and it is said that it
// is more than enough.
func TestMoreHandsThanNeededAreShownInOrder(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	a := h.askFor(true, true)
	h.post(t, anonymous, "/svar/"+h.letterTo("ask", "partner@post.example"), yes(a, "6"))
	late := yes(a, "3")
	late.Set("name", "Zita Sidst")
	late.Set("email", "zita@post.example")
	h.get(t, anonymous, "/opraab/"+a.ID.String()).want(t, http.StatusOK, "Det er dækket, men du må gerne tilbyde mere.")
	h.post(t, anonymous, "/opraab/"+a.ID.String(), late).want(t, http.StatusSeeOther)
	page := h.get(t, coordinator, "/stab/opraab/"+a.ID.String()).want(t, http.StatusOK, "9 er tilbudt, 6 er nok")
	if strings.Index(page.body, "Værterne") > strings.Index(page.body, "Zita Sidst") {
		t.Error("the later hand stands first")
	}
}
