package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/ask"
	"mellemrum/internal/authz"
	"mellemrum/internal/pg"
)

// askFor writes an ask to Testby; sent hands it over to the organisations.
func (h *harness) askFor(public, sent bool) ask.Ask {
	h.t.Helper()
	ctx := context.Background()
	id := must[uuid.UUID](h.t)(h.services.Asks.Save(ctx, authz.TheSystem, ask.Input{Title: "Hjælp til at flytte", Why: "En familie flytter på lørdag.",
		Place: "Opdigtet Vej 1", Happens: "Lørdag kl. 10", AnswerBy: time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC), Public: public,
		ContactName: "Prøve Koordinator", ContactEmail: "coordinator@post.example", RemindDays: 2,
		Parts:    []ask.Part{{What: "flyttehjælp", Quantity: 6, Unit: "timer"}, {What: "varevogn", Quantity: 1}},
		Audience: ask.Audience{Districts: []uuid.UUID{h.district}}}))
	if sent {
		if err := h.services.Asks.Send(ctx, authz.TheSystem, id); err != nil {
			h.t.Fatal(err)
		}
	}
	return must[ask.Ask](h.t)(h.services.Asks.ByID(ctx, authz.TheSystem, id))
}

// letterTo is the address in the latest letter of that name to somebody.
func (h *harness) letterTo(letter, to string) string {
	h.t.Helper()
	return must[string](h.t)(pg.One(context.Background(), h.db.Fresh(), `
		SELECT args->'facts'->>'token' FROM river_job WHERE args->>'letter' = $1 AND args->>'to' = $2 ORDER BY id DESC LIMIT 1`,
		pg.Scalar[string], letter, to))
}

// raised is a resident's hand for a public ask.
func (h *harness) raised() string {
	h.t.Helper()
	a := h.askFor(true, true)
	return string(must[ask.Token](h.t)(h.services.Asks.AnswerPublic(context.Background(), authz.Nobody, a.ID, ask.Answer{Yes: true, Name: "Prøve Beboer",
		Email: "beboer@post.example", Quantities: map[uuid.UUID]int{a.Parts[0].ID: 1}, Locale: "da"})))
}

func yes(a ask.Ask, quantities ...string) url.Values {
	form := url.Values{"answer": {"ja"}, "name": {"Åse Prøve"}}
	for i, n := range quantities {
		form.Set(ask.QuantityField(a.Parts[i].ID), n)
	}
	return form
}

// Staff write an ask, see who hears it, and send it.
func TestStaffWriteAnAskAndSendIt(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.get(t, coordinator, "/stab/opraab/ny?skabelon=moving").want(t, http.StatusOK, "flyttehjælp", "varevogn", "Testby")
	id := uuid.NewString()
	form := url.Values{"id": {id}, "title": {"Hjælp til at flytte"}, "why": {"En familie flytter på lørdag."}, "answer_by": {"27.11.2026"},
		"districts": {h.district.String()}, "contact_name": {"Prøve"}, "contact_email": {"coordinator@post.example"},
		"parts[0].quantity": {"6"}, "parts[0].unit": {"timer"}, "parts[0].what": {"flyttehjælp"}, "parts[1].quantity": {""}, "parts[1].what": {""}}
	for range 2 { // two presses make one ask
		if res := h.post(t, coordinator, "/stab/opraab/ny", form); res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(res.Header.Get("Location"), "/stab/opraab/"+id) {
			t.Fatalf("%d %s %s", res.StatusCode, res.Header.Get("Location"), shorten(res.body))
		}
	}
	h.get(t, coordinator, "/stab/opraab/"+id).want(t, http.StatusOK, "1 organisation hører det", "1 adresse", "Send opråbet")
	if n := h.count("FROM asks"); n != 1 {
		t.Errorf("%d asks", n)
	}
	for range 2 {
		h.post(t, coordinator, "/stab/opraab/"+id+"/send", nil)
	}
	if n := h.count("FROM river_job WHERE args->>'letter' = 'ask'"); n != 1 {
		t.Errorf("%d letters", n)
	}
	h.get(t, coordinator, "/stab/opraab").want(t, http.StatusOK, "Hjælp til at flytte", "Åbent")
	h.get(t, coordinator, "/stab/opraab/"+id).want(t, http.StatusOK, "1 af 1 er sendt", "Mangler 6 af 6")
	h.get(t, otherCoordinator, "/stab/opraab/"+id).want(t, http.StatusOK) // staff may read what is sent
	if res := h.get(t, otherCoordinator, "/stab/opraab/"+id); strings.Contains(res.body, "Afslut opråbet") {
		t.Error("staff of another district may close it")
	}
	h.post(t, otherCoordinator, "/stab/opraab/"+id+"/luk", url.Values{"outcome": {"fulfilled"}, "story": {"x"}}).want(t, http.StatusNotFound)
}

