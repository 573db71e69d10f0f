package mailview

import (
	"bytes"
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

	ical "github.com/emersion/go-ical"
	"github.com/google/uuid"

	"mellemrum/internal/cafe"
	"mellemrum/internal/follow"
	"mellemrum/internal/i18n"
	"mellemrum/internal/initiative"
	"mellemrum/internal/mail"
)

var pictures = flag.String("letters", "", "a folder to write every letter to, for looking at")

const (
	token   = "kY7nq_Zb-0pQ3rS5tU8vWx12"
	address = "https://mellemrum.example/by"
	sender  = "hej@mellemrum.example"
)

var signUp = uuid.MustParse("01930000-0000-7000-8000-000000000001")

var firstDate = time.Date(2026, 12, 1, 15, 30, 0, 0, time.UTC)

// post is a letter with every fact, as the job holds it.
func post(t *testing.T, name, locale, status string) mail.Post {
	t.Helper()
	b, err := json.Marshal(mail.Post{Letter: name, To: "noor@post.example", Name: "Noor Holm", Locale: locale, Facts: map[string]any{
		"token": cafe.Token(token), "status": status, "kind": cafe.Guest, "party": 3, "cafe": "Café Solsikken", "slug": "cafe-solsikken",
		"venue": "Fælleshuset", "address": "Opdigtet Vej 12", "reason": "Køkkenet er oversvømmet.\nVi ses i december.",
		"starts": time.Date(2026, 12, 1, 15, 30, 0, 0, time.UTC), "ends": time.Date(2026, 12, 1, 17, 30, 0, 123, time.UTC),
		"organisation": "Havefolket", "sign_up": signUp, "revision": 0, "at": time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC),
		"until":      time.Date(2026, 12, 1, 13, 0, 0, 0, time.UTC),
		"was_starts": time.Date(2026, 11, 30, 16, 0, 0, 0, time.UTC), "was_ends": time.Date(2026, 11, 30, 18, 0, 0, 0, time.UTC),
		"was_venue": "Det Gamle Hus", "was_address": "Anden Vej 3",
		"other_cafe": "Café Måne", "other_starts": time.Date(2026, 12, 1, 16, 0, 0, 0, time.UTC), "other_ends": time.Date(2026, 12, 1, 19, 0, 0, 0, time.UTC),
		"language": "ar",
		"id":       signUp, "district": "Aalborg Øst", "title": "Hjælp til at flytte", "why": "En familie flytter.\nDe har ingen bil.", "happens": "Lørdag fra kl. 10", "place": "Birkehaven 14",
		"answer_by": time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC), "contact_name": "Kirsten Prøve", "contact_phone": "+4520123456", "contact_email": "kirsten@stab.example",
		"parts":        []map[string]any{{"what": "flyttehjælp", "quantity": 6, "unit": "timer"}, {"what": "varevogn", "quantity": 1, "unit": ""}},
		"suggested_by": "Kvindeforeningen Prøve", "reply": "accepted", "words": "Vi ses lørdag kl. 10",
		"with": []map[string]any{{"who": "Koret Prøve", "name": "Åse Opdigt", "phone": "+4520998877", "email": "koret@post.example"},
			{"who": "Palle Alene", "name": "Palle Alene", "phone": "", "email": "palle@post.example"}}, "outcome": "partly", "story": "Vi nåede det meste.",
		"purpose": "Et sted at mødes", "said": "Vi vil have lave bede", "decided": "Bedene blev lavere", "decided_by": "Haveudvalget Prøve", "happened": "",
		"ending": "Haven blomstrer.", "deadline": time.Date(2026, 12, 20, 12, 0, 0, 0, time.UTC),
		"from": "Mette Opdigt", "note": "Nøglen hænger i skabet.", "items": []map[string]any{{"kind": "district", "title": "Herby"}, {"kind": "ask", "title": "Borde til festen"}},
		"count": 3, "rows": []map[string]any{{"kind": "action", "title": "Ringer til tømreren", "detail": "Koret Prøve", "at": time.Date(2026, 12, 20, 12, 0, 0, 0, time.UTC), "urgency": 1}},
		"workshop": signUp, "invitee": signUp, "about": "Haven ved Prøvehuset", "online": "https://mellemrum.example/by/moede", "agenda": "1. Kaffe\n2. Haven", "minutes": "En god aften.", "changed": "Bedene bliver lavere",
		"decisions": []map[string]any{{"what": "Tre lave bede", "by": "Havegruppen"}}, "actions": []map[string]any{{"what": "Ringer til tømreren", "owner": "Koret Prøve", "due": time.Date(2026, 12, 20, 12, 0, 0, 0, time.UTC)}},
		"body": "Her hilser vi på hinanden",
		"places": []follow.Part{
			{Kind: follow.District, Slug: "herby", Name: "Herby", More: 2, News: []follow.News{
				{Kind: follow.Dates, Slug: "cafe-solsikken", Title: "Café Solsikken", At: &firstDate, Count: 3},
				{Kind: follow.Dates, Slug: "cafe-maane", Title: "Café Måne", At: &firstDate, Count: 1},
				{Kind: follow.Ask, Slug: signUp.String(), Title: "Hjælp til at flytte", At: &firstDate, Count: 1},
				{Kind: follow.Offer, Slug: signUp.String(), Title: "Et lokale", Note: "Havefolket", Count: 1},
				{Kind: follow.Step, Slug: "en-bro", Title: "En bro til parken", Note: "agreed", Count: 1},
				{Kind: follow.Answer, Title: "Der er mørkt på stien", Count: 1},
				{Kind: follow.Strength, Title: "Vi hilser på hinanden", Note: "Rosa", Count: 1}}},
			{Kind: follow.Initiative, Slug: "have", Name: "Fælles have", News: []follow.News{
				{Kind: follow.Involvement, Slug: "have", Title: "Fælles have", Note: "workshop", At: &firstDate, Count: 12},
				{Kind: follow.Answer, Slug: "have", Title: "Lave bede. " + strings.Repeat("Og flere blomster. ", 20), Count: 1}}}},
		"far": 3, "offers": []map[string]any{
			{"title": "Flyttehjælp", "confirmed": time.Date(2026, 5, 23, 12, 0, 0, 0, time.UTC), "token": "first" + token},
			{"title": "Et lokale", "confirmed": time.Date(2026, 5, 20, 12, 0, 0, 0, time.UTC), "token": "second" + token}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	var p mail.Post
	if err := json.Unmarshal(b, &p); err != nil {
		t.Fatal(err)
	}
	switch {
	case strings.HasPrefix(name, "inquiry"):
		p.Facts["by"] = "Kvindeforeningen Prøve"
		p.Facts["kind"] = "contribution"
		if status == "question" {
			p.Facts["kind"] = status
		}
	case name == "voice_receipt" && slices.Contains([]string{"idea", "agree", "comment"}, status):
		p.Facts["kind"] = status
	case name == "voice_receipt":
		p.Facts["kind"] = "objection"
	case name == "strength_answer" && status != "taken":
		p.Facts["status"] = "declined"
	case name == "voice_news" && !initiative.Status(status).Valid():
		p.Facts["status"] = string(initiative.CoCreation)
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
	m, err := New(base, sender)(t.Context(), p)
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
		at := func(path string) string { return address + path + "?lang=" + l.Code }
		own, calendar, off := at("/tilmelding/"+token), at("/tilmelding/"+token+"/kalender.ics"), at("/tilmelding/"+token+"/afmeld")
		dates := at("/cafeer/cafe-solsikken")
		for name, want := range map[string][]string{
			"cafe_receipt placed":  append([]string{l.T("mail.placed_title"), own, calendar}, when...),
			"cafe_receipt waiting": append([]string{l.T("mail.waiting_title"), own}, when...),
			"cafe_promoted placed": append([]string{l.T("mail.promoted_title"), own, calendar, l.T("mail.not_needed"), off}, when...),
			"cafe_called waiting": append([]string{l.T("mail.called_title"), at("/tilmelding/" + token + "/ja"), off, l.Clock(starts.Add(-150 * time.Minute)),
				l.T("mail.called_yes"), l.T("mail.called_no")}, when...),
			"cafe_moved placed": append([]string{l.T("mail.moved_title"), l.T("mail.moved_placed"), at("/tilmelding/" + token + "/behold"), off,
				l.DateLong(starts.AddDate(0, 0, -1)), "Det Gamle Hus, Anden Vej 3"}, when...),
			"cafe_moved waiting": append([]string{l.T("mail.moved_title"), l.T("mail.moved_waiting"), at("/tilmelding/" + token + "/behold"), off,
				l.DateLong(starts.AddDate(0, 0, -1)), "Det Gamle Hus, Anden Vej 3"}, when...),
			"cafe_reminder placed": append([]string{l.T("mail.reminder_title"), own, off}, when...),
			"cafe_thanks":          {l.T("mail.thanks_title"), dates, "Café Solsikken", "Fælleshuset"},
			"cafe_overlap placed": append([]string{l.T("mail.overlap_title"), own, "Café Måne",
				l.ClockRange(starts.Add(30*time.Minute), starts.Add(210*time.Minute))}, when...),
			"stand_in_ask": {l.T("mail.stand_in_title"), at("/vagt/" + token), at("/vagt/" + token + "/stop"), l.T("cafes.kind_guest"), l.T("languages.ar"),
				l.DateLong(starts), "Fælleshuset, Opdigtet Vej 12", "Café Solsikken"},
			"cafe_link placed":           append([]string{l.T("mail.link_placed"), own}, when...),
			"cafe_link waiting":          append([]string{l.T("mail.link_waiting"), own}, when...),
			"cafe_date_cancelled placed": append([]string{"Køkkenet er oversvømmet.", "Vi ses i december.", dates}, when...),
			"organisation_active":        {"Havefolket", l.T("organisations.active_title"), at("/samarbejdspartnere/bekraeft/" + token)},
			"organisation_approved":      {"Havefolket", address + "/samarbejdspartnere/havefolket?lang=" + l.Code, at("/invitation/" + token)},
			"organisation_invitation": {"Havefolket", l.T("people.mail_invited_title"), at("/invitation/" + token),
				l.Date(starts.Add(-150 * time.Minute)), l.T("people.member_may_you")},
			"organisation_suspended":  {"Havefolket", "Køkkenet er oversvømmet.", at("/bydele")},
			"organisation_reinstated": {"Havefolket", at("/samarbejdspartnere/havefolket")},
			"organisation_declined":   {"Havefolket", "Køkkenet er oversvømmet.", "Vi ses i december.", address + "/bydele?lang=" + l.Code},
			"ask":                     {l.T("asks.mail_title"), at("/svar/" + token), "6 timer flyttehjælp", "1 × varevogn", "Hjælp til at flytte", "De har ingen bil.", l.DateLong(starts.AddDate(0, 0, -4)), l.T("asks.mail_suggested", "Name", "Kvindeforeningen Prøve"), "20 12 34 56"},
			"ask_reminder":            {l.T("asks.mail_reminder_title"), at("/svar/" + token), "6 timer flyttehjælp"},
			"ask_reply": {l.T("asks.mail_reply_accepted"), "Vi ses lørdag kl. 10", "Kirsten Prøve", "kirsten@stab.example", "20 12 34 56", "Lørdag fra kl. 10", "Birkehaven 14",
				l.T("asks.mail_with"), "Koret Prøve, Åse Opdigt, 20 99 88 77, koret@post.example", "Palle Alene, palle@post.example"},
			"ask_closed":             {l.T("asks.outcome_partly"), "Vi nåede det meste.", at("/opraab")},
			"ask_end":                {l.T("asks.mail_end_title"), at("/stab/opraab/" + signUp.String())},
			"concern_invited":        {l.T("concerns.mail_invited_title"), at("/partner/bekymringer/" + signUp.String()), "Havefolket", "Aalborg Øst"},
			"initiative_invited":     {l.T("initiatives.mail_invited_title"), at("/initiativer/cafe-solsikken/arbejde"), "Havefolket", "Et sted at mødes"},
			"initiative_step agreed": {l.T("initiatives.mail_agreed_title"), at("/initiativer/cafe-solsikken"), "Havefolket"},
			"initiative_step closed": {l.T("initiatives.mail_ended_title"), at("/initiativer/cafe-solsikken"), "Haven blomstrer."},
			"initiative_residents": {l.T("initiatives.mail_residents_title"), at("/initiativer/cafe-solsikken/beboere"), "Køkkenet er oversvømmet.",
				l.DateLong(time.Date(2026, 12, 20, 12, 0, 0, 0, time.UTC))},
			"voice_receipt agree":   {l.T("voices.mail_stance_title"), at("/stemme/" + token), l.T("voices.kind_agree"), "Vi ses lørdag kl. 10"},
			"voice_receipt idea":    {l.T("voices.mail_idea_title"), at("/stemme/" + token)},
			"voice_receipt comment": {l.T("voices.mail_comment_title"), at("/stemme/" + token)},
			"voice_answer":          {l.T("voices.mail_answer_title"), at("/stemme/" + token), "Bedene blev lavere", "Haveudvalget Prøve"},
			"voice_news idea":       {l.T("voices.mail_public_title"), at("/stemme/" + token)},
			"voice_news agreed":     {l.T("voices.mail_agreed_title"), at("/stemme/" + token)},
			"voice_news closed":     {l.T("voices.mail_ended_title"), at("/stemme/" + token), "Haven blomstrer."},
			"board_morning":         {l.T("board.mail_title"), at("/stab"), l.T("board.kind_action"), "Ringer til tømreren", "Koret Prøve"},
			"workshop_invited":      {l.T("workshops.mail_invited_title"), at("/workshop/" + token), "Haven ved Prøvehuset", "2. Haven", "Birkehaven 14", l.DateLong(starts)},
			"workshop_moved":        {l.T("workshops.mail_moved_title"), at("/workshop/" + token), l.DateLong(starts)},
			"workshop_cancelled":    {l.T("workshops.mail_cancelled_title"), at("/workshop/" + token), "Køkkenet er oversvømmet."},
			"workshop_minutes":      {l.T("workshops.mail_minutes_title"), at("/workshop/" + token), "En god aften.", "Bedene bliver lavere", "Tre lave bede", "Ringer til tømreren", "Koret Prøve"},
			"handover":              {l.T("handover.mail_title"), at("/stab/overdragelser/" + signUp.String()), "Mette Opdigt", "Nøglen hænger i skabet.", l.T("handover.kind_district"), "Herby", "Borde til festen"},
			"district_invitation":   {at("/bliv-partner"), at("/bydele/cafe-solsikken"), "Aalborg Øst", "Vi ses lørdag kl. 10", "Mette Opdigt"},
			"strength_receipt":      {at("/styrke/" + token), "Her hilser vi på hinanden"},
			"strength_answer taken": {l.T("strengths.status_taken"), at("/bydele/cafe-solsikken"), "Her hilser vi på hinanden"},
			"follow_confirm":        {l.T("follow.press_title", "Name", "Hjælp til at flytte"), l.T("follow.press"), at("/foelg/" + token), l.T("follow.mail_confirm_small")},
			"district_news": {l.T("follow.mail_news_title"), at("/foelg/" + token), "Herby", at("/bydele/herby"), "Café Solsikken", at("/cafeer/cafe-solsikken"), l.N("follow.news_dates", 3),
				"Café Måne", l.DateLong(starts), at("/opraab/" + signUp.String()), at("/tilbud/" + signUp.String()), "Havefolket", at("/initiativer/en-bro"), l.T("follow.news_agreed"),
				"Der er mørkt på stien", at("/bydele/herby/svar"), "Vi hilser på hinanden", "Rosa", l.N("follow.news_more", 2), "Fælles have", at("/initiativer/have"), l.T("initiatives.how_workshop"), "Lave bede."},
			"offers_confirm": {l.T("offers.confirm_title"), l.T("offers.mail_resting"), at("/bekraeft/" + token), at("/bekraeft/first" + token),
				at("/bekraeft/second" + token), "Flyttehjælp", "Et lokale", l.Date(time.Date(2026, 5, 20, 12, 0, 0, 0, time.UTC))},
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

// One offer has one link, and what is said of it is how far it has faded.
func TestOneOfferToConfirm(t *testing.T) {
	for far, key := range map[float64]string{0: "offers.mail_text", 1: "offers.mail_marked", 3: "offers.mail_resting"} {
		p := post(t, "offers_confirm", "da", "")
		p.Facts["far"], p.Facts["offers"] = far, p.Facts["offers"].([]any)[:1]
		m := render(t, p)
		da := i18n.ByCode("da")
		if strings.Contains(m.Text, "/bekraeft/"+token) || strings.Count(m.Text, "/bekraeft/first"+token) != 1 || !strings.Contains(m.Text, da.T(key)) {
			t.Errorf("%v: %s", far, m.Text)
		}
	}
	for _, bad := range []any{nil, []any{}, []any{"x"}, []any{map[string]any{"title": "X"}}} {
		p := post(t, "offers_confirm", "da", "")
		p.Facts["offers"] = bad
		if _, err := New(&url.URL{Scheme: "https", Host: "mellemrum.example"}, sender)(t.Context(), p); err == nil {
			t.Errorf("written from %v", bad)
		}
	}
}

func TestWhatPeopleWriteStaysText(t *testing.T) {
	const nasty = `<script>alert("hi")</script> & "co"`
	for name := range letters {
		p := post(t, name, "en", "placed")
		p.Name = nasty
		for _, fact := range []string{"cafe", "venue", "address", "reason", "organisation", "title", "why", "words", "story", "body", "district"} {
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
				p.Facts["cafe"], p.Facts["organisation"], p.Facts["title"], p.Facts["district"] = long, long, long, long
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
	write := New(base, sender)
	sign := []string{"cafe", "kind", "party", "venue", "address", "starts", "ends"}
	entry := append([]string{"sign_up", "revision", "at", "token"}, sign...)
	asked := []string{"title", "why", "parts", "answer_by", "contact_name"}
	needed := map[string][]string{
		"cafe_receipt":            append([]string{"status"}, entry...),
		"cafe_promoted":           entry,
		"cafe_called":             append([]string{"token", "until"}, sign...),
		"cafe_moved":              append([]string{"status", "was_starts", "was_ends", "was_venue", "was_address"}, entry...),
		"cafe_reminder":           entry,
		"cafe_thanks":             {"cafe", "slug", "venue", "address"},
		"cafe_overlap":            append([]string{"token", "other_cafe", "other_starts", "other_ends"}, sign...),
		"cafe_link":               append([]string{"token", "status"}, sign...),
		"cafe_date_cancelled":     append([]string{"slug", "reason"}, entry...),
		"stand_in_ask":            {"token", "cafe", "venue", "address", "kind", "starts", "ends"},
		"organisation_active":     {"organisation", "token"},
		"organisation_approved":   {"organisation", "slug"},
		"organisation_invitation": {"organisation", "token", "until"},
		"organisation_suspended":  {"organisation", "reason"},
		"organisation_reinstated": {"organisation", "slug"},
		"organisation_declined":   {"organisation", "reason"},
		"ask":                     append([]string{"token"}, asked...),
		"ask_reminder":            append([]string{"token"}, asked...),
		"ask_reply":               append([]string{"reply"}, asked...),
		"ask_closed":              append([]string{"outcome", "story"}, asked...),
		"ask_end":                 append([]string{"id"}, asked...),
		"offers_confirm":          {"token", "offers", "far"},
		"inquiry_receipt":         {"token", "kind", "title", "words"},
		"inquiry_answer":          {"token", "kind", "title", "words"},
		"inquiry_closed":          {"token", "kind", "title"},
		"inquiry_new":             {"id", "kind", "title", "words"},
		"concern_invited":         {"id", "district", "organisation"},
		"initiative_invited":      {"slug", "title", "organisation", "purpose"},
		"initiative_step":         {"slug", "title", "organisation", "ending"},
		"initiative_residents":    {"slug", "title", "reason", "deadline"},
		"handover":                {"id", "from", "items"},
		"board_morning":           {"count", "rows"},
		"workshop_invited":        {"token", "title", "about", "starts", "ends", "at", "workshop", "invitee", "revision"},
		"workshop_moved":          {"token", "title", "about", "starts", "ends", "at", "workshop", "invitee", "revision"},
		"workshop_cancelled":      {"token", "title", "about", "starts", "ends", "at", "workshop", "invitee", "revision", "reason"},
		"workshop_minutes":        {"token", "title", "about", "starts", "ends", "at", "workshop", "invitee", "revision"},
		"district_invitation":     {"district", "slug", "from"},
		"strength_receipt":        {"district", "token", "body"},
		"strength_answer":         {"district", "slug", "body", "status"},
		"voice_receipt":           {"token", "title", "kind"},
		"voice_answer":            {"token", "title", "said", "decided", "decided_by"},
		"voice_news":              {"token", "title", "status"},
		"follow_confirm":          {"token", "title"},
		"district_news":           {"token", "places"},
	}
	for name, needs := range needed {
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
	if !slices.Equal(slices.Sorted(maps.Keys(letters)), slices.Sorted(maps.Keys(needed))) {
		t.Error("a letter has no test here")
	}
}

// The letters about a place bring its calendar entry along, the same one each
// time; the one that calls it off tells the calendar to strike it.
func TestLettersBringTheCalendarEntry(t *testing.T) {
	for letter, want := range map[string]struct{ status, method, state string }{
		"cafe_receipt":        {"placed", "PUBLISH", "CONFIRMED"},
		"cafe_promoted":       {"placed", "PUBLISH", "CONFIRMED"},
		"cafe_moved":          {"placed", "PUBLISH", "CONFIRMED"},
		"cafe_reminder":       {"placed", "PUBLISH", "CONFIRMED"},
		"cafe_date_cancelled": {"placed", "CANCEL", "CANCELLED"},
	} {
		for _, l := range i18n.All() {
			p := post(t, letter, l.Code, want.status)
			p.Facts["revision"] = 3.0
			m := render(t, p)
			if len(m.Files) != 1 || m.Files[0].Name != "mellemrum.ics" || m.Files[0].Type != "text/calendar; charset=utf-8; method="+want.method {
				t.Fatalf("%s brings %v", letter, m.Files)
			}
			cal, err := ical.NewDecoder(bytes.NewReader(m.Files[0].Body)).Decode()
			if err != nil || len(cal.Events()) != 1 {
				t.Fatalf("%s: %v\n%s", letter, err, m.Files[0].Body)
			}
			e := cal.Events()[0]
			for name, value := range map[string]string{"UID": signUp.String() + "@mellemrum", "SEQUENCE": "3", "STATUS": want.state, "DTSTAMP": "20261123T110000Z",
				"DTSTART": "20261201T163000", "ORGANIZER": "mailto:" + sender, "URL": address + "/tilmelding/" + token + "?lang=" + l.Code} {
				if got := e.Props.Get(name); got == nil || got.Value != value {
					t.Errorf("%s: %s is %v, want %q", letter, name, got, value)
				}
			}
			if method := cal.Props.Get("METHOD"); method == nil || method.Value != want.method {
				t.Errorf("%s: %v", letter, method)
			}
		}
	}
	for _, p := range []mail.Post{post(t, "cafe_receipt", "da", "waiting"), post(t, "cafe_moved", "da", "waiting"), post(t, "cafe_link", "da", "placed"),
		post(t, "cafe_called", "da", "waiting"), post(t, "cafe_thanks", "da", "")} {
		if m := render(t, p); len(m.Files) != 0 {
			t.Errorf("%s brings %v", p.Letter, m.Files)
		}
	}
}

// What was moved is told apart from what was not.
func TestOnlyWhatChangedIsShownAsNewAndOld(t *testing.T) {
	p := post(t, "cafe_moved", "da", "placed")
	p.Facts["was_venue"], p.Facts["was_address"] = p.Facts["venue"], p.Facts["address"]
	m := render(t, p)
	if !strings.Contains(m.Text, "Ny tid: ") || strings.Contains(m.Text, "Nyt sted") || strings.Count(m.Text, "Fælleshuset") != 1 || strings.Count(m.HTML, "<del") != 1 {
		t.Error(m.Text)
	}
	p = post(t, "cafe_moved", "da", "placed")
	p.Facts["was_starts"], p.Facts["was_ends"] = p.Facts["starts"], p.Facts["ends"]
	m = render(t, p)
	if !strings.Contains(m.Text, "Nyt sted: ") || strings.Contains(m.Text, "Ny tid") || strings.Count(m.HTML, "<del") != 1 {
		t.Error(m.Text)
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
