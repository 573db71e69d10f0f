package text

import (
	"strings"
	"testing"

	"mellemrum/internal/fault"
)

func TestLineAndBlock(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, line, block string }{
		{"", "", ""},
		{"  Anna  \t Berg\r\n ", "Anna Berg", "Anna  \t Berg"},
		{"A\u030ase", "Åse", "Åse"},
		{"\ufeffFilskov\u200b", "Filskov", "Filskov"},
		{"abc\u202etxt.exe\u2066", "abctxt.exe", "abctxt.exe"},
		{"en\r\nto \rtre\u2028fire\n\n\nfem\n", "en to tre fire fem", "en\nto\ntre\nfire\n\n\nfem"},
		{"می\u200cخواهم", "می\u200cخواهم", "می\u200cخواهم"}, // a joiner that belongs there
		{"\xff\ufeffx", "\xffx", "\xffx"},
	} {
		if got := Line(c.in); got != c.line {
			t.Errorf("Line(%q) = %q, want %q", c.in, got, c.line)
		}
		if got := Block(c.in); got != c.block {
			t.Errorf("Block(%q) = %q, want %q", c.in, got, c.block)
		}
	}
}

func TestValid(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]bool{
		"": true, "Hej\nmed\tdig": true, "مرحبا 👋🏽": true, "\x00": false, "a\x1bb": false,
		"\xc3\x28": false, "a\rb": false, "\u0085": false, string(rune(0x7f)): false,
	} {
		if Valid(in) != want {
			t.Errorf("Valid(%q) = %v", in, !want)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	var f fault.Fields
	Check(&f, "a", "åååå", 4)
	Require(&f, "b", "x", 4, "missing")
	if len(f) != 0 {
		t.Fatalf("nothing is wrong, got %v", f)
	}
	Check(&f, "c", "ååååå", 4)
	Check(&f, "d", "\xff", 4)
	Require(&f, "e", "", 4, "missing")
	Require(&f, "f", "12345", 4, "missing")
	for i, want := range []string{KeyTooLong, KeyBadText, "missing", KeyTooLong} {
		if f[i].Key != want {
			t.Errorf("%s: %s, want %s", f[i].Name, f[i].Key, want)
		}
	}
}

func TestEmail(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"anna@example.org":                 "anna@example.org",
		"  anna+cafe@Sub.Example.org ":     "anna+cafe@Sub.Example.org",
		"o'neil@example.org":               "o'neil@example.org",
		"hej@rødgrød.example":              "hej@xn--rdgrd-vuad.example",
		"":                                 "",
		"anna":                             "",
		"anna@":                            "",
		"@example.org":                     "",
		"anna@localhost":                   "",
		"anna@example..org":                "",
		"anna@.example.org":                "",
		"anna@example.org.":                "",
		"anna@-example.org":                "",
		"anna@[127.0.0.1]":                 "",
		"anna@127.0.0.1":                   "",
		"søren@example.org":                "",
		"Anna <anna@example.org>":          "",
		"<anna@example.org>":               "",
		"anna@example.org, bo@example.org": "",
		"anna@example.org\r\nBcc: bo@example.org":       "",
		"an na@example.org":                             "",
		`"an na"@example.org`:                           "",
		"anna@example.org (mig)":                        "",
		"a\x00b@example.org":                            "",
		"a\xffb@example.org":                            "",
		strings.Repeat("a", 65) + "@example.org":        "",
		"a@" + strings.Repeat("abcdefghi.", 26) + "org": "",
	} {
		got, ok := Email(in)
		if ok != (want != "") || ok && got != want {
			t.Errorf("Email(%q) = %q, %v", in, got, ok)
		}
	}
}

func TestPhone(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"20 12 34 56": "+4520123456", "20123456": "+4520123456", "+45 20-12-34-56": "+4520123456",
		"0045 20123456": "+4520123456", "(+45) 20 12 34 56": "+4520123456", "٢٠١٢٣٤٥٦": "+4520123456",
		"+46 8 123 456 78": "+46812345678", "+380 44 123 4567": "+380441234567",
		"": "", "112": "", "2012345": "", "201234567": "", "ring til mig": "", "20 12 34 ab": "",
		"20123456 x12": "", "20123456;ext=5": "", "\xff20123456": "", "00000000": "", strings.Repeat("2", 100): "",
	} {
		got, ok := Phone(in)
		if ok != (want != "") || got != want {
			t.Errorf("Phone(%q) = %q, %v; want %q", in, got, ok, want)
		}
	}
	for in, want := range map[string]string{
		"+4520123456": "20 12 34 56", "+46812345678": "+46 8 123 456 78", "": "", "hmm": "hmm",
	} {
		if got := ShowPhone(in); got != want {
			t.Errorf("ShowPhone(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestURL(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"": "", "example.org": "https://example.org", " http://www.example.org/om?x=1 ": "http://www.example.org/om?x=1",
		"https://rødgrød.example/": "https://rødgrød.example/",
	} {
		if got, ok := URL(in); !ok || got != want {
			t.Errorf("URL(%q) = %q, %v", in, got, ok)
		}
	}
	for _, in := range []string{
		"javascript:alert(1)", "javascript://example.org/%0aalert(1)", "ftp://example.org", "data:text/html,x",
		"https://", "localhost", "https://user:pass@example.org", "https://exa mple.org", "http://127.0.0.1",
		"https://example.org/\n", "//example.org", "https://example.org/\x00", "mailto:anna@example.org",
	} {
		if got, ok := URL(in); ok && strings.TrimSpace(in) == in {
			t.Errorf("URL(%q) = %q, want it refused", in, got)
		}
	}
}

func TestSlug(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"Gug Øst": "gug-oest", "Ærø & Åse": "aeroe-aase", "Café Mellemrum – Nord": "cafe-mellemrum-nord",
		"  --Fællesskabet!! 2026 ": "faellesskabet-2026", "Müller's Hjørne": "mullers-hjoerne",
		"A\u030arhus": "aarhus", "مرحبا": "", "Привіт": "", "": "", "İzmir": "izmir", "½ plads": "plads",
		strings.Repeat("langt ", 20): "langt-langt-langt-langt-langt-langt-langt-langt-langt-langt",
		strings.Repeat("x", 80):      strings.Repeat("x", 60),
	} {
		got := Slug(in)
		if got != want {
			t.Errorf("Slug(%q) = %q, want %q", in, got, want)
		}
		if got != "" && !IsSlug(got) {
			t.Errorf("Slug(%q) = %q is no slug", in, got)
		}
	}
	for _, in := range []string{"", "-a", "a-", "a--b", "A", "æ", "a b", "a/b", "a\x00", strings.Repeat("a", 121)} {
		if IsSlug(in) {
			t.Errorf("IsSlug(%q)", in)
		}
	}
}

func TestLanguages(t *testing.T) {
	t.Parallel()
	if list, ok := LanguageList([]string{"so", "da", "so"}); !ok || strings.Join(list, " ") != "da so" {
		t.Errorf("got %v, %v", list, ok)
	}
	if list, ok := LanguageList(nil); !ok || list == nil || len(list) != 0 {
		t.Errorf("none chosen: got %#v, %v", list, ok)
	}
	if _, ok := LanguageList([]string{"da", "xx"}); ok {
		t.Error("xx is no language")
	}
	if LanguageKey("xx") != "languages.other" || LanguageKey("dsl") != "languages.dsl" {
		t.Error("wrong message keys")
	}
}
