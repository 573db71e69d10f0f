package e2e

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"mellemrum/web/e2e/browser"
)

// A coordinator makes a café and its dates, somebody signs up, the coordinator
// ticks who came, counts a walk-in, and calls another date off; an
// organisation that waits is approved.
func TestACoordinatorRunsACafe(t *testing.T) {
	t.Parallel()
	p := visit(t, newPortal(t), browser.Look{Width: 1280, Height: 1000})
	p.signIn("koordinator@demo.example")
	p.sees("Aalborg Øst")

	p.open("/stab/cafeer/ny")
	p.fill("name", "Prøvecafé ved fjorden")
	p.fill("venue", "Prøvehuset")
	p.fill("address", "Opdigtet Vej 1")
	p.fill("starts", "16.30")
	p.fill("ends", "18.30")
	p.fill("capacity_guest", "10")
	p.ok(p.v.Choose("#f-district", "Nørresundby"))
	p.press(`input[name=hosts]`)
	p.follow(`main form[method=post] > .actions button[type=submit]`)
	if !strings.Contains(p.address(), "/datoer") {
		t.Fatalf("no dates to make out at %s:\n%s", p.address(), p.text("main"))
	}

	// Seven weeks from the first of a December: Christmas is among them.
	year := time.Now().Year()
	if time.Now().Month() == time.December && time.Now().Day() > 1 {
		year++
	}
	from := time.Date(year, time.December, 3, 0, 0, 0, 0, time.UTC)
	p.press(`input[name=repeat][value=weekly]`)
	p.fill("from", from.Format("02.01.2006"))
	p.fill("until", from.AddDate(0, 0, 42).Format("02.01.2006"))
	p.follow(`button[name=step][value=vis]`)
	dates := ask[int](p, `document.querySelectorAll("input[name=dates]").length`)
	chosen := ask[int](p, `document.querySelectorAll("input[name=dates]:checked").length`)
	if dates != 7 {
		t.Errorf("%d dates in the preview, want 7", dates)
	}
	holidays := 0
	for i := range 7 {
		if d := from.AddDate(0, 0, 7*i); d.Month() == time.December && (d.Day() >= 24 && d.Day() <= 26 || d.Day() == 31) || d.YearDay() == 1 {
			holidays++
		}
	}
	if dates-chosen != holidays {
		t.Errorf("%d dates are left out, %d are holidays", dates-chosen, holidays)
	}
	p.follow(`button[name=step][value=gem]`)
	first := "/cafeer/proevecafe-ved-fjorden/" + from.Format("2006-01-02")

	guest := visit(t, p.base, browser.Look{})
	guest.open(first)
	guest.fill("name", "Prøve Gæst")
	guest.fill("email", "proeve.gaest@post.example")
	guest.fill("party", "2")
	guest.follow(`main form[method=post] button[type=submit]`)
	guest.sees("du har plads")

	p.open("/stab" + first)
	p.sees("Prøve Gæst", "proeve.gaest@post.example")
	p.press(`button[name=came][value="2"]`)
	p.appears("button[name=came][value='-1']")
	p.press(`form[action*="/gaest"] button:not([name])`)
	p.appears("button[name=people][value='-1']")
	csv := ask[string](p, fmt.Sprintf(`fetch(%q).then(r => r.text())`, "/stab"+first+"/deltagere.csv"))
	if !strings.Contains(csv, "pladstype,kapacitet,navn,antal,status,nr i kø,sprog,telefon,e-mail,note") || !strings.Contains(csv, "gæst,10,Prøve Gæst,2,plads,") {
		t.Errorf("the list as CSV is\n%s", csv)
	}

	p.ok(p.v.Fill(`form[action*="/aflys"] textarea`, "Vandskade i huset"))
	p.follow(`form[action*="/aflys"] button[type=submit]`)
	guest.open(first)
	guest.sees("aflyst", "Vandskade i huset")
	guest.until("mail", func() bool {
		guest.open("/demo/post")
		return strings.Contains(strings.ToLower(guest.text("main")), "aflyst")
	})

	p.open("/stab/samarbejdspartnere/hjemstavnsforeningen-oliven")
	p.follow(`form[action*="/godkend"] button[type=submit]`)
	guest.open("/samarbejdspartnere/hjemstavnsforeningen-oliven")
	guest.sees("Hjemstavnsforeningen Oliven")

	p.open("/stab/bydele/noerresundby")
	p.fill("intro", "Prøveintro til bydelen ved fjorden.")
	p.follow(`main form[method=post] > .actions button[type=submit]`)
	guest.open("/bydele/noerresundby")
	guest.sees("Prøveintro til bydelen ved fjorden.")
}
