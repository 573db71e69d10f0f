// Command screenshots takes pictures of a running portal: README's, or with
// -all every page in every look, for whoever wants to see what they changed.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"mellemrum/web/e2e/browser"
)

type picture struct {
	name, path, as string
	look           browser.Look
}

// readme are the pictures README shows.
var readme = []picture{
	{"front", "/", "", browser.Look{Width: 1280, Height: 900}},
	{"cafe-phone-ar", "cafe", "", browser.Look{Width: 390, Height: 844, Languages: "ar"}},
	{"district-phone", "/bydele/aalborg-oest", "", browser.Look{Width: 390, Height: 844}},
	{"front-phone-dark", "/", "", browser.Look{Width: 390, Height: 844, Dark: true, Languages: "uk"}},
	{"staff", "/stab", "koordinator@demo.example", browser.Look{Width: 1280, Height: 900}},
	{"door-list", "door", "koordinator@demo.example", browser.Look{Width: 1280, Height: 900}},
}

// every page there is to look at, by who may.
var pages = map[string][]string{
	"": {"/", "/bydele", "/bydele/aalborg-oest", "/bydele/aalborg-oest/foelg", "/foelg/tak", "/cafeer", "/cafeer/tirsdagscafe-i-birkehaven", "cafe", "full", "/tilbud", "offer", "/opraab", "ask", "/initiativer", "/initiativer/velkomst-paa-trappen", "/initiativer/varm-suppe-i-gaarden", "/samarbejdspartnere",
		"/samarbejdspartnere/hjemstavnsforeningen-baobab", "/soeg", "/soeg?q=kaffe", "/soeg?q=kaffe&slags=cafe", "/soeg?q=xqzw", "/bliv-partner", "/initiativer/ideer", "/initiativer/faelles-have-bag-solsikkeparken/sig", "/bidrag", "/bidrag/tak", "/samarbejdspartnere/musikforeningen-ekko/spoerg", "/tilbud?ord=fotbold", "/tilmelding", "receipt", "/log-ind", "/privatliv", "/tilgaengelighed", "/demo/post", "/findes-ikke"},
	"koordinator@demo.example": {"/stab", "/soeg?q=have", "/stab/bydele", "/stab/bydele/aalborg-oest", "/stab/samarbejdspartnere", "/stab/samarbejdspartnere/hjemstavnsforeningen-oliven",
		"/stab/samarbejdspartnere/boligselskabet-havtornen", "/stab/samarbejdspartnere/boligselskabet-havtornen/samarbejdet", "/stab/samarbejdspartnere?vis=stille",
		"/stab/cafeer", "/stab/cafeer/ny", "/stab/cafeer/tirsdagscafe-i-birkehaven", "/stab/cafeer/tirsdagscafe-i-birkehaven/datoer", "door", "/stab/bidrag", "talk", "/stab/opraab", "/stab/opraab/ny", "staffask", "/stab/initiativer", "/initiativer/ny", "/initiativer/faelles-have-bag-solsikkeparken/arbejde",
		"/initiativer/faelles-have-bag-solsikkeparken/tekst", "/initiativer/faelles-have-bag-solsikkeparken/versioner", "/initiativer/faelles-have-bag-solsikkeparken/parter",
		"/initiativer/faelles-have-bag-solsikkeparken/stemmer", "/initiativer/faelles-have-bag-solsikkeparken/svar", "/initiativer/faelles-have-bag-solsikkeparken/beboere", "/initiativer/faelles-have-bag-solsikkeparken/trin?til=agreed", "/stab/tal", "/stab/bekymringer", "/stab/bekymringer/ny", "concern", "/stab/bydele/aalborg-oest/overblik", "/stab/bydele/aalborg-oest/relationer", "/stab/bydele/aalborg-oest/start", "/stab/bydele/aalborg-oest/styrker", "/workshops", "/workshops/ny?bydel=aalborg-oest", "/handlinger",
		"/stab/medarbejdere", "/stab/morgenmail", "/stab/rapporter", "/stab/rapporter/papir?slags=committee&fra=01.01.2026&til=31.12.2026", "/stab/cafeer/faellesspisning-i-lanternen/rediger"},
	"partner@demo.example": {"/partner", "/partner/tilbud/ny", "/partner/cafeer", "partnerdoor", "/partner/opraab", "partnerask", "/partner/bidrag", "/partner/initiativer", "/partner/bekymringer", "partnerconcern"},
}

func main() {
	base := flag.String("base", "http://127.0.0.1:8080", "the portal to look at, with the demo in it")
	out := flag.String("out", "web/e2e/pictures", "folder for the pictures")
	all := flag.Bool("all", false, "every page, 360 and 1280 wide, light and dark, in Danish and Arabic")
	only := flag.String("only", "", "with -all: pages whose path has this in it")
	flag.Parse()
	if err := run(strings.TrimSuffix(*base, "/"), *out, *all, *only); err != nil {
		fmt.Fprintln(os.Stderr, "screenshots:", err)
		os.Exit(1)
	}
}

