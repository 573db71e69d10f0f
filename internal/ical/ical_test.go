package ical

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	reader "github.com/emersion/go-ical"

	"mellemrum/internal/i18n"
)

var (
	stamp = time.Date(2026, 11, 23, 11, 0, 0, 0, time.UTC)
	start = time.Date(2026, 12, 1, 15, 30, 0, 0, time.UTC)
)

func event() Event {
	return Event{UID: "0193-a@mellemrum", Stamp: stamp, Status: Confirmed, Starts: start, Ends: start.Add(2 * time.Hour), Summary: "Café Prøve"}
}

// lines checks what every file must keep to, and returns it unfolded.
func lines(t *testing.T, file []byte) []string {
	t.Helper()
	text := string(file)
	if !utf8.ValidString(text) || !strings.HasSuffix(text, "\r\n") || strings.Count(text, "\n") != strings.Count(text, "\r\n") || strings.Count(text, "\r") != strings.Count(text, "\n") {
		t.Fatalf("a file of whole lines ending in CRLF is wanted: %q", text)
	}
	var whole []string
	for _, line := range strings.Split(strings.TrimSuffix(text, "\r\n"), "\r\n") {
		if len(line) > 75 || !utf8.ValidString(line) || strings.TrimSpace(line) == "" {
			t.Errorf("%d octets, or part of a character: %q", len(line), line)
		}
		if rest, folded := strings.CutPrefix(line, " "); folded {
			whole[len(whole)-1] += rest
		} else {
			whole = append(whole, line)
		}
	}
	return whole
}

// read reads a file back with another library.
func read(t *testing.T, file []byte) *reader.Calendar {
	t.Helper()
	lines(t, file)
	cal, err := reader.NewDecoder(bytes.NewReader(file)).Decode()
	if err != nil {
		t.Fatalf("%v\n%s", err, file)
	}
	// Its encoder knows what the standard demands of each part.
	if err := reader.NewEncoder(new(bytes.Buffer)).Encode(cal); err != nil {
		t.Errorf("%v\n%s", err, file)
	}
	return cal
}

func text(t *testing.T, e reader.Event, name string) string {
	t.Helper()
	s, err := e.Props.Text(name)
	if err != nil {
		t.Error(err)
	}
	return s
}

func TestAnEventIsReadBackAsItWasMeant(t *testing.T) {
	t.Parallel()
	e := event()
	e.Sequence, e.Modified, e.URL, e.Private = 3, stamp.Add(-time.Hour), "https://mellemrum.example/x?lang=ar&y=1;2,3", true
	e.Summary = `مقهى "السلام"، الطابق الأول; и кафе, \n \ 'Håb' ` + strings.Repeat("الحديقة الكبيرة ", 12)
	e.Location = "Fælleshuset, Opdigtet Vej 12; st.\\th"
	e.Description = "Første linje\nanden, linje\r\n\nhttps://mellemrum.example/tilmelding/" + strings.Repeat("x", 200)
	e.Organiser = Organiser{Name: `Café "Æ, Ø: Å"; Мир`, Email: "hej@mellemrum.example"}
	file := Calendar{Method: Publish, Events: []Event{e}}.Bytes()
	cal := read(t, file)
	if len(cal.Events()) != 1 {
		t.Fatalf("%d events", len(cal.Events()))
	}
	got := cal.Events()[0]
	for name, want := range map[string]string{
		"UID": e.UID, "SUMMARY": strings.TrimSpace(e.Summary), "LOCATION": e.Location, "CLASS": "PRIVATE", "STATUS": "CONFIRMED",
		"DESCRIPTION": strings.ReplaceAll(e.Description, "\r", ""),
	} {
		if s := text(t, got, name); s != want {
			t.Errorf("%s is %q, want %q", name, s, want)
		}
	}
	for name, want := range map[string]string{"DTSTAMP": "20261123T110000Z", "LAST-MODIFIED": "20261123T100000Z", "SEQUENCE": "3", "URL": e.URL,
		"DTSTART": "20261201T163000", "DTEND": "20261201T183000", "ORGANIZER": "mailto:hej@mellemrum.example"} {
		if p := got.Props.Get(name); p == nil || p.Value != want {
			t.Errorf("%s is %v, want %q", name, p, want)
		}
	}
	if cn := got.Props.Get("ORGANIZER").Params.Get("CN"); cn != "Café ”Æ  Ø  Å”  Мир" {
		t.Errorf("the organiser is %q", cn)
	}
	for name, want := range map[string]string{"VERSION": "2.0", "METHOD": "PUBLISH", "PRODID": "-//Mellemrum//Mellemrum//DA"} {
		if s, err := cal.Props.Text(name); err != nil || s != want {
			t.Errorf("%s is %q, %v", name, s, err)
		}
	}
}

