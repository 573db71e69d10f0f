package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/initiative"
)

// meets plans an open workshop about an initiative in two days and returns its
// address.
func (h *harness) meets(i initiative.Initiative) string {
	h.t.Helper()
	ask := "/workshops/ny?initiativ=" + i.Slug
	in := url.Values{"id": {h.formID(coordinator, ask)}, "title": {"Hvad skal haven bruges til?"}, "date": {"25.11.2026"}, "starts": {"kl. 17"}, "ends": {"19.00"}, "place": {"Fælleshuset"}, "open": {"1"}, "agenda": {"Kaffe\nKort over haven"}}
	for range 2 { // pressed twice
		h.post(h.t, coordinator, ask, in).want(h.t, http.StatusSeeOther)
	}
	if n := h.count("FROM workshops"); n != 1 {
		h.t.Errorf("%d workshops of two presses", n)
	}
	return "/workshops/" + in.Get("id")
}

// written is what is typed on a phone the same evening.
func (h *harness) written(path string) url.Values {
	h.t.Helper()
	page := h.get(h.t, coordinator, path+"/referat").want(h.t, http.StatusOK, "Det stod på væggene")
	return url.Values{"version": {page.hidden(h.t, "version")}, "residents": {"14"}, "charts": {"Bede i børnehøjde\r\nPlads til at sidde"}, "changed": {"Bedene bliver lavere, og der kommer bænke"},
		"objections[0].objection": {"Hvem vander?"}, "objections[0].answer": {"Klubben"}, "decisions[1].what": {"Seks lave bede"}, "decisions[1].decided_by": {"Havegruppen"},
		"actions[0].what": {"Henter jord"}, "actions[0].owner": {h.accounts[partner].String()}, "actions[0].due_on": {"01.12.2026"},
		"actions[1].what": {"Finder bænke"}, "actions[1].owner_name": {"Havegruppen"}, "actions[1].due_on": {"05.12.2026"}}
}

