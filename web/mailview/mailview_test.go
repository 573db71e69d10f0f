package mailview

import (
	"encoding/json"
	"flag"
	"html"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"mellemrum/internal/cafe"
	"mellemrum/internal/i18n"
	"mellemrum/internal/mail"
)

var pictures = flag.String("letters", "", "a folder to write every letter to, for looking at")

const (
	token   = "kY7nq_Zb-0pQ3rS5tU8vWx12"
	address = "https://mellemrum.example/by"
)

// post is a letter with every fact, as the job holds it.
func post(t *testing.T, name, locale, status string) mail.Post {
	t.Helper()
	b, err := json.Marshal(mail.Post{Letter: name, To: "noor@post.example", Name: "Noor Holm", Locale: locale, Facts: map[string]any{
		"token": cafe.Token(token), "status": status, "kind": cafe.Guest, "party": 3, "cafe": "Café Solsikken", "slug": "cafe-solsikken",
		"venue": "Fælleshuset", "address": "Opdigtet Vej 12", "reason": "Køkkenet er oversvømmet.\nVi ses i december.",
		"starts": time.Date(2026, 12, 1, 15, 30, 0, 0, time.UTC), "ends": time.Date(2026, 12, 1, 17, 30, 0, 123, time.UTC),
		"organisation": "Havefolket",
	}})
	if err != nil {
		t.Fatal(err)
	}
	var p mail.Post
	if err := json.Unmarshal(b, &p); err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(name, "organisation") {
		p.Facts["slug"] = "havefolket"
	}
	return p
}

