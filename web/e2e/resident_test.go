package e2e

import (
	"regexp"
	"strings"
	"testing"

	"mellemrum/web/e2e/browser"
)

// A resident without an account and without JavaScript finds the next café in
// their district, signs up, reads the mail, changes the party and cancels.
func TestAResidentGetsAPlaceWithoutScripts(t *testing.T) {
	t.Parallel()
	p := visit(t, newPortal(t), browser.Look{NoScript: true})
	p.open("/")
	p.follow(`main a[href^="/bydele/"]`)
	p.sees("café")
	page := p.roomyDate()
	p.open(page)
	p.fill("name", "Prøve Beboer")
	p.fill("party", "2")
	p.follow(`main form[method=post] button[type=submit]`) // without a way to be reached
	p.sees("fejl:")
	if name := ask[string](p, `document.querySelector("#f-name").value`); name != "Prøve Beboer" {
		t.Errorf("what was typed is %q now", name)
	}
	p.fill("email", "proeve.beboer@post.example")
	p.follow(`main form[method=post] button[type=submit]`)
	if !strings.HasPrefix(p.address(), "/tilmelding/") {
		t.Fatalf("no receipt: %s", p.address())
	}
	p.sees("du har plads", "2")

	link := p.mailTo("proeve.beboer@post.example")
	p.open(link)
	p.fill("party", "1")
	p.follow(`main form[method=post] button[type=submit]`)
	if party := ask[string](p, `document.querySelector("#f-party").value`); party != "1" {
		t.Errorf("the party is %s", party)
	}
	p.follow(`main a[href$="/afmeld"]`)
	p.follow(`main form[method=post] button[type=submit]`)
	if strings.Contains(strings.ToLower(p.text("h1")), "du har plads") {
		t.Errorf("still placed: %s", p.text("h1"))
	}
	// The same person may come back.
	p.open(page)
	p.fill("name", "Prøve Beboer")
	p.fill("email", "proeve.beboer@post.example")
	p.fill("party", "1")
	p.follow(`main form[method=post] button[type=submit]`)
	p.sees("du har plads")
}

var personalLink = regexp.MustCompile(`http://[^\s"<]+/tilmelding/[A-Za-z0-9_-]+`)

// mailTo waits for the newest mail to somebody and returns the personal link
// in it.
func (p person) mailTo(address string) string {
	p.t.Helper()
	p.until("mail to "+address, func() bool {
		p.open("/demo/post")
		return strings.Contains(p.text("main"), address)
	})
	mail := ask[string](p, `[...document.querySelectorAll("main a[href*='/demo/post/']")].find(a => (a.closest("li,tr,article") ?? a).textContent.includes(`+"`"+address+"`"+`)).getAttribute("href")`)
	p.open(mail)
	link := personalLink.FindString(ask[string](p, `document.querySelector("main").innerText + [...document.querySelectorAll("main a")].map(a => " " + a.href).join(" ")`))
	if link == "" {
		p.t.Fatalf("no personal link in the mail: %s", p.text("main"))
	}
	return link
}

// The same in Arabic on a phone with a phone number only: right to left all the
// way, and the code opens the sign-up again.
func TestAResidentWhoReadsArabicHasOnlyAPhone(t *testing.T) {
	t.Parallel()
	p := visit(t, newPortal(t), browser.Look{Languages: "ar"})
	page := p.roomyDate()
	if dir := ask[string](p, `document.documentElement.dir + document.documentElement.lang`); dir != "rtlar" {
		t.Fatalf("the page is %s", dir)
	}
	p.open(page)
	p.fill("name", "ضيف تجريبي")
	p.fill("phone", "20 12 34 56")
	p.fill("party", "3")
	p.follow(`main form[method=post] button[type=submit]`)
	code := p.text(".big-code")
	if !regexp.MustCompile(`^[2-9A-HJKMNP-Z]{6}$`).MatchString(code) {
		t.Fatalf("the code is %q", code)
	}
	if untranslated := ask[bool](p, `document.body.innerText.includes("⟦")`); untranslated {
		t.Error("the receipt is not all in Arabic")
	}
	again := visit(t, p.base, browser.Look{Languages: "ar"})
	again.open("/tilmelding")
	again.fill("phone", "+45 20123456")
	again.fill("code", strings.ToLower(code))
	again.follow(`form[action^="/tilmelding/kode"] button[type=submit]`)
	if !strings.HasPrefix(again.address(), "/tilmelding/") || again.text(".big-code") != code {
		t.Errorf("the code leads to %s", again.address())
	}
	if dir := ask[string](again, `document.documentElement.dir`); dir != "rtl" {
		t.Errorf("the receipt is %s", dir)
	}
}

// A language chosen by link stays chosen, through links, forms and redirects,
// though there is no cookie to keep it in.
func TestAChosenLanguageIsKeptWithoutACookie(t *testing.T) {
	t.Parallel()
	p := visit(t, newPortal(t), browser.Look{})
	p.open("/")
	p.follow(`.languages a[lang=uk]`)
	p.ok(p.v.Press("[popovertarget=menu]"))
	p.follow(`.menu a[href^="/cafeer"]`)
	if lang := ask[string](p, `document.documentElement.lang`); lang != "uk" {
		t.Fatalf("after a link the page is in %s", lang)
	}
	p.open(p.roomyDateIn("uk"))
	p.fill("name", "Пробна Особа")
	p.fill("email", "proba@post.example")
	p.fill("party", "1")
	p.follow(`main form[method=post] button[type=submit]`)
	if lang := ask[string](p, `document.documentElement.lang`); lang != "uk" || !strings.HasPrefix(p.address(), "/tilmelding/") {
		t.Errorf("the receipt %s is in %s", p.address(), lang)
	}
	if cookies := ask[string](p, `document.cookie`); cookies != "" {
		t.Errorf("there is a cookie: %s", cookies)
	}
	p.open("/demo/post")
	p.until("mail", func() bool { p.open("/demo/post"); return strings.Contains(p.text("main"), "proba@post.example") })
}

func (p person) roomyDateIn(lang string) string {
	p.t.Helper()
	page, _, _ := strings.Cut(p.roomyDate(), "?")
	return page + "?lang=" + lang
}
