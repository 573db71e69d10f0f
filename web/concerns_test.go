package web_test

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"

	"mellemrum/internal/ask"
	"mellemrum/internal/authz"
	"mellemrum/internal/concern"
	"mellemrum/internal/i18n"
	"mellemrum/internal/theme"
)

const (
	notesHome   = "/stab/bekymringer"
	partnerNote = "/partner/bekymringer"
	secretWords = "Bænkene ved gavlen bliver væltet hver weekend."
)

// keeper is the coordinator of Testby.
func (h *harness) keeper() authz.Actor {
	return authz.Actor{Role: authz.Coordinator, AccountID: h.accounts[coordinator], Districts: []uuid.UUID{h.district}}
}

// safety is a theme of the first set.
const safety = "019a0000-0000-7000-8000-000000000004"

func (h *harness) themes() []theme.Theme {
	h.t.Helper()
	return must[[]theme.Theme](h.t)(h.services.Themes.Current(context.Background()))
}

// seenAgain is a concern of Testby that Værterne are invited to and have added
// to.
func (h *harness) seenAgain() (id, observation uuid.UUID) {
	h.t.Helper()
	ctx := context.Background()
	id = must[uuid.UUID](h.t)(h.services.Concerns.Create(ctx, h.keeper(), concern.Input{Kind: concern.Worry, District: h.district, Place: "Ved gavlen",
		Pattern: secretWords, Themes: []uuid.UUID{uuid.MustParse(safety)}, Source: concern.Residents, SourceWords: "flere naboer", SeenOn: i18n.Day(h.now)}))
	h.ok(h.services.Concerns.Invite(ctx, h.keeper(), id, []uuid.UUID{h.organisation}))
	observation = uuid.Must(uuid.NewV7())
	from := authz.Actor{Role: authz.Partner, AccountID: h.accounts[partner], Organisations: []authz.Membership{{OrganisationID: h.organisation}}}
	h.ok(h.services.Concerns.Observe(ctx, from, id, concern.Seen{ID: observation, OnDate: i18n.Day(h.now), Body: "Også ved klubhuset."}))
	return id, observation
}

// typedConcern is the form as somebody fills it in.
func (h *harness) typedConcern() url.Values {
	return url.Values{"id": {uuid.NewString()}, "kind": {"concern"}, "district": {h.district.String()}, "place": {"Legepladsen"}, "pattern": {secretWords},
		"seen_on": {"20.11.2026"}, "themes": {safety}, "source": {"residents"}, "source_words": {"på fællesmødet"}}
}

// Every address of the notes, as everybody: staff read all, an invited partner
// theirs, and to everybody else there is nothing there.
func TestNotesAreForStaffAndInvitedPartners(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	walked := 0
	for _, m := range h.mux.Routes() {
		if !strings.Contains(m.Pattern, "bekymringer") && !strings.HasSuffix(m.Pattern, "/overblik") && !strings.HasSuffix(m.Pattern, "/relationer") {
			continue
		}
		walked++
		staffs := strings.HasPrefix(m.Pattern, "/stab")
		for _, as := range roles {
			id, observation := h.seenAgain()
			path := strings.NewReplacer("{id}", id.String(), "{observation}", observation.String(), "{slug}", "testby").Replace(m.Pattern)
			var res response
			if m.Method == http.MethodPost {
				res = h.post(t, as, path, nil)
			} else {
				res = h.get(t, as, path)
			}
			missing := res.StatusCode == http.StatusNotFound
			switch {
			case as == anonymous:
				if loc := res.Header.Get("Location"); res.StatusCode != http.StatusForbidden && !strings.HasPrefix(loc, "/log-ind") {
					t.Errorf("%s %s: nobody is answered %d %s", m.Method, m.Pattern, res.StatusCode, loc)
				}
			case as == partner && !staffs, staffs && as != partner && as != otherPartner:
				if missing {
					t.Errorf("%s %s: %s finds nothing", m.Method, m.Pattern, as)
				}
			case !missing:
				t.Errorf("%s %s: %s is answered %d", m.Method, m.Pattern, as, res.StatusCode)
			}
			if (as == anonymous || as == otherPartner) && strings.Contains(res.body, "Bænkene") {
				t.Errorf("%s %s: %s reads it", m.Method, m.Pattern, as)
			}
			if _, err := h.db.Pool().Exec(t.Context(), `DELETE FROM concerns`); err != nil {
				t.Fatal(err)
			}
		}
	}
	if walked < 25 {
		t.Errorf("only %d addresses", walked)
	}
}

