package i18n

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
)

// The plural forms each language needs for whole numbers (CLDR).
var needed = map[string][]string{
	"da": {"one", "other"},
	"en": {"one", "other"},
	"uk": {"one", "few", "many", "other"},
	"ar": {"zero", "one", "two", "few", "many", "other"},
}

// catalog is every message by area, language and key, as it stands in the files.
type catalog map[string]map[string]map[string]any

func readCatalog(t *testing.T) catalog {
	t.Helper()
	c := catalog{}
	entries, err := files.ReadDir("messages")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		parts := strings.Split(e.Name(), ".")
		if len(parts) != 3 || ByCode(parts[1]) == nil {
			t.Fatalf("%s: files are named <area>.<lang>.toml", e.Name())
		}
		b, err := files.ReadFile("messages/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		messages := map[string]any{}
		if err := toml.Unmarshal(b, &messages); err != nil {
			t.Fatalf("%s: %v", e.Name(), err)
		}
		if c[parts[0]] == nil {
			c[parts[0]] = map[string]map[string]any{}
		}
		c[parts[0]][parts[1]] = messages
	}
	return c
}

// texts are a message's texts by plural form; "" for one without.
func texts(m any) map[string]string {
	switch m := m.(type) {
	case string:
		return map[string]string{"": m}
	case map[string]any:
		list := map[string]string{}
		for form, text := range m {
			if s, ok := text.(string); ok {
				list[form] = s
			}
		}
		return list
	}
	return nil
}

var placeholder = regexp.MustCompile(`\{\{\s*[^}]*\}\}`)