// An idea from a resident becomes, through an invited workshop, an agreed and
// running initiative with three parties; and one page tells how their words
// changed it.
func TestAnIdeaBecomesSomethingThroughAWorkshop(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	form := url.Values{"id": {"0193a000-0000-7000-8000-000000000001"}, "title": {"Fælles have"}, "purpose": {"Et sted at mødes"}, "district": {"testby"}, "name": {"Noor"}, "email": {"noor@post.example"}}
	h.post(t, anonymous, "/initiativer/ideer", form).want(t, http.StatusSeeOther)
	own := "/stemme/" + h.letterTo("voice_receipt", "noor@post.example")
	h.post(t, anonymous, own, nil).want(t, http.StatusSeeOther)
	const at = "/initiativer/faelles-have"
	h.post(t, coordinator, at+"/offentlig", nil).want(t, http.StatusSeeOther)
	h.post(t, coordinator, at+"/trin", url.Values{"til": {"cocreation"}, "to": {"cocreation"}}).want(t, http.StatusSeeOther)
	i := h.reads("faelles-have")
	for _, o := range []struct {
		id, brings string
	}{{h.organisation.String(), "Spader og jord"}, {h.stranger.String(), "Kaffe"}, {h.department().String(), "Grunden"}} {
		h.post(t, coordinator, at+"/parter", url.Values{"organisations": {o.id}}).want(t, http.StatusSeeOther)
		for _, p := range h.reads(i.Slug).Parties {
			if p.OrganisationID.String() == o.id {
				h.post(t, coordinator, at+"/parter/"+p.ID.String(), url.Values{"contribution": {o.brings}}).want(t, http.StatusSeeOther)
			}
		}
	}
	// Without residents nobody agrees on anything.
	h.post(t, coordinator, at+"/trin", url.Values{"til": {"agreed"}, "to": {"agreed"}}).want(t, http.StatusUnprocessableEntity)

	path := h.meets(i)
	h.get(t, coordinator, path+"/inviter").want(t, http.StatusOK, "Værterne", "De, der er med i initiativet")
	h.post(t, coordinator, path+"/inviter", url.Values{"organisations": {h.organisation.String(), h.stranger.String()}}).want(t, http.StatusSeeOther)
	h.post(t, coordinator, path+"/inviter", url.Values{"guest": {"1"}, "role": {"board"}, "name": {"Åse Opdigt"}, "email": {"aase@post.example"}}).want(t, http.StatusSeeOther)
	h.post(t, coordinator, path+"/inviter", url.Values{"guest": {"1"}, "role": {"board"}, "name": {"Åse Opdigt"}, "email": {"AASE@post.example"}}).want(t, http.StatusConflict, "Den adresse er inviteret")

	// One answers from the mail, and has it in the calendar; opening the link is no answer.
	invited := "/workshop/" + h.letterTo("workshop_invited", "aase@post.example")
	h.get(t, anonymous, invited).want(t, http.StatusOK, "Hvad skal haven bruges til?", "Kort over haven", "kl. 17.00")
	h.post(t, anonymous, invited, url.Values{"answer": {"yes"}, "people": {"200"}}).want(t, http.StatusUnprocessableEntity, "#f-people")
	h.post(t, anonymous, invited, url.Values{"answer": {"yes"}, "people": {"2"}, "note": {"Vi tager kage med"}}).want(t, http.StatusSeeOther)
	h.get(t, anonymous, invited+"/kalender.ics").want(t, http.StatusOK, "BEGIN:VEVENT", "Hvad skal haven bruges til?")
	h.get(t, anonymous, invited+"/feed.ics").want(t, http.StatusOK, "BEGIN:VEVENT")
	h.get(t, coordinator, path).want(t, http.StatusOK, "Vi tager kage med", "Ja, jeg kommer", "Ikke svaret")
	h.get(t, anonymous, invited+"/slet").want(t, http.StatusOK) // a mail scanner follows links
	// Residents see it and put themselves down.
	h.get(t, anonymous, at).want(t, http.StatusOK, "Kom med", path+"/kom-med")
	h.get(t, anonymous, "/bydele/testby").want(t, http.StatusOK, path+"/kom-med")
	down := h.post(t, anonymous, path+"/kom-med", url.Values{"name": {"Noor"}, "email": {"noor@post.example"}, "people": {"1"}}).want(t, http.StatusSeeOther)
	h.get(t, anonymous, strings.TrimSuffix(down.Header.Get("Location"), "?besked=flash.workshop_down")).want(t, http.StatusOK)

	// The minutes wait for the evening.
	h.post(t, coordinator, path+"/referat", url.Values{"version": {"1"}, "residents": {"14"}}).want(t, http.StatusConflict, "Vent med referatet", `value="14"`)
	h.post(t, coordinator, path+"/beboere", nil).want(t, http.StatusConflict)
	h.now = time.Date(2026, 11, 25, 20, 0, 0, 0, time.UTC)
	record := h.written(path)
	record.Set("charts", "Ring til 010190-1234")
	h.post(t, coordinator, path+"/referat", record).want(t, http.StatusUnprocessableEntity, "#f-charts", "Henter jord", "Seks lave bede")
	record.Set("charts", "Bede i børnehøjde\r\nPlads til at sidde")
	h.post(t, coordinator, path+"/referat", record).want(t, http.StatusSeeOther)
	h.post(t, partner, path+"/referat", record).want(t, http.StatusConflict, "Henter jord") // who had it open before
	h.get(t, partner, path).want(t, http.StatusOK, "Plads til at sidde", "Seks lave bede", "Manglede", "14 beboere var der")
	for range 2 {
		h.post(t, coordinator, path+"/send", nil).want(t, http.StatusSeeOther)
	}
	if n := h.count("FROM river_job WHERE args::text LIKE '%\"workshop_minutes\"%' AND args::text LIKE '%aase@post.example%'"); n != 1 {
		t.Errorf("%d letters with minutes", n)
	}
	for range 2 {
		h.post(t, coordinator, path+"/beboere", nil).want(t, http.StatusSeeOther)
	}
	i = h.reads(i.Slug)
	if len(i.Involvements) != 1 || i.Involvements[0].Residents != 14 || i.Involvements[0].How != initiative.AtWorkshop || len(i.Involvements[0].Objections) != 1 {
		t.Fatalf("the record is %+v", i.Involvements)
	}
	h.post(t, coordinator, at+"/trin", url.Values{"til": {"agreed"}, "to": {"agreed"}}).want(t, http.StatusSeeOther)
	h.post(t, coordinator, at+"/trin", url.Values{"til": {"running"}, "to": {"running"}}).want(t, http.StatusSeeOther)
	h.post(t, coordinator, at+"/svar", url.Values{"said": {"Et sted at mødes"}, "decided": {"Der kommer bænke"}, "decided_by": {"Havegruppen"}, "voices": h.voiceIDs(i)}).want(t, http.StatusSeeOther)

	h.get(t, anonymous, at).want(t, http.StatusOK, "Sådan var beboerne med", "Bede i børnehøjde", "Bedene bliver lavere", "Hvem vander?", "Seks lave bede", "Henter jord", "Spader og jord", "Kaffe", "Grunden")
	h.get(t, anonymous, own).want(t, http.StatusOK, "Der kommer bænke", "Havegruppen")
}

