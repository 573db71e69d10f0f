package web_test

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"

	"mellemrum/internal/authz"
	"mellemrum/internal/initiative"
)

// idea is an initiative of Testby that staff began.
func (h *harness) idea(kind initiative.Kind) initiative.Initiative {
	h.t.Helper()
	ref := must[initiative.Ref](h.t)(h.services.Initiatives.Create(context.Background(), h.actor(coordinator), initiative.Input{Title: "Fælles have", Kind: kind,
		Districts: []uuid.UUID{h.district}, Words: initiative.Words{Purpose: "Et sted at mødes", Need: "Mange sidder alene", Body: "Vi graver."}}))
	return h.reads(ref.Slug)
}

// actor is somebody as a session would make them.
func (h *harness) actor(as role) authz.Actor {
	h.t.Helper()
	return must[authz.Actor](h.t)(h.services.Accounts.Actor(context.Background(), h.accounts[as], h.now))
}

func (h *harness) reads(slug string) initiative.Initiative {
	h.t.Helper()
	return must[initiative.Initiative](h.t)(h.services.Initiatives.BySlug(context.Background(), h.actor(administrator), slug))
}

func (h *harness) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// invites asks an organisation along and returns it as a party.
func (h *harness) invites(i initiative.Initiative, organisation uuid.UUID) initiative.Party {
	h.t.Helper()
	must[int](h.t)(h.services.Initiatives.Invite(context.Background(), h.actor(coordinator), i.ID, []uuid.UUID{organisation}))
	for _, p := range h.reads(i.Slug).Parties {
		if p.OrganisationID == organisation {
			return p
		}
	}
	h.t.Fatal("nobody was invited")
	return initiative.Party{}
}

// together is an initiative that Værterne is in; heard adds a record.
func (h *harness) together(kind initiative.Kind, heard bool) initiative.Initiative {
	h.t.Helper()
	i := h.idea(kind)
	ctx, by := context.Background(), h.actor(coordinator)
	h.ok(h.services.Initiatives.Join(ctx, by, i.ID, h.invites(i, h.organisation).ID, initiative.Share{Contribution: "Spader og jord"}))
	if heard {
		h.ok(h.services.Initiatives.Record(ctx, by, i.ID, initiative.Involvement{HeldOn: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC), How: initiative.AtWorkshop,
			Residents: 14, Said: "Bede i børnehøjde", Changed: "Bedene blev lavere", Objections: []initiative.Objection{{Objection: "Hvem vander?", Answer: "Klubben"}}}))
	}
	return h.reads(i.Slug)
}

// steps takes an initiative on to each of the states.
func (h *harness) steps(i initiative.Initiative, to ...initiative.Status) initiative.Initiative {
	h.t.Helper()
	for _, s := range to {
		h.ok(h.services.Initiatives.Step(context.Background(), h.actor(coordinator), i.ID, s, "Det lærte vi"))
	}
	return h.reads(i.Slug)
}

func ini(i initiative.Initiative, last string) string { return "/initiativer/" + i.Slug + last }

// stays checks that an initiative is as it was.
func (h *harness) stays(t testing.TB, what string, was initiative.Initiative) {
	t.Helper()
	is := h.reads(was.Slug)
	if is.Status != was.Status || (is.AgreedAt == nil) != (was.AgreedAt == nil) || is.Version != was.Version || len(is.Involvements) != len(was.Involvements) ||
		len(is.Parties) != len(was.Parties) || is.Title != was.Title {
		t.Errorf("%s: it is %s with %d parties now", what, is.Status, len(is.Parties))
	}
}

