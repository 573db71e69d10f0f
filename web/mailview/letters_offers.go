package mailview

import "mellemrum/internal/offer"

// offersConfirm asks whether what an organisation offers still holds: a link
// for each offer, and where there are several, one for them all.
func offersConfirm(w writer, f *facts) letter {
	l := letter{
		Subject: w.T("offers.mail_subject"),
		Title:   w.T("offers.confirm_title"),
		Before:  []string{w.T("offers.mail_text")},
		After:   []string{w.T("offers.confirm_change")},
		Action:  link{w.T("offers.mail_all"), w.address("bekraeft", f.line("token"))},
		Small:   w.T("offers.mail_small"),
		Bye:     w.T("mail.bye"),
		Why:     w.T("offers.mail_why"),
	}
	switch offer.Fading(f.number("far", 0)) {
	case offer.Asked:
	case offer.Resting:
		l.Before = append([]string{w.T("offers.mail_resting")}, l.Before...)
	default:
		l.Before = append([]string{w.T("offers.mail_marked")}, l.Before...)
	}
	list, ok := f.values["offers"].([]any)
	if !ok || len(list) == 0 {
		f.wrong("offers")
	}
	for _, one := range list {
		values, _ := one.(map[string]any)
		o := facts{values: values}
		title := o.line("title")
		l.Facts = append(l.Facts, fact{Term: w.T("offers.confirm_last", "Date", w.Date(o.time("confirmed"))), Text: title, Danish: true})
		l.Others = append(l.Others, link{w.T("offers.confirm_label", "Title", title), w.address("bekraeft", o.line("token"))})
		if o.err != nil {
			f.wrong("offers")
		}
	}
	if len(l.Others) == 1 {
		l.Action, l.Others = link{w.T("offers.confirm_yes"), l.Others[0].Href}, nil
	}
	return l
}
