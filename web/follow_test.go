package web_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/authz"
	"mellemrum/internal/cafe"
	"mellemrum/internal/follow"
	"mellemrum/internal/i18n"
	"mellemrum/internal/initiative"
	"mellemrum/internal/mail"
	"mellemrum/internal/pg"
)

// follows lets an address follow something, its link pressed.
func (h *harness) follows(kind follow.Kind, slug, email string) (token string, id uuid.UUID) {
	h.t.Helper()
	ctx := context.Background()
	h.ok(h.services.Follows.Ask(ctx, follow.Request{Kind: kind, Slug: slug, Email: email, Locale: "da"}))
	token = h.letterTo("follow_confirm", email)
	h.ok(h.services.Follows.Confirm(ctx, follow.Token(token)))
	own := must[follow.Own](h.t)(h.services.Follows.ByToken(ctx, follow.Token(token)))
	for _, f := range own.Follows {
		if f.Slug == slug {
			id = f.ID
		}
	}
	return token, id
}

// The whole of it: from the form on the district's page, over the letter, to the
// week's news and the press that ends them.
func TestFollowingADistrict(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.get(t, anonymous, "/bydele/testby").want(t, http.StatusOK, `action="/bydele/testby/foelg"`, "Følg Testby", `name="email"`)
	h.get(t, anonymous, "/bydele/testby/foelg").want(t, http.StatusOK, "Følg Testby", `name="email"`)

	// What is mistyped is said and stays.
	for typed, want := range map[string]string{"": "Skriv din e-mail", "noor hjemme": i18n.ByCode("da").T("errors.field_email_invalid")} {
		h.post(t, anonymous, "/bydele/testby/foelg", url.Values{"email": {typed}}).want(t, http.StatusUnprocessableEntity, want, `href="#f-email"`, `value="`+typed+`"`)
	}

	sent := h.post(t, anonymous, "/bydele/testby/foelg?lang=uk", url.Values{"email": {"noor@post.example"}}).want(t, http.StatusSeeOther)
	first := h.get(t, anonymous, sent.Header.Get("Location")).want(t, http.StatusOK, i18n.ByCode("uk").T("follow.sent_text")).body
	path := "/foelg/" + h.letterTo("follow_confirm", "noor@post.example")
	for range 2 {
		h.get(t, anonymous, path+"?lang=da").want(t, http.StatusOK, "Tryk, så følger du Testby", "n•••@p•••.example", "Ja, jeg vil følge med")
	}
	if h.count(`FROM follows WHERE confirmed_at IS NOT NULL`) != 0 {
		t.Fatal("looking at it confirmed it")
	}
	for range 2 {
		h.post(t, anonymous, path, nil).want(t, http.StatusSeeOther)
	}
	h.get(t, anonymous, path).want(t, http.StatusOK, "Stop med at følge", "Testby", `href="/bydele/testby"`)

	// Who asks for an address that follows already sees the very same.
	h.now = h.now.Add(time.Hour)
	again := h.post(t, anonymous, "/bydele/testby/foelg?lang=uk", url.Values{"email": {"noor@post.example"}}).want(t, http.StatusSeeOther)
	if again.Header.Get("Location") != sent.Header.Get("Location") || h.get(t, anonymous, again.Header.Get("Location")).body != first {
		t.Error("it can be told who follows")
	}

	// Monday at eight.
	i := h.together(initiative.General, true)
	date, _ := cafe.ParseDate("2026-12-22")
	must[int](t)(h.services.Cafes.AddDates(t.Context(), authz.TheSystem, h.cafeID, []time.Time{date}))
	h.askFor(true, true)
	h.ok(h.services.Initiatives.Respond(t.Context(), h.actor(coordinator), i.ID, initiative.Answer{Said: "Der mangler bænke", Decided: "Vi sætter tre", DecidedBy: "Havegruppen"}, nil))
	h.week(t, "2026-11-30T06:59:00Z")
	if n := h.count(`FROM river_job WHERE args->>'letter' = 'district_news'`); n != 0 {
		t.Fatalf("%d letters before eight", n)
	}
	h.week(t, "2026-11-30T07:00:00Z")
	h.week(t, "2026-11-30T07:01:00Z")
	if n := h.count(`FROM river_job WHERE args->>'letter' = 'district_news' AND args->>'locale' = 'uk'`); n != 1 {
		t.Fatalf("%d letters of the week", n)
	}
	ids := h.deliver(t)
	h.leads(t, map[string]int64{"district_news": ids["district_news"], "follow_confirm": ids["follow_confirm"]})
	uk := i18n.ByCode("uk")
	letter := h.get(t, anonymous, fmt.Sprintf("/demo/post/%d/html", ids["district_news"])).want(t, http.StatusOK, uk.T("follow.mail_news_title"), "Testby",
		uk.T("voices.said_did"), "Der mangler bænke", i.Title, uk.T("follow.mail_own")).body
	if !strings.Contains(letter, "/cafeer/"+h.cafe) {
		t.Error("the café's new date is not in it")
	}

	// One press, as mail programs do it, ends the letters; looking does not.
	off := strings.TrimPrefix(must[string](t)(pg.One(t.Context(), h.db.Fresh(), `SELECT unsubscribe FROM demo_mails WHERE id = $1`, pg.Scalar[string], ids["district_news"])), "http://mellemrum.example")
	h.get(t, anonymous, off).want(t, http.StatusOK, i18n.ByCode("da").T(mail.DistrictNews.Key()))
	if h.chosen(t, "noor@post.example").Pace(mail.DistrictNews) != mail.AtOnce {
		t.Fatal("looking ended it")
	}
	press := httptest.NewRequest(http.MethodPost, off, strings.NewReader("List-Unsubscribe=One-Click"))
	press.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	press.Header.Set("Sec-Fetch-Site", "cross-site")
	h.send(anonymous, press).want(t, http.StatusOK)
	h.get(t, anonymous, path).want(t, http.StatusOK, "Du har slået mails om nyt fra")
	h.together(initiative.General, false)
	h.week(t, "2026-12-07T07:00:00Z")
	if n := h.count(`FROM river_job WHERE args->>'letter' = 'district_news'`); n != 1 {
		t.Errorf("%d letters after the press", n)
	}
	// Where one chooses it can be turned on again; it comes on Mondays.
	choose := strings.TrimSuffix(strings.SplitN(off, "?", 2)[0], "/afmeld")
	h.get(t, anonymous, choose).want(t, http.StatusOK, `name="district_news"`, "Om mandagen")

	// Stopping it all erases the address.
	h.post(t, anonymous, path+"/stop", nil).want(t, http.StatusSeeOther)
	h.get(t, anonymous, path).want(t, http.StatusGone, "Linket virker ikke mere")
	h.post(t, anonymous, path, nil).want(t, http.StatusGone)
	if n := h.count(`FROM followers`) + h.count(`FROM mail_links WHERE address = 'noor@post.example'`) + h.count(`FROM mail_preferences WHERE address = 'noor@post.example'`); n != 0 {
		t.Errorf("%d traces are left", n)
	}
}

