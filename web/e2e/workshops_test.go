package e2e

import (
	"os"
	"strings"
	"testing"
	"time"

	"mellemrum/web/e2e/browser"
)

// A workshop is planned and somebody invited on a phone; they answer from the
// mail, a neighbour puts themselves down, and every page on the way is without
// anything that axe finds, also in the dark and from right to left.
func TestAWorkshopFromPlanToAnswer(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../assets/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	base := newPortal(t)
	p := visit(t, base, browser.Look{Width: 320})
	p.signIn("koordinator@demo.example")
	p.open("/initiativer/faelles-have-bag-solsikkeparken/arbejde")
	p.follow(`main a[href*="/workshops/ny?initiativ="]`)
	p.checkPage("planning a workshop", string(source))
	p.fill("title", "Hvor skal bordet stå?")
	p.fill("date", time.Now().AddDate(0, 0, 20).Format("02.01.2006"))
	p.fill("starts", "17")
	p.fill("ends", "19")
	p.fill("place", "Fællesrummet")
	p.follow(`main form.form button[type=submit]`)
	p.sees("Workshoppen er gemt", "De, der er med i initiativet")
	p.checkPage("inviting", string(source))
	p.press(`input[name=role][value=board]`)
	p.fill("name", "Åse Opdigt")
	p.fill("email", "aase@post.example")
	p.follow(`main form:has(input[name=guest]) button[type=submit]`)
	p.sees("Invitationerne er sendt")
	p.follow(`main a[href*="/workshops/0"]`)
	p.sees("Åse Opdigt", "Ikke svaret")
	at, _, _ := strings.Cut(p.address(), "?")
	for _, last := range []string{"", "/rediger", "/aflys", "/referat"} {
		p.open(at + last)
		p.checkPage("a workshop"+last, string(source))
	}

	guest := visit(t, base, browser.Look{Width: 320, NoScript: true})
	guest.open(p.linkTo("aase@post.example", "/workshop/", ""))
	guest.sees("Du er inviteret", "Fællesrummet")
	guest.press(`input[name=answer][value=yes]`)
	guest.follow(`main form.form button[type=submit]`)
	guest.sees("Tak for dit svar")
	neighbour := visit(t, base, browser.Look{Width: 320, Dark: true, Languages: "ar"})
	neighbour.open(at + "/kom-med")
	neighbour.checkPage("coming to a workshop, in Arabic and in the dark", string(source))
	neighbour.fill("name", "نور")
	neighbour.fill("phone", "20123456")
	neighbour.follow(`main form.form button[type=submit]`)
	neighbour.checkPage("an invitation, in Arabic and in the dark", string(source))
	p.open(at)
	p.sees("Ja, jeg kommer", "نور")

	for _, look := range []browser.Look{{Width: 320}, {Width: 320, Dark: true, Languages: "ar"}} {
		staff := visit(t, base, look)
		staff.signIn("admin@demo.example")
		for _, path := range []string{"/stab", "/workshops", "/handlinger", "/stab/medarbejdere", "/stab/morgenmail", "/stab/rapporter", "/stab/rapporter/papir?slags=yearly&fra=01.01.2026&til=31.12.2026",
			"/stab/bydele/vejgaard", "/stab/bydele/vejgaard/start", "/stab/bydele/vejgaard/styrker"} {
			staff.open(path)
			staff.checkPage(path+" "+look.Languages, string(source))
		}
		staff.open("/stab/medarbejdere")
		staff.follow(`main .rows a[href*="/stab/medarbejdere/0"]`)
		staff.checkPage("a colleague "+look.Languages, string(source))
		staff.open(staff.address() + "/overdrag")
		staff.checkPage("handing over "+look.Languages, string(source))
	}
}