func TestOnlyThoseWhoWorkOnItRunAWorkshop(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	path := h.meets(h.together(initiative.General, false))
	for _, last := range []string{"", "/rediger", "/inviter", "/aflys", "/referat", "/send", "/beboere"} {
		h.get(t, partner, path+last).want(t, http.StatusOK)
		for _, as := range []role{otherPartner, otherCoordinator} {
			h.get(t, as, path+last).want(t, http.StatusNotFound)
			if last != "" {
				h.post(t, as, path+last, nil).want(t, http.StatusNotFound)
			}
		}
	}
	h.get(t, otherCoordinator, "/workshops/ny?bydel=testby").want(t, http.StatusNotFound)
	h.get(t, coordinator, "/workshops/ny?initiativ=findes-ikke").want(t, http.StatusNotFound)
	h.get(t, coordinator, "/workshops/ny").want(t, http.StatusNotFound)
	h.get(t, anonymous, "/workshop/findes-ikke").want(t, http.StatusNotFound)
	h.get(t, anonymous, "/workshop/findes-ikke/feed.ics").want(t, http.StatusNotFound)
}

func TestAWorkshopIsMovedAndCalledOff(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	path := h.meets(h.together(initiative.General, false))
	h.post(t, coordinator, path+"/inviter", url.Values{"guest": {"1"}, "role": {"resident"}, "name": {"Åse Opdigt"}, "email": {"aase@post.example"}}).want(t, http.StatusSeeOther)
	page := h.get(t, coordinator, path+"/rediger").want(t, http.StatusOK, `value="25.11.2026"`)
	in := url.Values{"version": {page.hidden(t, "version")}, "title": {"Hvad skal haven bruges til?"}, "date": {"26.11.2026"}, "starts": {"snart"}, "ends": {"19.00"}, "place": {"Skolen"}}
	h.post(t, coordinator, path+"/rediger", in).want(t, http.StatusUnprocessableEntity, "#f-starts", `value="snart"`, "Skolen")
	in.Set("starts", "17")
	h.post(t, coordinator, path+"/rediger", in).want(t, http.StatusSeeOther)
	h.post(t, coordinator, path+"/rediger", in).want(t, http.StatusConflict, "Skolen")
	moved := "/workshop/" + h.letterTo("workshop_moved", "aase@post.example")
	h.get(t, anonymous, moved).want(t, http.StatusOK, "26. november", "Skolen")
	h.post(t, coordinator, path+"/aflys", nil).want(t, http.StatusUnprocessableEntity, "#f-reason")
	h.post(t, coordinator, path+"/aflys", url.Values{"reason": {"Skolen er lukket"}}).want(t, http.StatusSeeOther)
	h.get(t, anonymous, moved).want(t, http.StatusOK, "Aflyst", "Skolen er lukket")
	h.get(t, anonymous, moved+"/kalender.ics").want(t, http.StatusOK, "STATUS:CANCELLED", "SEQUENCE:2")
	h.post(t, anonymous, moved, url.Values{"answer": {"yes"}, "people": {"1"}}).want(t, http.StatusConflict)
}

func TestWhatWasPromisedIsFollowed(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	path := h.meets(h.together(initiative.General, false))
	h.now = time.Date(2026, 11, 25, 20, 0, 0, 0, time.UTC)
	h.post(t, coordinator, path+"/referat", h.written(path)).want(t, http.StatusSeeOther)
	h.now = time.Date(2026, 12, 3, 9, 0, 0, 0, time.UTC)
	h.get(t, partner, "/handlinger?vis=mine").want(t, http.StatusOK, "Henter jord", "Over tiden")
	if strings.Contains(h.get(t, coordinator, "/handlinger?vis=over").want(t, http.StatusOK, "Henter jord").body, "Finder bænke") {
		t.Error("what is not due is overdue")
	}
	h.get(t, otherPartner, "/handlinger").want(t, http.StatusOK, "Ingen handlinger her")
	var id string
	if err := h.db.Pool().QueryRow(t.Context(), `SELECT id::text FROM actions WHERE what = 'Henter jord'`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	h.post(t, otherPartner, "/handlinger/"+id, url.Values{"done": {"yes"}}).want(t, http.StatusNotFound)
	for range 2 {
		h.post(t, partner, "/handlinger/"+id, url.Values{"done": {"yes"}}).want(t, http.StatusSeeOther)
	}
	h.get(t, partner, "/handlinger?vis=gjort").want(t, http.StatusOK, "Henter jord")
	h.get(t, partner, "/handlinger?vis=mine").want(t, http.StatusOK, "Ingen handlinger her")
}

// department is one of the municipality's own, as an organisation.
func (h *harness) department() (id uuid.UUID) {
	h.t.Helper()
	id = uuid.New()
	h.exec(`INSERT INTO organisations (id, slug, name, kind, status, decided_at, created_at, updated_at) VALUES ($1, 'parkprove', 'Parkforvaltningen Prøve', 'department', 'approved', $2, $2, $2)`, id, h.now)
	return id
}

func (h *harness) voiceIDs(i initiative.Initiative) (ids []string) {
	h.t.Helper()
	for _, v := range must[[]initiative.Voice](h.t)(h.services.Initiatives.Voices(h.t.Context(), h.actor(coordinator), i)) {
		ids = append(ids, v.ID.String())
	}
	return ids
}
