package e2e

import (
	"strings"
	"testing"

	"mellemrum/web/e2e/browser"
)

// A partner registers an offer, sees how it will look, publishes it, and finds
// it where everybody does; then takes it off again.
func TestAPartnerMakesAnOffer(t *testing.T) {
	t.Parallel()
	p := visit(t, newPortal(t), browser.Look{Width: 1280})
	p.signIn("partner@demo.example")
	if p.address() != "/partner" {
		t.Fatalf("signed in at %s", p.address())
	}
	p.follow(`main a[href^="/partner/tilbud/ny"]`)
	p.fill("title", "Prøvehjælp med hylder")
	p.follow(`main form[method=post] button[type=submit]`) // before the rest is written
	p.sees("fejl:")
	if kept := ask[string](p, `document.querySelector("#f-title").value`); kept != "Prøvehjælp med hylder" {
		t.Errorf("what was typed is %q now", kept)
	}
	p.fill("body", "Vi kommer med boremaskine og vaterpas.")
	p.press(`input[name=kind][value=help]`)
	p.press(`input[name=districts]`)
	p.fill("schedule", "Lørdage")
	p.fill("contact_email", "hylder@post.example")
	p.follow(`main form[method=post] button[type=submit]`)
	preview := p.address()
	if !strings.HasSuffix(preview, "/se") {
		t.Fatalf("no preview: %s", preview)
	}
	p.sees("Prøvehjælp med hylder", "boremaskine")
	anybody := visit(t, p.base, browser.Look{})
	anybody.open("/tilbud?ord=vaterpas")
	if strings.Contains(anybody.text("main"), "Prøvehjælp") {
		t.Fatal("a draft is public")
	}
	p.follow(`form[action$="/offentliggoer"] button[type=submit]`)
	anybody.open("/tilbud?ord=vaterpas")
	anybody.sees("Prøvehjælp med hylder")
	anybody.follow(`main #results a[href^="/tilbud/"]`)
	anybody.sees("boremaskine", "Boligselskabet Havtornen")
	p.open(preview)
	p.follow(`form[action$="/saet-paa-pause"] button[type=submit]`)
	anybody.open("/tilbud?ord=vaterpas")
	if strings.Contains(anybody.text("main"), "Prøvehjælp") {
		t.Error("a paused offer is public")
	}
	p.open("/partner/cafeer")
	p.follow(`main a[href^="/partner/cafeer/"]`)
	if ask[bool](p, `!!document.querySelector("form[action$='/aflys']")`) {
		t.Error("a host may call the date off")
	}
	p.open("/stab")
	p.sees("adgang")
}
