package e2e

import (
	"os"
	"testing"

	"mellemrum/web/e2e/browser"
)

// A coordinator's morning: from the board to a note about somebody who has been
// silent, on a phone, in both directions of reading, with nothing that axe finds.
func TestFromTheBoardToANote(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../assets/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	base := newPortal(t)
	p := visit(t, base, browser.Look{Width: 320})
	p.signIn("koordinator@demo.example")
	p.open("/stab?slags=silent")
	p.sees("Gårdavisen Trappenyt", "Skriv en note")
	p.follow(`main a[href$="gaardavisen-trappenyt/samarbejdet"]`)
	p.sees("Vi har ikke talt sammen endnu")
	if ok := ask[bool](p, `(document.querySelector("#f-contact").value = "phone") === "phone"`); !ok {
		t.Fatal("the kind of contact cannot be chosen")
	}
	p.fill("body", "Bladet udkommer igen. Dorte Lindqvist tager sig af det.")
	p.follow(`main form.form button[type=submit]`)
	p.sees("Det ligner et navn eller et nummer: Dorte Lindqvist")
	p.checkPage("a note about a person", string(source))
	p.fill("body", "Bladet udkommer igen, og de vil gerne skrive om caféerne.")
	p.follow(`main form.form button[type=submit]`)
	p.sees("Noten er gemt.", "Vi talte sidst sammen", "de vil gerne skrive om caféerne")
	p.open("/stab?slags=silent")
	p.sees("Intet venter på dig")
	for _, look := range []browser.Look{{Width: 320}, {Width: 320, Dark: true, Languages: "ar"}} {
		staff := visit(t, base, look)
		staff.signIn("admin@demo.example")
		for _, path := range []string{"/stab", "/stab?slags=waiting", "/stab/samarbejdspartnere?vis=stille", "/stab/samarbejdspartnere/boligselskabet-havtornen",
			"/stab/samarbejdspartnere/boligselskabet-havtornen/samarbejdet", "/stab/samarbejdspartnere/hjemstavnsforeningen-solsikken/samarbejdet"} {
			staff.open(path)
			staff.checkPage(path+" "+look.Languages, string(source))
		}
	}
}
