package e2e

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"mellemrum/web/e2e/browser"
)

// invitationTo waits for the letter that the portal sends to the address, and
// returns the link in it.
func (p person) invitationTo(address string) string {
	p.t.Helper()
	find := fmt.Sprintf(`[...document.querySelectorAll("main a[href*='/demo/post/']")].find(a =>
		(a.closest("li,tr,article") ?? a).textContent.includes(%q))?.getAttribute("href") ?? ""`, address)
	var mail string
	p.until("letter to "+address, func() bool {
		p.open("/demo/post")
		mail = ask[string](p, find)
		return mail != ""
	})
	p.open(strings.Split(mail, "?")[0] + "/html")
	return strings.Split(ask[string](p, `document.querySelector("a[href*='/invitation/']").href`), "?")[0]
}

// comeIn follows the link in the letter and says yes with a password.
func (p person) comeIn(address, name string) {
	p.t.Helper()
	p.open(p.invitationTo(address))
	p.fill("name", name)
	p.fill("password", "kort")
	p.follow(`main form[action^="/invitation/"] button[type=submit]`)
	p.sees("mindst 12")
	p.fill("password", "tre grønne gummistøvler")
	p.follow(`main form[action^="/invitation/"] button[type=submit]`)
	if at := p.address(); !strings.HasPrefix(at, "/partner") {
		p.t.Fatalf("came in at %s", at)
	}
}

// An association asks to come along, staff say yes, its contact comes in by the
// link in the letter and invites a colleague, who comes in too.
func TestAnAssociationComesAlong(t *testing.T) {
	t.Parallel()
	base := newPortal(t)
	p := visit(t, base, browser.Look{Width: 360})
	p.open("/bliv-partner")
	p.fill("name", "Hjemstavnsforeningen Baobabb") // nearly one that is here
	p.ok(p.v.Choose("#f-kind", "Hjemstavn"))
	p.fill("contact_name", "Amina Prøve")
	p.fill("contact_email", "amina@post.example")
	p.press(`#f-consent`)
	p.follow(`main form.form button[type=submit]`)
	p.sees("Er det jer?", "Hjemstavnsforeningen Baobab", "Nej, vi er en anden")
	p.fill("name", "Prøvens Venner")
	p.follow(`main form.form button[type=submit]`)
	p.sees("Tak, fordi I vil være med")

	staff := visit(t, base, browser.Look{Width: 1280})
	staff.signIn("admin@demo.example")
	staff.open("/stab/samarbejdspartnere/proevens-venner")
	staff.follow(`form[action$="/godkend"] button[type=submit]`)

	p.comeIn("amina@post.example", "Amina Prøve")
	p.sees("Prøvens Venner", "Amina Prøve")
	p.open("/partner/personer")
	p.fill("name", "Bo Prøve")
	p.fill("email", "bo.proeve@post.example")
	p.follow(`main form.form button[type=submit]`)
	p.sees("Invitationen er sendt", "bo.proeve@post.example")

	colleague := visit(t, base, browser.Look{})
	colleague.comeIn("bo.proeve@post.example", "Bo Prøve")
	colleague.open("/partner/personer")
	colleague.sees("Amina Prøve", "Bo Prøve", "Spørg en af jeres kontakter")

	// Removed, and out at the next step.
	p.open("/partner/personer")
	p.press(`main li:has(form[action*="/kontakt"]) summary`)
	p.follow(`main li:has(form[action*="/kontakt"]) form[action*="/fjern"] button[type=submit]`)
	p.sees("Personen er fjernet")
	colleague.open("/partner")
	colleague.sees("Du hører ikke til en samarbejdspartner endnu")
}

// The pages about people work narrow, dark and right to left, and without
// seeing.
func TestPagesAboutPeopleAreForEverybody(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../assets/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	base := newPortal(t)
	for _, look := range []browser.Look{{Width: 320}, {Width: 320, Dark: true, Languages: "ar"}} {
		p := visit(t, base, look)
		check := func(p person, paths ...string) {
			t.Helper()
			for _, path := range paths {
				p.open(path)
				p.checkPage(path+" "+look.Languages, string(source))
			}
		}
		p.signIn("partner@demo.example")
		p.open("/partner/organisation")
		p.fill("about", "Vi er flyttet. "+look.Languages)
		p.follow(`main form.form button[type=submit]`)
		p.open("/partner/personer")
		p.fill("name", "Kim Prøve")
		p.fill("email", "kim"+look.Languages+"@post.example")
		p.follow(`main form.form button[type=submit]`)
		check(p, "/partner", "/partner/personer", "/partner/organisation")

		staff := visit(t, base, look)
		staff.signIn("admin@demo.example")
		staff.open("/stab/samarbejdspartnere")
		slug := "boligselskabet-havtornen"
		check(staff, "/stab/samarbejdspartnere", "/stab/samarbejdspartnere/"+slug, "/stab/samarbejdspartnere/"+slug+"/personer",
			"/stab/samarbejdspartnere/"+slug+"/saml", "/stab/samarbejdspartnere/"+slug+"/saml?into=hjemstavnsforeningen-baobab")
		check(p, "/invitation/findes-ikke")
		guest := visit(t, base, look)
		link := guest.invitationTo("kim" + look.Languages + "@post.example")
		check(guest, link)
		check(staff, link)
	}
}