func placeholders(m any) []string {
	var list []string
	for _, text := range texts(m) {
		list = append(list, placeholder.FindAllString(text, -1)...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func TestEveryLanguageSaysTheSame(t *testing.T) {
	for area, languages := range readCatalog(t) {
		for _, l := range All() {
			for key, m := range languages["da"] {
				other, there := languages[l.Code][key]
				if !there {
					t.Errorf("%s.%s: %s is missing", area, l.Code, key)
					continue
				}
				want := []string{""}
				if len(texts(m)) != 1 || texts(m)[""] == "" {
					want = needed[l.Code]
				}
				for _, form := range want {
					if strings.TrimSpace(texts(other)[form]) == "" {
						t.Errorf("%s.%s: %s has no text for %q", area, l.Code, key, form)
					}
				}
				if len(texts(other)) != len(want) {
					t.Errorf("%s.%s: %s has forms that %s does not know", area, l.Code, key, l.Name)
				}
				// A form for exactly one or two may leave the number out.
				have, need := placeholders(other), placeholders(m)
				if !slices.Equal(without(have, "{{.Count}}"), without(need, "{{.Count}}")) {
					t.Errorf("%s.%s: %s has %v, Danish has %v", area, l.Code, key, have, need)
				}
				for _, p := range have {
					if !regexp.MustCompile(`^\{\{\.[A-Z][A-Za-z]*\}\}$`).MatchString(p) {
						t.Errorf("%s.%s: %s: %s is more than a name", area, l.Code, key, p)
					}
				}
			}
			for key := range languages[l.Code] {
				if _, there := languages["da"][key]; !there {
					t.Errorf("%s.%s: %s is not in Danish", area, l.Code, key)
				}
			}
		}
	}
}

func without(list []string, s string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(p string) bool { return p == s })
}

// Words that have no place in the interface (product.md, "Words").
var unwanted = regexp.MustCompile(`(?i)\b(ghetto\w*|sag|sagen|sager|sagsnummer|sagsbehandler|klient\w*|borger-?nummer)\b`)

func TestDanishIsFreeOfOfficialese(t *testing.T) {
	for area, languages := range readCatalog(t) {
		for key, m := range languages["da"] {
			for _, text := range texts(m) {
				if w := unwanted.FindString(text); w != "" {
					t.Errorf("%s: %s says %q", area, key, w)
				}
			}
		}
	}
}

// Areas that residents read.
var residentAreas = []string{"home", "cafes", "initiatives", "me", "waiting", "districts", "offers", "organisations", "mail", "legal", "errors", "ui", "mailprefs"}

// TestDanishIsEasyToRead holds rule 6: LIX 35 or lower. LIX is words per
// sentence plus the share of words longer than six letters, in percent
// (C. H. Björnsson, 1968). Labels without a full stop are sentences of their own.
func TestDanishIsEasyToRead(t *testing.T) {
	c := readCatalog(t)
	for _, area := range residentAreas {
		words, long, sentences := 0, 0, 0
		for _, m := range c[area]["da"] {
			for _, text := range texts(m) {
				text = placeholder.ReplaceAllString(text, "5")
				for _, sentence := range regexp.MustCompile(`[.:!?]+(\s|$)|\n`).Split(text, -1) {
					list := strings.FieldsFunc(sentence, func(r rune) bool { return !strings.ContainsRune("0123456789-", r) && !isLetter(r) })
					if len(list) == 0 {
						continue
					}
					sentences++
					for _, w := range list {
						words++
						if utf8.RuneCountInString(w) > 6 {
							long++
						}
					}
				}
			}
		}
		if sentences == 0 {
			t.Errorf("%s has no texts", area)
			continue
		}
		if lix := float64(words)/float64(sentences) + 100*float64(long)/float64(words); lix > 35 {
			t.Errorf("%s: LIX %.1f", area, lix)
		}
	}
}

func isLetter(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r > 127 }

// What looks like a key in Go code: a literal, or the beginning of one that is
// put together.
var (
	keyInCode  = regexp.MustCompile(`"([a-z]+\.[a-z][a-z0-9_]*[a-z0-9])"`)
	partOfKey  = regexp.MustCompile(`"([a-z]+\.(?:[a-z0-9_]+_)?)"\s*\+`)
	keyOfTempl = regexp.MustCompile(`ui\.[TN]\(ctx, "([^"]+)"`)
)

// TestKeysAndCodeAgree: a key in the code has a message, and a message is used.
func TestKeysAndCodeAgree(t *testing.T) {
	c := readCatalog(t)
	known := map[string]bool{}
	areas := map[string]bool{}
	for _, languages := range c {
		for key := range languages["da"] {
			known[key] = true
			area, _, _ := strings.Cut(key, ".")
			areas[area] = true
		}
	}
	used, beginnings := map[string]bool{}, map[string]bool{}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git" || d.Name() == "var") {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, ".templ") && (!strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go")) {
			return nil
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, m := range partOfKey.FindAllStringSubmatch(string(b), -1) {
			beginnings[m[1]] = true
		}
		for _, m := range keyInCode.FindAllStringSubmatch(string(b), -1) {
			area, _, _ := strings.Cut(m[1], ".")
			if areas[area] && !strings.HasSuffix(m[1], ".example") && !strings.HasSuffix(m[1], ".css") && !strings.HasSuffix(m[1], ".js") && !strings.HasSuffix(m[1], ".go") {
				used[m[1]] = true
			}
		}
		for _, m := range keyOfTempl.FindAllStringSubmatch(string(b), -1) {
			if !known[m[1]] && !strings.HasSuffix(m[1], "_") && !strings.HasSuffix(m[1], ".") {
				t.Errorf("%s: %s has no message", path, m[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for key := range used {
		// Audit entries of accounts share the area's name.
		if !known[key] && !strings.HasPrefix(key, "account.") {
			t.Errorf("%s is in the code and has no message", key)
		}
	}
	for key := range known {
		if used[key] {
			continue
		}
		if !slices.ContainsFunc(slices.Collect(mapKeys(beginnings)), func(b string) bool { return strings.HasPrefix(key, b) }) {
			t.Errorf("%s is a message that nothing shows", key)
		}
	}
}

func mapKeys(m map[string]bool) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}
