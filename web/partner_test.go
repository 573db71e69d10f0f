package web_test

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
)

// hidden reads a hidden field's value from a form.
func hidden(t *testing.T, body, name string) string {
	t.Helper()
	m := regexp.MustCompile(`name="` + name + `" value="([^"]*)"`).FindStringSubmatch(body)
	if m == nil {
		t.Fatalf("no hidden %s: %s", name, shorten(body))
	}
	return m[1]
}

func (h *harness) offerForm(changes ...string) url.Values {
	v := url.Values{"title": {"Vi låner jer en trailer"}, "body": {"Den kan hentes ved Prøvehuset."}, "kind": {"equipment"},
		"districts": {h.district.String()}, "schedule": {"Alle weekender"}, "audience": {"Naboer"}, "languages": {"da", "ar"},
		"contact_name": {"Ida Opdigtet"}, "contact_email": {"ida@post.example"}, "contact_phone": {""}}
	for i := 0; i+1 < len(changes); i += 2 {
		v.Set(changes[i], changes[i+1])
	}
	return v
}

// An offer's whole life, as its partner and everybody else see it.
func TestAnOffersLife(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.get(t, partner, "/partner").want(t, http.StatusOK, "Værterne", "/partner/tilbud/ny", "Et lokale om aftenen", "Ikke færdig endnu", "Kladde")
	form := h.offerForm()
	form.Set("id", hidden(t, h.get(t, partner, "/partner/tilbud/ny").want(t, http.StatusOK, `name="title"`).body, "id"))
	public := func(says bool) {
		t.Helper()
		for _, path := range []string{"/tilbud", "/tilbud?bydel=testby&slags=equipment&sprog=ar&ord=trailer", "/bydele/testby", "/samarbejdspartnere/vaerterne"} {
			if got := strings.Contains(h.get(t, anonymous, path).want(t, http.StatusOK).body, form.Get("title")); got != says {
				t.Errorf("%s shows it: %v, want %v", path, got, says)
			}
		}
	}

	see := h.post(t, partner, "/partner/tilbud/ny", form).want(t, http.StatusSeeOther).Header.Get("Location")
	if again := h.post(t, partner, "/partner/tilbud/ny", form).Header.Get("Location"); again != see {
		t.Errorf("a second press leads to %s, the first to %s", again, see)
	}
	if n := h.count("FROM offers WHERE title = $1", form.Get("title")); n != 1 {
		t.Fatalf("%d offers", n)
	}
	at := strings.TrimSuffix(see, "/se")
	open := "/tilbud/" + strings.TrimPrefix(at, "/partner/tilbud/")
	h.get(t, partner, see).want(t, http.StatusOK, "Sådan kommer det til at se ud", "Vi låner jer en trailer", "Alle weekender", "Offentliggør", `href="`+at+`"`)
	public(false)
	h.get(t, anonymous, open).want(t, http.StatusNotFound)

	h.post(t, partner, at+"/offentliggoer", nil).want(t, http.StatusSeeOther)
	flash := h.post(t, partner, at+"/offentliggoer", nil).want(t, http.StatusSeeOther).Header.Get("Location")
	h.get(t, partner, flash).want(t, http.StatusOK, "Nu kan alle se tilbuddet", open)
	public(true)

	// The preview is the page: the same below the title.
	cut := func(body string) string {
		_, after, _ := strings.Cut(body, `<div class="columns">`)
		before, _, _ := strings.Cut(after, "</aside>")
		return before
	}
	if mine, everybodys := cut(h.get(t, partner, see).body), cut(h.get(t, partner, open).body); mine == "" || mine != everybodys {
		t.Errorf("the preview is\n%s\nand the page\n%s", mine, everybodys)
	}

	edit := h.get(t, partner, at).want(t, http.StatusOK, "Vi låner jer en trailer", "Gem")
	form.Set("updated_at", hidden(t, edit.body, "updated_at"))
	old := maps.Clone(form)
	form.Set("title", "Vi låner jer to trailere")
	h.post(t, partner, at, form).want(t, http.StatusSeeOther)
	public(true)
	old.Set("title", "En anden skrev samtidig")
	h.post(t, partner, at, old).want(t, http.StatusConflict, "En anden skrev samtidig", "En anden har ændret")
	h.post(t, partner, at, h.offerForm("title", "", "updated_at", "i går")).want(t, http.StatusUnprocessableEntity, `href="#f-title"`)

	h.post(t, partner, at+"/saet-paa-pause", nil).want(t, http.StatusSeeOther)
	h.get(t, partner, see).want(t, http.StatusOK, "holder pause", "Vis det igen")
	public(false)
	h.post(t, partner, at+"/offentliggoer", nil).want(t, http.StatusSeeOther)
	public(true)

	asks := h.get(t, partner, see).want(t, http.StatusOK, "<details", "kan ikke komme tilbage", "Ja, tag det ned").body
	if strings.Index(asks, "<details") > strings.Index(asks, "Ja, tag det ned") {
		t.Error("it is taken down without being asked")
	}
	h.post(t, partner, at+"/traek-tilbage", nil).want(t, http.StatusSeeOther)
	h.post(t, partner, at+"/traek-tilbage", nil).want(t, http.StatusSeeOther)
	public(false)
	h.get(t, anonymous, open).want(t, http.StatusGone)
	h.get(t, partner, see).want(t, http.StatusOK, "taget ned")
	h.get(t, partner, at).want(t, http.StatusSeeOther)
	h.post(t, partner, at, form).want(t, http.StatusConflict)
	h.post(t, partner, at+"/offentliggoer", nil).want(t, http.StatusConflict)
	h.get(t, partner, "/partner").want(t, http.StatusOK, "1 tilbud er taget ned")
}

