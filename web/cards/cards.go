// Package cards shows one café date, offer or organisation in a list, the
// same way in every room, and text that people wrote in Danish as what it is.
package cards

import (
	"context"
	"strings"

	"github.com/a-h/templ"

	"mellemrum/internal/cafe"
	"mellemrum/internal/i18n"
	"mellemrum/internal/offer"
	"mellemrum/internal/organisation"
	"mellemrum/internal/text"
	"mellemrum/web/ui"
)

// Lang is the language of what staff and partners write, when the page is in
// another; otherwise empty.
func Lang(ctx context.Context) string {
	if i18n.From(ctx).Code == "da" {
		return ""
	}
	return "da"
}

// Danish marks an element as Danish on a page in another language.
func Danish(ctx context.Context) templ.Attributes {
	if Lang(ctx) == "" {
		return nil
	}
	return templ.Attributes{"lang": "da", "dir": "ltr"}
}

// Paragraphs splits text at its blank lines.
func Paragraphs(s string) []string {
	var list []string
	for _, p := range strings.Split(s, "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			list = append(list, p)
		}
	}
	return list
}

// CafePath is the address of a café's date.
func CafePath(l cafe.Listing) string {
	return "/cafeer/" + l.Slug + "/" + l.OnDate.Format(cafe.DateFormat)
}

// Languages names languages in the reader's own.
func Languages(ctx context.Context, codes []string) []string {
	names := make([]string, len(codes))
	for i, code := range codes {
		names[i] = ui.T(ctx, text.LanguageKey(code))
	}
	return names
}

// LanguageOptions are languages to choose from.
func LanguageOptions(ctx context.Context, codes []string) []ui.Option {
	options := make([]ui.Option, len(codes))
	for i, name := range Languages(ctx, codes) {
		options[i] = ui.Option{Value: codes[i], Label: name}
	}
	return options
}

// Isolate keeps a name from mixing its direction with the words around it, in
// languages that are written from right to left.
func Isolate(ctx context.Context, name string) string {
	if i18n.From(ctx).Dir != "rtl" {
		return name
	}
	return "\u2068" + name + "\u2069"
}

// Names joins names into a sentence's part.
func Names(ctx context.Context, names []string) string {
	isolated := make([]string, len(names))
	for i, name := range names {
		isolated[i] = Isolate(ctx, name)
	}
	return i18n.From(ctx).List(isolated)
}

func hosts(ctx context.Context, l cafe.Listing) string {
	return Names(ctx, strings.Split(l.Hosts, "\n"))
}

// Excerpt is the beginning of a text, cut between words.
func Excerpt(s string, most int) string {
	s = strings.Join(strings.Fields(s), " ")
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	cut := string(r[:most])
	if i := strings.LastIndexByte(cut, ' '); i > most/2 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,.;:–-") + "\u00a0…"
}

func offerDistricts(o offer.Offer) []string {
	names := make([]string, len(o.Districts))
	for i, d := range o.Districts {
		names[i] = d.Name
	}
	return names
}

func organisationDistricts(ctx context.Context, o organisation.Summary) []string {
	if len(o.Districts) == 0 {
		return []string{ui.T(ctx, "organisations.everywhere")}
	}
	names := make([]string, len(o.Districts))
	for i, d := range o.Districts {
		names[i] = d.Name
	}
	return names
}