// Nothing of a note is on a page that everybody can open.
func TestNotesAreNowhereInPublic(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	id, _ := h.seenAgain()
	for _, m := range h.mux.Routes() {
		if m.Method != http.MethodGet || m.Rule.String() != "public" || strings.Contains(m.Pattern, "{token}") || strings.HasPrefix(m.Pattern, "/demo") || strings.Contains(m.Pattern, "/nu") {
			continue
		}
		path := h.example(m.Pattern)
		for _, query := range []string{"", "?q=Bænkene&ord=Bænkene&soeg=Bænkene"} {
			for _, as := range []role{anonymous, otherPartner} {
				body := h.get(t, as, path+query).body
				if strings.Contains(body, "bliver væltet") || strings.Contains(body, id.String()) {
					t.Errorf("%s tells %s of a note", path+query, as)
				}
			}
		}
	}
}

// A note is refused with a CPR number, warned about with a name, and nothing of
// what was typed is lost on the way.
func TestWritingANoteByForm(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	page := h.get(t, coordinator, notesHome+"/ny?bydel=testby").want(t, http.StatusOK, "Hvad ser I igen og igen?", "Tryghed", `value="23.11.2026"`)
	if !strings.Contains(page.body, `value="`+h.district.String()+`" selected`) || strings.Contains(page.body, `name="sure"`) {
		t.Error("the district is not chosen, or the box is there before anything looks like a person")
	}
	for _, field := range []string{"place", "pattern", "source_words"} {
		form := h.typedConcern()
		form.Set(field, "Hos 010203-1234 <b>")
		h.post(t, coordinator, notesHome+"/ny", form).want(t, http.StatusUnprocessableEntity, "ligner et CPR-nummer", `href="#f-`+field+`"`, "Hos 010203-1234 &lt;b&gt;",
			`value="20.11.2026"`, `value="`+form.Get("themes")+`" checked`)
	}
	h.post(t, coordinator, notesHome+"/ny", url.Values{}).want(t, http.StatusUnprocessableEntity, "#f-kind", "#f-district", "#f-pattern", "#f-seen_on", "#f-themes", "#f-source")

	form := h.typedConcern()
	form.Set("pattern", "Kirsten Prøvesen vælter bænkene. Ring 20 12 34 56.")
	warned := h.post(t, coordinator, notesHome+"/ny", form).want(t, http.StatusUnprocessableEntity, "Kirsten Prøvesen · 20 12 34 56", `name="sure"`, `href="#f-sure"`,
		"vælter bænkene", "Legepladsen", "fællesmødet")
	form["sure_of"] = values(warned.body, "sure_of")
	if len(form["sure_of"]) != 2 || strings.Contains(warned.body, `name="sure" checked`) {
		t.Fatalf("confirmed are %q", form["sure_of"])
	}
	h.post(t, coordinator, notesHome+"/ny", form).want(t, http.StatusUnprocessableEntity, "Kirsten Prøvesen") // without the tick
	form.Set("sure", "1")
	other := form.Get("pattern")
	form.Set("pattern", other+" Også Bodil Prøvesen.")
	h.post(t, coordinator, notesHome+"/ny", form).want(t, http.StatusUnprocessableEntity, "Bodil Prøvesen") // not what was looked at
	form.Set("pattern", other)
	for range 2 {
		h.post(t, coordinator, notesHome+"/ny", form).want(t, http.StatusSeeOther)
	}
	if n := h.count("FROM concerns"); n != 1 {
		t.Errorf("%d notes of two presses", n)
	}
	at := notesHome + "/" + form.Get("id")
	h.get(t, otherCoordinator, at).want(t, http.StatusOK, "Legepladsen", "Kirsten Prøvesen vælter", "på fællesmødet", "20. november 2026", "Tryghed", "Åben")

	// Two editors: the second is told, and has what they typed.
	edit := h.get(t, coordinator, at+"/rediger").want(t, http.StatusOK, "vælter bænkene")
	form = h.typedConcern()
	form.Set("version", values(edit.body, "version")[0])
	form.Set("pattern", "Den første skriver.")
	h.post(t, coordinator, at+"/rediger", form).want(t, http.StatusSeeOther)
	form.Set("pattern", "Den anden skriver.")
	h.post(t, administrator, at+"/rediger", form).want(t, http.StatusConflict, "Den anden skriver.", "Åbn den nyeste udgave")
	h.get(t, coordinator, at).want(t, http.StatusOK, "Den første skriver.")
	h.get(t, otherCoordinator, at+"/rediger").want(t, http.StatusForbidden)
	h.post(t, otherCoordinator, at+"/rediger", form).want(t, http.StatusForbidden)
}