// An idea of staff becomes an agreement that a club is in and residents have
// shaped, each press twice.
func TestFromAnIdeaToSomethingThatIsRunning(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.get(t, coordinator, "/initiativer/ny").want(t, http.StatusOK, "Testby", "Naboskab og fællesskab", "Prøve coordinator")
	twice := func(as role, path string, form url.Values) {
		t.Helper()
		for range 2 {
			h.post(t, as, path, form).want(t, http.StatusSeeOther)
		}
	}
	twice(coordinator, "/initiativer/ny", url.Values{"id": {uuid.NewString()}, "title": {"Fælles have"}, "kind": {"general"}, "purpose": {"Et sted at mødes"},
		"districts": {h.district.String()}, "comments": {"before"}, "owner": {h.accounts[coordinator].String()}})
	if n := h.count("FROM initiatives"); n != 1 {
		t.Fatalf("%d initiatives", n)
	}
	at := "/initiativer/faelles-have"
	h.get(t, coordinator, at+"/arbejde").want(t, http.StatusOK, "Mangler:", "En part, der ikke er kommunen, skal være med", at+"/parter", "Begynd at forme det sammen")
	h.get(t, coordinator, at+"/parter").want(t, http.StatusOK, "Værterne", "Ingen af de her er med endnu")
	h.post(t, coordinator, at+"/parter", nil).want(t, http.StatusUnprocessableEntity, "Vælg, hvem der skal inviteres")
	twice(coordinator, at+"/parter", url.Values{"organisations": {h.organisation.String()}})
	if n := h.count("FROM river_job WHERE args->>'letter' = 'initiative_invited'"); n != 1 {
		t.Errorf("%d letters", n)
	}
	h.get(t, coordinator, at+"/parter?bydel=").want(t, http.StatusOK, "De Andre")
	// Who is chosen stays chosen while one looks at another district.
	if page := h.post(t, coordinator, at+"/parter", url.Values{"look": {"1"}, "bydel": {"testby"}, "organisations": {h.stranger.String()}}).want(t, http.StatusOK, "De Andre"); !strings.Contains(page.body, h.stranger.String()+`" checked`) {
		t.Error("the choice is forgotten")
	}
	party := at + "/parter/" + h.reads("faelles-have").Parties[0].ID.String()

	h.get(t, partner, "/partner/initiativer").want(t, http.StatusOK, "I er inviteret", "Fælles have", "Venter på jeres svar")
	h.get(t, partner, at).want(t, http.StatusOK, "I er inviteret: læs og svar")
	h.get(t, partner, at+"/arbejde").want(t, http.StatusOK, "Ja, vi vil gerne være med", "Nej tak, ikke denne gang")
	h.get(t, partner, at+"/tekst").want(t, http.StatusForbidden)
	h.post(t, partner, party, url.Values{"contribution": {""}, "people[0].name": {""}, "people[0].role": {"Træner"}}).
		want(t, http.StatusUnprocessableEntity, "Skriv, hvad I bidrager med", "Skriv navnet", "Træner")
	twice(partner, party, url.Values{"contribution": {"Spader og jord"}, "people[1].name": {"Ida Opdigtet"}, "people[1].role": {"Træner"}, "people[1].level": {"operational"}})
	h.get(t, partner, at+"/arbejde").want(t, http.StatusOK, "Spader og jord", "Ida Opdigtet", "Ret bidrag")
	if page := h.get(t, anonymous, at).want(t, http.StatusOK, "Spader og jord", "Ikke endnu."); strings.Contains(page.body, "Ida Opdigtet") {
		t.Error("everybody reads who works on it")
	}
	twice(partner, party+"/tovholder", url.Values{"lead": {"1"}})
	h.get(t, anonymous, at).want(t, http.StatusOK, "Tovholder")

	twice(coordinator, at+"/trin", url.Values{"til": {"cocreation"}})
	if page := h.get(t, coordinator, at+"/trin?til=agreed").want(t, http.StatusOK, "Det kan ikke aftales endnu", at+"/beboere"); strings.Contains(page.body, `action="`+at+`/trin"`) {
		t.Error("there is a button though the gate stands")
	}
	twice(partner, at+"/beboere", url.Values{"id": {uuid.NewString()}, "held_on": {"20.11.2026"}, "how": {"workshop"}, "residents": {"14"}, "said": {"Bede i børnehøjde"},
		"changed": {"Bedene blev lavere"}, "objections[1].objection": {"Hvem vander?"}, "objections[1].answer": {"Klubben"}})
	h.get(t, anonymous, at).want(t, http.StatusOK, "Vi har hørt 14 beboere.", "Workshop · 20. november 2026", "Bede i børnehøjde", "Bedene blev lavere", "Hvem vander?", "Klubben")
	h.get(t, coordinator, at+"/trin?til=agreed").want(t, http.StatusOK, "På plads:", "Aftal det")
	twice(partner, at+"/trin", url.Values{"til": {"agreed"}})
	twice(coordinator, at+"/trin", url.Values{"til": {"running"}})
	h.get(t, anonymous, at).want(t, http.StatusOK, "Her er vi nu", "I gang")
	h.get(t, anonymous, "/initiativer?bydel=testby").want(t, http.StatusOK, "1 initiativ", "1 part er med · 14 beboere var med")
	h.get(t, anonymous, "/").want(t, http.StatusOK, "Det gør vi sammen", "Fælles have")
	h.get(t, anonymous, "/bydele/testby").want(t, http.StatusOK, "Det gør vi sammen", "Fælles have")

	h.post(t, coordinator, at+"/trin", url.Values{"til": {"closed"}, "ending": {" "}}).want(t, http.StatusUnprocessableEntity, "Skriv, hvad der kom ud af det")
	twice(coordinator, at+"/trin", url.Values{"til": {"closed"}, "ending": {"Haven blomstrer."}})
	h.get(t, anonymous, at).want(t, http.StatusOK, "Det kom der ud af det", "Haven blomstrer.")
	h.get(t, coordinator, at+"/tekst").want(t, http.StatusSeeOther)
	if page := h.get(t, partner, at+"/versioner").want(t, http.StatusOK, "Udgave 1"); strings.Contains(page.body, "Hent denne") {
		t.Error("what has ended can be changed")
	}
	h.post(t, coordinator, at+"/tekst", url.Values{"purpose": {"Nyt"}, "version": {"1"}}).want(t, http.StatusConflict, "Initiativet er slut", "Nyt")
}

