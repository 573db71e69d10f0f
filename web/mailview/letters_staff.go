package mailview

import (
	"mellemrum/internal/board"
	"mellemrum/internal/district"
	"mellemrum/internal/handover"
)

// rows are facts with rows in them.
func (f *facts) rows(name string) []*facts {
	list, ok := f.values[name].([]any)
	if !ok || len(list) == 0 {
		f.wrong(name)
	}
	all := make([]*facts, len(list))
	for i, one := range list {
		values, _ := one.(map[string]any)
		all[i] = &facts{values: values}
	}
	return all
}

// handedOver tells a colleague what is theirs from now on.
func handedOver(w writer, f *facts) letter {
	from := f.line("from")
	l := letter{
		Subject: w.subject("handover.mail_subject", "Name", from),
		Title:   w.T("handover.mail_title"),
		Before:  []string{w.T("handover.mail_text", "Name", from)},
		Action:  link{w.T("handover.mail_link"), w.address("stab", "overdragelser", f.id("id").String())},
		Bye:     w.T("mail.bye"),
		Why:     w.T("handover.mail_why"),
	}
	for _, row := range f.rows("items") {
		l.Facts = append(l.Facts, fact{Term: w.T(handover.Kind(row.line("kind")).Key()), Text: row.line("title"), Danish: true})
		if row.err != nil {
			f.wrong("items")
		}
	}
	if note := f.maybe("note"); note != "" {
		l.Reason = &fact{Term: w.T("handover.mail_note"), Text: note}
	}
	return l
}

// districtInvitation asks somebody along when work begins in a district.
func districtInvitation(w writer, f *facts) letter {
	district, from := f.line("district"), f.line("from")
	l := letter{
		Subject: w.subject("start.mail_subject", "District", district),
		Title:   w.T("start.mail_subject", "District", district),
		Before:  []string{w.T("start.mail_text", "District", district)},
		Action:  link{w.T("start.mail_link"), w.address("bliv-partner")},
		Others:  []link{{w.T("start.mail_about"), w.address("bydele", f.line("slug"))}},
		Bye:     w.T("mail.bye"),
		Why:     w.T("start.mail_why", "Name", from),
	}
	if words := f.maybe("words"); words != "" {
		l.Reason = &fact{Term: w.T("start.mail_words", "Name", from), Text: words, Danish: true}
	}
	return l
}

// strengthReceipt is for a resident who said what their district is good at.
func strengthReceipt(w writer, f *facts) letter {
	return letter{
		Subject: w.subject("strengths.mail_receipt_subject", "District", f.line("district")),
		Title:   w.T("strengths.receipt"),
		Before:  []string{w.T("strengths.mail_receipt_text")},
		Reason:  &fact{Term: w.T("strengths.mail_you_wrote"), Text: f.text("body")},
		Action:  link{w.T("strengths.mail_receipt_link"), w.address("styrke", f.line("token"))},
		Bye:     w.T("mail.bye"),
		Why:     w.T("strengths.mail_why"),
	}
}

// strengthAnswer tells what came of it.
func strengthAnswer(w writer, f *facts) letter {
	status := district.SuggestionStatus(f.line("status"))
	if status != district.Taken && status != district.Declined {
		f.wrong("status")
	}
	l := letter{
		Subject: w.subject("strengths.mail_answer_subject", "District", f.line("district")),
		Title:   w.T("strengths.what_came"),
		Before:  []string{w.T(status.Key())},
		Facts:   []fact{{Term: w.T("strengths.mail_you_wrote"), Text: f.line("body")}},
		Action:  link{w.T("strengths.mail_answer_link"), w.address("bydele", f.line("slug"))},
		Bye:     w.T("mail.bye"),
		Why:     w.T("strengths.mail_why"),
	}
	if reply := f.maybe("reply"); reply != "" {
		l.Reason = &fact{Term: w.T("strengths.mail_reply"), Text: reply, Danish: true}
	}
	return l
}

// boardMorning is what a member of staff must do, as it stands in the morning.
func boardMorning(w writer, f *facts) letter {
	n := f.number("count", 1)
	l := letter{
		Subject: w.subject("board.mail_subject", "Count", w.Number(n)),
		Title:   w.T("board.mail_title"),
		Before:  []string{w.N("board.todo", n)},
		Action:  link{w.T("board.mail_link"), w.address("stab")},
		Bye:     w.T("mail.bye"),
		Why:     w.T("board.mail_why"),
	}
	for _, row := range f.rows("rows") {
		kind := board.Kind(row.line("kind"))
		said := row.line("title")
		if detail := plain(row.maybe("detail")); detail != "" {
			said += " · " + detail
		}
		l.Facts = append(l.Facts, fact{Term: w.T(kind.Key()), Text: said + " (" + w.T(kind.AtKey(), "Date", w.Date(row.time("at"))) + ")"})
		if row.err != nil {
			f.wrong("rows")
		}
	}
	return l
}
