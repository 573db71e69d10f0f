// Package i18n is the interface's languages: Danish as the source, English,
// Ukrainian and Arabic beside it. Messages live in messages/<area>.<lang>.toml;
// plural forms follow CLDR, and so do dates and numbers.
package i18n

import (
	"context"
	"embed"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	_ "time/tzdata" // the zone must be there on any machine

	"github.com/BurntSushi/toml"
	"github.com/go-playground/locales"
	"github.com/go-playground/locales/ar"
	"github.com/go-playground/locales/da"
	"github.com/go-playground/locales/en_GB"
	"github.com/go-playground/locales/uk"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

//go:embed messages/*.toml
var files embed.FS

// Locale is one of the interface's languages.
type Locale struct {
	Code string // "da", as in ?lang= and in the language files
	Dir  string // "ltr" or "rtl"
	Name string // its own name for itself

	cldr     locales.Translator
	tag      language.Tag
	messages map[string]message
	plurals  map[string]map[plural.Form]message
}

// message is a text cut at its placeholders: text, name, text, name, text.
type message []string

var all = []*Locale{
	{Code: "da", Dir: "ltr", Name: "Dansk", cldr: da.New()},
	{Code: "en", Dir: "ltr", Name: "English", cldr: en_GB.New()},
	{Code: "uk", Dir: "ltr", Name: "Українська", cldr: uk.New()},
	{Code: "ar", Dir: "rtl", Name: "العربية", cldr: ar.New()},
}

func init() {
	if err := load(); err != nil {
		panic(err) // the files are compiled in; a test reads them first
	}
}

// forms are the plural forms as the files name them.
var forms = map[string]plural.Form{"zero": plural.Zero, "one": plural.One, "two": plural.Two, "few": plural.Few, "many": plural.Many, "other": plural.Other}

// load reads every message file and cuts the messages up once, since a page
// shows a hundred of them.
func load() error {
	entries, err := files.ReadDir("messages")
	if err != nil {
		return err
	}
	for _, l := range all {
		l.tag = language.MustParse(l.Code)
		l.messages = map[string]message{}
		l.plurals = map[string]map[plural.Form]message{}
	}
	for _, e := range entries {
		_, code, _ := strings.Cut(strings.TrimSuffix(e.Name(), ".toml"), ".")
		l := ByCode(code)
		if l == nil {
			return fmt.Errorf("i18n: %s is in no language of ours", e.Name())
		}
		file := map[string]any{}
		if _, err := toml.DecodeFS(files, "messages/"+e.Name(), &file); err != nil {
			return fmt.Errorf("i18n: %s: %w", e.Name(), err)
		}
		for key, m := range file {
			if l.knows(key) {
				return fmt.Errorf("i18n: %s: another file has %s as well", e.Name(), key)
			}
			switch m := m.(type) {
			case string:
				l.messages[key] = cut(m)
			case map[string]any:
				l.plurals[key] = map[plural.Form]message{}
				for name, text := range m {
					form, known := forms[name]
					s, isText := text.(string)
					if !known || !isText {
						return fmt.Errorf("i18n: %s: %s has a form %q", e.Name(), key, name)
					}
					l.plurals[key][form] = cut(s)
				}
			default:
				return fmt.Errorf("i18n: %s: %s is not a text", e.Name(), key)
			}
		}
	}
	return nil
}

func (l *Locale) knows(key string) bool {
	_, plain := l.messages[key]
	_, counted := l.plurals[key]
	return plain || counted
}

// cut splits "a {{.B}} c" into "a ", "B", " c".
func cut(text string) message {
	var m message
	for {
		before, rest, found := strings.Cut(text, "{{.")
		m = append(m, before)
		if !found {
			return m
		}
		name, after, _ := strings.Cut(rest, "}}")
		m = append(m, name)
		text = after
	}
}

// All lists the languages, Danish first.
func All() []*Locale { return all }

// ByCode returns the language with the code, or nil.
func ByCode(code string) *Locale {
	for _, l := range all {
		if l.Code == code {
			return l
		}
	}
	return nil
}

// reads says which of our languages a reader of another one is served in, where
// that is not English. The matcher of x/text is not asked: it answers Russian
// with Ukrainian and Sorani with Arabic, and a reader of one is not a reader of
// the other. Scandinavians read Danish with less trouble than English, and
// Danish is taught in every school of the Faroes and Greenland.
var reads = map[string]string{
	"da": "da", "nb": "da", "nn": "da", "no": "da", "sv": "da", "fo": "da", "kl": "da",
	"uk": "uk", "ar": "ar", "en": "en",
}

// Match picks the language for an Accept-Language header. Without a wish it is
// Danish; with wishes that are all for other languages it is English.
func Match(acceptLanguage string) *Locale {
	tags, _, err := language.ParseAcceptLanguage(acceptLanguage)
	if err != nil || len(tags) == 0 || strings.TrimSpace(acceptLanguage) == "*" {
		return all[0]
	}
	for _, tag := range tags {
		base, _ := tag.Base()
		if code, ours := reads[base.String()]; ours {
			return ByCode(code)
		}
	}
	return ByCode("en")
}

// Has tells whether there is a message under the key.
func Has(key string) bool {
	_, plain := all[0].messages[key]
	return plain
}

var missing sync.Map // keys that were asked for in vain, so that each is logged once

func (l *Locale) missing(key string) string {
	if _, known := missing.LoadOrStore(l.Code+key, true); !known {
		slog.Error("message is missing", "key", key, "language", l.Code)
	}
	return "⟦" + key + "⟧"
}

// T is the message under the key; args are name, value pairs for its
// placeholders. What the language lacks is said in Danish; what Danish lacks shows
// its key, so that it is seen.
func (l *Locale) T(key string, args ...any) string {
	m, ok := l.messages[key]
	switch {
	case ok:
		return l.fill(m, "", args)
	case l.Code != all[0].Code:
		return all[0].T(key, args...)
	}
	return l.missing(key)
}

// fill puts the values into the places left for them.
func (l *Locale) fill(m message, count string, args []any) string {
	if len(m) == 1 {
		return m[0]
	}
	var b strings.Builder
	for i, part := range m {
		switch {
		case i%2 == 0:
			b.WriteString(part)
		case part == "Count" && count != "":
			b.WriteString(count)
		default:
			b.WriteString(l.value(part, args))
		}
	}
	return b.String()
}

func (l *Locale) value(name string, args []any) string {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == name {
			switch v := args[i+1].(type) {
			case string:
				return v
			case int:
				return l.Number(v)
			default:
				return fmt.Sprint(v)
			}
		}
	}
	return "⟦" + name + "⟧"
}

// N is the message in the plural form that fits count, which is also its
// placeholder Count.
func (l *Locale) N(key string, count int, args ...any) string {
	m, ok := l.plurals[key]
	switch {
	case !ok && l.Code != all[0].Code:
		return all[0].N(key, count, args...)
	case !ok:
		return l.missing(key)
	}
	text, ok := m[plural.Cardinal.MatchPlural(l.tag, max(count, -count), 0, 0, 0, 0)]
	if !ok {
		text = m[plural.Other]
	}
	return l.fill(text, l.Number(count), args)
}

type localeKey struct{}

// With puts the reader's language into the context.
func With(ctx context.Context, l *Locale) context.Context {
	return context.WithValue(ctx, localeKey{}, l)
}

// From is the reader's language; Danish when nobody said.
func From(ctx context.Context) *Locale {
	if l, ok := ctx.Value(localeKey{}).(*Locale); ok && l != nil {
		return l
	}
	return all[0]
}
