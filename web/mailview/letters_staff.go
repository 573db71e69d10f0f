package mailview

import "mellemrum/internal/handover"

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