// What is wrong is said at its field, in the order of the form, and nothing
// that was typed is lost.
func TestAnAskThatCannotBeSentYet(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	form := url.Values{"title": {""}, "why": {"Fordi <b>vi</b> mangler hænder"}, "answer_by": {"31.02.2026"}, "remind_days": {"mange"},
		"parts[0].quantity": {"seks"}, "parts[0].what": {"flyttehjælp"}, "contact_name": {"Prøve"}, "contact_email": {"ikke en adresse"}}
	res := h.post(t, coordinator, "/stab/opraab/ny", form).want(t, http.StatusUnprocessableEntity, "Fordi &lt;b&gt;vi&lt;/b&gt; mangler hænder", "seks", "flyttehjælp",
		"Skriv, hvad I spørger om", "Vælg, hvem der skal høre det")
	at := -1
	for _, field := range []string{"#f-title", "#f-parts-0--quantity", "#f-answer_by", "#f-districts", "#f-remind_days", "#f-contact_email"} {
		i := strings.Index(res.body, `href="`+field+`"`)
		if i < at {
			t.Errorf("%s stands at %d, after %d", field, i, at)
		}
		at = i
	}
	h.post(t, coordinator, "/stab/opraab/ny", url.Values{"more": {"parts"}, "title": {"Halvt skrevet"}}).want(t, http.StatusOK, "Halvt skrevet")
	a := h.askFor(false, true)
	h.post(t, coordinator, "/stab/opraab/"+a.ID.String()+"/rediger", form)
	if n := h.count("FROM asks WHERE title = 'Hjælp til at flytte'"); n != 1 {
		t.Error("what is sent was changed")
	}
}

// From the letter, without signing in: yes, a part of it; then not this time.
func TestALetterIsAnsweredWithoutSigningIn(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	a := h.askFor(false, true)
	path := "/svar/" + h.letterTo("ask", "partner@post.example")
	page := h.get(t, anonymous, path).want(t, http.StatusOK, "Til Værterne", "6 timer flyttehjælp", `value="6"`, "Prøve Koordinator")
	if strings.Contains(page.body, "partner@post.example") {
		t.Error("the page of a link shows the address it was sent to")
	}
	if got := page.Header.Get("Set-Cookie"); got != "" {
		t.Errorf("a cookie: %s", got)
	}
	h.post(t, anonymous, path, yes(a, "", "")).want(t, http.StatusUnprocessableEntity, "Skriv, hvor meget du kan give", "Åse Prøve")
	h.post(t, anonymous, path, yes(a, "4 timer")).want(t, http.StatusUnprocessableEntity, "4 timer")
	h.post(t, anonymous, path, url.Values{"name": {"Åse"}}).want(t, http.StatusUnprocessableEntity, "Vælg ja eller ikke denne gang")
	h.post(t, anonymous, path, yes(a, "4")).want(t, http.StatusSeeOther)
	h.get(t, anonymous, path).want(t, http.StatusOK, "4 timer flyttehjælp", "Mangler 2 af 6")
	h.post(t, anonymous, path, url.Values{"answer": {"nej"}, "name": {"Åse"}}).want(t, http.StatusSeeOther)
	h.get(t, anonymous, path).want(t, http.StatusOK, "Ikke denne gang", "Mangler 6 af 6")
	if n := h.count("FROM hands"); n != 1 {
		t.Errorf("%d answers of one organisation", n)
	}
	h.get(t, anonymous, "/svar/gættet").want(t, http.StatusGone)
	// It cannot be read by others: it is not public, and De Andre were not asked.
	h.get(t, anonymous, "/opraab/"+a.ID.String()).want(t, http.StatusNotFound)
	h.get(t, otherPartner, "/partner/opraab/"+a.ID.String()).want(t, http.StatusNotFound)
	h.post(t, otherPartner, "/partner/opraab/"+a.ID.String(), yes(a, "1")).want(t, http.StatusNotFound)
}

