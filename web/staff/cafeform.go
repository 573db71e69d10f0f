package staff

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/cafe"
	"mellemrum/internal/fault"
	"mellemrum/web/form"
	"mellemrum/web/ui"
)

// typedShift is a row of helpers as it is sent.
type typedShift struct {
	Key      string `form:"key"`
	Kind     string `form:"kind"`
	Language string `form:"language"`
	Minimum  string `form:"minimum"`
	Capacity string `form:"capacity"`
	Starts   string `form:"starts"`
	Ends     string `form:"ends"`
}

// compact removes the rows without a number, so that rows and mistakes are
// counted alike: a place whose number is emptied goes. In a new row that
// somebody wrote in, the number is missed instead.
func (t *typedCafe) compact() {
	t.Shifts = slices.DeleteFunc(t.Shifts, func(s typedShift) bool {
		return strings.TrimSpace(s.Capacity) == "0" || blank(s.Capacity) && (s.Key != "" || blank(s.Minimum, s.Starts, s.Ends))
	})
}

// readShifts reads the rows and adds what cannot be read to the mistakes.
func (t typedCafe) readShifts(f *fault.Fields) []cafe.PlaceSpec {
	var places []cafe.PlaceSpec
	for i, s := range t.Shifts {
		p := cafe.PlaceSpec{Row: i + 1, Key: s.Key, Kind: cafe.Kind(s.Kind), Starts: form.Clock(s.Starts), Ends: form.Clock(s.Ends)}
		if p.Key != "" && cafe.KindOf(p.Key) != p.Kind {
			p.Key = "" // another kind is another place
		}
		if p.Kind == cafe.Interpreter {
			p.Language = s.Language
		}
		p.Capacity = number(f, p.Field("capacity"), s.Capacity, 1)
		p.Minimum = number(f, p.Field("minimum"), s.Minimum, 0)
		places = append(places, p)
	}
	return places
}

// number reads a whole number; nothing typed is none, and what cannot be read
// is usable, so that it is not called wrong twice.
func number(f *fault.Fields, field, typed string, usable int) int {
	if blank(typed) {
		return 0
	}
	n, err := strconv.Atoi(strings.TrimSpace(typed))
	if err != nil {
		f.Add(field, "errors.field_number_invalid")
		return usable
	}
	return n
}

// hoursToMinutes reads hours as people write them, with a comma, and makes them minutes.
func hoursToMinutes(f *fault.Fields, field, typed string) int {
	if blank(typed) {
		return 0
	}
	n, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSpace(typed), ",", "."), 64)
	if err != nil || n != n || n > 1000 || n < -1000 {
		f.Add(field, "errors.field_number_invalid")
		return 0
	}
	return int(math.Round(n * 60))
}

func (t typedCafe) readHabits(f *fault.Fields) cafe.Habits {
	return cafe.Habits{
		OpensDays:     number(f, "opens_days", t.OpensDays, 0),
		ClosesMinutes: hoursToMinutes(f, "closes_hours", t.ClosesHours),
		CallMinutes:   hoursToMinutes(f, "call_hours", t.CallHours),
		RemindAt:      form.Clock(t.RemindAt),
		Thanks:        t.Thanks != "",
	}
}

func (t typedCafe) withHabits(h cafe.Habits) typedCafe {
	t.Habits, t.OpensDays, t.ClosesHours, t.CallHours = "1", "", "", inHours(h.CallMinutes)
	if h.OpensDays > 0 {
		t.OpensDays = strconv.Itoa(h.OpensDays)
	}
	if h.ClosesMinutes > 0 {
		t.ClosesHours = inHours(h.ClosesMinutes)
	}
	t.RemindAt, t.Thanks = dotted(h.RemindAt), ""
	if h.Thanks {
		t.Thanks = "1"
	}
	return t
}

// inHours writes minutes as hours, with a comma where one is needed.
func inHours(minutes int) string {
	return strings.ReplaceAll(strconv.FormatFloat(float64(minutes)/60, 'f', -1, 64), ".", ",")
}

func dotted(clock string) string { return strings.ReplaceAll(clock, ":", ".") }

// typedFromCafe is the form filled in from what is kept.
func typedFromCafe(e cafe.Editable) typedCafe {
	t := typedCafe{Name: e.Name, District: e.DistrictID.String(), Venue: e.Venue, Address: e.Address, About: e.About, Languages: e.Languages,
		Starts: dotted(e.Starts), Ends: dotted(e.Ends), Hosts: strs(e.HostIDs()), UpdatedAt: e.UpdatedAt.Format(time.RFC3339Nano)}
	for _, p := range e.Places {
		if p.Kind == cafe.Guest && t.Guest == "" {
			t.Guest = strconv.Itoa(p.Capacity)
			continue
		}
		s := typedShift{Key: p.Key, Kind: string(p.Kind), Language: p.Language, Capacity: strconv.Itoa(p.Capacity), Starts: dotted(p.Starts), Ends: dotted(p.Ends)}
		if p.Minimum > 0 {
			s.Minimum = strconv.Itoa(p.Minimum)
		}
		t.Shifts = append(t.Shifts, s)
	}
	return t.withHabits(e.Habits)
}

func shiftField(i int, part string) string { return fmt.Sprintf("shifts[%d].%s", i, part) }

