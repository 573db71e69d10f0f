// Package kit looks at the component kit's sample pages in a real browser: in
// every language, by day and by night, as narrow as pages get.
package kit

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/a-h/templ"

	"mellemrum/internal/i18n"
	"mellemrum/web/e2e/browser"
	"mellemrum/web/static"
	"mellemrum/web/ui"
	"mellemrum/web/ui/kitchen"
)

const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'; report-uri /report"

var pages = map[string]func() templ.Component{"front": kitchen.Front, "sheet": kitchen.Sheet, "work": kitchen.Work}

// host serves the sample pages under the policy of the real ones, and notes
// what was asked for.
type host struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string
	broke []string
}

func serve(t *testing.T) *host {
	t.Helper()
	assets, err := static.Open()
	if err != nil {
		t.Fatal(err)
	}
	h := &host{}
	h.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.mu.Lock()
		h.asked = append(h.asked, r.URL.Path)
		if r.URL.Path == "/report" {
			h.broke = append(h.broke, "a page broke its policy")
		}
		h.mu.Unlock()
		if strings.HasPrefix(r.URL.Path, static.Prefix) {
			assets.ServeHTTP(w, r)
			return
		}
		page, known := pages[strings.TrimPrefix(r.URL.Path, "/")]
		if !known {
			http.NotFound(w, r)
			return
		}
		lang := i18n.ByCode(r.URL.Query().Get("lang"))
		ctx := ui.WithChrome(r.Context(), &ui.Chrome{
			Path: r.URL.Path, Query: r.URL.Query(), Lang: lang, LangInURL: lang.Code != "da",
			SignedIn: r.URL.Path == "/work", Name: "Amina Holm", Home: "/stab", Demo: true, RequestID: "8f3c2a",
			Assets: assets, Now: time.Now(),
		})
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if err := page().Render(ctx, w); err != nil {
			panic(err)
		}
	}))
	t.Cleanup(h.Close)
	return h
}

func start(t *testing.T) *browser.Browser {
	t.Helper()
	b, err := browser.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Stop)
	return b
}

func visit(t *testing.T, b *browser.Browser, look browser.Look) *browser.Visitor {
	t.Helper()
	v, err := b.Visit(look)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Leave)
	return v
}

func eval[T any](t *testing.T, v *browser.Visitor, script string) T {
	t.Helper()
	got, err := browser.Eval[T](v, script)
	if err != nil {
		t.Fatalf("%s: %v", script[max(0, len(script)-80):], err)
	}
	return got
}

// small lists what a thumb would miss: controls under 44 pixels high.
const small = `[...document.querySelectorAll(".btn,.menu-link,.menu-button,.languages a,.foot a,.sub-nav a,.map-list a,.choice,.field input:not([type=checkbox],[type=radio]),select")]
	.filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 43.9)
	.map((e) => e.className + " " + e.textContent.trim() + " " + e.getBoundingClientRect().height)`

const axe = `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then((r) =>
	r.violations.flatMap((v) => v.nodes.map((n) => v.id + ": " + n.html.slice(0, 160) + " " + n.failureSummary)))`

func TestEveryoneCanUseTheKit(t *testing.T) {
	source, err := os.ReadFile("../../assets/node_modules/axe-core/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	h, b := serve(t), start(t)
	for _, lang := range i18n.All() {
		for page := range pages {
			for _, look := range []browser.Look{{Width: 320}, {Width: 320, Dark: true}, {Width: 1280}} {
				t.Run(fmt.Sprintf("%s/%s/%d/dark=%t", page, lang.Code, look.Width, look.Dark), func(t *testing.T) {
					v := visit(t, b, look)
					if err := v.Open(h.URL + "/" + page + "?lang=" + lang.Code); err != nil {
						t.Fatal(err)
					}
					if wide := eval[int](t, v, "document.documentElement.scrollWidth"); wide > int(look.Width) {
						t.Errorf("the page is %d wide", wide)
					}
					for _, e := range eval[[]string](t, v, small) {
						t.Errorf("too small to hit: %s", e)
					}
					eval[bool](t, v, string(source)+";true")
					for _, e := range eval[[]string](t, v, axe) {
						t.Error(e)
					}
				})
			}
		}
	}
	if len(h.broke) > 0 {
		t.Error("a page broke its policy")
	}
}

func TestDanishReaderFetchesOneFont(t *testing.T) {
	h, b := serve(t), start(t)
	v := visit(t, b, browser.Look{})
	if err := v.Open(h.URL + "/front?lang=da"); err != nil {
		t.Fatal(err)
	}
	eval[bool](t, v, "document.fonts.ready.then(() => true)")
	h.mu.Lock()
	defer h.mu.Unlock()
	fonts := slices.DeleteFunc(slices.Clone(h.asked), func(path string) bool { return !strings.HasSuffix(path, ".woff2") })
	if len(fonts) != 1 || !strings.Contains(fonts[0], "nunito-latin-wght") {
		t.Errorf("fetched %v", fonts)
	}
}

func TestMenuOpensWithoutScripts(t *testing.T) {
	h, b := serve(t), start(t)
	v := visit(t, b, browser.Look{NoScript: true})
	if err := v.Open(h.URL + "/front?lang=da"); err != nil {
		t.Fatal(err)
	}
	const open = `document.querySelector(".menu").checkVisibility()`
	if eval[bool](t, v, open) {
		t.Fatal("the menu is open before it is asked for")
	}
	if err := v.Press("[popovertarget=menu]"); err != nil {
		t.Fatal(err)
	}
	if !eval[bool](t, v, open) {
		t.Fatal("the menu stays closed")
	}
}

func TestSecondPressSendsNothing(t *testing.T) {
	h, b := serve(t), start(t)
	v := visit(t, b, browser.Look{})
	if err := v.Open(h.URL + "/sheet?lang=da"); err != nil {
		t.Fatal(err)
	}
	const press = `(() => {
		const form = document.querySelector("form.form"), event = () => new Event("submit", {cancelable: true, bubbles: true});
		return [form.dispatchEvent(event()), form.dispatchEvent(event())].join();
	})()`
	if got := eval[string](t, v, press); got != "true,false" {
		t.Errorf("sent: %s", got)
	}
}
