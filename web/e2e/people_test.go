package e2e

import (
	"fmt"
	"strings"
	"testing"

	"mellemrum/web/e2e/browser"
)

// comeIn opens the letter that the portal sent to the address, follows its
// link, and says yes with a password.
func (p person) comeIn(address, name string) {
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
	link := ask[string](p, `document.querySelector("a[href*='/invitation/']").href`)
	p.open(link)
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
