package mailview

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"mellemrum/internal/i18n"
	"mellemrum/internal/mail"
)

// decided says of every letter whether one can do without it. A new letter
// fails here until somebody has thought about it: internal/mail/topic.go.
var decided = map[string]mail.Topic{
	"ask": mail.Asks, "ask_reminder": mail.Asks, "offers_confirm": mail.Offers, "stand_in_ask": mail.Shifts,
	"cafe_reminder": mail.Reminders, "cafe_thanks": mail.Reminders, "initiative_step": mail.Initiatives, "voice_news": mail.Initiatives,
	"district_news": mail.DistrictNews, "board_morning": mail.Board,
}

// necessary letters answer something their reader did, ask what only they can
// answer, or let them in.
var necessary = []string{
	"cafe_receipt", "cafe_promoted", "cafe_called", "cafe_moved", "cafe_overlap", "cafe_link", "cafe_date_cancelled",
	"organisation_active", "organisation_approved", "organisation_invitation", "organisation_suspended", "organisation_reinstated", "organisation_declined",
	"ask_reply", "ask_closed", "ask_end", "inquiry_receipt", "inquiry_answer", "inquiry_closed", "inquiry_new",
	"follow_confirm",
	"concern_invited", "workshop_invited", "workshop_moved", "workshop_cancelled", "workshop_minutes", "handover", "district_invitation", "strength_receipt", "strength_answer", "initiative_invited", "initiative_residents", "voice_receipt", "voice_answer",
}

func TestEveryLetterIsOfATopicOrNecessary(t *testing.T) {
	known := slices.Sorted(maps.Keys(letters))
	if want := slices.Sorted(slices.Values(slices.Concat(slices.Collect(maps.Keys(decided)), necessary))); !slices.Equal(known, want) {
		t.Errorf("letters %v, decided on %v", known, want)
	}
	for _, name := range known {
		topic, has := mail.TopicOf(name)
		if topic != decided[name] || has == slices.Contains(necessary, name) {
			t.Errorf("%s is of topic %q, decided was %q", name, topic, decided[name])
		}
	}
}

// Whatever one can do without says how to, in words, and to mail programs.
func TestALetterOfATopicCanBeRefused(t *testing.T) {
	for _, l := range i18n.All() {
		for name := range letters {
			p := post(t, name, l.Code, "placed")
			p.Choose = "choose" + token
			m := render(t, p)
			topic, has := mail.TopicOf(name)
			page := address + "/mails/choose" + token + "?lang=" + l.Code
			if has != strings.Contains(m.HTML, page) || has != strings.Contains(m.Text, l.T("mailprefs.choose")+":\n"+page) {
				t.Errorf("%s %s: the link to choose", l.Code, name)
			}
			want := ""
			if has {
				want = address + "/mails/choose" + token + "/afmeld?emne=" + string(topic)
			}
			if m.Unsubscribe != want {
				t.Errorf("%s %s: %q ends it", l.Code, name, m.Unsubscribe)
			}
		}
	}
}

func TestADigestGathersEachWithItsLink(t *testing.T) {
	until := time.Date(2026, 11, 27, 23, 0, 0, 0, time.UTC) // midnight in Copenhagen
	for _, l := range i18n.All() {
		p := mail.Post{Letter: mail.Digest, To: "noor@post.example", Name: "Noor Holm", Locale: l.Code, Choose: "choose" + token}
		for _, name := range []string{"ask", "cafe_thanks", "initiative_step", "no_longer_known"} {
			one := post(t, name, "da", "agreed")
			one.Until = &until
			p.Gathered = append(p.Gathered, one)
		}
		broken := post(t, "ask", l.Code, "")
		delete(broken.Facts, "title")
		p.Gathered = append(p.Gathered, broken)
		m := render(t, p)
		keep(t, l.Code+" digest", m)
		if m.Subject != l.N("mailprefs.digest_subject", 3) {
			t.Errorf("%s: %s", l.Code, m.Subject)
		}
		ask := render(t, post(t, "ask", l.Code, ""))
		for _, want := range []string{l.T("mailprefs.digest_title"), ask.Subject, address + "/svar/" + token + "?lang=" + l.Code,
			l.T("mailprefs.digest_by", "Date", l.DateLong(until.Add(-time.Hour))), address + "/cafeer/cafe-solsikken?lang=" + l.Code} {
			if !strings.Contains(m.Text, want) {
				t.Errorf("%s: the text has no %q:\n%s", l.Code, want, m.Text)
			}
			if !strings.Contains(seen(m.HTML)+m.HTML, want) {
				t.Errorf("%s: the page has no %q", l.Code, want)
			}
		}
		if n := strings.Count(m.Text, l.T("mailprefs.digest_by", "Date", "")); l.Code == "da" && n != 1 {
			t.Errorf("only an ask must be answered: %d", n)
		}
		off, err := url.Parse(m.Unsubscribe)
		if err != nil || !slices.Equal(off.Query()["emne"], []string{"asks", "reminders", "initiatives"}) {
			t.Errorf("%s: %q ends it", l.Code, m.Unsubscribe)
		}
	}
}

func TestADigestOfVeryManyIsNotCutOff(t *testing.T) {
	p := mail.Post{Letter: mail.Digest, Locale: "da", Choose: token}
	for range 500 {
		p.Gathered = append(p.Gathered, post(t, "ask", "da", ""))
	}
	m := render(t, p)
	// Mail programs cut what is much longer than 100 kB, so a line must be short.
	if each := len(m.HTML) / 500; each > 500 || strings.Count(m.HTML, "<li") != 500 {
		t.Errorf("%d bytes each, %d of them", each, strings.Count(m.HTML, "<li"))
	}
}

func TestAnEmptyDigestIsNotWritten(t *testing.T) {
	base, _ := url.Parse(address)
	if _, err := New(base, sender)(t.Context(), mail.Post{Letter: mail.Digest, Locale: "da"}); err == nil {
		t.Error("it is")
	}
}
