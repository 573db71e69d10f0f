package web_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"mellemrum/internal/i18n"
	"mellemrum/internal/initiative"
	"mellemrum/internal/search"
)

func soeg(words string) string { return "/soeg?q=" + url.QueryEscape(words) }

func TestTheSearchFindsAndLeadsThere(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	r := h.get(t, anonymous, soeg("lokaler aften"))
	r.want(t, http.StatusOK, "/tilbud/"+h.offer.String())
	r.want(t, http.StatusOK, "Et <mark>lokale</mark> om <mark>aftenen</mark>")
	r.want(t, http.StatusOK, "Tilbud (1)")
	r.want(t, http.StatusOK, `value="lokaler aften"`)
	r.want(t, http.StatusOK, `<meta name="robots" content="noindex"`)
	lacks(t, r, "Se alle")
	if r := h.get(t, anonymous, "/robots.txt"); !strings.Contains(r.body, "Disallow: /soeg") {
		t.Error("robots may search")
	}
}

func TestOneKindIsShownPageByPage(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.exec(`INSERT INTO organisations (id, slug, name, kind, status, decided_at, created_at, updated_at)
		SELECT gen_random_uuid(), 'sangkor-' || n, 'Sangkor ' || n, 'association', 'approved', now(), now(), now() FROM generate_series(1, 101) n`)
	r := h.get(t, anonymous, soeg("sangkor"))
	r.want(t, http.StatusOK, "Samarbejdspartnere (100+)")
	r.want(t, http.StatusOK, "Vi fandt mere end 100.")
	r.want(t, http.StatusOK, `href="/soeg?q=sangkor&amp;slags=organisation"`)
	if n := strings.Count(r.body, "<mark>Sangkor</mark>"); n != 5 {
		t.Errorf("%d are shown among the others", n)
	}
	r = h.get(t, anonymous, "/soeg?q=sangkor&slags=organisation")
	r.want(t, http.StatusOK, `href="/soeg?q=sangkor&amp;side=2&amp;slags=organisation"`)
	if n := strings.Count(r.body, "<mark>Sangkor</mark>"); n != 20 {
		t.Errorf("%d are shown on a page", n)
	}
	r = h.get(t, anonymous, "/soeg?q=sangkor&slags=organisation&side=6&lang=en")
	r.want(t, http.StatusOK, `href="/soeg?q=sangkor&amp;side=5&amp;slags=organisation&amp;lang=en"`)
	for _, side := range []string{"7", "-1", "x", "99999999999999999999"} {
		r := h.get(t, anonymous, "/soeg?q=sangkor&slags=organisation&side="+side)
		r.want(t, http.StatusOK, "<mark>Sangkor</mark>")
	}
	h.get(t, anonymous, "/soeg?q=sangkor&slags=ukendt").want(t, http.StatusOK, "Samarbejdspartnere (100+)")
}

func TestWhatIsNotForEverybodySaysSo(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	id := h.askFor(false, true).ID.String()
	h.exec(`UPDATE asks SET title = 'Pavillon med tag' WHERE id = $1`, id)
	for as, path := range map[role]string{coordinator: "/stab/opraab/", administrator: "/stab/opraab/", partner: "/partner/opraab/", anonymous: "", otherCoordinator: ""} {
		r := h.get(t, as, soeg("pavillon"))
		if path == "" {
			lacks(t, r, id)
			continue
		}
		r.want(t, http.StatusOK, `href="`+path+id+`"`)
		r.want(t, http.StatusOK, "Ikke for alle")
		if to := h.get(t, as, path+id); to.StatusCode != http.StatusOK {
			t.Errorf("%s is led to %s: %d", as, path, to.StatusCode)
		}
	}
}

// Whatever somebody finds opens for them: the search and the pages agree on who
// may see what.
func TestWhatIsFoundOpens(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.askFor(false, true)
	h.askFor(true, true)
	h.idea(initiative.General)
	h.contribution()
	h.asked("Har I plads?")
	h.seenAgain()
	for table, column := range map[string]string{"districts": "intro", "organisations": "about", "offers": "body", "cafes": "about", "asks": "why",
		"initiatives": "need", "inquiry_messages": "body", "concerns": "pattern"} {
		h.exec(`UPDATE ` + table + ` SET ` + column + ` = 'Her er en ginkgo'`)
	}
	h.exec(`INSERT INTO workshops (id, district_id, title, starts_at, ends_at, place, open, created_at, updated_at)
		VALUES (gen_random_uuid(), $1, 'Ginkgo', $2::timestamptz + interval '1 day', $2::timestamptz + interval '25 hours', 'Huset', true, $2::timestamptz, $2::timestamptz)`, h.district, h.now)
	// Nobody has looked at the initiative yet.
	h.exec(`UPDATE initiatives SET public_at = NULL`)
	link := regexp.MustCompile(`class="hit-title"><a href="([^"]+)"`)
	kinds := map[role]int{anonymous: 6, partner: 8, otherPartner: 6, coordinator: 9, otherCoordinator: 8, administrator: 9}
	for _, as := range roles {
		r := h.get(t, as, soeg("ginkgo"))
		if n := strings.Count(r.body, `<h2>`); n != kinds[as] {
			t.Errorf("%s finds %d kinds, want %d", as, n, kinds[as])
		}
		for _, m := range link.FindAllStringSubmatch(r.body, -1) {
			if to := h.get(t, as, m[1]); to.StatusCode != http.StatusOK {
				t.Errorf("%s finds %s, which answers %d", as, m[1], to.StatusCode)
			}
		}
	}
}

