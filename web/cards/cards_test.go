package cards

import (
	"context"
	"testing"

	"mellemrum/internal/i18n"
)

func TestExcerptCutsBetweenWords(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"kort":                           "kort",
		"  to\n\nlinjer ":                "to linjer",
		"en lang tekst, som fortsætter":  "en lang tekst\u00a0…",
		"etmegetlangtordudenmellemrumii": "etmegetlangtordu\u00a0…",
	} {
		if got := Excerpt(in, 16); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestDanishIsMarkedOnlyElsewhere(t *testing.T) {
	t.Parallel()
	in := func(code string) context.Context { return i18n.With(context.Background(), i18n.ByCode(code)) }
	if Danish(in("da")) != nil || Lang(in("da")) != "" {
		t.Error("marked on a Danish page")
	}
	if Danish(in("ar"))["lang"] != "da" || Lang(in("en")) != "da" {
		t.Error("not marked on another page")
	}
	if got := Isolate(in("ar"), "Lindehuset"); got != "\u2068Lindehuset\u2069" {
		t.Errorf("%q", got)
	}
	if got := Isolate(in("uk"), "Lindehuset"); got != "Lindehuset" {
		t.Errorf("%q", got)
	}
}
