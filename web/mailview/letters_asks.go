package mailview

import (
	"slices"

	"mellemrum/internal/ask"
	"mellemrum/internal/i18n"
	"mellemrum/internal/text"
)

func askLetter(w writer, f *facts) letter {
	l := w.ask(f, "asks.mail_subject")
	l.Title = w.T("asks.mail_title")
	if by := f.maybe("suggested_by"); by != "" {
		l.Before = []string{w.T("asks.mail_suggested", "Name", by)}
	}
	return w.withAnswer(l, f)
}

func askReminder(w writer, f *facts) letter {
	l := w.ask(f, "asks.mail_reminder_subject")
	l.Title = w.T("asks.mail_reminder_title")
	l.Before = []string{w.T("asks.mail_reminder_text")}
	return w.withAnswer(l, f)
}

// withAnswer adds the link that answers for the organisation.
func (w writer) withAnswer(l letter, f *facts) letter {
	l.After = []string{w.T("asks.mail_answer_text")}
	l.Action = link{w.T("asks.mail_answer"), w.address("svar", f.line("token"))}
	l.Small = w.T("asks.mail_own_link")
	return l
}

func askReply(w writer, f *facts) letter {
	l := w.ask(f, "asks.mail_reply_subject")
	reply := ask.Reply(f.line("reply"))
	if !slices.Contains(ask.Replies, reply) {
		f.wrong("reply")
		return l
	}
	l.Title = w.T("asks.mail_reply_" + string(reply))
	l.Reason = nil
	l.Facts = append(l.Facts, w.helpers(f)...)
	if words := f.maybe("words"); words != "" {
		l.Reason = &fact{Term: w.T("asks.mail_reply_words"), Text: words}
	}
	l.Action = link{w.T("asks.mail_all"), w.address("opraab")}
	l.Why = w.T("asks.mail_why_hand")
	return l
}

// helpers are those who help with the same and agreed to be known.
func (w writer) helpers(f *facts) []fact {
	list, _ := f.values["with"].([]any) // none: nobody did
	var with []fact
	for _, one := range list {
		values, _ := one.(map[string]any)
		h := facts{values: values}
		who := h.line("who")
		for _, s := range []string{h.maybe("name"), text.ShowPhone(h.maybe("phone")), h.maybe("email")} {
			if s != "" && s != who {
				who += ", " + plain(s)
			}
		}
		if h.err != nil {
			f.wrong("with")
		}
		with = append(with, fact{Term: w.T("asks.mail_with"), Text: who})
	}
	return with
}

func askClosed(w writer, f *facts) letter {
	l := w.ask(f, "asks.mail_closed_subject")
	outcome := ask.Outcome(f.line("outcome"))
	if !slices.Contains(ask.Outcomes, outcome) {
		f.wrong("outcome")
		return l
	}
	l.Title = w.T(outcome.Key())
	l.Before = []string{w.T("asks.mail_closed_text")}
	l.Facts = nil
	l.Reason = &fact{Term: f.line("title"), Text: f.text("story"), Danish: true}
	l.Action = link{w.T("asks.mail_all"), w.address("opraab")}
	l.Why = w.T("asks.mail_why_hand")
	return l
}

func askEnd(w writer, f *facts) letter {
	l := w.ask(f, "asks.mail_end_subject")
	l.Title = w.T("asks.mail_end_title")
	l.Before = []string{w.T("asks.mail_end_text")}
	l.Reason = nil
	l.Action = link{w.T("asks.mail_end_link"), w.address("stab", "opraab", f.line("id"))}
	l.Why = w.T("asks.mail_why_asker")
	return l
}

// ask is what every letter about an ask has in common. What is asked is in
// Danish, whoever reads it.
func (w writer) ask(f *facts, subject string) letter {
	title, contact := f.line("title"), f.line("contact_name")
	l := letter{
		Subject: w.subject(subject, "Title", title),
		Facts:   []fact{{Term: w.T("asks.mail_needs"), Text: inDanish.List(needs(f)), Danish: true}},
		Reason:  &fact{Term: title, Text: f.text("why"), Danish: true},
		Bye:     w.T("asks.mail_bye", "Name", contact),
		Why:     w.T("asks.mail_why"),
	}
	for _, one := range []struct{ name, term string }{{"happens", "asks.happens"}, {"place", "asks.place"}} {
		if s := f.maybe(one.name); s != "" {
			l.Facts = append(l.Facts, fact{Term: w.T(one.term), Text: plain(s), Danish: true})
		}
	}
	l.Facts = append(l.Facts, fact{Term: w.T("asks.answer_by"), Text: w.DateLong(f.time("answer_by"))})
	reach := contact
	if phone := f.maybe("contact_phone"); phone != "" {
		reach += ", " + text.ShowPhone(phone)
	}
	if email := f.maybe("contact_email"); email != "" {
		reach += ", " + email
	}
	l.Facts = append(l.Facts, fact{Term: w.T("asks.mail_contact"), Text: reach})
	return l
}

// inDanish writes what an ask is written in.
var inDanish = i18n.ByCode("da")

// needs are the parts of an ask in words.
func needs(f *facts) []string {
	list, ok := f.values["parts"].([]any)
	if !ok || len(list) == 0 {
		f.wrong("parts")
	}
	var words []string
	for _, one := range list {
		values, _ := one.(map[string]any)
		part := facts{values: values}
		unit := part.maybe("unit")
		if unit == "" {
			unit = "×"
		}
		words = append(words, plain(inDanish.Number(part.number("quantity", 1))+" "+unit+" "+part.text("what")))
		if part.err != nil {
			f.wrong("parts")
		}
	}
	return words
}
