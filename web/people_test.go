package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"mellemrum/internal/account"
	"mellemrum/internal/authz"
	"mellemrum/internal/offer"
	"mellemrum/internal/pg"
)

// invited asks somebody along, and nobody else at the same time, and returns the
// invitation with its link's secret.
func (h *harness) invited(slug string, contact bool) (id, token string) {
	h.t.Helper()
	if _, err := h.db.Pool().Exec(context.Background(), `UPDATE invitations SET withdrawn_at = $1 WHERE accepted_at IS NULL`, h.now); err != nil {
		h.t.Fatal(err)
	}
	email := fmt.Sprintf("kollega%d@post.example", h.count("FROM invitations"))
	return h.invite(slug, email, contact)
}

func (h *harness) invite(slug, email string, contact bool) (id, token string) {
	h.t.Helper()
	ctx := context.Background()
	o, err := h.services.Organisations.BySlug(ctx, authz.TheSystem, slug)
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.services.Accounts.Invite(ctx, authz.TheSystem, o.ID, account.NewInvitation{Name: "Kim Kollega", Email: email, Contact: contact}); err != nil {
		h.t.Fatal(err)
	}
	id = must[string](h.t)(pg.One(ctx, h.db.Fresh(), `SELECT id::text FROM invitations WHERE email = $1 ORDER BY created_at DESC LIMIT 1`, pg.Scalar[string], email))
	return id, h.letterTo("organisation_invitation", email)
}

func session(t *testing.T, h *harness, res response) *http.Cookie {
	t.Helper()
	for _, c := range res.Cookies() {
		if c.Name == h.sessions.Cookie.Name && c.Value != "" {
			return c
		}
	}
	t.Fatal("no session")
	return nil
}

func (h *harness) getAs(who func(*http.Request), path string) response {
	h.t.Helper()
	return h.send(anonymous, httptest.NewRequest(http.MethodGet, path, nil), who)
}

func (h *harness) postAs(who func(*http.Request), path string, form url.Values) response {
	h.t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return h.send(anonymous, r, who)
}