// week does what a minute asks for.
func (h *harness) week(t *testing.T, now string) {
	t.Helper()
	h.now = must[time.Time](t)(time.Parse(time.RFC3339, now))
	h.ok(h.services.Follows.Due(t.Context()))
}

func TestFollowingAnInitiative(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	i := h.together(initiative.General, false)
	page := "/initiativer/" + i.Slug
	h.get(t, anonymous, page).want(t, http.StatusOK, `action="`+page+`/foelg"`)
	h.get(t, anonymous, page+"/foelg").want(t, http.StatusOK, `name="email"`)
	h.post(t, anonymous, page+"/foelg", url.Values{"email": {"noor@post.example"}}).want(t, http.StatusSeeOther)
	path := "/foelg/" + h.letterTo("follow_confirm", "noor@post.example")
	h.post(t, anonymous, path, nil).want(t, http.StatusSeeOther)
	_, other := h.follows(follow.District, "testby", "noor@post.example")

	// Each is stopped alone, and whoever presses twice sees the same.
	for range 2 {
		h.post(t, anonymous, path+"/stop/"+other.String(), nil).want(t, http.StatusSeeOther)
		h.get(t, anonymous, path).want(t, http.StatusOK, i.Title)
	}
	h.get(t, anonymous, path+"/stop/"+other.String()).want(t, http.StatusSeeOther)
	if h.count(`FROM follows`) != 1 {
		t.Error("it is not stopped")
	}
	own := must[follow.Own](t)(h.services.Follows.ByToken(t.Context(), follow.Token(strings.TrimPrefix(path, "/foelg/"))))
	gone := h.post(t, anonymous, path+"/stop/"+own.Follows[0].ID.String(), nil).want(t, http.StatusSeeOther)
	h.get(t, anonymous, gone.Header.Get("Location")).want(t, http.StatusOK, "din adresse er slettet")
	if h.count(`FROM followers`) != 0 {
		t.Error("the address is kept")
	}
}

// An idea that nobody has looked at cannot be followed, nor found by trying.
func TestWhatIsNotPublicIsNotFollowed(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	i := h.together(initiative.General, false)
	h.exec(`UPDATE initiatives SET public_at = NULL WHERE id = $1`, i.ID)
	for _, path := range []string{"/initiativer/" + i.Slug + "/foelg", "/bydele/findes-ikke/foelg", "/initiativer/testby/foelg"} {
		for _, as := range []role{anonymous, coordinator} {
			h.get(t, as, path).want(t, http.StatusNotFound)
			h.post(t, as, path, url.Values{"email": {"noor@post.example"}}).want(t, http.StatusNotFound)
		}
	}
	if n := h.count(`FROM followers`); n != 0 {
		t.Errorf("%d addresses are kept", n)
	}
}

func TestAskingAgainAndAgainIsSlowedDown(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for i := range 12 {
		h.post(t, anonymous, "/bydele/testby/foelg", url.Values{"email": {fmt.Sprintf("noor%d@post.example", i)}}).want(t, http.StatusSeeOther)
	}
	h.post(t, anonymous, "/bydele/testby/foelg", url.Values{"email": {"noor@post.example"}}).want(t, http.StatusTooManyRequests, `value="noor@post.example"`)
	if n := h.count(`FROM followers`); n != 12 {
		t.Errorf("%d addresses", n)
	}
	h.now = h.now.Add(time.Minute)
	h.post(t, anonymous, "/bydele/testby/foelg", url.Values{"email": {"noor@post.example"}}).want(t, http.StatusSeeOther)
}
