// Package askview shows an ask, what it lacks, and the form that raises a hand:
// the same to residents, to whoever follows a link in a letter, to partners and
// to staff who take an answer on the phone.
package askview

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/ask"
	"mellemrum/internal/fault"
	"mellemrum/internal/i18n"
	"mellemrum/web/form"
	"mellemrum/web/route"
	"mellemrum/web/ui"
)

// The values of the form's two buttons.
const (
	Yes = "ja"
	No  = "nej"
)

// typed is an answer's form as it is sent, but for the parts.
type typed struct {
	Answer string `form:"answer"`
	Name   string `form:"name"`
	Email  string `form:"email"`
	Phone  string `form:"phone"`
	Note   string `form:"note"`
	Share  string `form:"share"`
}

// Bind reads an answer to the ask from a form.
func Bind(q *route.Request, a ask.Ask) (*form.State, ask.Answer, error) {
	var in typed
	state, err := form.Bind(q.Request, &in)
	answer := ask.Answer{Yes: in.Answer == Yes, Name: in.Name, Email: in.Email, Phone: in.Phone, Note: in.Note, ShareContact: in.Share != "", Locale: q.Locale.Code,
		Quantities: map[uuid.UUID]int{}}
	if err != nil {
		return state, answer, err
	}
	var f fault.Fields
	if in.Answer != Yes && in.Answer != No {
		f.Add("answer", "asks.answer_missing")
	}
	if !answer.Yes {
		return state, answer, f.Err()
	}
	for _, p := range a.Parts {
		name := ask.QuantityField(p.ID)
		value := strings.TrimSpace(state.Value(name))
		if value == "" {
			continue
		}
		n, err := strconv.Atoi(value)
		if err != nil {
			f.Add(name, "errors.field_number_invalid")
		}
		answer.Quantities[p.ID] = n
	}
	return state, answer, f.Err()
}

// Form is the form as it is first shown: with the answer so far, or with what
// is still lacking.
func Form(a ask.Ask, mine *ask.Hand, person string) *form.State {
	f := form.New(nil).Set("name", person)
	for _, p := range a.Parts {
		n := p.Remaining()
		if mine != nil && mine.Yes() {
			n = mine.Parts[p.ID]
		}
		if n > 0 {
			f.Set(ask.QuantityField(p.ID), strconv.Itoa(n))
		}
	}
	if mine != nil {
		f.Set("name", mine.Name).Set("email", mine.Email).Set("phone", mine.Phone).Set("note", mine.Note)
		if mine.ShareContact {
			f.Set("share", "1")
		}
	}
	return f
}

// danish writes what an ask is written in, whoever reads the page around it.
var danish = i18n.ByCode("da")

// Amount is how much of a part, in Danish: "6 timer flyttehjælp", "2 × tolke".
func Amount(n int, p ask.Part) string {
	unit := p.Unit
	if unit == "" {
		unit = "×"
	}
	return danish.Number(n) + " " + unit + " " + p.What
}

// Day is a date as it is shown.
func Day(ctx context.Context, date time.Time) string {
	return i18n.From(ctx).DateLong(date.Add(12 * time.Hour))
}

func given(c map[uuid.UUID]int, a ask.Ask) string {
	var list []string
	for _, p := range a.Parts {
		if n := c[p.ID]; n > 0 {
			list = append(list, Amount(n, p))
		}
	}
	return danish.List(list)
}

// Given is what a hand holds, in words.
func Given(h ask.Hand, a ask.Ask) string { return given(h.Parts, a) }

func facts(ctx context.Context, a ask.Ask) []ui.Fact {
	var list []ui.Fact
	if a.Happens != "" {
		list = append(list, ui.Fact{Icon: "calendar", Term: ui.T(ctx, "asks.happens"), Body: written(a.Happens)})
	}
	if a.Place != "" {
		list = append(list, ui.Fact{Icon: "pin", Term: ui.T(ctx, "asks.place"), Body: written(a.Place)})
	}
	list = append(list, ui.Fact{Icon: "clock", Term: ui.T(ctx, "asks.answer_by"), Text: Day(ctx, a.AnswerBy)})
	if len(a.Districts) > 0 {
		list = append(list, ui.Fact{Icon: "people", Term: ui.T(ctx, "asks.districts"), Body: districts(a)})
	}
	return list
}
