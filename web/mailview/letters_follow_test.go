package mailview

import (
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"mellemrum/internal/i18n"
	"mellemrum/internal/mail"
)

// Who follows already is told so, by mail: the page they asked on says the same
// to everybody.
func TestWhoFollowsAlreadyIsToldWhereToStop(t *testing.T) {
	for _, l := range i18n.All() {
		p := post(t, "follow_confirm", l.Code, "")
		p.Facts["already"] = true
		m := render(t, p)
		if !strings.Contains(m.Text, l.T("follow.mail_already_text")) || strings.Contains(m.Text, l.T("follow.press")) || m.Unsubscribe != "" {
			t.Errorf("%s: %s", l.Code, m.Text)
		}
	}
}

func TestTheSubjectNamesWhereItIsNew(t *testing.T) {
	p := post(t, "district_news", "da", "")
	if m := render(t, p); m.Subject != "Nyt om Herby og andet, du følger" {
		t.Error(m.Subject)
	}
	p.Facts["places"] = p.Facts["places"].([]any)[:1]
	if m := render(t, p); m.Subject != "Nyt om Herby" {
		t.Error(m.Subject)
	}
	long := p.Facts["places"].([]any)[0].(map[string]any)
	long["Name"] = strings.Repeat("Fællesskabets ", 9)
	if m := render(t, p); utf8.RuneCountInString(m.Subject) > maxSubject {
		t.Error(m.Subject)
	}
}

// Held through a pause, it leads to what is new.
func TestHeldNewsLeadToWhatIsNew(t *testing.T) {
	m := render(t, mail.Post{Letter: mail.Digest, Locale: "da", Choose: token, Gathered: []mail.Post{post(t, "district_news", "da", "")}})
	if !strings.Contains(m.Text, "Nyt om Herby og andet, du følger:\n"+address+"/bydele/herby?lang=da") || strings.Contains(m.Text, "/foelg/") {
		t.Error(m.Text)
	}
}

func TestNewsThatMakeNoSenseAreNotSent(t *testing.T) {
	base, _ := url.Parse(address)
	at := time.Date(2026, 12, 1, 15, 30, 0, 0, time.UTC).Format(time.RFC3339)
	part := func(news ...any) []any {
		return []any{map[string]any{"Kind": "district", "Slug": "herby", "Name": "Herby", "News": news}}
	}
	for _, bad := range []any{
		[]any{}, []any{"x"}, part(), part(map[string]any{"Kind": "surprise", "Title": "x"}), part(map[string]any{"Kind": "dates", "Title": "x", "Count": 1}),
		part(map[string]any{"Kind": "strength", "Title": " "}), part(map[string]any{"Kind": "step", "Title": "x", "Note": "odd", "At": at}),
		[]any{map[string]any{"Kind": "planet", "Slug": "x", "Name": "X", "News": part()}},
	} {
		p := post(t, "district_news", "da", "")
		p.Facts["places"] = bad
		if m, err := New(base, sender)(t.Context(), p); err == nil {
			t.Errorf("%v: %s", bad, m.Text)
		}
	}
}
