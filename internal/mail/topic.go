package mail

import (
	"slices"
	"time"

	"mellemrum/internal/i18n"
)

// Topic is a kind of letters that a reader may want less of.
type Topic string

// The topics. Those without a letter yet are shown to nobody.
const (
	Asks         Topic = "asks"          // what partners are asked for
	Offers       Topic = "offers"        // whether an offer still holds
	Shifts       Topic = "shifts"        // shifts that somebody left late
	Reminders    Topic = "reminders"     // the day before a café, and the thanks after
	Initiatives  Topic = "initiatives"   // what comes of what one takes part in
	DistrictNews Topic = "district_news" // what is new in what one follows, every Monday
	Board        Topic = "board"         // what staff must do, for those who asked for it, on weekday mornings
)

// topics says which letters are of which topic. A letter that is not here is
// necessary: an answer, a receipt, a way in. It leaves at once, whatever its
// reader chose.
var topics = map[string]Topic{
	"ask":             Asks,
	"ask_reminder":    Asks,
	"offers_confirm":  Offers,
	"stand_in_ask":    Shifts,
	"cafe_reminder":   Reminders,
	"cafe_thanks":     Reminders,
	"initiative_step": Initiatives,
	"voice_news":      Initiatives,
	"district_news":   DistrictNews,
	"board_morning":   Board,
}

// inOrder are the topics as they are shown.
var inOrder = []Topic{Asks, Offers, Shifts, Reminders, Initiatives, DistrictNews, Board}

// TopicOf returns a letter's topic; a necessary letter has none.
func TopicOf(letter string) (Topic, bool) {
	t, ok := topics[letter]
	return t, ok
}

// Topics lists those that there are letters of.
func Topics() []Topic {
	return slices.DeleteFunc(slices.Clone(inOrder), func(t Topic) bool {
		for _, has := range topics {
			if has == t {
				return false
			}
		}
		return true
	})
}

// Known tells whether there is such a topic.
func (t Topic) Known() bool { return slices.Contains(inOrder, t) }

// Key is the message that names the topic.
func (t Topic) Key() string { return "mailprefs.topic_" + string(t) }

// Lead is the message that says what the topic's letters are.
func (t Topic) Lead() string { return t.Key() + "_lead" }

// Paces are the ways in which a topic's letters can come. What is over by the
// next morning is of no use gathered, and what is gathered already is not gathered
// again: it comes or it does not.
func (t Topic) Paces() []Pace {
	if t == Shifts || t == Reminders || t == DistrictNews || t == Board {
		return []Pace{AtOnce, Never}
	}
	return []Pace{AtOnce, Daily, Weekly, Never}
}

// Pace is how often somebody wants the letters of a topic.
type Pace string

// The paces.
const (
	AtOnce Pace = "at_once"
	Daily  Pace = "daily"  // gathered, every morning
	Weekly Pace = "weekly" // gathered, Monday morning
	Never  Pace = "never"
)

// Key is the message that names the pace.
func (p Pace) Key() string { return "mailprefs.pace_" + string(p) }

// PaceKey is the message that names a pace of the topic: what comes on Mondays
// does not come at once.
func (t Topic) PaceKey(p Pace) string {
	if t == DistrictNews && p == AtOnce {
		return "mailprefs.pace_mondays"
	}
	if t == Board && p == AtOnce {
		return "mailprefs.pace_mornings"
	}
	return p.Key()
}

// digestHour is when gathered letters leave, in the morning of the cafés' zone.
const digestHour = 7

// Settings are what one address has chosen.
type Settings struct {
	Paces map[Topic]Pace // those that are not AtOnce
	Pause *time.Time     // the last day without letters of any topic, midnight UTC; nil: no pause
}

// Pace is how often letters of the topic are wanted.
func (s Settings) Pace(t Topic) Pace {
	if p, ok := s.Paces[t]; ok && slices.Contains(t.Paces(), p) {
		return p
	}
	return AtOnce
}

// leaves is when a letter of the topic that came at a moment may leave. It is
// not after that moment when it may leave at once; wanted is false when it never
// may.
func (s Settings) leaves(t Topic, came time.Time) (when time.Time, wanted bool) {
	when = came
	switch s.Pace(t) {
	case AtOnce:
	case Daily:
		when = morning(came, 0)
		if !when.After(came) {
			when = morning(came, 1)
		}
	case Weekly:
		days := (int(time.Monday) - int(came.In(i18n.Zone).Weekday()) + 7) % 7
		when = morning(came, days)
		if !when.After(came) {
			when = morning(came, days+7)
		}
	case Never:
		return time.Time{}, false
	}
	if s.Pause != nil {
		if resume := morningOf(s.Pause.Year(), s.Pause.Month(), s.Pause.Day()+1); resume.After(when) {
			when = resume
		}
	}
	return when, true
}

// morning is when gathered letters leave some days after a moment's own day.
func morning(of time.Time, days int) time.Time {
	y, m, d := of.In(i18n.Zone).Date()
	return morningOf(y, m, d+days)
}

func morningOf(y int, m time.Month, d int) time.Time {
	return time.Date(y, m, d, digestHour, 0, 0, 0, i18n.Zone)
}