func TestOfferFormTellsWhatIsWrong(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	before := h.count("FROM offers")
	for field, value := range map[string]string{"title": "", "body": strings.Repeat("å", 3001), "kind": "money", "districts": "ingen",
		"schedule": strings.Repeat("å", 201), "audience": strings.Repeat("å", 201), "languages": "xx", "contact_name": strings.Repeat("å", 121),
		"contact_email": "ida@", "contact_phone": "12"} {
		res := h.post(t, partner, "/partner/tilbud/ny", h.offerForm(field, value)).want(t, http.StatusUnprocessableEntity, `href="#f-`+field+`"`)
		if field != "title" && !strings.Contains(res.body, "Vi låner jer en trailer") {
			t.Errorf("%s: what was typed is lost", field)
		}
	}
	h.post(t, partner, "/partner/tilbud/ny", h.offerForm("title", "\xff")).want(t, http.StatusUnprocessableEntity, `href="#f-title"`)
	h.post(t, partner, "/partner/tilbud/ny", url.Values{}).want(t, http.StatusUnprocessableEntity, `href="#f-title"`, `href="#f-contact_email"`)
	h.post(t, partner, "/partner/tilbud/ny", h.offerForm("organisation", h.stranger.String())).want(t, http.StatusForbidden)
	// Somebody else's offer is not taken over by its id.
	h.post(t, otherPartner, "/partner/tilbud/ny", h.offerForm("id", h.offer.String())).want(t, http.StatusUnprocessableEntity)
	if n := h.count("FROM offers"); n != before {
		t.Errorf("%d offers more", n-before)
	}
}

// askedIfActive is the link of the yearly letter to the partner's organisation,
// which waits for an answer.
func (h *harness) askedIfActive() string {
	h.t.Helper()
	ctx := context.Background()
	if _, err := h.db.Pool().Exec(ctx, `
		UPDATE organisations SET active_at = $2, active_asked = NULL, active_letters = 0, stopped_at = NULL WHERE id = $1`, h.organisation, h.now.AddDate(-1, 0, -1)); err != nil {
		h.t.Fatal(err)
	}
	if _, err := h.db.Pool().Exec(ctx, `DELETE FROM organisation_active_links`); err != nil {
		h.t.Fatal(err)
	}
	if err := h.services.Organisations.Due(ctx); err != nil {
		h.t.Fatal(err)
	}
	return h.letterTo("organisation_active", "partner@post.example")
}