// Every way into an agreement that is not the one there is: refused, explained,
// and nothing has changed.
func TestNoForgedFormLeadsPastTheGate(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	ctx, by := context.Background(), h.actor(coordinator)
	shaped := func(heard bool) initiative.Initiative {
		return h.steps(h.together(initiative.Pilot, heard), initiative.CoCreation)
	}
	alone := h.steps(h.idea(initiative.General), initiative.CoCreation)
	empty := h.steps(h.idea(initiative.General), initiative.CoCreation)
	must[int](t)(h.services.Initiatives.Invite(ctx, by, empty.ID, []uuid.UUID{h.organisation}))
	must[pgconn.CommandTag](t)(h.db.Pool().Exec(ctx, `UPDATE initiative_parties SET joined_at = now() WHERE initiative_id = $1`, empty.ID))
	unread := h.together(initiative.General, true)
	must[pgconn.CommandTag](t)(h.db.Pool().Exec(ctx, `UPDATE initiatives SET public_at = NULL WHERE id = $1`, unread.ID))
	agreed := h.steps(shaped(true), initiative.Agreed)
	for name, c := range map[string]struct {
		of     initiative.Initiative
		to     string
		status int
		says   string
	}{
		"from an idea":                {h.together(initiative.General, true), "agreed", 409, "Det kan initiativet ikke lige nu"},
		"without anybody":             {alone, "agreed", 422, "En part, der ikke er kommunen, skal være med"},
		"without residents":           {shaped(false), "agreed", 422, "hvordan beboerne var med"},
		"without a contribution":      {h.reads(empty.Slug), "agreed", 422, "Hver part skal skrive, hvad den bidrager med"},
		"past it":                     {shaped(true), "running", 409, "Det kan initiativet ikke lige nu"},
		"far past it":                 {shaped(true), "closed", 409, "Det kan initiativet ikke lige nu"},
		"back to before":              {agreed, "cocreation", 409, "Det kan initiativet ikke lige nu"},
		"back to an idea":             {agreed, "idea", 409, "Det kan initiativet ikke lige nu"},
		"from what has stopped":       {h.steps(shaped(true), initiative.Stopped), "agreed", 409, "Det kan initiativet ikke lige nu"},
		"from what runs":              {h.steps(shaped(true), initiative.Agreed, initiative.Running), "agreed", 409, "Det kan initiativet ikke lige nu"},
		"from what is over":           {h.steps(shaped(true), initiative.Agreed, initiative.Running, initiative.Closed), "agreed", 409, "Det kan initiativet ikke lige nu"},
		"to nowhere":                  {shaped(true), "aftalt", 409, "Det kan initiativet ikke lige nu"},
		"to nothing":                  {shaped(true), "", 409, "Det kan initiativet ikke lige nu"},
		"from what nobody has read":   {unread, "cocreation", 409, "Vis idéen for alle først"},
		"what is no pilot, by a stop": {h.steps(h.together(initiative.General, true), initiative.CoCreation, initiative.Agreed), "stopped", 409, "Det kan initiativet ikke lige nu"},
	} {
		for as, status := range map[role]int{coordinator: c.status, partner: c.status, otherPartner: 403, otherCoordinator: 403, anonymous: 403} {
			if as == partner && (c.of.ID == alone.ID) || as == otherPartner && c.of.ID == unread.ID || as == otherCoordinator && c.of.ID == unread.ID {
				continue
			}
			res := h.post(t, as, ini(c.of, "/trin"), url.Values{"til": {c.to}, "ending": {"Nu er det slut"}})
			if res.StatusCode != status || status == c.status && !strings.Contains(res.body, c.says) {
				t.Errorf("%s as %s: %d %s", name, as, res.StatusCode, shorten(res.body))
			}
			h.stays(t, name, c.of)
		}
	}
	// The words of what lacks lead to where it is mended.
	h.post(t, coordinator, ini(alone, "/trin"), url.Values{"til": {"agreed"}}).want(t, 422, `href="#f-outside"`, `id="f-outside"`, ini(alone, "/parter"), `href="#f-involvement"`, ini(alone, "/beboere"))
}