// From the form to the first colleague, as everybody on the way sees it.
func TestFromApplicationToColleague(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	form := url.Values{"name": {"Vaerterne"}, "kind": {"association"}, "districts": {h.district.String()},
		"contact_name": {"Noor Prøve"}, "contact_email": {"noor@post.example"}, "consent": {"1"}}
	h.post(t, anonymous, "/bliv-partner", form).want(t, http.StatusConflict, "Er det jer?", "/samarbejdspartnere/vaerterne", `name="another" value="1"`, "noor@post.example")
	form.Set("name", "De Nye Naboer")
	h.post(t, anonymous, "/bliv-partner", url.Values{"name": {"Uden Ja"}}).want(t, http.StatusUnprocessableEntity, `href="#f-consent"`)
	h.post(t, anonymous, "/bliv-partner", form).want(t, http.StatusSeeOther)
	again := h.post(t, anonymous, "/bliv-partner", form).want(t, http.StatusConflict, "allerede fået jeres tilmelding")
	if strings.Contains(again.body, "De Nye<") {
		t.Error("one that waits is named")
	}
	h.get(t, anonymous, "/samarbejdspartnere/de-nye-naboer").want(t, http.StatusNotFound)
	h.post(t, coordinator, "/stab/samarbejdspartnere/de-nye-naboer/godkend", nil).want(t, http.StatusSeeOther)

	link := "/invitation/" + h.letterTo("organisation_approved", "noor@post.example")
	h.get(t, anonymous, link).want(t, http.StatusOK, "De Nye Naboer", "Prøve coordinator", "noor@post.example", `type="password"`)
	h.post(t, anonymous, link, url.Values{"name": {"Noor"}, "password": {"kort"}}).want(t, http.StatusUnprocessableEntity, `href="#f-password"`)
	yes := url.Values{"name": {"Noor"}, "password": {password}}
	noor := with(session(t, h, h.post(t, anonymous, link, yes).want(t, http.StatusSeeOther)))
	// A second press lands where the first did; somebody else's does not.
	session(t, h, h.post(t, anonymous, link, yes).want(t, http.StatusSeeOther))
	h.post(t, anonymous, link, url.Values{"name": {"X"}, "password": {"en helt anden hemmelighed"}}).want(t, http.StatusGone, "Linket er brugt")
	h.get(t, anonymous, link).want(t, http.StatusGone, "Linket er brugt")
	h.getAs(noor, link).want(t, http.StatusSeeOther)
	h.getAs(noor, "/partner").want(t, http.StatusOK, "De Nye Naboer", "/partner/personer")

	invite := url.Values{"name": {"Kim"}, "email": {"kim@post.example"}, "role": {"member"}, "locale": {"en"}}
	for range 2 {
		h.postAs(noor, "/partner/personer", invite).want(t, http.StatusSeeOther)
	}
	if n := h.count("FROM river_job WHERE args->>'letter' = 'organisation_invitation'"); n != 1 {
		t.Errorf("%d letters", n)
	}
	h.getAs(noor, "/partner/personer").want(t, http.StatusOK, "Kim", "kim@post.example", "/traek-tilbage")
	link = "/invitation/" + h.letterTo("organisation_invitation", "kim@post.example")
	kim := with(session(t, h, h.post(t, anonymous, link, url.Values{"name": {"Kim"}, "password": {password}}).want(t, http.StatusSeeOther)))

	// A member looks, a contact changes.
	h.getAs(kim, "/partner/personer").want(t, http.StatusOK, "Noor")
	if body := h.getAs(kim, "/partner/organisation").want(t, http.StatusOK, "De Nye Naboer").body; strings.Contains(body, `name="about"`) {
		t.Error("a member has the form")
	}
	h.postAs(kim, "/partner/personer", invite).want(t, http.StatusForbidden)
	h.postAs(kim, "/partner/organisation", form).want(t, http.StatusForbidden)
	kimID := must[string](t)(pg.One(t.Context(), h.db.Fresh(), `SELECT id::text FROM accounts WHERE email = 'kim@post.example'`, pg.Scalar[string]))
	noorID := must[string](t)(pg.One(t.Context(), h.db.Fresh(), `SELECT id::text FROM accounts WHERE email = 'noor@post.example'`, pg.Scalar[string]))
	h.postAs(kim, "/partner/personer/"+noorID+"/fjern", nil).want(t, http.StatusForbidden)
	h.postAs(noor, "/partner/personer/"+noorID+"/fjern", nil).want(t, http.StatusConflict, "altid være en kontakt")

	// Removed is removed at once.
	for range 2 {
		h.postAs(noor, "/partner/personer/"+kimID+"/fjern", nil).want(t, http.StatusSeeOther)
	}
	h.getAs(kim, "/partner/personer").want(t, http.StatusNotFound)
	h.getAs(kim, "/partner").want(t, http.StatusOK, "hører ikke til")
}

// Nothing of an organisation's people is another's to see or touch.
func TestPeopleOfOthersAreNotFound(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	invitation, token := h.invite("vaerterne", "ny@post.example", false)
	victim := h.accounts[partner].String()
	for _, path := range []string{"/partner/personer?som=vaerterne", "/partner/organisation?som=vaerterne", "/partner?som=vaerterne",
		"/partner/personer?som=findes-ikke", "/invitation/findes-ikke", "/invitation/" + strings.Repeat("x", 200)} {
		h.get(t, otherPartner, path).want(t, http.StatusNotFound)
	}
	for _, path := range []string{"/partner/personer/" + victim + "/medlem", "/partner/personer/" + victim + "/kontakt",
		"/partner/personer/invitation/" + invitation + "/igen", "/partner/personer/invitation/" + invitation + "/traek-tilbage",
		"/partner/personer/" + victim + "/fjern?som=vaerterne", "/partner/organisation?som=vaerterne", "/partner/personer/ikke-en/fjern"} {
		h.post(t, otherPartner, path, nil).want(t, http.StatusNotFound)
	}
	h.get(t, otherCoordinator, "/stab/samarbejdspartnere/vaerterne/personer").want(t, http.StatusNotFound)
	h.post(t, otherCoordinator, "/stab/samarbejdspartnere/vaerterne/personer/"+victim+"/fjern", nil).want(t, http.StatusNotFound)
	if n := h.count("FROM organisation_people"); n != 2 {
		t.Errorf("%d people are left", n)
	}
	// The invitation is for one address: whoever is signed in as another is told so.
	h.get(t, otherPartner, "/invitation/"+token).want(t, http.StatusOK, "en anden adresse")
	h.post(t, otherPartner, "/invitation/"+token, url.Values{"name": {"X"}, "password": {password}}).want(t, http.StatusConflict)
	if n := h.count("FROM accounts WHERE email = 'ny@post.example'"); n != 0 {
		t.Error("it was said yes to as somebody else")
	}
	// The secret is not in the log.
	h.post(t, anonymous, "/invitation/"+token, url.Values{}).want(t, http.StatusUnprocessableEntity)
	h.get(t, anonymous, "/invitation/"+token+"x").want(t, http.StatusNotFound)
	if strings.Contains(h.log.String(), token) {
		t.Error("the log holds a link's secret")
	}
	if cache := h.get(t, anonymous, "/invitation/"+token).Header.Get("Cache-Control"); cache != "private, no-store" {
		t.Errorf("the page is kept: %q", cache)
	}
}