// Once a year an organisation says with one press that it is still there, from
// the letter, on its own page, or through staff; or that it has stopped.
func TestAnOrganisationSaysThatItIsStillThere(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	waits := func() bool {
		return h.count("FROM organisations WHERE id = $1 AND active_asked IS NOT NULL", h.organisation) == 1
	}
	link := "/samarbejdspartnere/bekraeft/" + h.askedIfActive()
	h.get(t, anonymous, link).want(t, http.StatusOK, "Ja, vi er her stadig")
	if !waits() {
		t.Error("looking at it answered")
	}
	h.get(t, partner, "/partner").want(t, http.StatusOK, "aktiv stadig?")
	for range 2 {
		h.post(t, anonymous, link, nil).want(t, http.StatusSeeOther)
	}
	h.get(t, anonymous, link).want(t, http.StatusOK, "Tak, det er noteret")
	if waits() {
		t.Error("the answer is not kept")
	}
	h.askedIfActive()
	h.post(t, otherPartner, "/partner/organisation/vaerterne/aktiv", nil).want(t, http.StatusNotFound)
	h.post(t, otherCoordinator, "/stab/samarbejdspartnere/vaerterne/aktiv", nil).want(t, http.StatusForbidden)
	if !waits() {
		t.Error("somebody else answered")
	}
	h.post(t, partner, "/partner/organisation/vaerterne/aktiv", nil).want(t, http.StatusSeeOther)
	if waits() {
		t.Error("their own press does nothing")
	}
	link = "/samarbejdspartnere/bekraeft/" + h.askedIfActive()
	h.get(t, anonymous, link+"/stoppet").want(t, http.StatusOK, "Er I stoppet?")
	h.post(t, anonymous, link+"/stoppet", nil).want(t, http.StatusSeeOther)
	h.get(t, coordinator, "/stab").want(t, http.StatusOK, "Er de her stadig?", "Værterne")
	h.get(t, coordinator, "/stab/samarbejdspartnere/vaerterne").want(t, http.StatusOK, "at de er stoppet")
	h.get(t, anonymous, "/samarbejdspartnere/vaerterne").want(t, http.StatusOK) // nothing is hidden by itself
	h.post(t, coordinator, "/stab/samarbejdspartnere/vaerterne/aktiv", nil).want(t, http.StatusSeeOther)
	if n := h.count("FROM organisations WHERE stopped_at IS NOT NULL"); n != 0 {
		t.Error("staff cannot say that they are there after all")
	}
	h.get(t, anonymous, "/samarbejdspartnere/bekraeft/findes-ikke").want(t, http.StatusGone)
}

