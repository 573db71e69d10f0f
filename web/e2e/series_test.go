package e2e

import (
	"os"
	"strings"
	"testing"
	"time"

	"mellemrum/internal/i18n"
	"mellemrum/web/e2e/browser"
)

// A coordinator writes a shift, changes a café's hours with the dates it
// touches in view, and moves the one date somebody has signed up for: they are
// asked by mail, say that they still come, and their old link leads on.
func TestASeriesDoesNotSurprise(t *testing.T) {
	t.Parallel()
	p := visit(t, newPortal(t), browser.Look{Width: 1280, Height: 1000})
	p.signIn("koordinator@demo.example")
	p.open("/stab/cafeer/ny")
	p.fill("name", "Flyttecafé")
	p.fill("venue", "Prøvehuset")
	p.fill("address", "Opdigtet Vej 1")
	p.fill("starts", "16.30")
	p.fill("ends", "18.30")
	p.fill("capacity_guest", "10")
	p.ok(p.v.Choose("#f-shifts-0--kind", "Køkken"))
	p.fill("shifts-0--minimum", "1")
	p.fill("shifts-0--capacity", "2")
	p.fill("shifts-0--starts", "16.30")
	p.fill("shifts-0--ends", "17.30")
	p.ok(p.v.Choose("#f-district", "Nørresundby"))
	p.press(`input[name=hosts]`)
	p.follow(`main form[method=post] > .actions button[type=submit]`)
	first := time.Now().AddDate(0, 0, 40)
	second, moved := first.AddDate(0, 0, 7), first.AddDate(0, 0, 1)
	p.press(`input[name=repeat][value=picked]`)
	p.fill("picked", first.Format("02.01.2006")+"\n"+second.Format("02.01.2006"))
	p.follow(`button[name=step][value=vis]`)
	for _, d := range []time.Time{first, second} { // also on a holiday
		if box := "#date-" + d.Format("2006-01-02"); !ask[bool](p, `document.querySelector("`+box+`").checked`) {
			p.press(box)
		}
	}
	p.follow(`button[name=step][value=gem]`)
	at := func(d time.Time) string { return "/cafeer/flyttecafe/" + d.Format("2006-01-02") }

	guest := visit(t, p.base, browser.Look{})
	guest.signUp(at(first), "Prøve Gæst", "flyttes@post.example")

	p.open("/stab/cafeer/flyttecafe/rediger")
	p.fill("starts", "17.00")
	p.fill("shifts-0--starts", "17.00")
	p.fill("shifts-0--ends", "18.00")
	p.follow(`main form[method=post] > .actions button[type=submit]`)
	p.sees("Før vi gemmer", "kl. 16.30–18.30", "kl. 17.00–18.30", "1 får besked")
	if chosen := ask[string](p, `[...document.querySelectorAll("input[name=dates]")].map(b => b.checked).join()`); chosen != "false,true" {
		t.Errorf("chosen from the start: %s", chosen)
	}
	p.follow(`button[name=step][value=gem]`)
	guest.open(at(first))
	guest.sees("kl. 16.30–18.30")
	guest.open(at(second))
	guest.sees("kl. 17.00–18.30")

	p.open("/stab" + at(first))
	p.follow(`main a[href$="/flyt"]`)
	p.sees("1 tilmeldt bliver spurgt")
	p.fill("date", moved.Format("02.01.2006"))
	p.follow(`main form[action$="/flyt"] button[type=submit]`)
	if here, _, _ := strings.Cut(p.address(), "?"); here != "/stab"+at(moved) {
		t.Fatalf("the date is moved to %s", p.address())
	}
	p.sees("Dagen er flyttet", "Prøve Gæst")
	guest.open(guest.linkIn("flyttes@post.example", "/behold"))
	guest.follow(`main form[action$="/behold"] button[type=submit]`)
	guest.sees("kl. 16.30–18.30")
	guest.open(at(first))
	if here, _, _ := strings.Cut(guest.address(), "?"); here != at(moved) {
		t.Errorf("the old link leads to %s", here)
	}
	guest.sees("Caféen er flyttet")
}

// The pages that change a café are as usable in every language, on the
// narrowest phone: rows of shifts, what a change touches, one date, its planner.
func TestThePagesOfASeriesAreForEverybody(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../assets/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	base := newPortal(t)
	for _, lang := range i18n.All() {
		p := visit(t, base, browser.Look{Width: 320, Languages: lang.Code, Dark: lang.Code == "uk" || lang.Code == "ar"})
		p.signIn("koordinator@demo.example")
		const cafe = "/stab/cafeer/tirsdagscafe-i-birkehaven"
		p.open(cafe)
		p.checkPage("a café", string(source))
		door := ask[string](p, `document.querySelector("main th a[href^='`+cafe+`/']").getAttribute("href")`)
		p.open(strings.Split(door, "?")[0] + "/flyt")
		p.checkPage("one date", string(source))
		p.open(cafe + "/rediger")
		p.checkPage("a café's form", string(source))
		p.fill("starts", "16.45")
		p.fill("capacity_guest", "3")
		p.fill("venue", "Prøvehuset")
		p.follow(`main form[method=post] > .actions button[type=submit]`)
		p.checkPage("what a change touches", string(source))
	}
}