func TestLinksThatAreOverSaySoKindly(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	id, token := h.invite("vaerterne", "en@post.example", false)
	h.post(t, partner, "/partner/personer/invitation/"+id+"/traek-tilbage", nil).want(t, http.StatusSeeOther)
	h.get(t, anonymous, "/invitation/"+token).want(t, http.StatusGone, "trukket tilbage")
	_, token = h.invite("vaerterne", "to@post.example", false)
	h.now = h.now.Add(account.InvitationLasts)
	h.get(t, anonymous, "/invitation/"+token).want(t, http.StatusGone, "for gammelt")
	h.post(t, anonymous, "/invitation/"+token, url.Values{"name": {"X"}, "password": {password}}).want(t, http.StatusGone)
}

func TestSomebodyInTwoOrganisations(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	_, token := h.invite("de-andre", "partner@post.example", true)
	page := h.get(t, anonymous, "/invitation/"+token).want(t, http.StatusOK, "/log-ind?videre=%2Finvitation%2F"+token)
	if strings.Contains(page.body, `type="password"`) {
		t.Error("the link sets the password of an account that is there")
	}
	h.get(t, partner, "/invitation/"+token).want(t, http.StatusOK, "Ja tak")
	h.post(t, partner, "/invitation/"+token, nil).want(t, http.StatusSeeOther)
	h.get(t, partner, "/partner").want(t, http.StatusOK, "/partner?som=de-andre", "/partner?som=vaerterne")
	one := h.get(t, partner, "/partner?som=de-andre").want(t, http.StatusOK, "/partner/personer?som=de-andre").body
	if strings.Contains(one, "Et lokale om aftenen") {
		t.Error("the other's offers are shown")
	}
	h.get(t, partner, "/partner/organisation?som=de-andre").want(t, http.StatusOK, "De Andre", `name="about"`)
	h.get(t, partner, "/partner/personer?som=vaerterne").want(t, http.StatusOK, `action="/partner/personer?som=vaerterne"`)
	me := h.accounts[partner].String()
	h.post(t, partner, "/partner/personer/"+me+"/fjern?som=de-andre", nil).want(t, http.StatusSeeOther)
	h.get(t, partner, "/partner/personer?som=de-andre").want(t, http.StatusNotFound)
}

func TestStaffSeeWhatPartnersChange(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	page := h.get(t, partner, "/partner/organisation").want(t, http.StatusOK).body
	form := url.Values{"name": {"Værterne"}, "kind": {"association"}, "about": {"Vi har fået nyt hus."}, "languages": {"da"},
		"districts": {h.district.String()}, "locale": {"da"}, "cvr": {"12345678"}, "updated_at": {hidden(t, page, "updated_at")}}
	h.post(t, partner, "/partner/organisation", form).want(t, http.StatusSeeOther)
	h.get(t, partner, "/partner/organisation").want(t, http.StatusOK, "lidt usædvanligt ud") // a warning stops nobody
	h.post(t, partner, "/partner/organisation", form).want(t, http.StatusConflict)           // a stale form loses nothing
	h.get(t, anonymous, "/samarbejdspartnere/vaerterne").want(t, http.StatusOK, "nyt hus")
	h.get(t, coordinator, "/stab/samarbejdspartnere").want(t, http.StatusOK, "Har rettet noget selv")
	page = h.get(t, coordinator, "/stab/samarbejdspartnere/vaerterne").want(t, http.StatusOK, "<del", "Opdigtet.", "nyt hus", "gennemgaaet").body
	seen := url.Values{"updated_at": {hidden(t, page, "updated_at")}}
	for range 2 {
		h.post(t, coordinator, "/stab/samarbejdspartnere/vaerterne/tilbage", seen).want(t, http.StatusSeeOther)
	}
	h.get(t, anonymous, "/samarbejdspartnere/vaerterne").want(t, http.StatusOK, "Opdigtet.")
}