// Two write at once: who comes second sees both texts, and neither is lost.
func TestTwoWhoWriteAtOnceLoseNothing(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	i := h.together(initiative.General, false)
	at := ini(i, "/tekst")
	for _, as := range []role{partner, coordinator} {
		h.get(t, as, at).want(t, http.StatusOK, "Vi graver.", `name="version" value="1"`)
	}
	theirs := url.Values{"version": {"1"}, "purpose": {"Et sted at mødes"}, "need": {"Mange sidder alene"}, "body": {"Vi graver og vander."}}
	for range 2 {
		h.post(t, partner, at, theirs).want(t, http.StatusSeeOther)
	}
	mine := url.Values{"version": {"1"}, "purpose": {"Et sted at spise"}, "need": {"Mange sidder alene"}, "body": {"Vi graver hver lørdag."}}
	page := h.post(t, coordinator, at, mine).want(t, http.StatusConflict, "En anden nåede at skrive først", "Det er nyt", "og vander", "<ins>",
		"Prøve partner for Værterne", "Vi graver hver lørdag.", "Et sted at spise", `name="version" value="2"`)
	if strings.Contains(page.body, `name="version" value="1"`) {
		t.Error("the second press would be refused too")
	}
	if got := h.reads(i.Slug); got.Version != 2 || got.Words.Body != "Vi graver og vander." {
		t.Errorf("version %d: %+v", got.Version, got.Words)
	}
	mine.Set("version", "2")
	h.post(t, coordinator, at, mine).want(t, http.StatusSeeOther)
	h.get(t, anonymous, ini(i, "")).want(t, http.StatusOK, "Vi graver hver lørdag.", "Et sted at spise")

	page = h.get(t, partner, ini(i, "/versioner")).want(t, http.StatusOK, "Udgave 3", "Udgave 2", "Udgave 1", "Prøve coordinator", "Prøve partner for Værterne", "Fjernet:", "Nyt:")
	if strings.Contains(page.body, "Hent denne udgave") {
		t.Error("the newest version can be brought back")
	}
	h.get(t, partner, ini(i, "/versioner?nr=2")).want(t, http.StatusOK, "og vander", "Hent denne udgave frem igen")
	for range 2 {
		h.post(t, partner, ini(i, "/versioner"), url.Values{"nr": {"2"}}).want(t, http.StatusSeeOther)
	}
	if got := h.reads(i.Slug); got.Version != 4 || got.Words.Body != "Vi graver og vander." {
		t.Errorf("version %d: %+v", got.Version, got.Words)
	}
	for _, nr := range []string{"99", "x", "-1"} {
		h.get(t, partner, ini(i, "/versioner?nr="+nr)).want(t, http.StatusNotFound)
		h.post(t, partner, ini(i, "/versioner"), url.Values{"nr": {nr}}).want(t, http.StatusNotFound)
	}
}

// What was agreed before residents took part says so to everybody, until it is
// written how they did.
func TestLeaveToWaitIsShownUntilResidentsAreHeard(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	i := h.steps(h.together(initiative.General, false), initiative.CoCreation)
	h.get(t, coordinator, ini(i, "/aabn")).want(t, http.StatusForbidden)
	h.post(t, partner, ini(i, "/aabn"), url.Values{"reason": {"Nu"}, "deadline": {"1.1.2027"}}).want(t, http.StatusForbidden)
	h.get(t, administrator, ini(i, "/arbejde")).want(t, http.StatusOK, ini(i, "/aabn"))
	for _, deadline := range []string{"", "i morgen", "23.11.2026", "1.1.2028"} {
		h.post(t, administrator, ini(i, "/aabn"), url.Values{"reason": {"Lejemålet skal besvares"}, "deadline": {deadline}}).
			want(t, http.StatusUnprocessableEntity, "Lejemålet skal besvares", "f-deadline-wrong")
	}
	h.post(t, administrator, ini(i, "/aabn"), url.Values{"deadline": {"1.1.2027"}}).want(t, http.StatusUnprocessableEntity, "Skriv, hvorfor det ikke kan vente", "1.1.2027")
	h.post(t, administrator, ini(i, "/aabn"), url.Values{"reason": {"Lejemålet skal besvares"}, "deadline": {"1.1.2027"}}).want(t, http.StatusSeeOther)
	h.post(t, administrator, ini(i, "/aabn"), url.Values{"reason": {"Igen"}, "deadline": {"1.2.2027"}}).want(t, http.StatusConflict, "Der er allerede givet lov")
	h.post(t, coordinator, ini(i, "/trin"), url.Values{"til": {"agreed"}}).want(t, http.StatusSeeOther)
	for _, l := range []string{"da", "en", "uk", "ar"} {
		h.get(t, anonymous, ini(i, "?lang="+l)).want(t, http.StatusOK, "Lejemålet skal besvares", "2027")
	}
	h.get(t, anonymous, ini(i, "")).want(t, http.StatusOK, "Aftalt, før beboerne var med", "senest 1. januar 2027", "Beboerne er ikke hørt endnu")
	h.get(t, anonymous, "/initiativer").want(t, http.StatusOK, "Beboerne venter på at blive hørt")
	h.get(t, coordinator, "/stab/initiativer").want(t, http.StatusOK, "Beboerne venter på at blive hørt")
	h.post(t, coordinator, ini(i, "/beboere"), url.Values{"held_on": {"22.11.2026"}, "how": {"door_to_door"}, "residents": {"31"}, "said": {"Gør det"}, "changed": {"Vi gør det"}}).want(t, http.StatusSeeOther)
	for _, path := range []string{ini(i, ""), "/initiativer", ini(i, "/arbejde")} {
		if page := h.get(t, coordinator, path).want(t, http.StatusOK); strings.Contains(page.body, "Aftalt, før beboerne var med") || strings.Contains(page.body, "Lejemålet") || strings.Contains(page.body, "venter på at blive hørt") {
			t.Errorf("%s still says that residents wait", path)
		}
	}
}