// values are those of the hidden fields with a name.
func values(page, name string) []string {
	var list []string
	for _, m := range regexp.MustCompile(`name="`+name+`" value="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		list = append(list, html.UnescapeString(m[1]))
	}
	return list
}

// The themes are those of the day the note is about, also in the form.
func TestANotesThemesFollowItsDay(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	const old = safety
	h.ok(h.services.Themes.Begin(t.Context(), authz.TheSystem, "De næste", i18n.Day(h.now), []string{"Ro i gården"}))
	h.get(t, coordinator, notesHome+"/ny").want(t, http.StatusOK, "Ro i gården")
	form := h.typedConcern()
	form.Set("themes", h.themes()[0].ID.String())
	page := h.post(t, coordinator, notesHome+"/ny", form).want(t, http.StatusUnprocessableEntity, "Den dag brugte vi andre temaer", "Tryghed")
	if strings.Contains(page.body, "Ro i gården") {
		t.Error("a theme of another day can be chosen")
	}
	form.Set("themes", old)
	h.post(t, coordinator, notesHome+"/ny", form).want(t, http.StatusSeeOther)
	h.get(t, coordinator, notesHome+"/"+form.Get("id")+"/rediger").want(t, http.StatusOK, `value="`+old+`" checked`)
	h.get(t, coordinator, notesHome+"?tema=Tryghed").want(t, http.StatusOK, "1 note", "bliver væltet")
	h.get(t, coordinator, notesHome+"?tema=Ro+i+g%C3%A5rden").want(t, http.StatusOK, "0 noter", "Ingen noter her")
}

// A note becomes an ask and an initiative, and its page shows how they go.
func TestANoteBecomesAnAskAndAnInitiative(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	ctx := t.Context()
	themes := h.themes()
	id := must[uuid.UUID](t)(h.services.Concerns.Create(ctx, h.keeper(), concern.Input{Kind: concern.Worry, District: h.district, Themes: []uuid.UUID{themes[3].ID},
		Pattern: "Kirsten Prøvesen ser bænkene blive væltet.", Looked: []string{"Kirsten Prøvesen"}, Source: concern.Staff, SeenOn: i18n.Day(h.now)}))
	at := notesHome + "/" + id.String()
	h.get(t, coordinator, at).want(t, http.StatusOK, "/stab/opraab/ny?bekymring="+id.String(), "/initiativer/ny?bekymring="+id.String(), "Åben")

	page := h.get(t, coordinator, "/stab/opraab/ny?bekymring="+id.String()).want(t, http.StatusOK, "ser bænkene blive væltet", `name="concern" value="`+id.String())
	if strings.Contains(page.body, "Prøvesen") || !strings.Contains(page.body, `value="`+h.district.String()+`" checked`) {
		t.Error("the ask begins with a name, or without its district")
	}
	for _, as := range []role{otherCoordinator, partner} {
		for _, start := range []string{"/stab/opraab/ny", "/initiativer/ny"} {
			if got := h.get(t, as, start+"?bekymring="+id.String()); got.StatusCode == http.StatusOK || strings.Contains(got.body, "bænkene") {
				t.Errorf("%s begins %s from another's note: %d", as, start, got.StatusCode)
			}
		}
	}
	form := url.Values{"id": {uuid.NewString()}, "concern": {id.String()}, "title": {"Bænke, der står fast"}, "answer_by": {"30.11.2026"}, "districts": {h.district.String()},
		"parts[0].what": {"bænke"}, "parts[0].quantity": {"3"}, "contact_name": {"Prøve"}, "contact_email": {"proeve@post.example"}}
	h.post(t, coordinator, "/stab/opraab/ny", form).want(t, http.StatusUnprocessableEntity, `name="concern" value="`+id.String()) // the reason is missing
	form.Set("why", "Bænkene vælter.")
	for range 2 {
		h.post(t, coordinator, "/stab/opraab/ny", form).want(t, http.StatusSeeOther)
	}
	h.get(t, coordinator, at).want(t, http.StatusOK, "Bænke, der står fast", "/stab/opraab/"+form.Get("id"), "Følges op", "Kladde")
	askID := uuid.MustParse(form.Get("id"))
	h.ok(h.services.Asks.Send(ctx, h.keeper(), askID))
	h.get(t, coordinator, at).want(t, http.StatusOK, i18n.ByCode("da").T("asks.status_"+string(ask.Open)))

	page = h.get(t, coordinator, "/initiativer/ny?bekymring="+id.String()).want(t, http.StatusOK, "ser bænkene blive væltet", `value="`+themes[3].ID.String()+`" checked`,
		`value="`+h.district.String()+`" checked`)
	if strings.Contains(page.body, "Prøvesen") {
		t.Error("the initiative begins with a name")
	}
	form = url.Values{"id": {uuid.NewString()}, "concern": {id.String()}, "title": {"Liv på pladsen"}, "kind": {"general"}, "comments": {"before"}, "districts": {h.district.String()}}
	h.post(t, coordinator, "/initiativer/ny", form).want(t, http.StatusUnprocessableEntity, `name="concern" value="`+id.String())
	form.Set("purpose", "Pladsen er rar at være på.")
	h.post(t, coordinator, "/initiativer/ny", form).want(t, http.StatusSeeOther)
	h.get(t, coordinator, at).want(t, http.StatusOK, "Liv på pladsen", "/initiativer/liv-paa-pladsen", i18n.ByCode("da").T("initiatives.status_idea"))
	if n := h.count("FROM concern_led WHERE concern_id = $1", id); n != 2 {
		t.Errorf("it led to %d things", n)
	}

	h.get(t, coordinator, "/stab/initiativer/ny?bekymring="+id.String()).want(t, http.StatusSeeOther)

	// What begins from a note says nothing of it in public.
	for _, public := range []string{"/initiativer/liv-paa-pladsen", "/opraab/" + askID.String()} {
		if strings.Contains(h.get(t, anonymous, public).body, id.String()) {
			t.Errorf("%s leads to the note", public)
		}
	}
}

// Closing demands an outcome; then the note says what came of it.
func TestANoteIsClosedWithItsOutcome(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	id, _ := h.seenAgain()
	at := notesHome + "/" + id.String()
	h.post(t, coordinator, at+"/foelg", nil).want(t, http.StatusSeeOther)
	h.get(t, coordinator, at).want(t, http.StatusOK, "Følges op")
	h.post(t, coordinator, at+"/luk", url.Values{"closed_on": {"23.11.2026"}}).want(t, http.StatusUnprocessableEntity, "Skriv, hvad der kom ud af det", "#f-outcome")
	h.post(t, coordinator, at+"/luk", url.Values{"closed_on": {"24.11.2026"}, "outcome": {"Der er ro."}}).want(t, http.StatusUnprocessableEntity, "#f-closed_on", "Der er ro.")
	end := url.Values{"closed_on": {"23.11.2026"}, "outcome": {"Bænkene er boltet fast."}}
	h.post(t, otherCoordinator, at+"/luk", end).want(t, http.StatusForbidden)
	for range 2 {
		h.post(t, coordinator, at+"/luk", end).want(t, http.StatusSeeOther)
	}
	h.get(t, coordinator, at).want(t, http.StatusOK, "Afsluttet 23. november 2026", "Bænkene er boltet fast.")
	h.get(t, partner, partnerNote+"/"+id.String()).want(t, http.StatusOK, "Bænkene er boltet fast.")
	h.post(t, partner, partnerNote+"/"+id.String()+"/set", url.Values{"on_date": {"23.11.2026"}, "body": {"Igen"}}).want(t, http.StatusConflict, "Noten er afsluttet")
	h.post(t, coordinator, at+"/genaabn", nil).want(t, http.StatusSeeOther)
	h.get(t, coordinator, at).want(t, http.StatusOK, "Bænkene er boltet fast.", "Hvad kom der ud af det?")
}

// An invited partner is told by letter and on their page, reads, and adds what
// they see, until the invitation is withdrawn.
func TestAnInvitedPartnerTakesALook(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	id := must[uuid.UUID](t)(h.services.Concerns.Create(t.Context(), h.keeper(), concern.Input{Kind: concern.Wellbeing, District: h.district, Place: "Haven",
		Pattern: "Naboerne spiser sammen hver onsdag.", Themes: []uuid.UUID{h.themes()[0].ID}, Source: concern.Staff, SeenOn: i18n.Day(h.now)}))
	at, theirs := notesHome+"/"+id.String(), partnerNote+"/"+id.String()
	h.get(t, partner, theirs).want(t, http.StatusNotFound)
	h.get(t, partner, partnerNote).want(t, http.StatusNotFound)
	if strings.Contains(h.get(t, partner, "/partner").body, "bekymringer") {
		t.Error("their page speaks of notes before they are invited")
	}
	h.post(t, coordinator, at+"/inviter", nil).want(t, http.StatusUnprocessableEntity, "#f-organisation")
	for range 2 {
		h.post(t, coordinator, at+"/inviter", url.Values{"organisation": {h.organisation.String()}}).want(t, http.StatusSeeOther)
	}
	letters := h.deliver(t)
	if n := h.count("FROM river_job WHERE args->>'letter' = 'concern_invited'"); n != 1 {
		t.Errorf("%d letters of two presses", n)
	}
	if body := h.get(t, anonymous, fmt.Sprintf("/demo/post/%d/html", letters["concern_invited"])).want(t, http.StatusOK, "Testby", theirs).body; strings.Contains(body, "Naboerne") || strings.Contains(body, "Haven") {
		t.Error("the letter tells what the note says")
	}
	h.get(t, partner, "/partner").want(t, http.StatusOK, "I er inviteret til 1 note", partnerNote)
	h.get(t, partner, partnerNote).want(t, http.StatusOK, "Naboerne spiser sammen", theirs)
	page := h.get(t, partner, theirs).want(t, http.StatusOK, "Naboerne spiser sammen", "Skriv det på")
	for _, hidden := range []string{"/rediger", "/luk", "/inviter", "/slet", "opraab/ny"} {
		if strings.Contains(page.body, theirs+hidden) || hidden == "opraab/ny" && strings.Contains(page.body, hidden) {
			t.Errorf("a partner is offered %s", hidden)
		}
	}
	seen := url.Values{"id": values(page.body, "id")[:1], "on_date": {"22.11.2026"}, "body": {"010203-1234 spiser med"}}
	h.post(t, partner, theirs+"/set", seen).want(t, http.StatusUnprocessableEntity, "ligner et CPR-nummer", "spiser med")
	seen.Set("body", "Bodil Prøvesen laver maden.")
	warned := h.post(t, partner, theirs+"/set", seen).want(t, http.StatusUnprocessableEntity, "Bodil Prøvesen", `name="sure"`)
	seen["sure_of"], seen["sure"] = values(warned.body, "sure_of"), []string{"1"}
	for range 2 {
		h.post(t, partner, theirs+"/set", seen).want(t, http.StatusSeeOther)
	}
	h.get(t, coordinator, at).want(t, http.StatusOK, "laver maden", "Prøve partner, Værterne", "22. november 2026")
	if n := h.count("FROM concern_observations"); n != 1 {
		t.Errorf("%d observations of two presses", n)
	}
	h.post(t, coordinator, at+"/traek", url.Values{"organisation": {h.organisation.String()}}).want(t, http.StatusSeeOther)
	h.get(t, partner, theirs).want(t, http.StatusNotFound)
	h.post(t, partner, theirs+"/set", seen).want(t, http.StatusNotFound)
	h.get(t, partner, partnerNote).want(t, http.StatusNotFound)
	h.get(t, coordinator, at).want(t, http.StatusOK, "laver maden")

	removal := at + "/set/" + seen.Get("id") + "/slet"
	h.get(t, coordinator, removal).want(t, http.StatusOK, "laver maden")
	h.post(t, coordinator, removal, nil).want(t, http.StatusSeeOther)
	h.post(t, coordinator, removal, nil).want(t, http.StatusNotFound)
	h.get(t, coordinator, at+"/slet").want(t, http.StatusOK, "Slet noten")
	h.post(t, coordinator, at+"/slet", nil).want(t, http.StatusSeeOther)
	h.get(t, coordinator, at).want(t, http.StatusNotFound)
}

// The list narrows and pages, and keeps to the query budget however long it is.
func TestTheListOfNotes(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for range 3 {
		h.seenAgain()
	}
	h.get(t, otherCoordinator, notesHome).want(t, http.StatusOK, "3 noter", "Åben: 3", "Testby", "set igen 1 gang")
	h.get(t, coordinator, notesHome+"?bydel=testby&slags=concern&status=open&tema=Tryghed").want(t, http.StatusOK, "3 noter")
	h.get(t, coordinator, notesHome+"?slags=wellbeing").want(t, http.StatusOK, "0 noter")
	h.get(t, coordinator, notesHome+"?bydel=andenby").want(t, http.StatusOK, "0 noter")
	id, _ := h.seenAgain()
	for as, paths := range map[role][]string{
		coordinator: {notesHome, notesHome + "/ny", notesHome + "/" + id.String(), notesHome + "/" + id.String() + "/rediger", "/stab/bydele/testby/overblik", "/stab/bydele/testby/relationer"},
		partner:     {"/partner", partnerNote, partnerNote + "/" + id.String()},
	} {
		for _, path := range paths {
			h.get(t, as, path)
			before := h.queries.Load()
			h.get(t, as, path).want(t, http.StatusOK)
			if n := h.queries.Load() - before; n > 7 {
				t.Errorf("%s asks %d questions", path, n)
			}
		}
	}
}

// A district as its staff see it: strengths first, then notes, relations and
// duties.
func TestADistrictFromTheInside(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.seenAgain()
	const inside, lists = "/stab/bydele/testby/overblik", "/stab/bydele/testby/relationer"
	h.get(t, coordinator, "/stab/bydele").want(t, http.StatusOK, inside)
	page := h.get(t, otherCoordinator, inside).want(t, http.StatusOK, "Her hilser vi på hinanden", "Bænkene ved gavlen", "Ingen er skrevet på endnu.")
	if strings.Contains(page.body, lists) || strings.Index(page.body, "Her hilser vi") > strings.Index(page.body, "Bænkene ved gavlen") {
		t.Error("another district's lists are offered, or strengths do not come first")
	}
	h.get(t, otherCoordinator, lists).want(t, http.StatusForbidden)

	form := url.Values{"version": {"0"}, "relations[0].organisation": {h.organisation.String()}, "relations[0].what": {"Sommerfesten"}, "relations[0].tie": {"close"},
		"relations[0].since": {"01.03.2024"}, "relations[2].name": {"Viceværterne på torvet"}, "relations[2].tie": {"beginning"},
		"duties[1].who": {"a:" + h.accounts[coordinator].String()}, "duties[1].what": {"Nøgler til salen, 010203-1234"}, "duties[3].name": {"Cafévagterne"}, "duties[3].what": {"Opslagstavlen"}}
	h.post(t, coordinator, lists, form).want(t, http.StatusUnprocessableEntity, "ligner et CPR-nummer", "Sommerfesten", "Viceværterne på torvet", "Opslagstavlen", "01.03.2024")
	form.Set("duties[1].what", "Nøgler til salen")
	more := url.Values{}
	for k, v := range form {
		more[k] = v
	}
	more.Set("more", "duties")
	h.post(t, coordinator, lists, more).want(t, http.StatusOK, "Ansvar 7", "Nøgler til salen")
	h.post(t, coordinator, lists, form).want(t, http.StatusSeeOther)
	h.get(t, otherCoordinator, inside).want(t, http.StatusOK, "Værterne", "Sommerfesten", "Siden 1. marts 2024", "Kontakt: Tæt", "Viceværterne på torvet", "Kontakt: Ny",
		"Prøve coordinator", "Nøgler til salen", "Cafévagterne", "Opslagstavlen")
	h.post(t, administrator, lists, form).want(t, http.StatusConflict, "Åbn den nyeste udgave", "Sommerfesten")
	h.get(t, coordinator, lists).want(t, http.StatusOK, `value="1"`, "Sommerfesten", "Nøgler til salen")
}
