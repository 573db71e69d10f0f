package demo

import (
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"mellemrum/internal/cafe"
	"mellemrum/internal/i18n"
	"mellemrum/internal/text"
)

// firstNames of invented guests, and what each speaks best. The surname says
// that they are invented.
var firstNames = []struct{ name, language string }{
	{"Amina", "so"}, {"Jens", "da"}, {"Olena", "uk"}, {"Khaled", "ar"}, {"Kirsten", "da"}, {"Zeynep", "tr"}, {"Bo", "da"},
	{"Farah", "fa"}, {"Ngoc", "vi"}, {"Marek", "pl"}, {"Sara", "en"}, {"Dilan", "ku"}, {"Tove", "da"}, {"Iryna", "uk"},
	{"Hassan", "ar"}, {"Lise", "da"}, {"Abdi", "so"}, {"Ellen", "da"}, {"Rana", "ar"}, {"Poul", "da"}, {"Selma", "bs"},
	{"Ivan", "uk"}, {"Nina", "da"}, {"Omar", "ar"}, {"Gerda", "da"}, {"Kumari", "ta"}, {"Søren", "da"}, {"Selam", "ti"},
	{"Ewa", "pl"}, {"Mustafa", "tr"}, {"Hanne", "da"}, {"Shirin", "fa"}, {"Bilal", "ur"}, {"Ingrid", "da"}, {"Taras", "uk"},
	{"Nasra", "so"}, {"Åse", "da"}, {"Mihai", "ro"}, {"Rojda", "ku"}, {"Viggo", "da"}, {"Leyla", "tr"}, {"Grace", "en"},
	{"Fatima", "ar"}, {"Ole", "da"}, {"Amir", "bs"}, {"Kaja", "da"}, {"Samir", "ar"}, {"Thuy", "vi"},
	// Who helps out.
	{"Yasmin", "ar"}, {"Jytte", "da"}, {"Halima", "so"}, {"Preben", "da"}, {"Nadia", "uk"}, {"Ali", "ar"}, {"Bente", "da"},
	{"Cemil", "ku"}, {"Rikke", "da"}, {"Sofia", "es"}, {"Mohamed", "so"}, {"Else", "da"}, {"Andrij", "uk"}, {"Zahra", "fa"},
	{"Kaj", "da"}, {"Maria", "ro"},
}

const helpersFrom = 48 // in firstNames

var surnames = []string{"Opdigt", "Prøvesen", "Eksempel", "Fantasi", "Påhit"}

var notes = []string{"Kommer lidt senere", "Har barnevogn med", "Vil gerne sidde ved vinduet", "Tager en kage med",
	"Vi er med for første gang", "Går nok lidt før", "Kommer på cykel", "Kan hjælpe med at rydde op"}

var partySizes = []int{1, 1, 1, 2, 2, 2, 3, 3, 4, 5}

// guest is an invented person who signs up for a date of a café.
type guest struct {
	date        string // cafe.DateFormat
	place       string // key
	name        string
	email       string // one of the two may be empty
	phone       string // E.164
	party       int
	language    string
	note        string
	code        string
	at          time.Time // when they sign up
	cancelledAt time.Time // zero: they don't
	came        int       // people who come, when they are placed
	firstTime   bool
	photo       bool // may be in pictures
	askMe       bool // may be asked to stand in another day
}

func (g guest) locale() string { return text.Locale(g.language) }

