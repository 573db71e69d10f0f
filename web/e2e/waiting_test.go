package e2e

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"mellemrum/internal/i18n"
	"mellemrum/internal/pg/pgtest"
	"mellemrum/web/e2e/browser"
)

// oneLeft brings a café of the demo to the afternoon before it begins, with a
// single place left and nobody in line, and returns its page.
func oneLeft(t *testing.T, dsn string) string {
	t.Helper()
	db, err := pgxpool.New(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var slug string
	var date time.Time
	if err := db.QueryRow(context.Background(), `
		WITH o AS (
			UPDATE occasions SET opens_at = NULL, starts_at = now() + interval '2 hours', ends_at = now() + interval '4 hours', closes_at = now() + interval '2 hours'
			WHERE id = (
				SELECT o.id FROM occasions o JOIN occasion_places p ON p.occasion_id = o.id
				WHERE p.key = 'guest' AND p.taken BETWEEN 1 AND 400 AND o.cancelled_at IS NULL AND o.starts_at > now()
				  AND NOT EXISTS (SELECT FROM sign_ups s WHERE s.place_id = p.id AND s.status = 'waiting')
				ORDER BY o.starts_at LIMIT 1)
			RETURNING id, cafe_id, on_date
		), p AS (
			UPDATE occasion_places p SET capacity = taken + 1, minimum = 0 FROM o WHERE p.occasion_id = o.id AND p.key = 'guest'
		)
		SELECT c.slug, o.on_date FROM o JOIN cafes c ON c.id = o.cafe_id`).Scan(&slug, &date); err != nil {
		t.Fatal(err)
	}
	return "/cafeer/" + slug + "/" + date.Format("2006-01-02")
}

// signUp writes somebody down and stays on the receipt.
func (p person) signUp(page, name, email string) {
	p.t.Helper()
	p.open(page)
	p.fill("name", name)
	p.fill("email", email)
	p.fill("party", "1")
	p.follow(`main form[method=post] button[type=submit]`)
	if !strings.HasPrefix(p.address(), "/tilmelding/") {
		p.t.Fatalf("no receipt: %s", p.address())
	}
}

// linkIn waits for a mail to somebody that holds a sign-up's link with the
// ending, and returns the link.
func (p person) linkIn(address, ending string) string {
	p.t.Helper()
	return p.linkTo(address, "/tilmelding/", ending)
}

// linkTo waits for a mail to somebody that holds a personal link to a kind of
// page, with the ending, and returns the link.
func (p person) linkTo(address, page, ending string) string {
	p.t.Helper()
	link := ""
	p.until("mail to "+address+" with "+ending, func() bool {
		p.open("/demo/post")
		mails := ask[[]string](p, fmt.Sprintf(`[...document.querySelectorAll("main a[href*='/demo/post/']")]
			.filter(a => (a.closest("li,tr,article") ?? a).textContent.includes(%q)).map(a => a.getAttribute("href"))`, address))
		for _, mail := range mails {
			p.open(mail)
			if link = ask[string](p, fmt.Sprintf(`(document.documentElement.outerHTML.match(/http:[^\s"<]+%s[A-Za-z0-9_-]+%s(?![A-Za-z])/) ?? [""])[0]`,
				strings.ReplaceAll(page, "/", `\/`), strings.ReplaceAll(ending, "/", `\/`))); link != "" {
				return true
			}
		}
		return false
	})
	return link
}

// On the day somebody gives up the last place. Both who wait are asked, press
// yes in the mail, and the order of the line decides: the first has the place,
// and when it is no longer needed the second does, who reads Arabic.
func TestAskedOnTheDay(t *testing.T) {
	t.Parallel()
	dsn := pgtest.DSN(t)
	base := newPortalOn(t, dsn)
	page := oneLeft(t, dsn)

	has := visit(t, base, browser.Look{NoScript: true})
	has.signUp(page, "Prøve Første", "foerste@post.example")
	has.sees("du har plads")
	waits := visit(t, base, browser.Look{})
	waits.signUp(page, "Prøve Anden", "anden@post.example")
	waits.sees("nr. 1 i køen", "køen går i rækkefølge")
	arabic := visit(t, base, browser.Look{Languages: "ar"})
	arabic.signUp(page, "ضيف تجريبي", "tredje@post.example")
	arabic.sees("رقمك في الدور 2")
	receipt := arabic.address()

	has.follow(`main a[href*="/afmeld"]`)
	has.follow(`main form[method=post] button[type=submit]`)

	arabic.open(arabic.linkIn("tredje@post.example", "/ja"))
	if dir := ask[string](arabic, `document.documentElement.dir + document.documentElement.lang`); dir != "rtlar" {
		t.Errorf("the page is %s", dir)
	}
	arabic.follow(`main form[action*="/ja"] button[type=submit]`)
	arabic.sees("لقد قلت نعم") // the one ahead may still answer

	waits.open(waits.linkIn("anden@post.example", "/ja"))
	waits.sees("vil du stadig have en plads?")
	waits.follow(`main form[action*="/ja"] button[type=submit]`)
	waits.sees("du har plads")

	waits.open(waits.linkIn("anden@post.example", "/afmeld"))
	waits.sees("har du ikke længere brug for pladsen?")
	waits.follow(`main form[method=post] button[type=submit]`)
	arabic.open(receipt)
	arabic.sees("مكانك محجوز")
	if untranslated := ask[bool](arabic, `document.body.innerText.includes("⟦")`); untranslated {
		t.Error("the receipt is not all in Arabic")
	}
}

// The pages that mails lead to, in every language on the narrowest phone.
func TestPagesOfThoseWhoWaitAreForEveryone(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../assets/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	dsn := pgtest.DSN(t)
	base := newPortalOn(t, dsn)
	page := oneLeft(t, dsn)
	db, err := pgxpool.New(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	first := visit(t, base, browser.Look{})
	first.signUp(page, "Prøve Første", "foerste@post.example")
	receipts := map[string]string{}
	for _, name := range []string{"tavs", "ja", "flyttet"} {
		first.signUp(page, "Prøve "+name, name+"@post.example")
		receipts[name] = first.address()
	}
	// Asked some minutes ago, asked and willing, and asked about a moved date;
	// and a shift that somebody may take.
	for _, sql := range []string{
		`UPDATE sign_ups SET called_at = now() - interval '10 minutes' WHERE email IN ('tavs@post.example', 'ja@post.example')`,
		`UPDATE sign_ups SET said_yes_at = now() WHERE email = 'ja@post.example'`,
		`UPDATE sign_ups SET keep_asked_at = now() WHERE email = 'flyttet@post.example'`,
		`WITH p AS (
			SELECT p.id, o.cafe_id FROM occasion_places p JOIN occasions o ON o.id = p.occasion_id
			WHERE p.kind <> 'guest' AND p.taken < p.capacity AND p.closed_at IS NULL AND o.starts_at > now() + interval '1 day' LIMIT 1
		), i AS (
			INSERT INTO stand_ins (id, cafe_id, name, email, locale, language, helped_at, created_at)
			SELECT gen_random_uuid(), cafe_id, 'Prøve Afløser', 'afloeser@post.example', 'da', 'da', now(), now() FROM p RETURNING id
		)
		INSERT INTO stand_in_asks (token_hash, stand_in_id, place_id, asked_at) SELECT sha256('afloeser'), i.id, p.id, now() FROM i, p`,
	} {
		if _, err := db.Exec(context.Background(), sql); err != nil {
			t.Fatal(err)
		}
	}
	pages := []string{receipts["tavs"], receipts["tavs"] + "/ja", receipts["tavs"] + "/afmeld", receipts["ja"], receipts["flyttet"],
		receipts["flyttet"] + "/behold", "/vagt/afloeser", "/vagt/afloeser/stop", "/vagt/findes-ikke"}
	for _, lang := range i18n.All() {
		t.Run(lang.Code, func(t *testing.T) {
			p := visit(t, base, browser.Look{Width: 320, Languages: lang.Code, Dark: lang.Code == "uk" || lang.Code == "ar"})
			for _, page := range pages {
				p.open(page)
				if at := p.address(); at != page {
					t.Errorf("%s leads to %s", page, at)
				}
				p.checkPage(page, string(source))
			}
		})
	}
}
