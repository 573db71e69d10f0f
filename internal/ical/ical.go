// Package ical writes iCalendar files (RFC 5545) that calendars of all makes
// read alike: local times with the rules of their zone beside them, lines of at
// most 75 octets, and nothing in a text that could end it.
//
// The library underneath writes the lines. What it leaves to its caller is done
// here: the zone, quotes and commas in parameters, characters a text may not
// hold, and the properties that the standard demands.
package ical

import (
	"strconv"
	"strings"
	"time"
	"unicode"

	ics "github.com/arran4/golang-ical"

	"mellemrum/internal/i18n"
)

// Type is the media type of a file, for those who fetch it.
const Type = "text/calendar; charset=utf-8"

// Status tells whether an event takes place.
type Status string

// An event is certain, possible or called off.
const (
	Confirmed Status = "CONFIRMED"
	Tentative Status = "TENTATIVE"
	Cancelled Status = "CANCELLED"
)

// Method says what a file that is sent to somebody asks their calendar to do.
type Method string

// A file is there to be looked at, announces its events or calls them off.
const (
	None    Method = ""
	Publish Method = "PUBLISH"
	Cancel  Method = "CANCEL"
)

// Calendar is a file.
type Calendar struct {
	Method  Method
	Name    string        // of a calendar to subscribe to
	Refresh time.Duration // how often subscribers may ask; zero: as they like
	Events  []Event
}

// Event is one entry. UID, Stamp, Starts and Ends must be there.
type Event struct {
	UID         string // stays the same for good
	Stamp       time.Time
	Modified    time.Time // zero: not told
	Sequence    int       // grows with every change that moves or cancels the event
	Status      Status
	Starts      time.Time
	Ends        time.Time
	Summary     string
	Location    string
	Description string
	URL         string
	Private     bool
	Organiser   Organiser
}

// Organiser is who an event comes from. Files with a method must name one.
type Organiser struct{ Name, Email string }

const (
	zone  = "Europe/Copenhagen"
	local = "20060102T150405"
)

// Bytes writes the file.
func (c Calendar) Bytes() []byte {
	cal := &ics.Calendar{}
	cal.SetVersion("2.0")
	cal.SetProductId("-//Mellemrum//Mellemrum//DA")
	cal.SetCalscale("GREGORIAN")
	if c.Method != None {
		cal.SetMethod(ics.Method(c.Method))
	}
	if c.Name != "" {
		cal.SetName(clean(c.Name))
		cal.SetXWRTimezone(zone)
	}
	if c.Refresh > 0 {
		every := "PT" + strconv.Itoa(int(c.Refresh.Minutes())) + "M"
		cal.SetRefreshInterval(every) // the library's name for it says that it is a DURATION
		cal.SetXPublishedTTL(every)
	}
	cal.AddVTimezone(copenhagen())
	for _, e := range c.Events {
		cal.AddVEvent(e.component())
	}
	return []byte(cal.Serialize(ics.WithNewLineWindows))
}

func (e Event) component() *ics.VEvent {
	v := ics.NewEvent(clean(e.UID))
	v.SetDtStampTime(e.Stamp)
	at := func(p ics.ComponentProperty, t time.Time) {
		v.SetProperty(p, t.In(i18n.Zone).Format(local), ics.WithTZID(zone))
	}
	at(ics.ComponentPropertyDtStart, e.Starts)
	at(ics.ComponentPropertyDtEnd, e.Ends)
	v.SetSummary(clean(e.Summary))
	v.SetStatus(ics.ObjectStatus(e.Status))
	v.SetSequence(e.Sequence)
	if !e.Modified.IsZero() {
		v.SetLastModifiedAt(e.Modified)
	}
	if e.Location != "" {
		v.SetLocation(clean(e.Location))
	}
	if e.Description != "" {
		v.SetDescription(clean(e.Description))
	}
	if e.URL != "" {
		v.SetURL(clean(e.URL))
	}
	if e.Private {
		v.SetClass(ics.ClassificationPrivate)
	}
	if e.Status == Cancelled {
		v.SetTimeTransparency(ics.TransparencyTransparent) // nobody is busy with it
	}
	if e.Organiser.Email != "" {
		v.SetOrganizer("mailto:"+clean(e.Organiser.Email), ics.WithCN(parameter(e.Organiser.Name)))
	}
	return v
}

// copenhagen holds the rules of the zone since 1996; no event is older.
func copenhagen() *ics.VTimezone {
	z := ics.NewTimezone(zone)
	period := func(c *ics.ComponentBase, name, from, to, starts, month string) {
		c.SetProperty(ics.ComponentProperty(ics.PropertyTzname), name)
		c.SetProperty(ics.ComponentProperty(ics.PropertyTzoffsetfrom), from)
		c.SetProperty(ics.ComponentProperty(ics.PropertyTzoffsetto), to)
		c.SetProperty(ics.ComponentPropertyDtStart, starts)
		c.SetProperty(ics.ComponentPropertyRrule, "FREQ=YEARLY;BYMONTH="+month+";BYDAY=-1SU")
	}
	summer, winter := &ics.Daylight{}, ics.NewStandard()
	period(&summer.ComponentBase, "CEST", "+0100", "+0200", "19960331T020000", "3")
	period(&winter.ComponentBase, "CET", "+0200", "+0100", "19961027T030000", "10")
	z.Components = append(z.Components, summer, winter)
	return z
}

// clean keeps what a text may hold: whole characters, line feeds, and no run of
// blanks, at which a folded line would be blank.
func clean(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\r\n", "\n")
	var b strings.Builder
	blank := false
	for _, r := range s {
		switch {
		case r == '\n':
		case unicode.IsSpace(r):
			r = ' '
		case unicode.IsControl(r):
			continue
		}
		if r == ' ' && blank {
			continue
		}
		blank = r == ' '
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}

// parameter makes a text fit beside a property's name, where nothing can be
// escaped: marks that would end it give way to some that look alike.
func parameter(s string) string {
	return strings.NewReplacer(`"`, "”", "'", "’", ",", " ", ";", " ", ":", " ", `\`, " ", "\n", " ").Replace(clean(s))
}