// Every page of a partner's, asked for by another partner and by nobody.
func TestPartnersSeeOnlyTheirOwn(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.signUp(h.date, "hemmelig@post.example", 1)
	before := h.count("FROM audit_entries WHERE actor_id = $1", h.accounts[otherPartner])
	seen := 0
	for _, m := range h.mux.Routes() {
		if m.Rule.String() != authz.Partners.String() {
			continue
		}
		seen++
		path := h.example(m.Pattern)
		request := func() *http.Request {
			r := httptest.NewRequest(m.Method, path, nil)
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			return r
		}
		res := h.send(otherPartner, request())
		if m.Method == http.MethodGet && res.StatusCode == http.StatusSeeOther {
			res = h.get(t, otherPartner, res.Header.Get("Location")) // an action's address that was reloaded
		}
		if strings.Contains(m.Pattern, "{") && res.StatusCode != http.StatusNotFound {
			t.Errorf("%s %s as another partner: %d", m.Method, m.Pattern, res.StatusCode)
		}
		if !strings.Contains(m.Pattern, "{") { // those of one's own, asked for in another's name
			for _, as := range []string{"vaerterne", h.organisation.String()} {
				named := request()
				named.URL.RawQuery = "som=" + as + "&for=" + as
				res.body += h.send(otherPartner, named).body
			}
		}
		for _, secret := range []string{"Ikke færdig endnu", "hemmelig@post.example", "Café Prøve", "Et lokale om aftenen", "Prøve partner"} {
			if strings.Contains(res.body, secret) {
				t.Errorf("%s %s as another partner tells of %s", m.Method, m.Pattern, secret)
			}
		}
		// These two look for a sign-up that an empty form does not name.
		empty := m.Method == http.MethodPost && (strings.HasSuffix(m.Pattern, "/fremmoede") || strings.HasSuffix(m.Pattern, "/sagt-ja"))
		if own := h.send(partner, request()); own.StatusCode == http.StatusNotFound && !empty {
			t.Errorf("%s %s is not there for those whose it is", m.Method, m.Pattern)
		}
		want := http.StatusForbidden
		for _, as := range []role{coordinator, administrator} {
			if res := h.send(as, request()); res.StatusCode != want {
				t.Errorf("%s %s as %s: %d", m.Method, m.Pattern, as, res.StatusCode)
			}
		}
		if m.Method == "GET" {
			want = http.StatusSeeOther // to sign in first
		}
		if res := h.send(anonymous, request()); res.StatusCode != want || want == http.StatusSeeOther && !strings.HasPrefix(res.Header.Get("Location"), "/log-ind?videre=") {
			t.Errorf("%s %s as nobody: %d to %s", m.Method, m.Pattern, res.StatusCode, res.Header.Get("Location"))
		}
	}
	if seen < 15 {
		t.Errorf("only %d pages are the partners'", seen)
	}
	// A published offer is everybody's to read, and still nobody else's to change.
	for _, last := range []string{"", "/se"} {
		h.get(t, otherPartner, "/partner/tilbud/"+h.offer.String()+last).want(t, http.StatusNotFound)
	}
	for _, last := range []string{"", "/offentliggoer", "/saet-paa-pause", "/traek-tilbage"} {
		h.post(t, otherPartner, "/partner/tilbud/"+h.offer.String()+last, h.offerForm()).want(t, http.StatusNotFound)
	}
	h.get(t, partner, "/partner/tilbud/ingen").want(t, http.StatusNotFound)
	h.get(t, partner, "/partner/tilbud/"+uuid.NewString()).want(t, http.StatusNotFound)
	if after := h.count("FROM audit_entries WHERE actor_id = $1", h.accounts[otherPartner]); after != before {
		t.Errorf("%d changes were made", after-before)
	}
}

func TestPartnerSeesWhoComes(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.signUp(h.full, "venter@post.example", 1)
	h.get(t, partner, "/partner").want(t, http.StatusOK, "/partner/cafeer/"+h.cafe+"/"+h.date, "4 pladser tilbage", "1 på venteliste", "Aflyst")
	h.get(t, partner, "/partner/cafeer").want(t, http.StatusOK, "/partner/cafeer/"+h.cafe+"/"+h.full)
	h.get(t, partner, "/partner/cafeer?vis=tidligere").want(t, http.StatusOK, "/partner/cafeer/"+h.cafe+"/"+h.past, "2 gæster tilmeldt")
	h.get(t, partner, "/partner/cafeer?side=99999999999").want(t, http.StatusOK)
	door := h.get(t, partner, "/partner/cafeer/"+h.cafe+"/"+h.full).want(t, http.StatusOK, "venter@post.example", "deltagere.csv")
	for _, staffs := range []string{"/aflys", "/kapacitet"} {
		if strings.Contains(door.body, staffs) {
			t.Errorf("the host is shown %s", staffs)
		}
		h.post(t, partner, "/partner/cafeer/"+h.cafe+"/"+h.full+staffs, url.Values{"reason": {"x"}}).want(t, http.StatusNotFound)
	}
	h.get(t, partner, "/stab").want(t, http.StatusForbidden)
	for _, path := range []string{"/partner", "/partner/cafeer"} {
		if body := h.get(t, otherPartner, path).want(t, http.StatusOK).body; strings.Contains(body, h.cafe) {
			t.Errorf("%s shows another's café", path)
		}
	}
}