func TestWhateverIsSearchedForIsAnsweredKindly(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for _, l := range i18n.All() {
		r := h.get(t, anonymous, "/soeg?lang="+l.Code)
		r.want(t, http.StatusOK, l.T("find.empty_title"))
		r = h.get(t, anonymous, soeg("findesikke")+"&lang="+l.Code)
		r.want(t, http.StatusOK, l.T("find.none_title"))
		lacks(t, r, "⟦")
	}
	for _, words := range []string{"\x00", "&|!:*", "og", `"`, strings.Repeat("kaffe ", 1700), "<script>alert(1)</script>", "'; DROP TABLE offers"} {
		r := h.get(t, anonymous, soeg(words))
		if r.StatusCode != http.StatusOK {
			t.Errorf("%.20q: %d", words, r.StatusCode)
		}
		lacks(t, r, "<script>alert")
	}
	h.get(t, anonymous, soeg(strings.Repeat("kaffe ", 1700))).want(t, http.StatusOK, "de første 100 tegn")
	h.get(t, anonymous, "/soeg?q=%FF%FE&slags=%00&side=%00").want(t, http.StatusOK, "Find det, du skal bruge")
}

func TestAMistypedWordIsForgivenEverywhere(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	if err := search.Refresh(t.Context(), h.db); err != nil {
		t.Fatal(err)
	}
	r := h.get(t, anonymous, soeg("hverdafe"))
	r.want(t, http.StatusOK, "Vi fandt ikke »hverdafe«", "<mark>Hverdage</mark>")
	h.get(t, anonymous, soeg("lokale guitar")).want(t, http.StatusOK, "nogle af dem")
}

func TestWhatIsMarkedIsEscaped(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	h.exec(`UPDATE offers SET title = '<b>Bænke</b> & borde', body = '"<img src=x onerror=alert(1)>" bænke ⟦' WHERE id = $1`, h.offer)
	r := h.get(t, anonymous, soeg("bænke"))
	r.want(t, http.StatusOK, "&lt;b&gt;<mark>Bænke</mark>&lt;/b&gt; &amp; borde")
	lacks(t, r, "<img src=x")
	lacks(t, r, "<b>")
}

func TestTheSearchIsOnEveryPageAndCostsNoQuery(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for _, as := range []role{anonymous, partner, coordinator} {
		r := h.get(t, as, "/tilgaengelighed")
		r.want(t, http.StatusOK, `id="top-q"`)
		r.want(t, http.StatusOK, `href="/soeg"`)
	}
	for as, most := range map[role]int64{anonymous: 1, coordinator: 7} {
		h.cookie(as)
		before := h.queries.Load()
		h.get(t, as, soeg("lokale")).want(t, http.StatusOK, "<mark>lokale</mark>")
		if n := h.queries.Load() - before; n > most {
			t.Errorf("%s: %d queries, want at most %d", as, n, most)
		}
	}
	before := h.queries.Load()
	h.get(t, anonymous, "/soeg")
	if n := h.queries.Load() - before; n != 0 {
		t.Errorf("an empty search asks %d questions", n)
	}
	// One search on the search's own page.
	lacks(t, h.get(t, anonymous, "/soeg"), `id="top-q"`)
}

func TestAPageThatIsNotThereOffersASearch(t *testing.T) {
	t.Parallel()
	h := newHarness(t)
	for path, words := range map[string]string{
		"/cafeer/cafe-regnbuen": "cafe regnbuen", "/findes-ikke/": "findes ikke", "/bydele/%3Cb%3Elund": "lund",
		"/tilbud/0193f0c2-7a4b-7000-8000-000000000000": "", "/tilmelding/hemmelig-kode": "",
	} {
		r := h.get(t, anonymous, path)
		if r.StatusCode == http.StatusNotFound {
			r.want(t, http.StatusNotFound, `id="soeg" name="q" value="`+words+`"`)
		} else {
			lacks(t, r, "hemmelig kode")
		}
	}
	h.get(t, anonymous, soeg("cafe proeve")).want(t, http.StatusOK, "/cafeer/"+h.cafe)
}