func TestSomebodyElseIsAskedInstead(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.askFor(false, true)
	path := "/svar/" + h.letterTo("ask", "partner@post.example")
	h.get(t, anonymous, path+"/foreslaa").want(t, http.StatusOK, "De Andre")
	h.post(t, anonymous, path+"/foreslaa", url.Values{"email": {"nej"}}).want(t, http.StatusUnprocessableEntity)
	h.post(t, anonymous, path+"/foreslaa", url.Values{"organisation": {h.stranger.String()}}).want(t, http.StatusSeeOther)
	h.get(t, anonymous, "/svar/"+h.letterTo("ask", "otherPartner@post.example")).want(t, http.StatusOK, "Værterne", "tænkte på jer", "Til De Andre")
}

func TestPartnersAnswerWhereTheyAreSignedIn(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	a := h.askFor(false, true)
	path := "/partner/opraab/" + a.ID.String()
	h.get(t, partner, "/partner/opraab").want(t, http.StatusOK, "Hjælp til at flytte", "Venter på jeres svar")
	h.post(t, partner, path, yes(a, "6", "1")).want(t, http.StatusSeeOther)
	h.get(t, partner, path).want(t, http.StatusOK, "6 timer flyttehjælp og 1 × varevogn", "Dækket")
	h.get(t, partner, "/partner/opraab").want(t, http.StatusOK, "I sagde ja")
	h.get(t, otherPartner, "/partner/opraab").want(t, http.StatusOK, "Ingen opråb lige nu")
}

// A resident raises a hand for a public ask, comes back by their own link,
// changes it and takes it down.
func TestAResidentRaisesAHand(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	a := h.askFor(true, true)
	path := "/opraab/" + a.ID.String()
	h.get(t, anonymous, "/opraab").want(t, http.StatusOK, "Hjælp til at flytte", "Testby")
	h.get(t, anonymous, "/opraab?bydel=andenby").want(t, http.StatusOK, "Ingen opråb lige nu")
	h.get(t, anonymous, path+"?lang=ar").want(t, http.StatusOK, `dir="rtl"`, "هل تستطيع المساعدة؟")
	h.post(t, anonymous, path, yes(a, "2")).want(t, http.StatusUnprocessableEntity, "Skriv din e-mail eller dit telefonnummer")
	form := yes(a, "2")
	form.Set("email", "beboer@post.example")
	res := h.post(t, anonymous, path, form).want(t, http.StatusSeeOther)
	own, _, _ := strings.Cut(res.Header.Get("Location"), "?")
	if !strings.HasPrefix(own, "/haand/") {
		t.Fatalf("sent to %s", own)
	}
	h.get(t, anonymous, own).want(t, http.StatusOK, "2 timer flyttehjælp", "beboer@post.example")
	if public := h.get(t, anonymous, path).want(t, http.StatusOK, "En beboer"); strings.Contains(public.body, "Åse") || strings.Contains(public.body, "beboer@") {
		t.Error("everybody sees who raised a hand")
	}
	// Somebody else who types the address changes nothing.
	h.post(t, anonymous, path, form).want(t, http.StatusConflict, "har svaret")
	form.Set(ask.QuantityField(a.Parts[0].ID), "3")
	h.post(t, anonymous, own, form).want(t, http.StatusSeeOther)
	h.get(t, anonymous, path).want(t, http.StatusOK, "Mangler 3 af 6")
	h.get(t, anonymous, own+"/fortryd").want(t, http.StatusOK, "Tag hånden ned")
	h.post(t, anonymous, own+"/fortryd", nil).want(t, http.StatusSeeOther)
	h.get(t, anonymous, own).want(t, http.StatusGone)
	if n := h.count("FROM hands"); n != 0 {
		t.Error("the hand is still there")
	}
}