// crowd is everybody who signs up for one date, sooner or later, in the order
// they do: steadily, the first ones forty days ahead. It is the
// same every time it is asked for.
func (c cafeText) crowd(date time.Time) []guest {
	starts, _ := cafe.At(date, c.starts)
	var all []guest
	busy := map[int]bool{} // helpers who have a shift on this date
	for _, place := range c.places {
		kind, room := place.Kind, place.Capacity
		h := fnv.New64a()
		fmt.Fprint(h, c.name, place.Key)
		r := rand.New(rand.NewPCG(h.Sum64(), uint64(date.Unix()))) //nolint:gosec // invented people, the same every time
		turn := c.turn(date)
		from, to, wanted := 0, helpersFrom, room*c.demand[turn%len(c.demand)]
		if kind != cafe.Guest {
			from, to, wanted = helpersFrom, len(firstNames), room*[]int{100, 50, 75}[turn%3]
		}
		wanted = (wanted + 99) / 100
		var group []guest
		for _, n := range r.Perm(to - from) {
			if wanted <= 0 {
				break
			}
			if busy[from+n] {
				continue
			}
			g := person(from + n)
			g.date, g.place, g.party = date.Format(cafe.DateFormat), place.Key, 1
			if kind.Helps() {
				busy[from+n] = true
				g.askMe = g.email != "" && n%3 != 0
			} else {
				g.party = partySizes[r.IntN(len(partySizes))]
				g.firstTime = (n+turn)%6 == 0
			}
			g.photo = n%5 != 0
			wanted -= g.party
			group = append(group, g)
		}
		late := 1.1
		if c.demand[turn%len(c.demand)] > 200 {
			late = 0.5 // what everybody wants to come to fills up early
		}
		for i := range group {
			share := (float64(i) + 0.5) / float64(len(group))
			group[i].decide(r, starts, time.Duration(math.Pow(1-share, late)*float64(40*24*time.Hour)))
		}
		all = append(all, group...)
	}
	slices.SortStableFunc(all, func(a, b guest) int { return a.at.Compare(b.at) })
	return all
}

// person is the invented person with that number. Everybody has one address,
// wherever they turn up.
func person(n int) guest {
	first, last := firstNames[n], surnames[n*3%len(surnames)]
	g := guest{name: first.name + " " + last, language: first.language}
	if n%4 != 0 {
		g.email = text.Slug(first.name) + "." + text.Slug(last) + "@post.example"
	}
	if n%4 != 1 {
		g.phone = fmt.Sprintf("+452000%04d", 1000+n)
	}
	return g
}

// decide settles what is left to chance; ahead is about how long before the
// café they sign up.
func (g *guest) decide(r *rand.Rand, starts time.Time, ahead time.Duration) {
	day := starts.Add(-ahead).In(i18n.Zone)
	g.at = time.Date(day.Year(), day.Month(), day.Day(), 8+r.IntN(13), r.IntN(60), r.IntN(60), 0, i18n.Zone)
	if !g.at.Before(starts) {
		g.at = starts.Add(-time.Duration(20+r.IntN(200)) * time.Minute)
	}
	if gone := g.at.Add(time.Duration(1+r.IntN(5)) * time.Hour); r.IntN(12) == 0 && gone.Before(starts) {
		g.cancelledAt = gone
	}
	if r.IntN(5) == 0 {
		g.note = notes[r.IntN(len(notes))]
	}
	switch chance := r.IntN(20); {
	case chance == 0:
		g.came = 0
	case chance < 3:
		g.came = max(1, g.party-1)
	default:
		g.came = g.party
	}
	const letters = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
	code := make([]byte, 6)
	for i := range code {
		code[i] = letters[r.IntN(len(letters))]
	}
	if g.phone != "" {
		g.code = string(code)
	}
}

// walkIns is the number of people who come to the date without signing up.
func (c cafeText) walkIns(date time.Time) int { return date.YearDay() * 7 % 5 }

// epoch is a Sunday, long ago, that weeks are counted from.
var epoch = time.Date(2018, 1, 7, 0, 0, 0, 0, time.UTC)

func week(date time.Time) int { return int(date.Sub(epoch).Hours()/24) / 7 }

// turn counts a café's dates, so that busy and quiet ones take turns.
func (c cafeText) turn(date time.Time) int {
	if c.repeat == cafe.Monthly {
		return date.Year()*12 + int(date.Month())
	}
	if c.repeat == cafe.Fortnightly {
		return week(date) / 2
	}
	return week(date)
}

// dates are the café's dates in the demo's reach, holidays left out. Monthly
// means the second such weekday of the month.
func (c cafeText) dates(today time.Time) []time.Time {
	var list []time.Time
	for d := today.AddDate(0, 0, -daysBack); !d.After(today.AddDate(0, 0, daysAhead)); d = d.AddDate(0, 0, 1) {
		switch {
		case int(d.Weekday()) != c.weekday || cafe.Holiday(d) != "":
		case c.repeat == cafe.Fortnightly && week(d)%2 != 0:
		case c.repeat == cafe.Monthly && (d.Day()-1)/7 != 1:
		default:
			list = append(list, d)
		}
	}
	return list
}
