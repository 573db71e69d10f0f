package mailview

import (
	"errors"

	"mellemrum/internal/mail"
)

// item is a letter that came gathered with others: what it says in one line,
// when it must be answered, and where.
type item struct {
	link
	By     string // "Svar senest …"; empty: whenever
	Danish bool   // the label is what partners and staff wrote
}

// text is the item for whoever reads mail without HTML.
func (i item) text() string {
	if i.By == "" {
		return i.link.text()
	}
	return i.Label + "\n" + i.By + ":\n" + i.Href
}

var errHollow = errors.New("nothing is gathered in it")

// digest gathers letters that were held. Each keeps its own link. One that
// cannot be written any more is left out: the others are worth more than it.
func digest(w writer, posts []mail.Post) (letter, error) {
	l := letter{
		Title:  w.T("mailprefs.digest_title"),
		Before: []string{w.T("mailprefs.digest_text")},
		Bye:    w.T("mail.bye"),
		Why:    w.T("mailprefs.digest_why"),
	}
	var failed error
	for _, p := range posts {
		write, known := letters[p.Letter]
		if !known {
			continue
		}
		f := &facts{values: p.Facts}
		one := write(w, f)
		if f.err != nil {
			failed = f.err
			continue
		}
		i := item{link: link{one.Subject, one.Action.Href}}
		if len(one.Parts) > 0 { // its own button is for those who want less
			i.Href = one.Parts[0].Href
		}
		if t, _ := mail.TopicOf(p.Letter); p.Until != nil && (t == mail.Asks || t == mail.Shifts) {
			// A deadline is the end of a day: the day itself is what one goes by.
			i.By = w.T("mailprefs.digest_by", "Date", w.DateLong(p.Until.Add(-1)))
		}
		l.Items = append(l.Items, i)
	}
	if len(l.Items) == 0 {
		return l, errors.Join(errHollow, failed)
	}
	l.Subject = w.N("mailprefs.digest_subject", len(l.Items))
	return l, nil
}

// topicsOf are the topics of a mail: a gathering one may have several.
func topicsOf(p mail.Post) []string {
	if t, ok := mail.TopicOf(p.Letter); ok {
		return []string{string(t)}
	}
	var list []string
	seen := map[mail.Topic]bool{}
	for _, g := range p.Gathered {
		if t, ok := mail.TopicOf(g.Letter); ok && !seen[t] {
			seen[t] = true
			list = append(list, string(t))
		}
	}
	return list
}