// What an agreement rests on stays, and the page says why.
func TestWhatWasAgreedOnStays(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	i := h.steps(h.together(initiative.General, true), initiative.CoCreation, initiative.Agreed)
	party, record := ini(i, "/parter/"+i.Parties[0].ID.String()), ini(i, "/beboere/"+i.Involvements[0].ID.String())
	h.post(t, partner, party+"/forlad", nil).want(t, http.StatusConflict, "Få en anden med, før denne går")
	h.post(t, coordinator, record+"/slet", nil).want(t, http.StatusConflict, "Det bliver stående")
	h.post(t, partner, party, url.Values{"contribution": {" "}}).want(t, http.StatusUnprocessableEntity, "Skriv, hvad I bidrager med")
	h.stays(t, "after all that", i)
	if page := h.get(t, coordinator, ini(i, "/arbejde")).want(t, http.StatusOK); strings.Contains(page.body, "Tag det tilbage") {
		t.Error("the record can be taken back")
	}
	j := h.together(initiative.General, true)
	record = ini(j, "/beboere/"+j.Involvements[0].ID.String())
	h.get(t, coordinator, ini(j, "/arbejde")).want(t, http.StatusOK, record+"/slet")
	for range 2 {
		h.post(t, coordinator, record+"/slet", nil).want(t, http.StatusSeeOther)
	}
	for range 2 { // its only party leaves, and nothing rests on it
		res := h.post(t, partner, ini(j, "/parter/"+j.Parties[0].ID.String()+"/forlad"), nil).want(t, http.StatusSeeOther)
		if !strings.HasPrefix(res.Header.Get("Location"), "/partner/initiativer") {
			t.Errorf("sent to %s", res.Header.Get("Location"))
		}
	}
	if got := h.reads(j.Slug); len(got.Parties)+len(got.Involvements) != 0 {
		t.Errorf("%+v", got)
	}
}

// Who has no part in an initiative works on nothing of it.
func TestOthersWorkOnNothing(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	i := h.together(initiative.General, true)
	party, record := "/parter/"+i.Parties[0].ID.String(), "/beboere/"+i.Involvements[0].ID.String()
	posts := []string{"/rediger", "/tekst", "/versioner", "/parter", party, party + "/forlad", party + "/tovholder", "/beboere", record + "/slet", "/trin", "/offentlig", "/aabn"}
	pages := []string{"/rediger", "/tekst", "/parter", party, "/beboere", "/trin", "/aabn"}
	for _, as := range []role{otherPartner, otherCoordinator} {
		for _, p := range posts {
			h.post(t, as, ini(i, p), url.Values{"til": {"cocreation"}, "nr": {"1"}}).want(t, http.StatusForbidden)
		}
		for _, p := range pages {
			h.get(t, as, ini(i, p)).want(t, http.StatusForbidden)
		}
	}
	h.get(t, otherPartner, ini(i, "/arbejde")).want(t, http.StatusForbidden)
	h.get(t, otherPartner, ini(i, "/versioner")).want(t, http.StatusForbidden)
	if page := h.get(t, otherCoordinator, ini(i, "/versioner")).want(t, http.StatusOK); strings.Contains(page.body, "Hent denne") {
		t.Error("staff of another district are offered to change the text")
	}
	if page := h.get(t, otherPartner, ini(i, "")).want(t, http.StatusOK); strings.Contains(page.body, "/arbejde") {
		t.Error("the page leads others to the work")
	}
	if page := h.get(t, otherCoordinator, ini(i, "/arbejde")).want(t, http.StatusOK); strings.Contains(page.body, "<form class=\"form") || strings.Contains(page.body, "/trin?") {
		t.Error("staff of another district are offered to change it")
	}
	h.stays(t, "after all that", i)
	// A resident's idea that nobody has read is not there for others.
	must[pgconn.CommandTag](t)(h.db.Pool().Exec(context.Background(), `UPDATE initiatives SET public_at = NULL, origin = 'resident' WHERE id = $1`, i.ID))
	for _, as := range []role{anonymous, otherPartner} {
		h.get(t, as, ini(i, "")).want(t, http.StatusNotFound)
		if page := h.get(t, as, "/initiativer").want(t, http.StatusOK, "Ingen initiativer her endnu"); strings.Contains(page.body, "Fælles have") {
			t.Error("it is on the list")
		}
	}
	h.post(t, otherPartner, ini(i, "/trin"), url.Values{"til": {"cocreation"}}).want(t, http.StatusNotFound)
	h.get(t, coordinator, ini(i, "")).want(t, http.StatusOK, "Kun vi kan se den endnu", `content="noindex"`)
	h.get(t, coordinator, "/stab/initiativer").want(t, http.StatusOK, "Ny idé fra en beboer")
	h.get(t, coordinator, ini(i, "/arbejde")).want(t, http.StatusOK, "Vis idéen for alle")
	for range 2 {
		h.post(t, coordinator, ini(i, "/offentlig"), nil).want(t, http.StatusSeeOther)
	}
	h.get(t, anonymous, ini(i, "")).want(t, http.StatusOK)
}