func TestTimesHoldAcrossBothChangesOfTheClock(t *testing.T) {
	t.Parallel()
	for _, day := range []time.Time{
		time.Date(2026, 3, 28, 16, 30, 0, 0, i18n.Zone), time.Date(2026, 3, 29, 1, 30, 0, 0, i18n.Zone), time.Date(2026, 3, 29, 16, 30, 0, 0, i18n.Zone),
		time.Date(2026, 10, 24, 16, 30, 0, 0, i18n.Zone), time.Date(2026, 10, 25, 1, 30, 0, 0, i18n.Zone), time.Date(2026, 10, 25, 16, 30, 0, 0, i18n.Zone),
	} {
		e := event()
		e.Starts, e.Ends = day.UTC(), day.Add(4*time.Hour).UTC()
		got := read(t, Calendar{Events: []Event{e}}.Bytes()).Events()[0]
		starts, err := got.DateTimeStart(time.UTC)
		if err != nil || !starts.Equal(day) {
			t.Errorf("%s starts %s, %v", day, starts, err)
		}
		ends, err := got.DateTimeEnd(time.UTC)
		if err != nil || !ends.Equal(day.Add(4*time.Hour)) {
			t.Errorf("%s ends %s, %v", day, ends, err)
		}
		if at := got.Props.Get("DTSTART"); at.Params.Get("TZID") != zone || at.Value != day.Format(local) {
			t.Errorf("the hour on the wall is %s in %s", at.Value, at.Params.Get("TZID"))
		}
	}
}

// The zone's rules in the file say the same as the zone itself, for calendars
// that know no zones.
func TestTheZoneChangesWhenTheClocksDo(t *testing.T) {
	t.Parallel()
	cal := read(t, Calendar{Events: []Event{event()}}.Bytes())
	zones := 0
	for _, c := range cal.Children {
		if c.Name != "VTIMEZONE" {
			continue
		}
		zones++
		if id, _ := c.Props.Text("TZID"); id != zone {
			t.Errorf("zone %q", id)
		}
		for _, period := range c.Children {
			from, to := period.Props.Get("TZOFFSETFROM").Value, period.Props.Get("TZOFFSETTO").Value
			set, err := period.RecurrenceSet(time.FixedZone("", map[string]int{"+0100": 3600, "+0200": 7200}[from]))
			if err != nil {
				t.Fatal(err)
			}
			changes := set.Between(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2037, 1, 1, 0, 0, 0, 0, time.UTC), true)
			if len(changes) != 11 {
				t.Errorf("%s: %d changes in 11 years", period.Name, len(changes))
			}
			for _, at := range changes {
				before, after := at.Add(-time.Second).In(i18n.Zone), at.In(i18n.Zone)
				if before.Format("-0700") != from || after.Format("-0700") != to {
					t.Errorf("%s at %s: the zone goes from %s to %s", period.Name, at, before, after)
				}
			}
		}
	}
	if zones != 1 {
		t.Errorf("%d zones", zones)
	}
}

func TestACalledOffEventKeepsNobodyBusy(t *testing.T) {
	t.Parallel()
	e := event()
	e.Status, e.Sequence = Cancelled, 4
	got := read(t, Calendar{Method: Cancel, Events: []Event{e}}.Bytes()).Events()[0]
	if text(t, got, "STATUS") != "CANCELLED" || text(t, got, "TRANSP") != "TRANSPARENT" {
		t.Error(got.Props)
	}
}

func TestAnEmptyCalendarIsAFileToo(t *testing.T) {
	t.Parallel()
	file := Calendar{Name: "Caféer i Testby", Refresh: time.Hour}.Bytes()
	if !slices.Contains(lines(t, file), "REFRESH-INTERVAL;VALUE=DURATION:PT60M") {
		t.Errorf("%s", file)
	}
	cal := read(t, file)
	if name, _ := cal.Props.Text("X-WR-CALNAME"); name != "Caféer i Testby" || cal.Props.Get("REFRESH-INTERVAL").Value != "PT60M" {
		t.Error(cal.Props)
	}
}

// Nothing that somebody writes can break a line, end a property or stop the
// writing.
func FuzzAnyTextIsOnlyText(f *testing.F) {
	for _, s := range []string{"", "a", "END:VEVENT\r\nBEGIN:VALARM", "\x00\x1b\u202e\xff\xfe", strings.Repeat("ш", 300), strings.Repeat("a ", 200),
		strings.Repeat("x", 74) + "  " + strings.Repeat("y", 80), "< <<  >>" + strings.Repeat("ي", 40), strings.Repeat("\xff", 100), "\u2028\u0085\v"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e := event()
		e.Summary, e.Location, e.Description, e.Organiser = "x"+s, s, s, Organiser{Name: s, Email: "hej@mellemrum.example"}
		file := Calendar{Name: s, Method: Publish, Events: []Event{e}}.Bytes()
		for _, line := range lines(t, file) {
			name, _, _ := strings.Cut(line, ":")
			if strings.HasPrefix(line, "BEGIN:VALARM") || name == "END" && !strings.HasPrefix(line, "END:V") && line != "END:DAYLIGHT" && line != "END:STANDARD" {
				t.Errorf("a line of somebody's own: %q", line)
			}
		}
		got := read(t, file).Events()
		if len(got) != 1 || text(t, got[0], "SUMMARY") != clean("x"+s) {
			t.Errorf("%q came back as %v", s, got)
		}
	})
}
