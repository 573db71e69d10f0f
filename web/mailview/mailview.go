// Package mailview writes the portal's mails: short letters from the
// partnership in the reader's own language, as HTML and as plain text.
//
// A letter is put together once and then shown twice, so both say the same.
// Nothing in it is fetched when it is read: no pictures, no counting of who
// opened it.
package mailview

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"mellemrum/internal/i18n"
	"mellemrum/internal/mail"
)

// maxSubject is what mail programs show of a subject, and what fits one line
// of a header.
const maxSubject = 78

// New makes the renderer. base is the portal's own address, for the links;
// sender is the e-mail address that letters come from, which the calendar
// entries in them name as theirs.
func New(base *url.URL, sender string) mail.Renderer {
	return func(ctx context.Context, p mail.Post) (mail.Message, error) {
		write, known := letters[p.Letter]
		if !known && p.Letter != mail.Digest {
			return mail.Message{}, fmt.Errorf("mailview: no letter is called %q", p.Letter)
		}
		l := i18n.ByCode(p.Locale)
		if l == nil {
			l = i18n.All()[0] // Danish is better than no letter
		}
		w := writer{Locale: l, base: base, sender: sender}
		letter, err := compose(w, p, write)
		if err != nil {
			return mail.Message{}, fmt.Errorf("mailview: %s: %w", p.Letter, err)
		}
		letter.Hello = w.T("mail.hello_plain")
		if name := plain(p.Name); name != "" {
			letter.Hello = w.T("mail.hello", "Name", name)
		}
		letter.Home = link{"Mellemrum", w.address()}
		var unsubscribe string
		if list := topicsOf(p); len(list) > 0 && p.Choose != "" {
			letter.Choose = link{w.T("mailprefs.choose"), w.address("mails", p.Choose)}
			off := base.JoinPath("mails", p.Choose, "afmeld")
			off.RawQuery = url.Values{"emne": list}.Encode()
			unsubscribe = off.String()
		}
		var html bytes.Buffer
		if err := page(letter).Render(i18n.With(ctx, l), &html); err != nil {
			return mail.Message{}, fmt.Errorf("mailview: %s: %w", p.Letter, err)
		}
		return mail.Message{Subject: letter.Subject, Text: letter.text(), HTML: html.String(), Files: letter.Files, Unsubscribe: unsubscribe}, nil
	}
}

func compose(w writer, p mail.Post, write func(writer, *facts) letter) (letter, error) {
	if p.Letter == mail.Digest {
		return digest(w, p.Gathered)
	}
	f := &facts{values: p.Facts}
	l := write(w, f)
	return l, f.err
}

// letter is all that one mail says, in the order it is said.
type letter struct {
	Subject string
	Title   string
	Hello   string
	Before  []string // paragraphs above the facts
	Facts   []fact
	Reason  *fact // somebody's own words, may have several lines
	After   []string
	Action  link   // what the reader can do
	Others  []link // and what else, in some letters
	Small   string
	Bye     string
	Parts   []part // what is new, place by place
	Items   []item // the letters that are gathered in it; one with items has no Action
	Why     string // why we write
	Choose  link   // to what the reader wants, in letters one can do without
	Home    link
	Files   []mail.File
}

// fact is one line of a list. Danish marks what partners and staff wrote; Over
// what held before.
type fact struct {
	Term, Text   string
	Danish, Over bool
}

// part is what is new in one place, under its name.
type part struct {
	link
	Items []item
	More  string // that there is more than that
}

type link struct{ Label, Href string }

func (l link) text() string { return l.Label + ":\n" + l.Href }

// text is the letter for whoever reads mail without HTML.
func (l letter) text() string {
	blocks := append([]string{l.Title, l.Hello}, l.Before...)
	list := make([]string, len(l.Facts))
	for i, f := range l.Facts {
		list[i] = f.Term + ": " + f.Text
	}
	blocks = append(blocks, strings.Join(list, "\n"))
	if l.Reason != nil {
		blocks = append(blocks, l.Reason.Term+":\n"+l.Reason.Text)
	}
	blocks = append(blocks, l.After...)
	for _, p := range l.Parts {
		blocks = append(blocks, p.text())
		for _, i := range p.Items {
			blocks = append(blocks, i.text())
		}
		blocks = append(blocks, p.More)
	}
	for _, i := range l.Items {
		blocks = append(blocks, i.text())
	}
	if len(l.Items) == 0 {
		blocks = append(blocks, l.Action.text())
	}
	for _, other := range l.Others {
		blocks = append(blocks, other.text())
	}
	blocks = append(blocks, l.Small, l.Bye, l.foot())
	said := blocks[:0]
	for _, b := range blocks {
		if b != "" {
			said = append(said, b)
		}
	}
	return strings.Join(said, "\n\n") + "\n"
}

// foot is why the reader gets the letter, and what they can do about that.
func (l letter) foot() string {
	foot := "-- \n" + l.Why + "\n"
	if l.Choose.Href != "" {
		foot += l.Choose.text() + "\n"
	}
	return foot + l.Home.Label + ": " + l.Home.Href
}

// writer knows the reader's language and where the portal is.
type writer struct {
	*i18n.Locale
	base   *url.URL
	sender string
}

// address is a page of the portal in the reader's language.
func (w writer) address(path ...string) string {
	for i := range path {
		path[i] = url.PathEscape(path[i])
	}
	u := w.base.JoinPath(path...)
	if u.Path == "" {
		u.Path = "/"
	}
	u.RawQuery = url.Values{"lang": {w.Code}}.Encode()
	return u.String()
}

// subject writes a subject that fits, by shortening the name in it.
func (w writer) subject(key, placeholder, name string, args ...any) string {
	name = plain(name)
	say := func(name string) string { return w.T(key, append([]any{placeholder, name}, args...)...) }
	over := utf8.RuneCountInString(say(name)) - maxSubject
	if over <= 0 {
		return say(name)
	}
	short := []rune(name)
	short = short[:max(len(short)-over-1, 0)]
	return say(strings.TrimRightFunc(string(short), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) + "…")
}

// plain is a text on one line, without characters that nobody sees.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == '\u200c' || r == '\u200d': // join or part the letters of a word
			return r
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs):
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}