// Nothing typed is lost when something is wrong, and mistakes stand in the
// order of the form.
func TestInitiativeFormsKeepWhatWasTyped(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.post(t, coordinator, "/initiativer/ny", url.Values{"title": {"Kun et navn"}, "need": {"010190-1234 er i nød"}, "comments": {"before"}}).
		want(t, http.StatusUnprocessableEntity, "Kun et navn", "Skriv, hvad det skal være godt for", "010190-1234", "CPR")
	h.post(t, coordinator, "/initiativer/ny", url.Values{"title": {"Et andet sted"}, "kind": {"general"}, "purpose": {"x"}, "districts": {h.other.String()}, "comments": {"before"}}).
		want(t, http.StatusUnprocessableEntity, "Et andet sted", "Vælg mindst en af dine egne bydele")
	h.post(t, coordinator, "/initiativer/ny", url.Values{"title": {"Nye temaer"}, "kind": {"general"}, "purpose": {"x"}, "themes": {uuid.NewString()}, "comments": {"before"}}).
		want(t, http.StatusUnprocessableEntity, "Nye temaer")
	if n := h.count("FROM initiatives"); n != 0 {
		t.Errorf("%d initiatives", n)
	}
	i := h.together(initiative.General, false)
	res := h.post(t, partner, ini(i, "/beboere"), url.Values{"id": {uuid.NewString()}, "held_on": {"24.11.2026"}, "residents": {"mange"}, "said": {"Vi vil have bænke"},
		"objections[0].objection": {""}, "objections[2].objection": {"For dyrt"}}).
		want(t, http.StatusUnprocessableEntity, "Vælg en dag, der har været", "Skriv, hvad det ændrede", "Skriv, hvad I svarede", "Vi vil have bænke", "For dyrt", "mange")
	at := 0
	for _, field := range []string{"#f-held_on", "#f-how", "#f-residents", "#f-changed", "#f-objections-0--answer"} {
		n := strings.Index(res.body, `href="`+field+`"`)
		if n < at {
			t.Errorf("%s stands at %d, after %d", field, n, at)
		}
		at = n
	}
	h.post(t, partner, ini(i, "/beboere"), url.Values{"more": {"objections"}, "said": {"Halvt skrevet"}, "objections[0].objection": {"Nej"}}).
		want(t, http.StatusOK, "Halvt skrevet", "objections[2].answer")
	h.post(t, partner, ini(i, "/parter/"+i.Parties[0].ID.String()), url.Values{"more": {"people"}, "contribution": {"Halvt skrevet"}}).
		want(t, http.StatusOK, "Halvt skrevet", "people[4].name")
	h.stays(t, "after all that", i)

	// Somebody else changed the facts meanwhile.
	stamp := i.UpdatedAt.Format(time.RFC3339Nano)
	facts := url.Values{"title": {"Nyt navn"}, "kind": {"general"}, "comments": {"off"}, "districts": {h.district.String()}, "updated_at": {stamp}}
	h.now = h.now.Add(time.Minute)
	h.post(t, partner, ini(i, "/rediger"), facts).want(t, http.StatusSeeOther)
	facts.Set("title", "Mit navn")
	h.post(t, coordinator, ini(i, "/rediger"), facts).want(t, http.StatusConflict, "Mit navn", "target=\"_blank\"")
	if got := h.reads(i.Slug); got.Title != "Nyt navn" || got.Comments != initiative.NoComments {
		t.Errorf("%+v", got)
	}
}