// Hands are answered many at once; one who has only a phone is phoned; the end
// is told to all.
func TestNobodyIsLeftHanging(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	a := h.askFor(true, true)
	at := "/stab/opraab/" + a.ID.String()
	h.post(t, anonymous, "/svar/"+h.letterTo("ask", "partner@post.example"), yes(a, "4"))
	phone := yes(a, "9", "1")
	phone.Set("phone", "20 12 34 56")
	h.post(t, coordinator, at+"/haand", phone).want(t, http.StatusSeeOther)
	page := h.get(t, coordinator, at).want(t, http.StatusOK, "2 hænder er oppe", "Værterne", "fra mailen til partner@post.example", "skrevet af", "13 er tilbudt, 6 er nok")
	h.get(t, coordinator, "/stab/opraab").want(t, http.StatusOK, "2 hænder venter på svar")
	h.post(t, coordinator, at+"/svar", url.Values{"reply": {"accepted"}}).want(t, http.StatusUnprocessableEntity, "Vælg, hvem du svarer")
	form := url.Values{"reply": {"accepted"}, "words": {"Vi ses lørdag kl. 10"}}
	for _, part := range strings.Split(page.body, `name="hands" value="`)[1:] {
		form.Add("hands", part[:36])
	}
	res := h.post(t, coordinator, at+"/svar", form).want(t, http.StatusSeeOther)
	if !strings.Contains(res.Header.Get("Location"), "asks_responded_phone") {
		t.Errorf("it is not said who must be phoned: %s", res.Header.Get("Location"))
	}
	if n := h.count("FROM river_job WHERE args->>'letter' = 'ask_reply'"); n != 1 {
		t.Errorf("%d letters", n)
	}
	h.post(t, coordinator, at+"/frist", url.Values{"answer_by": {"1.1.2020"}}).want(t, http.StatusUnprocessableEntity)
	h.post(t, coordinator, at+"/frist", url.Values{"answer_by": {"30.11.2026"}}).want(t, http.StatusSeeOther)
	h.post(t, coordinator, at+"/luk", url.Values{"outcome": {"fulfilled"}}).want(t, http.StatusUnprocessableEntity, "Skriv, hvad der kom ud af det")
	h.post(t, coordinator, at+"/luk", url.Values{"outcome": {"fulfilled"}, "story": {"Familien bor godt nu."}}).want(t, http.StatusSeeOther)
	h.get(t, anonymous, "/opraab/"+a.ID.String()).want(t, http.StatusOK, "Det lykkedes", "Familien bor godt nu.")
	if n := h.count("FROM river_job WHERE args->>'letter' = 'ask_closed'"); n != 1 {
		t.Errorf("%d are told how it ended", n)
	}
}

// Offers that speak of what is needed are shown, and asked with one press.
func TestOffersThatFitAreAskedDirectly(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	id := must[uuid.UUID](t)(h.services.Asks.Save(t.Context(), authz.TheSystem, ask.Input{Title: "Et sted at være", Why: "Vi mødes hver uge.",
		AnswerBy: time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC), ContactName: "Prøve", ContactEmail: "p@post.example", Public: true,
		Parts: []ask.Part{{What: "lokale", Quantity: 1}}, Audience: ask.Audience{Districts: []uuid.UUID{h.other}}}))
	at := "/stab/opraab/" + id.String()
	h.get(t, administrator, at).want(t, http.StatusOK, "1 organisation hører det")
	h.post(t, administrator, at+"/spoerg", url.Values{"organisation": {h.organisation.String()}}).want(t, http.StatusSeeOther)
	h.get(t, administrator, at).want(t, http.StatusOK, "2 organisationer hører det")
	h.post(t, administrator, at+"/send", nil).want(t, http.StatusSeeOther)
	h.get(t, partner, "/partner/opraab/"+id.String()).want(t, http.StatusOK, "Et sted at være")
}
