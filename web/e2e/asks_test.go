package e2e

import (
	"strings"
	"testing"

	"mellemrum/web/e2e/browser"
)

// Staff write an ask; an organisation answers from its mail without signing in,
// a resident from the page; who looks on sees the gap close; everybody is
// thanked and told how it ended.
func TestWhenWeAskManyRaiseTheirHand(t *testing.T) {
	t.Parallel()
	staff := visit(t, newPortal(t), browser.Look{Width: 1280})
	staff.signIn("koordinator@demo.example")
	staff.open("/stab/opraab/ny?skabelon=moving")
	staff.fill("title", "Prøveflytning på søndag")
	staff.press(`input[name=districts]`)
	staff.press(`input[name=public]`)
	staff.follow(`main form[method=post] > .actions button[type=submit]`)
	staff.sees("Før du sender", "hører det")
	staff.follow(`form[action$="/send"] button`)
	staff.sees("Opråbet er sendt", "Mangler 6 af 6")
	page := strings.TrimPrefix(staff.address(), "/stab")
	page, _, _ = strings.Cut(page, "?")

	onlooker := visit(t, staff.base, browser.Look{Width: 360, Height: 800})
	onlooker.open(page)
	onlooker.sees("Mangler 6 af 6")

	member := visit(t, staff.base, browser.Look{Width: 360, Height: 800})
	letter := ""
	member.until("letter", func() bool {
		member.open("/demo/post")
		letter = ask[string](member, `[...document.querySelectorAll("main a[href^='/demo/post/']")].find(a => a.textContent.includes("Prøveflytning"))?.getAttribute("href") ?? ""`)
		return letter != ""
	})
	member.open(letter + "/html")
	member.open(ask[string](member, `[...document.links].find(a => a.href.includes("/svar/")).href`))
	member.sees("6 timer flyttehjælp")
	gives := `input[id^="f-part_"]`
	ask[bool](member, `(document.querySelector('`+gives+`').value = "4", true)`)
	member.fill("name", "Åse Prøve")
	member.follow(`button[name=answer][value=ja]`)
	member.sees("I får svar snart", "4 timer flyttehjælp")

	onlooker.until("change of the gap", func() bool {
		return ask[bool](onlooker, `document.querySelector("#live").textContent.includes("Mangler 2 af 6")`)
	})

	resident := visit(t, staff.base, browser.Look{Width: 360, Height: 800, Languages: "ar"})
	resident.open(page)
	ask[bool](resident, `(document.querySelector('`+gives+`').value = "2", true)`)
	resident.fill("name", "نور هولم")
	resident.fill("email", "noor@post.example")
	resident.follow(`button[name=answer][value=ja]`)
	if !strings.HasPrefix(resident.address(), "/haand/") {
		t.Fatalf("the resident is at %s", resident.address())
	}
	onlooker.until("end of the gap", func() bool {
		return ask[bool](onlooker, `document.querySelector("#live").textContent.includes("Dækket")`)
	})

	staff.open("/stab" + page)
	staff.sees("2 hænder er oppe", "نور هولم")
	ask[bool](staff, `(document.querySelectorAll("input[name=hands]").forEach(box => box.checked = true), true)`)
	staff.press(`input[name=reply][value=accepted]`)
	staff.fill("words", "Vi ses søndag kl. 10")
	staff.follow(`form[action$="/svar"] button[type=submit]`)
	staff.sees("Svaret er sendt", "Ja tak")
	ask[bool](staff, `(document.querySelectorAll("details").forEach(d => d.open = true), true)`)
	staff.press(`input[name=outcome][value=fulfilled]`)
	staff.fill("story", "Alle kasser kom på plads før kaffen blev kold.")
	staff.follow(`form[action$="/luk"] button[type=submit]`)
	resident.open(resident.address())
	resident.sees("kaffen blev kold")
	resident.until("letters of the end", func() bool {
		resident.open("/demo/post")
		return ask[bool](resident, `[...document.querySelectorAll("main a")].filter(a => a.textContent.includes("Prøveflytning")).length >= 3`)
	})
}