// The longest text there may be, in the script that takes most room.
func TestTheSharedTextTakesLongTextsInAnyScript(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	i := h.together(initiative.General, false)
	long := strings.Repeat("حديقة ", 1666) + "معنا"
	shows := func(res response, status int) {
		t.Helper()
		if res.StatusCode != status || strings.Count(res.body, "حديقة") < 1666 {
			t.Errorf("%d, and it shows %d of the words", res.StatusCode, strings.Count(res.body, "حديقة"))
		}
	}
	form := url.Values{"version": {"1"}, "purpose": {strings.Repeat("م", 1000)}, "need": {strings.Repeat("ن", 2000)}, "body": {long}}
	h.post(t, partner, ini(i, "/tekst"), form).want(t, http.StatusSeeOther)
	shows(h.get(t, anonymous, ini(i, "")), http.StatusOK)
	form.Set("version", "2")
	form.Set("body", long+"ة") // one too many
	shows(h.post(t, partner, ini(i, "/tekst"), form), http.StatusUnprocessableEntity)
	form.Set("body", "زهور")
	form.Set("version", "1")
	res := h.post(t, coordinator, ini(i, "/tekst"), form)
	shows(res, http.StatusConflict)
	if !strings.Contains(res.body, "زهور</textarea>") {
		t.Error("what was typed is gone")
	}
	h.get(t, partner, ini(i, "/versioner")+"?lang=ar").want(t, http.StatusOK, `dir="rtl"`, "جديد:")
}

// A partner of several organisations says for which they write; one whom nobody
// is in is refused.
func TestPartnersBeginInitiativesToo(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	form := func(title string) url.Values {
		return url.Values{"id": {uuid.NewString()}, "title": {title}, "kind": {"young"}, "purpose": {"Et sted til de unge"}, "comments": {"after"},
			"owner": {h.accounts[partner].String()}, "for": {h.stranger.String()}}
	}
	if page := h.get(t, partner, "/initiativer/ny").want(t, http.StatusOK); strings.Contains(page.body, `name="for"`) || strings.Contains(page.body, `name="owner"`) {
		t.Error("there is nothing to choose between")
	}
	h.post(t, partner, "/initiativer/ny", form("Værested")).want(t, http.StatusSeeOther)
	i := h.reads("vaerested")
	if len(i.Parties) != 1 || i.Parties[0].OrganisationID != h.organisation || i.Owner != "" || i.Origin != "partner" {
		t.Errorf("%+v", i)
	}
	h.get(t, partner, "/partner/initiativer").want(t, http.StatusOK, "Det er I med i", "Værested")
	h.get(t, otherPartner, "/partner/initiativer").want(t, http.StatusOK, "Ingen initiativer her endnu")
	must[pgconn.CommandTag](t)(h.db.Pool().Exec(context.Background(), `INSERT INTO organisation_people (organisation_id, account_id, contact) VALUES ($1, $2, false)`, h.stranger, h.accounts[partner]))
	h.get(t, partner, "/initiativer/ny").want(t, http.StatusOK, `name="for"`, "De Andre")
	in := form("Cykelværksted")
	in.Set("for", uuid.NewString())
	h.post(t, partner, "/initiativer/ny", in).want(t, http.StatusUnprocessableEntity, "Cykelværksted", "f-for-wrong")
	in.Set("for", h.stranger.String())
	h.post(t, partner, "/initiativer/ny", in).want(t, http.StatusSeeOther)
	if i := h.reads("cykelvaerksted"); i.Parties[0].OrganisationID != h.stranger {
		t.Errorf("%+v", i.Parties)
	}
}

// An address that only takes presses leads those who reload it back.
func TestPressesThatAreReloadedLeadBack(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	i := h.together(initiative.General, true)
	party := "/parter/" + i.Parties[0].ID.String()
	for _, p := range []string{party + "/forlad", party + "/tovholder", "/beboere/" + i.Involvements[0].ID.String() + "/slet", "/offentlig", "/trin", "/trin?til=agreed", "/trin?til=x"} {
		res := h.get(t, partner, ini(i, p)).want(t, http.StatusSeeOther)
		if got := res.Header.Get("Location"); got != ini(i, "/arbejde") {
			t.Errorf("%s leads to %s", p, got)
		}
	}
	h.stays(t, "after all that", i)
}

