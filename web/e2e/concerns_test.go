package e2e

import (
	"os"
	"testing"

	"mellemrum/web/e2e/browser"
)

// From a district as its staff see it to a note, past the warning about a name,
// to an ask that begins with it, on a phone; and every page of the notes with
// nothing that axe finds, in both directions of reading.
func TestFromADistrictToANoteToAnAsk(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../assets/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	base := newPortal(t)
	p := visit(t, base, browser.Look{Width: 320})
	p.signIn("koordinator@demo.example")
	p.open("/stab/bydele/vejgaard/overblik")
	p.sees("Det er bydelen god til", "Boligforeningen Blåklokken")
	p.follow(`main a[href*="/bekymringer/ny?bydel=vejgaard"]`)
	p.press(`input[name=kind][value=concern]`)
	p.press(`input[name=themes]`)
	if ok := ask[bool](p, `(document.querySelector("#f-source").value = "residents") === "residents"`); !ok {
		t.Fatal("nobody can be the source")
	}
	p.fill("pattern", "Dorte Lindqvist siger, at der er mørkt ved porten.")
	p.follow(`main form.form button[type=submit]`)
	p.sees("Det ligner et navn eller et nummer: Dorte Lindqvist")
	p.checkPage("a note that names somebody", string(source))
	p.press(`#f-sure`)
	p.follow(`main form.form button[type=submit]`)
	p.sees("Noten er gemt.", "Dorte Lindqvist siger")
	at := p.address()
	p.follow(`main a[href*="/opraab/ny?bekymring="]`)
	p.sees("Du begynder med en note")
	if why := ask[string](p, `document.querySelector("#f-why").value`); why != "… siger, at der er mørkt ved porten." {
		t.Errorf("the ask begins with %q", why)
	}
	p.checkPage("an ask that begins from a note", string(source))
	p.open(at + "/slet")
	p.checkPage("taking a note away", string(source))

	for _, look := range []browser.Look{{Width: 320}, {Width: 320, Dark: true, Languages: "ar"}} {
		staff, partner := visit(t, base, look), visit(t, base, look)
		staff.signIn("admin@demo.example")
		for _, path := range []string{"/stab/bekymringer", "/stab/bekymringer?status=closed", "/stab/bekymringer/ny", at, at + "/rediger",
			"/stab/bydele", "/stab/bydele/aalborg-oest/overblik", "/stab/bydele/aalborg-oest/relationer"} {
			staff.open(path)
			staff.checkPage(path+" "+look.Languages, string(source))
		}
		partner.signIn("partner@demo.example")
		partner.open("/partner")
		partner.checkPage("/partner "+look.Languages, string(source))
		partner.follow(`main a[href*="/partner/bekymringer"]`)
		partner.checkPage("a partner's notes "+look.Languages, string(source))
		partner.follow(`main a[href*="/partner/bekymringer/0"]`)
		partner.checkPage("a partner's note "+look.Languages, string(source))
		partner.follow(`main a[href$="/slet"]`)
		partner.checkPage("taking away what was seen "+look.Languages, string(source))
	}
}