func render(t *testing.T, p mail.Post) mail.Message {
	t.Helper()
	base, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	m, err := New(base)(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

var (
	tag  = regexp.MustCompile(`<[^>]*>`)
	href = regexp.MustCompile(`href="([^"]*)"`)
)

// seen is a letter's HTML as the reader sees it.
func seen(page string) string {
	_, body, _ := strings.Cut(page, "<body")
	return plain(html.UnescapeString(tag.ReplaceAllString("<"+body, " ")))
}

func TestEveryLetterInEveryLanguage(t *testing.T) {
	starts := time.Date(2026, 12, 1, 15, 30, 0, 0, time.UTC)
	for _, l := range i18n.All() {
		when := []string{l.DateLong(starts), l.ClockRange(starts, starts.Add(2*time.Hour)), "Fælleshuset, Opdigtet Vej 12", l.N("me.people", 3), "Café Solsikken"}
		own := address + "/tilmelding/" + token + "?lang=" + l.Code
		calendar := address + "/tilmelding/" + token + "/kalender.ics?lang=" + l.Code
		for name, want := range map[string][]string{
			"cafe_receipt placed":        append([]string{l.T("mail.placed_title"), own, calendar}, when...),
			"cafe_receipt waiting":       append([]string{l.T("mail.waiting_title"), own}, when...),
			"cafe_promoted placed":       append([]string{l.T("mail.promoted_title"), own, calendar}, when...),
			"cafe_link placed":           append([]string{l.T("mail.link_placed"), own}, when...),
			"cafe_link waiting":          append([]string{l.T("mail.link_waiting"), own}, when...),
			"cafe_date_cancelled placed": append([]string{"Køkkenet er oversvømmet.", "Vi ses i december.", address + "/cafeer/cafe-solsikken?lang=" + l.Code}, when...),
			"organisation_approved":      {"Havefolket", address + "/samarbejdspartnere/havefolket?lang=" + l.Code},
			"organisation_declined":      {"Havefolket", "Køkkenet er oversvømmet.", "Vi ses i december.", address + "/bydele?lang=" + l.Code},
		} {
			t.Run(l.Code+" "+name, func(t *testing.T) {
				letter, status, _ := strings.Cut(name, " ")
				m := render(t, post(t, letter, l.Code, status))
				keep(t, l.Code+" "+name, m)
				page := seen(m.HTML)
				for _, s := range append(want, "Noor Holm", address+"?lang="+l.Code) {
					if !strings.Contains(m.Text, s) {
						t.Errorf("the text does not say %q:\n%s", s, m.Text)
					}
					if strings.HasPrefix(s, "http") {
						if !strings.Contains(m.HTML, `href="`+html.EscapeString(s)+`"`) {
							t.Errorf("the page does not link to %s", s)
						}
					} else if !strings.Contains(page, plain(s)) {
						t.Errorf("the page does not say %q:\n%s", s, page)
					}
				}
				whole := m.Subject + m.Text + m.HTML
				for _, bad := range []string{"⟦", "⟧", "<no value>", "{{", "<img", "url(", "<script", "<link", "src="} {
					if strings.Contains(whole, bad) {
						t.Errorf("there is %q in it", bad)
					}
				}
				for _, link := range href.FindAllStringSubmatch(m.HTML, -1) {
					if !strings.HasPrefix(link[1], address) {
						t.Errorf("%s does not lead to the portal", link[1])
					}
				}
				if n := utf8.RuneCountInString(m.Subject); n > maxSubject || m.Subject != plain(m.Subject) {
					t.Errorf("subject of %d characters: %q", n, m.Subject)
				}
				if !strings.Contains(m.HTML, `<html lang="`+l.Code+`" dir="`+l.Dir+`"`) {
					t.Error("the page does not say its language")
				}
			})
		}
	}
}

// TestTheTwoFormsAgree: each line of the text is on the page.
func TestTheTwoFormsAgree(t *testing.T) {
	for _, l := range i18n.All() {
		for name := range letters {
			m := render(t, post(t, name, l.Code, "placed"))
			page := seen(m.HTML)
			for line := range strings.Lines(m.Text) {
				line = plain(line)
				if line == "--" || strings.Contains(line, "https://") {
					continue
				}
				if term, text, is := strings.Cut(line, ": "); is && strings.Contains(page, term) && strings.Contains(page, text) {
					continue
				}
				if !strings.Contains(page, strings.TrimSuffix(line, ":")) {
					t.Errorf("%s %s: the page does not say %q", l.Code, name, line)
				}
			}
		}
	}
}

func TestWhatPeopleWriteStaysText(t *testing.T) {
	const nasty = `<script>alert("hi")</script> & "co"`
	for name := range letters {
		p := post(t, name, "en", "placed")
		p.Name = nasty
		for _, fact := range []string{"cafe", "venue", "address", "reason", "organisation"} {
			p.Facts[fact] = nasty
		}
		m := render(t, p)
		if strings.Contains(m.HTML, "<script") || !strings.Contains(m.HTML, "&lt;script&gt;alert(&#34;hi&#34;)&lt;/script&gt; &amp;") {
			t.Errorf("%s: not escaped: %s", name, m.HTML)
		}
		if !strings.Contains(m.Text, nasty) {
			t.Errorf("%s: the text is escaped", name)
		}
	}
}

func TestSubjectsFitOneLine(t *testing.T) {
	for _, long := range []string{strings.Repeat("Fællesskabets ", 9), strings.Repeat("x", 120), "A\r\nBcc: all@post.example\u202e\u0000", strings.Repeat("مقهى ", 24)} {
		for _, l := range i18n.All() {
			for name := range letters {
				p := post(t, name, l.Code, "waiting")
				p.Facts["cafe"], p.Facts["organisation"] = long, long
				s := render(t, p).Subject
				if n := utf8.RuneCountInString(s); n > maxSubject || n < 20 {
					t.Errorf("%s %s: %d characters: %s", l.Code, name, n, s)
				}
				if strings.ContainsFunc(s, unicode.IsControl) || strings.ContainsRune(s, '\u202e') {
					t.Errorf("%s %s: %q", l.Code, name, s)
				}
			}
		}
	}
}

func TestNoLetterHasHoles(t *testing.T) {
	base, _ := url.Parse(address)
	write := New(base)
	sign := []string{"cafe", "kind", "party", "venue", "address", "starts", "ends"}
	for name, needs := range map[string][]string{
		"cafe_receipt":          append([]string{"token", "status"}, sign...),
		"cafe_promoted":         append([]string{"token"}, sign...),
		"cafe_link":             append([]string{"token", "status"}, sign...),
		"cafe_date_cancelled":   append([]string{"slug", "reason"}, sign...),
		"organisation_approved": {"organisation", "slug"},
		"organisation_declined": {"organisation", "reason"},
	} {
		for _, fact := range needs {
			for _, bad := range []any{nil, "", "  ", true, -1.0} {
				p := post(t, name, "da", "placed")
				p.Facts[fact] = bad
				if m, err := write(t.Context(), p); err == nil || !strings.Contains(err.Error(), fact) {
					t.Errorf("%s with %s = %v: %v %s", name, fact, bad, err, m.Text)
				}
				p.Facts = maps.Clone(p.Facts)
				delete(p.Facts, fact)
				if _, err := write(t.Context(), p); err == nil {
					t.Errorf("%s without %s is written", name, fact)
				}
			}
		}
	}
	for _, p := range []mail.Post{{Letter: "cafe_surprise"}, {}} {
		if _, err := write(t.Context(), p); err == nil {
			t.Errorf("%q is written", p.Letter)
		}
	}
	if !slices.Equal(slices.Sorted(maps.Keys(letters)), []string{"cafe_date_cancelled", "cafe_link", "cafe_promoted", "cafe_receipt", "organisation_approved", "organisation_declined"}) {
		t.Error("a letter has no test here")
	}
}

func TestUnknownLanguageIsDanishAndNoNameIsFine(t *testing.T) {
	p := post(t, "cafe_receipt", "so", "placed")
	p.Name = " "
	if m := render(t, p); !strings.Contains(m.Text, "\n\nHej\n\n") || !strings.Contains(m.HTML, `lang="da"`) {
		t.Error(m.Text)
	}
}

// keep writes a letter to the folder that -letters names.
func keep(t *testing.T, name string, m mail.Message) {
	if *pictures == "" {
		return
	}
	name = filepath.Join(*pictures, strings.ReplaceAll(name, " ", "-"))
	for ending, text := range map[string]string{".html": m.HTML, ".txt": m.Subject + "\n\n" + m.Text} {
		if err := os.WriteFile(name+ending, []byte(text), 0o600); err != nil {
			t.Error(err)
		}
	}
}