func TestPartnersPagesAskLittleOfTheDatabase(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	offer := "/partner/tilbud/" + h.offer.String()
	for _, path := range []string{"/log-ind", "/partner", "/partner/tilbud/ny", offer, offer + "/se", "/partner/cafeer", "/partner/cafeer?vis=tidligere",
		"/partner/cafeer/" + h.cafe + "/" + h.date} {
		as := partner
		if path == "/log-ind" {
			as = anonymous
		}
		h.cookie(as)
		before := h.queries.Load()
		h.get(t, as, path).want(t, http.StatusOK)
		if n := h.queries.Load() - before; n > 7 {
			t.Errorf("%s: %d queries, 7 at most", path, n)
		}
	}
}

// Somebody of two organisations says whose the offer is; somebody whose
// organisation is not approved is told.
func TestPartnerOfTwoAndOfNone(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := h.db.Pool().Exec(t.Context(), sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	exec(`INSERT INTO organisation_people (organisation_id, account_id, contact) VALUES ($1, $2, false)`, h.stranger, h.accounts[partner])
	h.get(t, partner, "/partner/tilbud/ny").want(t, http.StatusOK, `name="organisation"`, "De Andre")
	h.post(t, partner, "/partner/tilbud/ny", h.offerForm()).want(t, http.StatusUnprocessableEntity, `href="#f-organisation"`)
	h.post(t, partner, "/partner/tilbud/ny", h.offerForm("organisation", h.stranger.String())).want(t, http.StatusSeeOther)
	h.get(t, partner, "/partner").want(t, http.StatusOK, "De Andre", "Værterne")

	exec(`UPDATE organisations SET status = 'declined', decline_reason = 'Prøve' WHERE id = $1`, h.stranger)
	h.get(t, otherPartner, "/partner").want(t, http.StatusOK, "Du hører ikke til")
	h.get(t, otherPartner, "/partner/tilbud/ny").want(t, http.StatusSeeOther)
	h.post(t, otherPartner, "/partner/tilbud/ny", h.offerForm("organisation", h.stranger.String())).want(t, http.StatusForbidden)
}

// What is sent to a page of one's own cannot reach another's things by naming
// them in the form.
func TestAFormCannotNameWhatIsAnothers(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	a := h.askFor(false, true)
	form := yes(a, "1")
	form.Set("organisation", h.organisation.String())
	offer := url.Values{"organisation": {h.organisation.String()}, "title": {"Lånt navn"}, "body": {"x"}, "kind": {"help"}, "districts": {h.district.String()},
		"contact_email": {"x@post.example"}, "step": {"publish"}}
	person := url.Values{"organisation": {h.organisation.String()}, "email": {"ny@post.example"}, "name": {"Ny Prøve"}, "locale": {"da"}, "contact": {"1"}}
	for path, f := range map[string]url.Values{
		"/partner/opraab/" + a.ID.String() + "?for=vaerterne": form, "/partner/tilbud/ny?som=vaerterne": offer,
		"/partner/personer?som=vaerterne": person, "/partner/organisation?som=vaerterne": {"name": {"Overtaget"}, "kind": {"other"}},
	} {
		h.post(t, otherPartner, path, f)
	}
	for what, n := range map[string]int{
		"a hand":        h.count("FROM hands WHERE organisation_id = $1", h.organisation),
		"an offer":      h.count("FROM offers WHERE organisation_id = $1 AND title = 'Lånt navn'", h.organisation),
		"an invitation": h.count("FROM invitations WHERE organisation_id = $1", h.organisation),
		"a new name":    h.count("FROM organisations WHERE id = $1 AND name = 'Overtaget'", h.organisation),
	} {
		if n != 0 {
			t.Errorf("another partner has given them %s", what)
		}
	}
}