func run(base, out string, all bool, only string) error {
	if err := os.MkdirAll(out, 0o755); err != nil { //nolint:gosec // pictures are for everybody
		return err
	}
	b, err := browser.Start()
	if err != nil {
		return err
	}
	defer b.Stop()
	list := readme
	if all {
		list = nil
		for as, paths := range pages {
			for _, path := range paths {
				if !strings.Contains(path, only) {
					continue
				}
				for _, lang := range []string{"da", "ar"} {
					for _, width := range []int64{360, 1280} {
						for _, dark := range []bool{false, true} {
							name := fmt.Sprintf("%s-%s-%d-%s", strings.Trim(strings.ReplaceAll(path, "/", "_"), "_"), lang, width, map[bool]string{false: "light", true: "dark"}[dark])
							list = append(list, picture{name, path, as, browser.Look{Width: width, Height: 900, Dark: dark, Languages: lang}})
						}
					}
				}
			}
		}
	}
	for _, p := range list {
		if err := take(b, base, out, p, all); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return nil
}

func take(b *browser.Browser, base, out string, p picture, whole bool) error {
	v, err := b.Visit(p.look)
	if err != nil {
		return err
	}
	defer v.Leave()
	if p.as != "" {
		if err := signIn(v, base, p.as); err != nil {
			return err
		}
	}
	path, err := find(v, base, p.path)
	if err != nil {
		return err
	}
	if err := v.Open(base + path); err != nil {
		return err
	}
	if _, err := browser.Eval[bool](v, "document.fonts.ready.then(() => true)"); err != nil {
		return err
	}
	shot := v.Seen
	if whole {
		shot = v.Picture
	}
	png, err := shot()
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, p.name+".png"), png, 0o644) //nolint:gosec // as above
}

func signIn(v *browser.Visitor, base, email string) error {
	if err := v.Open(base + "/log-ind"); err != nil {
		return err
	}
	if err := v.Fill("#f-email", email); err != nil {
		return err
	}
	if err := v.Fill("#f-password", "mellemrum-demo"); err != nil {
		return err
	}
	return v.Go(`form:has(#f-password) button[type=submit]`)
}

// find turns "the next date with room" and its like into an address.
func find(v *browser.Visitor, base, what string) (string, error) {
	first := func(page, script string) (string, error) {
		if err := v.Open(base + page); err != nil {
			return "", err
		}
		return browser.Eval[string](v, `(() => { const a = `+script+`; return a ? new URL(a.href).pathname : "/" })()`)
	}
	const dated = `[...document.querySelectorAll("main a[href*='/cafeer/']")].filter(a => /\d{4}-\d{2}-\d{2}/.test(a.href))`
	switch what {
	case "cafe":
		return first("/cafeer?bydel=noerresundby", dated+`.at(-1)`)
	case "full":
		return first("/cafeer", dated+`.find(a => a.closest("article,li,.card")?.querySelector(".badge-stop,.badge-wait,.places-full"))`)
	case "offer":
		return first("/tilbud", `document.querySelector("main a[href*='/tilbud/']")`)
	case "ask", "staffask", "partnerask":
		area := map[string]string{"staffask": "/stab", "partnerask": "/partner"}[what]
		return first(area+"/opraab", `document.querySelector("main a[href*='/opraab/0']")`)
	case "concern":
		return first("/stab/bekymringer?bydel=vejgaard", `document.querySelector("main li:last-child a[href*='/bekymringer/0']")`)
	case "partnerconcern":
		return first("/partner/bekymringer", `document.querySelector("main a[href*='/bekymringer/0']")`)
	case "talk":
		return first("/stab/bidrag", `document.querySelector("main li:last-child a[href*='/bidrag/0']")`)
	case "door":
		return first("/stab/cafeer?vis=kommende", dated+`[0]`)
	case "partnerdoor":
		return first("/partner/cafeer", dated+`[0]`)
	case "receipt":
		page, err := first("/cafeer?bydel=noerresundby", dated+`.at(-1)`)
		if err != nil {
			return "", err
		}
		if err := v.Open(base + page); err != nil {
			return "", err
		}
		n, err := browser.Eval[int](v, "Date.now() % 1000000")
		if err != nil {
			return "", err
		}
		for field, value := range map[string]string{"name": "Prøve Gæst", "phone": fmt.Sprintf("21%06d", n), "party": "2"} {
			if err := v.Fill("#f-"+field, value); err != nil {
				return "", err
			}
		}
		if err := v.Go(`main form[method=post] button[type=submit]`); err != nil {
			return "", err
		}
		at, err := v.Address()
		return strings.TrimPrefix(at, base), err
	}
	return what, nil
}
