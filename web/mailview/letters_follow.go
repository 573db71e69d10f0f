package mailview

import (
	"encoding/json"
	"unicode"
	"unicode/utf8"

	"mellemrum/internal/follow"
	"mellemrum/internal/initiative"
)

// followConfirm holds the link that makes an address follow, or the way to what
// it follows already.
func followConfirm(w writer, f *facts) letter {
	title := f.line("title")
	l := letter{
		Subject: w.subject("follow.mail_confirm_subject", "Name", title),
		Title:   w.T("follow.press_title", "Name", title),
		Before:  []string{w.T("follow.mail_confirm_text")},
		Action:  link{w.T("follow.press"), w.address("foelg", f.line("token"))},
		Small:   w.T("follow.mail_confirm_small"),
		Bye:     w.T("mail.bye"),
		Why:     w.T("follow.mail_why_asked"),
	}
	if already, _ := f.values["already"].(bool); already {
		l.Subject = w.subject("follow.mail_already_title", "Name", title)
		l.Title = w.T("follow.mail_already_title", "Name", title)
		l.Before = []string{w.T("follow.mail_already_text")}
		l.Action.Label = w.T("follow.mail_own")
		l.Small = ""
	}
	return l
}

// districtNews is what was new in a week, place by place.
func districtNews(w writer, f *facts) letter {
	l := letter{
		Title:  w.T("follow.mail_news_title"),
		Action: link{w.T("follow.mail_own"), w.address("foelg", f.line("token"))},
		Bye:    w.T("mail.bye"),
		Why:    w.T("follow.mail_why"),
	}
	parts := partsOf(f)
	for _, p := range parts {
		one := part{link: link{plain(p.Name), w.address(pages[p.Kind], p.Slug)}}
		for _, n := range p.News {
			i, ok := w.news(n, p)
			if !ok {
				f.wrong("places")
				return l
			}
			one.Items = append(one.Items, i)
		}
		if p.More > 0 {
			one.More = w.N("follow.news_more", p.More)
		}
		l.Parts = append(l.Parts, one)
	}
	if len(l.Parts) == 0 {
		f.wrong("places")
		return l
	}
	subject := "follow.mail_news_subject"
	if len(l.Parts) > 1 {
		subject = "follow.mail_news_subject_more"
	}
	l.Subject = w.subject(subject, "Name", l.Parts[0].Label)
	return l
}

// pages are where the pages of what is followed are.
var pages = map[follow.Kind]string{follow.District: "bydele", follow.Initiative: "initiativer"}

func partsOf(f *facts) []follow.Part {
	raw, err := json.Marshal(f.values["places"])
	var parts []follow.Part
	if err != nil || json.Unmarshal(raw, &parts) != nil {
		f.wrong("places")
		return nil
	}
	for _, p := range parts {
		if pages[p.Kind] == "" || p.Slug == "" || p.Name == "" || len(p.News) == 0 {
			f.wrong("places")
			return nil
		}
	}
	return parts
}

// news is one thing that is new in p, whose page is its own when it has none. It
// is not ok when it makes no sense.
func (w writer) news(n follow.News, p follow.Part) (i item, ok bool) {
	i = item{link: link{short(plain(n.Title)), w.address(pages[p.Kind], p.Slug)}, Danish: true}
	switch n.Kind {
	case follow.Dates, follow.Ask, follow.Involvement:
		if n.At == nil {
			return i, false
		}
	}
	switch n.Kind {
	case follow.Dates:
		i.Href = w.address("cafeer", n.Slug)
		i.By = w.T("follow.news_date", "Date", w.DateLong(*n.At))
		if n.Count > 1 {
			i.By = w.T("follow.news_first", "Dates", w.N("follow.news_dates", n.Count), "Date", w.DateLong(*n.At))
		}
	case follow.Ask:
		i.Href = w.address("opraab", n.Slug)
		i.By = w.T("follow.news_ask", "Date", w.DateLong(*n.At))
	case follow.Offer:
		i.Href = w.address("tilbud", n.Slug)
		i.By = w.T("follow.news_offer", "Name", plain(n.Note))
	case follow.Step:
		if !initiative.Status(n.Note).Valid() {
			return i, false
		}
		i.Href = w.address("initiativer", n.Slug)
		i.By = w.T(steps[initiative.Status(n.Note)])
	case follow.Involvement:
		i.Href = w.address("initiativer", n.Slug)
		i.Label, i.Danish = w.T("initiatives.residents"), false
		i.By = w.N("follow.news_took_part", n.Count, "How", w.T(initiative.How(n.Note).Key()), "Date", w.Date(*n.At))
	case follow.Answer:
		i.Href = w.address("bydele", p.Slug, "svar")
		if n.Slug != "" {
			i.Href = w.address("initiativer", n.Slug)
		}
		i.By = w.T("voices.said_did")
	case follow.Strength:
		i.By = w.T("follow.news_strength")
		if n.Note != "" {
			i.By = w.T("follow.news_said_by", "Name", plain(n.Note))
		}
	default:
		return i, false
	}
	return i, i.Label != ""
}

var steps = map[initiative.Status]string{
	initiative.Idea: "follow.news_idea", initiative.CoCreation: "follow.news_cocreation", initiative.Agreed: "follow.news_agreed",
	initiative.Running: "follow.news_running", initiative.Closed: "follow.news_closed", initiative.Stopped: "follow.news_stopped",
}

// longest is how many characters of a text stand on a line of what is new.
const longest = 140

// short is the beginning of a long text, up to a whole word.
func short(s string) string {
	if utf8.RuneCountInString(s) <= longest {
		return s
	}
	cut := []rune(s)[:longest]
	for i := len(cut) - 1; i > longest/2; i-- {
		if unicode.IsSpace(cut[i]) {
			cut = cut[:i]
			break
		}
	}
	return string(cut) + "…"
}
