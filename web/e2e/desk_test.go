package e2e

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"

	"mellemrum/internal/i18n"
	"mellemrum/web/e2e/browser"
)

// types presses keys wherever the focus is.
func (p person) types(keys string) { p.t.Helper(); p.ok(p.v.Type(keys)) }

// tabTo walks to a field with the Tab key alone.
func (p person) tabTo(id string) {
	p.t.Helper()
	for range 60 {
		if ask[string](p, `document.activeElement?.id ?? ""`) == id {
			return
		}
		p.types(kb.Tab)
	}
	p.t.Fatalf("Tab does not come to %s", id)
}

func (p person) focused() string {
	p.t.Helper()
	return ask[string](p, `document.activeElement?.id ?? ""`)
}

// desk is the address of the first date that a partner holds.
func (p person) desk() string {
	p.t.Helper()
	p.signIn("partner@demo.example")
	p.open("/partner/cafeer")
	at := ask[string](p, `document.querySelector("main a[href^='/partner/cafeer/']").getAttribute("href")`)
	at, _, _ = strings.Cut(at, "?")
	return at
}

// A list from paper is typed with nothing but the keyboard: names, more rows
// than there were, a mistake mended, and the tick for consent.
func TestAPaperListIsTypedWithTheKeyboardAlone(t *testing.T) {
	t.Parallel()
	p := visit(t, newPortal(t), browser.Look{Width: 1280})
	at := p.desk()
	p.open(at + "/liste")
	p.tabTo("f-rows-0--name")
	p.types("Åse Prøve" + kb.Tab + "3" + kb.Tab + "12" + kb.Tab + "arab" + kb.Enter)
	for _, name := range []string{"Bo", "Cai", "Dan", "Eva", "Fie", "Gry", "Hal", "Ib", "Jo"} {
		p.types(name + kb.Enter)
	}
	if id := p.focused(); id != "f-rows-10--name" {
		t.Fatalf("Enter in the last row leads to %s", id)
	}
	p.types("Kaj Prøve" + kb.Tab + "2")
	p.tabTo("f-consent")
	p.types(" " + kb.Tab)
	p.types(kb.Enter)
	p.appears(".error-summary")
	if says := p.text(".error-summary"); !strings.Contains(says, "Række 1") {
		t.Errorf("the mistake is said to be %q", says)
	}
	if last := ask[string](p, `document.querySelector("#f-rows-10--name").value`); last != "Kaj Prøve" {
		t.Errorf("the last row says %q now", last)
	}
	p.types(kb.Tab + kb.Enter) // the first link of the summary, to its field
	if id := p.focused(); id != "f-rows-0--phone" {
		t.Fatalf("the summary leads to %q", id)
	}
	p.ok(p.v.Fill("#f-rows-0--phone", "20 12 34 99"))
	if language := ask[string](p, `document.querySelector("#f-rows-0--language").value`); language != "ar" {
		t.Errorf("the language is %q", language)
	}
	p.tabTo("f-consent")
	p.types(kb.Tab)
	p.types(kb.Enter)
	p.until("summary", func() bool { return strings.Contains(p.address(), "skrevet=") })
	p.sees("11 ", "skrevet ind", "Åse Prøve", "Kaj Prøve")
	p.open(at)
	p.sees("Åse Prøve", "tilmeldt af", "arabisk 3")
}

var (
	pdfPage   = regexp.MustCompile(`/Type\s*/Page\b`)
	aloneCode = regexp.MustCompile(`[2-9A-HJ-NP-Z]{4} [2-9A-HJ-NP-Z]{4} [2-9A-HJ-NP-Z]{2}`)
)

// Somebody with neither phone nor mail is helped to a place, takes a slip home
// that is one page, and cancels with nothing but its code.
func TestASlipIsOnePageAndItsCodeIsEnough(t *testing.T) {
	t.Parallel()
	p := visit(t, newPortal(t), browser.Look{Width: 1280})
	at := p.desk()
	p.open(at)
	p.follow(`main a[href$="/tilmeld"]`)
	p.press(`input[name=place][value=guest]`)
	p.fill("name", "فاطمة الزهراء")
	p.ok(p.v.Choose("#f-language", "arab"))
	p.press("#f-consent")
	p.follow(`main form[method=post] button[type=submit]`)
	code := aloneCode.FindString(p.text(".slip"))
	if code == "" {
		t.Fatalf("no code on the slip: %s", p.text("main"))
	}
	pdf, err := p.v.Print()
	p.ok(err)
	if pages := len(pdfPage.FindAll(pdf, -1)); pages != 1 {
		t.Errorf("the slip is %d pages", pages)
	}
	p.ok(p.v.AsPrinted())
	printed := p.text("body")
	for _, word := range []string{code, "فاطمة الزهراء", "/tilmelding", "QR", "melde fra", "إلغاء التسجيل"} {
		if !strings.Contains(printed, word) {
			t.Errorf("the slip does not say %q: %s", word, printed)
		}
	}
	if strings.Contains(printed, "Tilmeld en til") {
		t.Error("the desk's buttons are printed")
	}
	if !ask[bool](p, `[...document.querySelectorAll(".slip [lang=ar]")].every(e => getComputedStyle(e).direction === "rtl")`) {
		t.Error("Arabic does not run from right to left")
	}

	home := visit(t, p.base, browser.Look{Languages: "ar"})
	home.open("/tilmelding")
	home.fill("code", strings.ToLower(code))
	home.follow(`form[action^="/tilmelding/kode"] button[type=submit]`)
	home.sees("فاطمة الزهراء")
	home.follow(`main a[href*="/afmeld"]`)
	home.follow(`main form[method=post] button[type=submit]`)
	p.open(at)
	if strings.Contains(p.text("main table"), "فاطمة الزهراء") {
		t.Error("they still have a place")
	}
}

// The desk's pages, in every language, on the narrowest phone.
func TestTheDeskIsForEveryone(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("../assets/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	base := newPortal(t)
	for _, lang := range i18n.All() {
		t.Run(lang.Code, func(t *testing.T) {
			p := visit(t, base, browser.Look{Width: 320, Languages: lang.Code, Dark: lang.Code == "en" || lang.Code == "ar"})
			at := p.desk()
			look := func(name string) { p.t.Helper(); p.checkPage(name, string(source)) }
			p.open(at)
			look("door list")
			p.open(at + "/tilmeld")
			look("sign-up")
			p.follow(`main form[method=post] button[type=submit]`)
			look("sign-up with mistakes")
			p.press(`input[name=place][value=guest]`)
			p.fill("name", strings.Repeat("عبد الرحمن ", 7))
			p.press("#f-consent")
			p.follow(`main form[method=post] button[type=submit]`)
			look("slip")
			p.open(at + "/liste")
			look("list")
			p.fill("rows-0--name", "Åse Prøve")
			p.fill("rows-1--phone", "12")
			p.follow(`main form[method=post] .actions button[type=submit]`)
			look("list with mistakes")
			p.fill("rows-1--phone", "")
			p.press("#f-consent")
			p.follow(`main form[method=post] .actions button[type=submit]`)
			look("list written in")
			p.follow(`main a[href*="/sedler"]`)
			look("slips")
		})
	}
}