// fields are all that was typed, by the names in the form.
func (t typedCafe) fields() []field {
	list := []field{{"name", t.Name}, {"district", t.District}, {"venue", t.Venue}, {"address", t.Address}, {"about", t.About},
		{"starts", t.Starts}, {"ends", t.Ends}, {capacityField(cafe.Guest), t.Guest}, {capacityField(cafe.Host), t.Host},
		{capacityField(cafe.Kitchen), t.Kitchen}, {capacityField(cafe.Interpreter), t.Interpreter}, {capacityField(cafe.Driver), t.Driver},
		{"updated_at", t.UpdatedAt}, {"habits", t.Habits}, {"opens_days", t.OpensDays}, {"closes_hours", t.ClosesHours},
		{"call_hours", t.CallHours}, {"remind_at", t.RemindAt}, {"thanks", t.Thanks}}
	for _, s := range t.Languages {
		list = append(list, field{"languages", s})
	}
	for _, s := range t.Hosts {
		list = append(list, field{"hosts", s})
	}
	for i, s := range t.Shifts {
		list = append(list, field{shiftField(i, "key"), s.Key}, field{shiftField(i, "kind"), s.Kind}, field{shiftField(i, "language"), s.Language},
			field{shiftField(i, "minimum"), s.Minimum}, field{shiftField(i, "capacity"), s.Capacity}, field{shiftField(i, "starts"), s.Starts},
			field{shiftField(i, "ends"), s.Ends})
	}
	return list
}

type field struct{ name, value string }

// form is the form with what was typed and some blank rows.
func (t typedCafe) form(blanks int) cafeForm {
	state := form.New(nil)
	for _, f := range t.fields() {
		state.Set(f.name, append(slices.Clone(state.Values(f.name)), f.value)...)
	}
	return cafeForm{form: state, rows: min(len(t.Shifts)+blanks, cafe.MaxPlaces-1)}
}

// touching is what a change touches, before it is saved.
type touching struct {
	cafe.Impact
	was    cafe.Editable
	in     cafe.Series
	form   *form.State
	fields []field
	chosen func(cafe.TouchedDate) bool
}

func (v touching) path() string { return cafesPath + "/" + v.was.Slug + "/rediger" }

// value is a date as the form sends it back: with the people that were shown.
func (v touching) value(d cafe.TouchedDate) string {
	return d.OccasionID.String() + "/" + strconv.Itoa(d.People)
}

// stepBack leads from what a change touches back to its form.
const stepBack = "ret"

func (t typedCafe) impact(e cafe.Editable, in cafe.Series, i cafe.Impact, state *form.State) touching {
	return touching{Impact: i, was: e, in: in, form: state, fields: t.fields(), chosen: func(d cafe.TouchedDate) bool {
		if t.Step == stepSave {
			return slices.ContainsFunc(t.Dates, func(s string) bool { return strings.HasPrefix(s, d.OccasionID.String()) })
		}
		return d.People == 0 && !d.Own && len(d.Short) == 0
	}}
}

// applied reads the dates that shall follow.
func (t typedCafe) applied() []cafe.Applied {
	var list []cafe.Applied
	for _, s := range t.Dates {
		id, people, _ := strings.Cut(s, "/")
		one := cafe.Applied{}
		one.OccasionID, _ = uuid.Parse(id) // one that is none is refused as unknown
		one.People, _ = strconv.Atoi(people)
		list = append(list, one)
	}
	return list
}

// changedPart is one thing that becomes another.
type changedPart struct {
	what         string
	was, becomes []string
}

func changed(ctx context.Context, v touching) []changedPart {
	var list []changedPart
	if v.Hours {
		to := cafe.Cafe{Starts: v.in.Starts, Ends: v.in.Ends}
		list = append(list, changedPart{ui.T(ctx, "staff.hours"), []string{hours(ctx, v.was.Cafe)}, []string{hours(ctx, to)}})
	}
	if v.Where {
		list = append(list, changedPart{ui.T(ctx, "cafes.where"), []string{v.was.Venue, v.was.Address}, []string{v.in.Venue, v.in.Address}})
	}
	if v.Room {
		var was, becomes []string
		for _, p := range v.Gone {
			was = append(was, placeLine(ctx, p))
		}
		for _, p := range v.Come {
			becomes = append(becomes, placeLine(ctx, p))
		}
		list = append(list, changedPart{ui.T(ctx, "staff.cafe_room"), was, becomes})
	}
	if v.in.OpensDays != v.was.OpensDays {
		list = append(list, changedPart{ui.T(ctx, "series.opens"), []string{opensLine(ctx, v.was.Habits)}, []string{opensLine(ctx, v.in.Habits)}})
	}
	if v.in.ClosesMinutes != v.was.ClosesMinutes {
		list = append(list, changedPart{ui.T(ctx, "series.closes"), []string{closesLine(ctx, v.was.Habits)}, []string{closesLine(ctx, v.in.Habits)}})
	}
	return list
}

func opensLine(ctx context.Context, h cafe.Habits) string {
	if h.OpensDays == 0 {
		return ui.T(ctx, "series.always_open")
	}
	return ui.N(ctx, "series.opens_before", h.OpensDays)
}

func closesLine(ctx context.Context, h cafe.Habits) string {
	if h.ClosesMinutes == 0 {
		return ui.T(ctx, "series.open_to_the_start")
	}
	return ui.T(ctx, "series.closes_before", "Hours", inHours(h.ClosesMinutes))
}
