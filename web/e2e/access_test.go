package e2e

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"mellemrum/internal/i18n"
	"mellemrum/internal/pg"
	"mellemrum/internal/pg/pgtest"
	"mellemrum/internal/secret"
	"mellemrum/web/e2e/browser"
)

const axe = `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r =>
	r.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.html.slice(0, 160) + " " + n.failureSummary)))`

// Every public page, in every language, on the narrowest phone: nothing that
// axe finds, nothing to scroll sideways for, no message without a translation.
func TestEveryPublicPageIsForEveryone(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../assets/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	dsn := pgtest.DSN(t)
	base := newPortalOn(t, dsn)
	mails, following := letterLink(t, dsn), followLink(t, dsn)
	first := visit(t, base, browser.Look{})
	date := first.roomyDate()
	linkOn := func(page, prefix string) string {
		first.open(page)
		return ask[string](first, fmt.Sprintf(`[...document.querySelectorAll("main a[href^='%s']")].map(a => a.getAttribute("href")).find(h => !h.includes("?") && !/\d{4}-\d{2}-\d{2}/.test(h)) ?? ""`, prefix))
	}
	cafeOf := func(date string) string { return date[:strings.LastIndex(date, "/")] }
	pages := []string{"/", "/bydele", linkOn("/bydele", "/bydele/"), linkOn("/bydele", "/bydele/") + "/styrke", linkOn("/bydele", "/bydele/") + "/svar", "/cafeer", "/cafeer?sprog=vi&bydel=findes-ikke", cafeOf(date), date,
		cafeOf(date) + "/plakat", cafeOf(date) + "/plakat?stoerrelse=a3&sprog=da&sprog=uk&sprog=ar", cafeOf(date) + "/plakat?sprog=tlh",
		"/soeg", "/soeg?q=kaffe", "/soeg?q=kaffe&slags=cafe", "/soeg?q=xqzw", "/tilbud", linkOn("/tilbud", "/tilbud/"), "/initiativer", "/initiativer?bydel=findes-ikke", "/initiativer/velkomst-paa-trappen", "/initiativer/varm-suppe-i-gaarden", "/initiativer/laanecykler-til-det-foerste-job",
		"/samarbejdspartnere", linkOn("/samarbejdspartnere", "/samarbejdspartnere/"), linkOn("/samarbejdspartnere", "/samarbejdspartnere/") + "/spoerg",
		"/bliv-partner", "/initiativer/ideer", linkOn("/initiativer", "/initiativer/") + "/sig", "/stemme/tak", "/bidrag", "/bidrag/tak", "/opraab", linkOn("/opraab", "/opraab/"), "/tilmelding", "/log-ind", "/privatliv", "/tilgaengelighed", "/demo/post", "/findes-ikke", "/tilmelding/findes-ikke"}
	first.open(date)
	first.fill("name", "Prøve Beboer")
	first.fill("phone", "20 12 34 57")
	first.fill("party", "1")
	first.follow(`main form[method=post] button[type=submit]`)
	pages = append(pages, first.address(), first.address()+"/afmeld", mails, mails+"/afmeld?emne=asks&emne=reminders", "/mails/findes-ikke", linkOn("/bydele", "/bydele/")+"/foelg", "/foelg/tak", following, "/foelg/findes-ikke")
	for _, lang := range i18n.All() {
		t.Run(lang.Code, func(t *testing.T) {
			p := visit(t, base, browser.Look{Width: 320, Languages: lang.Code, Dark: lang.Code == "en" || lang.Code == "ar"})
			for _, page := range pages {
				p.open(page)
				p.checkPage(page, string(source))
			}
			p.open(date)
			p.follow(`main form[method=post] button[type=submit]`) // with every mistake there is
			p.checkPage(date+" with mistakes", string(source))
		})
	}
}

// letterLink is a link from a letter to its reader's choices.
func letterLink(t *testing.T, dsn string) string {
	t.Helper()
	db, err := pg.Open(t.Context(), pg.Config{WriteURL: dsn})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	token := secret.New()
	if _, err := db.Pool().Exec(t.Context(), `INSERT INTO mail_links (token_hash, address, created_at) VALUES ($1, 'proeve.laeser@post.example', now())`,
		secret.Hash(token)); err != nil {
		t.Fatal(err)
	}
	return "/mails/" + token
}

// followLink is a link of one who follows a district, and has asked to follow
// another.
func followLink(t *testing.T, dsn string) string {
	t.Helper()
	db, err := pg.Open(t.Context(), pg.Config{WriteURL: dsn})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	token := secret.New()
	if _, err := db.Pool().Exec(t.Context(), `
		WITH f AS (INSERT INTO followers (id, email, locale, created_at, news_until) VALUES (gen_random_uuid(), 'proeve.foelger@post.example', 'da', now(), now()) RETURNING id),
		w AS (INSERT INTO follows (id, follower_id, district_id, asked_at, confirmed_at)
			SELECT gen_random_uuid(), f.id, d.id, now(), CASE WHEN d.n > 1 THEN now() END FROM f, (SELECT id, row_number() OVER (ORDER BY slug) AS n FROM districts LIMIT 2) d
			RETURNING id, confirmed_at)
		INSERT INTO follow_links (token_hash, follower_id, follow_id, created_at) SELECT $1, f.id, w.id, now() FROM f, w WHERE w.confirmed_at IS NULL`, secret.Hash(token)); err != nil {
		t.Fatal(err)
	}
	return "/foelg/" + token
}

// checkPage looks at the page that is open.
func (p person) checkPage(name, axeSource string) {
	p.t.Helper()
	if wide := ask[int](p, `document.documentElement.scrollWidth`); wide > 320 {
		p.t.Errorf("%s is %d wide", name, wide)
	}
	if raw := ask[bool](p, `document.documentElement.outerHTML.includes("⟦") || document.documentElement.outerHTML.includes("&lt;no value&gt;")`); raw {
		p.t.Errorf("%s has a message that is missing", name)
	}
	ask[bool](p, axeSource+";true")
	for _, v := range ask[[]string](p, axe) {
		p.t.Errorf("%s: %s", name, v)
	}
}