func TestShutOutAndLetInAgain(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	at := "/stab/samarbejdspartnere/vaerterne"
	h.post(t, coordinator, at+"/luk", url.Values{"reason": {""}}).want(t, http.StatusUnprocessableEntity, `href="#f-reason"`)
	for range 2 {
		h.post(t, coordinator, at+"/luk", url.Values{"reason": {"Vi skal tale sammen først"}}).want(t, http.StatusSeeOther)
	}
	for _, path := range []string{"/samarbejdspartnere/vaerterne", "/tilbud/" + h.offer.String()} {
		if code := h.get(t, anonymous, path).StatusCode; code != http.StatusNotFound && code != http.StatusGone {
			t.Errorf("%s: %d", path, code)
		}
	}
	h.get(t, partner, "/partner").want(t, http.StatusOK, "Vi skal tale sammen først")
	h.get(t, partner, "/partner/personer").want(t, http.StatusNotFound)
	h.get(t, partner, "/partner/cafeer/"+h.cafe+"/"+h.date).want(t, http.StatusNotFound)
	h.post(t, partner, "/partner/tilbud/"+h.offer.String()+"/saet-paa-pause", nil).want(t, http.StatusNotFound)
	h.get(t, coordinator, "/stab/samarbejdspartnere").want(t, http.StatusOK, "Lukket for en tid", `href="`+at+`"`)
	h.get(t, coordinator, at).want(t, http.StatusOK, "Vi skal tale sammen først", at+"/aabn")
	h.post(t, coordinator, at+"/aabn", nil).want(t, http.StatusSeeOther)
	h.get(t, anonymous, "/samarbejdspartnere/vaerterne").want(t, http.StatusOK)
	h.get(t, partner, "/partner/personer").want(t, http.StatusOK)
}

func TestTwoBecomeOne(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	at := "/stab/samarbejdspartnere/vaerterne"
	h.get(t, coordinator, at+"/saml?into=de-andre").want(t, http.StatusForbidden) // the other is not theirs
	h.get(t, administrator, at+"/saml?into=vaerterne").want(t, http.StatusUnprocessableEntity)
	page := h.get(t, administrator, at+"/saml?into=de-andre").want(t, http.StatusOK, "Et lokale om aftenen", "Ikke færdig endnu", "Prøve partner", "Café Prøve").body
	form := url.Values{"into": {"de-andre"}, "into_id": {hidden(t, page, "into_id")}, "stamp": {hidden(t, page, "stamp")}}
	h.newOffer(h.offerInput("Kom til, mens nogen så på det"))
	page = h.post(t, administrator, at+"/saml", form).want(t, http.StatusConflict, "Noget har ændret sig", "mens nogen så på det").body
	form.Set("stamp", hidden(t, page, "stamp"))
	if to := h.post(t, administrator, at+"/saml", form).want(t, http.StatusSeeOther).Header.Get("Location"); !strings.HasPrefix(to, "/stab/samarbejdspartnere/de-andre") {
		t.Errorf("led to %s", to)
	}
	for _, c := range []struct {
		as   role
		path string
		to   string
	}{{anonymous, "/samarbejdspartnere/vaerterne?lang=en", "/samarbejdspartnere/de-andre?lang=en"}, {administrator, at, "/stab/samarbejdspartnere/de-andre"}} {
		if to := h.get(t, c.as, c.path).want(t, http.StatusMovedPermanently).Header.Get("Location"); to != c.to {
			t.Errorf("%s leads to %s", c.path, to)
		}
	}
	// A press on a page that was open all the while is not meant for the other.
	h.post(t, administrator, at+"/luk", url.Values{"reason": {"x"}}).want(t, http.StatusGone)
	h.post(t, administrator, at+"/saml", form).want(t, http.StatusGone)
	h.get(t, partner, "/partner").want(t, http.StatusOK, "De Andre", "Et lokale om aftenen")
	h.get(t, anonymous, "/tilbud/"+h.offer.String()).want(t, http.StatusOK, "De Andre")
	h.get(t, partner, "/partner/cafeer/"+h.cafe+"/"+h.date).want(t, http.StatusOK)
}

func (h *harness) offerInput(title string) offer.Input {
	return offer.Input{Organisation: h.organisation, Title: title, Body: "Opdigtet.", Kind: offer.Room, ContactEmail: "ida@post.example",
		Districts: []uuid.UUID{h.district}}
}
