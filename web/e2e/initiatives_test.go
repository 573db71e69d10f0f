package e2e

import (
	"strings"
	"testing"

	"mellemrum/web/e2e/browser"
)

// Staff write an idea and ask a club along; the club says yes from its
// invitation; it is written how residents took part; then it is agreed and
// running, and a resident reads on one page what their words changed. All of it
// on a phone.
func TestNothingIsAgreedWithoutThoseWhoLiveThere(t *testing.T) {
	t.Parallel()
	phone := browser.Look{Width: 360, Height: 800}
	staff := visit(t, newPortal(t), phone)
	staff.signIn("koordinator@demo.example")
	staff.sees("Karla Koordinator")
	staff.open("/initiativer/ny")
	staff.fill("title", "Prøvebænk på torvet")
	staff.press(`input[name=kind][value=general]`)
	staff.fill("purpose", "Et sted at hvile sig på vej hjem")
	ask[bool](staff, `([...document.querySelectorAll("label")].find(l => l.textContent === "Midtbyen").click(), true)`)
	staff.follow(`main form[method=post] > .actions button[type=submit]`)
	staff.sees("Idéen er gemt", "Mangler:", "En part, der ikke er kommunen, skal være med")
	const at = "/initiativer/proevebaenk-paa-torvet"

	staff.open(at + "/parter?bydel=")
	ask[bool](staff, `([...document.querySelectorAll(".invite label")].find(l => l.textContent.includes("Boligselskabet Havtornen")).click(), true)`)
	staff.follow(`main form[method=post] > .actions button[type=submit]`)
	staff.sees("Invitationerne er sendt", "Inviteret")

	club := visit(t, staff.base, phone)
	club.signIn("partner@demo.example")
	club.sees("Nanna Opdigt")
	club.open("/partner/initiativer")
	club.sees("I er inviteret", "Prøvebænk på torvet")
	club.follow(`main table a[href*="proevebaenk"]`)
	club.sees("Boligselskabet Havtornen er inviteret")
	club.follow(`.panel a[href*="/parter/"]`)
	club.sees("Hvad bidrager I med?")
	club.fill("contribution", "Brædder og en tømrer om lørdagen")
	club.follow(`main form[method=post] > .actions button[type=submit]`)
	club.sees("Dejligt, at I er med", "Brædder og en tømrer")

	staff.open(at + "/trin?til=cocreation")
	staff.follow(`main form[method=post] > .actions button[type=submit]`)
	staff.sees("Nu former vi det sammen")
	staff.open(at + "/trin?til=agreed")
	staff.sees("Det kan ikke aftales endnu", "Mangler: Skriv, hvordan beboerne var med")
	staff.follow(`.gate a[href$="/beboere"]`)
	staff.sees("Hvordan var beboerne med?")
	staff.fill("held_on", "02.01.2026")
	staff.press(`input[name=how][value=cafe]`)
	staff.fill("residents", "17")
	staff.fill("said", "Bænken skal stå i skyggen")
	staff.fill("objections-0--objection", "Hvem rydder op?")
	staff.fill("objections-0--answer", "Vi gør, hver fredag")
	staff.follow(`main form[method=post] > .actions button[type=submit]`)
	staff.sees("Skriv, hvad det ændrede")
	staff.fill("changed", "Bænken flytter hen under træet")
	staff.follow(`main form[method=post] > .actions button[type=submit]`)
	staff.sees("Det er skrevet, hvordan beboerne var med", "På plads:")
	staff.follow(`.steps a[href*="til=agreed"]`)
	staff.sees("Alle parter står bag")
	staff.follow(`main form[method=post] > .actions button[type=submit]`)
	staff.sees("Det er aftalt")
	staff.follow(`.steps a[href*="til=running"]`)
	staff.sees("Nu går vi i gang")
	staff.follow(`main form[method=post] > .actions button[type=submit]`)
	staff.sees("Det er i gang")

	// Two who write at once.
	club.open(at + "/tekst")
	staff.open(at + "/tekst")
	staff.fill("body", "Vi bygger bænken i skyggen.")
	staff.follow(`main form[method=post] > .actions button[type=submit]`)
	staff.sees("Teksten er gemt")
	club.fill("body", "Tømreren kommer hver lørdag.")
	club.follow(`main form[method=post] > .actions button[type=submit]`)
	club.sees("En anden nåede at skrive først", "Vi bygger bænken i skyggen.")
	if got := ask[string](club, `document.querySelector("#f-body").value`); got != "Tømreren kommer hver lørdag." {
		t.Errorf("what was typed is %q now", got)
	}
	if wide := ask[int](club, `document.documentElement.scrollWidth`); wide > 360 {
		t.Errorf("both texts are %d wide", wide)
	}
	club.fill("body", "Vi bygger bænken i skyggen. Tømreren kommer hver lørdag.")
	club.follow(`main form[method=post] > .actions button[type=submit]`)
	club.sees("Teksten er gemt")

	resident := visit(t, staff.base, phone)
	resident.open(at)
	resident.sees("Her er vi nu", "17 beboere var med", "Bænken skal stå i skyggen", "Bænken flytter hen under træet", "Hvem rydder op?", "Vi gør, hver fredag",
		"Brædder og en tømrer", "Tømreren kommer hver lørdag.")
	if strings.Contains(resident.text("body"), "Aftalt, før beboerne var med") {
		t.Error("residents were heard, and the page says they were not")
	}
}