// The list is narrowed by where, what and how far; what no filter knows finds
// nothing.
func TestTheListOfInitiativesIsNarrowed(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.idea(initiative.Young)
	for query, finds := range map[string]bool{"": true, "?bydel=testby": true, "?bydel=andenby": false, "?slags=young": true, "?slags=moving": false, "?status=idea": true,
		"?status=agreed": false, "?bydel=testby&slags=young&status=idea": true, "?slags=x": false, "?status=x": false, "?bydel=%00": false, "?side=99": true, "?side=x": true} {
		page := h.get(t, anonymous, "/initiativer"+query).want(t, http.StatusOK)
		if strings.Contains(page.body, "Fælles have") != finds {
			t.Errorf("%s: finds it is not %v", query, finds)
		}
	}
	for n := range initiative.PageSize {
		must[initiative.Ref](t)(h.services.Initiatives.Create(t.Context(), h.actor(coordinator), initiative.Input{Title: "Nummer " + strconv.Itoa(n), Kind: initiative.General, Words: initiative.Words{Purpose: "x"}}))
	}
	h.get(t, anonymous, "/initiativer").want(t, http.StatusOK, "25 initiativer", "/initiativer?side=2")
	h.get(t, anonymous, "/initiativer?side=2").want(t, http.StatusOK, "Side 2 af 2")
}

// A funding period changes the words; what was sorted by the old ones keeps
// them.
func TestThemesChangeWithThePeriod(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	i := h.idea(initiative.General)
	first := "019a0000-0000-7000-8000-000000000001"
	facts := url.Values{"title": {"Fælles have"}, "kind": {"general"}, "comments": {"before"}, "districts": {h.district.String()}, "themes": {first},
		"updated_at": {i.UpdatedAt.Format(time.RFC3339Nano)}}
	h.post(t, coordinator, ini(i, "/rediger"), facts).want(t, http.StatusSeeOther)
	h.get(t, administrator, "/stab/temaer").want(t, http.StatusOK, "De første temaer", "Bruges nu", "Naboskab og fællesskab")
	h.get(t, administrator, "/stab/initiativer").want(t, http.StatusOK, "/stab/temaer")
	if page := h.get(t, coordinator, "/stab/initiativer").want(t, http.StatusOK); strings.Contains(page.body, "/stab/temaer") {
		t.Error("a coordinator is led to the themes")
	}
	h.post(t, administrator, "/stab/temaer", url.Values{"name": {"Planen 2027"}, "words": {"Nye veje"}}).want(t, http.StatusUnprocessableEntity, "Planen 2027", "Nye veje")
	h.post(t, administrator, "/stab/temaer", url.Values{"name": {"Planen"}, "starts_on": {"1.1.2026"}, "words": {"x"}}).want(t, http.StatusUnprocessableEntity, "Vælg en dag, der ikke er gået")
	set := url.Values{"name": {"Planen 2027"}, "starts_on": {"1.1.2027"}, "words": {"Nye veje\r\nGamle venner\r\n\r\nNye veje"}}
	h.post(t, administrator, "/stab/temaer", set).want(t, http.StatusSeeOther)
	h.post(t, administrator, "/stab/temaer", set).want(t, http.StatusConflict, "Der begynder allerede et sæt den dag")
	h.get(t, administrator, "/stab/temaer").want(t, http.StatusOK, "Kommer", "Gamle venner")
	h.get(t, coordinator, "/initiativer/ny").want(t, http.StatusOK, "Tryghed")
	h.now = h.now.AddDate(0, 2, 0)
	h.cookies = map[role]*http.Cookie{}
	if page := h.get(t, coordinator, "/initiativer/ny").want(t, http.StatusOK, "Gamle venner"); strings.Contains(page.body, "Tryghed") {
		t.Error("the old words can still be chosen")
	}
	h.get(t, coordinator, ini(i, "/rediger")).want(t, http.StatusOK, "Gamle venner", "Naboskab og fællesskab")
	h.get(t, anonymous, ini(i, "")).want(t, http.StatusOK, "Naboskab og fællesskab")
}

// Working pages ask few questions, however much there is.
func TestInitiativePagesAskFewQuestions(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	i := h.together(initiative.General, true)
	for as, paths := range map[role][]string{
		anonymous:   {"/initiativer", ini(i, "")},
		partner:     {"/partner/initiativer", "/initiativer/ny", ini(i, ""), ini(i, "/arbejde"), ini(i, "/tekst"), ini(i, "/versioner"), ini(i, "/parter"), ini(i, "/rediger"), ini(i, "/beboere")},
		coordinator: {"/stab/initiativer", "/initiativer/ny", ini(i, "/arbejde"), ini(i, "/parter"), ini(i, "/rediger"), ini(i, "/parter/"+i.Parties[0].ID.String())},
	} {
		most := int64(3)
		if as != anonymous {
			most = 7
			h.cookie(as)
		}
		for _, path := range paths {
			h.get(t, as, path)
			before := h.queries.Load()
			h.get(t, as, path).want(t, http.StatusOK)
			if n := h.queries.Load() - before; n > most {
				t.Errorf("%s as %s asks %d questions, at most %d", path, as, n, most)
			}
		}
	}
}
