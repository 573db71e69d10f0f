package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"mellemrum/internal/cafe"
	"mellemrum/internal/i18n"
)

// Paper is a paper as it is shown, in Danish.
type Paper struct {
	Title    string
	Period   string
	Sections []Section
}

// Section is a part of a paper under a heading.
type Section struct {
	Heading string
	Blocks  []Block
}

// Block is one thing under a heading. It has one of its fields, and a heading of
// its own if it begins something.
type Block struct {
	Heading string
	Text    string
	List    []string
	Table   *Table
	Blank   string // what its author is to write: the portal cannot know it
}

// Table is a table. Its first column names the rows, all others are figures.
type Table struct {
	Caption string
	Head    []string
	Rows    [][]string
	Total   []string // the last row, if there is one
}

// section writes one part of a paper.
type section struct {
	heading string
	write   func(Facts) []Block
}

// The headings of a committee paper, in the order municipal committees know.
var committee = []section{
	{"Resume", summary},
	{"Indstilling", blank("Skriv her, hvad udvalget bliver bedt om.")},
	{"Sagsfremstilling", presentation},
	{"Inddragelse og høring", involvement},
	{"Alternativer", blank("Skriv her, hvilke andre muligheder der er, og hvad de betyder.")},
	{"Tidsperspektiv", timeline},
	{"Økonomi", blank("Skriv her, hvad det koster, og hvor pengene kommer fra. Portalen kender ingen beløb.")},
	{"Jura", blank("Skriv her, hvilke regler det bygger på.")},
	{"Bilag", appendix},
}

var yearly = []section{
	{"Resume", summary},
	{"Bydelene", presentation},
	{"Inddragelse og høring", involvement},
	{"Tidsperspektiv", timeline},
	{"Måned for måned", monthly},
	{"Bilag", appendix},
}

func write(f Facts) Paper {
	p := Paper{Title: "Socialt bydelsarbejde", Period: date(f.From) + " – " + date(f.Until)}
	sections := committee
	if f.Kind == Yearly {
		p.Title, sections = "Årsrapport: socialt bydelsarbejde", yearly
	}
	for _, s := range sections {
		p.Sections = append(p.Sections, Section{s.heading, s.write(f)})
	}
	return p
}

func blank(what string) func(Facts) []Block {
	return func(Facts) []Block { return []Block{{Blank: what}} }
}

var danish = i18n.ByCode("da")

func date(t time.Time) string { return danish.Date(t) }

func names(f Facts) string {
	list := make([]string, len(f.Districts))
	for i, d := range f.Districts {
		list[i] = d.Name
	}
	return danish.List(list)
}

// few writes a count with its word: "1 café", "2 caféer".
func few(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Things(n) + " " + many
}

// summary says the most important in a few sentences.
func summary(f Facts) []Block {
	_, guests := Column(each(f, func(d District) int { return d.Cafes.Came }))
	_, helpers := Column(each(f, func(d District) int { return d.Cafes.Helpers }))
	heard, records := 0, 0
	for _, i := range f.Initiatives {
		if len(i.Records) > 0 {
			heard++
			records += len(i.Records)
		}
	}
	blocks := []Block{
		{Text: fmt.Sprintf("Papiret handler om %s i perioden %s til %s.", names(f), date(f.From), date(f.Until))},
		{Text: fmt.Sprintf("Der blev holdt %s med %s gæster og %s frivillige. Partnere og beboere rakte hånden op %s gange til %s. %s har tilsammen %s åbne.",
			few(f.Cafes.Held, "cafédag", "cafédage"), guests, helpers, People(f.All.Hands), few(f.All.Asks, "opråb", "opråb"),
			capital(few(f.All.Partners, "samarbejdspartner", "samarbejdspartnere")), few(f.All.Offers, "tilbud", "tilbud"))},
		{Text: fmt.Sprintf("%s var i gang eller ved at blive formet. I %s er det skrevet ned i perioden, hvordan beboerne var med (%s).",
			capital(few(len(f.Initiatives), "initiativ", "initiativer")), few(heard, "af dem", "af dem"), few(records, "gang", "gange"))},
	}
	if waiting := without(f); len(waiting) > 0 {
		blocks = append(blocks, Block{Text: fmt.Sprintf("%s er aftalt, før beboerne er hørt. Det står under Inddragelse og høring.", capital(few(len(waiting), "initiativ", "initiativer")))})
	}
	return blocks
}

// capital begins a sentence.
func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[size:]
}

// each takes one number of every district.
func each(f Facts, n func(District) int) []int {
	list := make([]int, len(f.Districts))
	for i, d := range f.Districts {
		list[i] = n(d)
	}
	return list
}

// presentation tells of each district: what it is good at first.
func presentation(f Facts) []Block {
	var blocks []Block
	for _, d := range f.Districts {
		b := []Block{{Heading: d.Name}}
		var good []string
		for _, s := range d.Strengths {
			if s.SaidBy != "" {
				good = append(good, s.Body+" ("+s.SaidBy+")")
			} else {
				good = append(good, s.Body)
			}
		}
		if len(good) > 0 {
			b = append(b, Block{Text: "Det er bydelen god til:"}, Block{List: good})
		}
		b = append(b,
			Block{Text: fmt.Sprintf("Caféer: %s holdt, %s gæster, %s frivillige.", few(d.Cafes.Held, "dag", "dage"), People(d.Cafes.Came), People(d.Cafes.Helpers))},
			Block{Text: fmt.Sprintf("Opråb: %s, heraf %s løst helt eller delvis. %s hænder blev rakt op.", few(d.Asks, "sendt", "sendt"), Things(d.AsksMet), capital(People(d.Hands)))},
			Block{Text: fmt.Sprintf("Partnere: %s, heraf %s nye. Tilbud: %s åbne, heraf %s nye.", Things(d.Partners), Things(d.NewPartners), Things(d.Offers), Things(d.NewOffers))},
			Block{Text: fmt.Sprintf("Workshops: %s holdt. Noter om bydelen: %s om bekymring, %s om trivsel.", Things(d.Workshops), Things(d.Concerns), Things(d.Good))})
		var list []string
		for _, i := range f.Initiatives {
			for _, name := range i.Districts {
				if name == d.Name {
					list = append(list, i.Title+" – "+status(i.Status))
				}
			}
		}
		if len(list) > 0 {
			b = append(b, Block{Text: "Initiativer:"}, Block{List: list})
		}
		blocks = append(blocks, b...)
	}
	return blocks
}

func status(s string) string { return strings.ToLower(danish.T("initiatives.status_" + s)) }

// without are the initiatives that were agreed on leave and have no record yet.
func without(f Facts) (list []Initiative) {
	for _, i := range f.Initiatives {
		if i.Deadline != nil && !i.Heard {
			list = append(list, i)
		}
	}
	return list
}

// involvement is filled by the records of how residents took part.
func involvement(f Facts) []Block {
	var blocks []Block
	for _, i := range f.Initiatives {
		if len(i.Records) == 0 && i.Agree+i.Object+i.TakePart == 0 {
			continue
		}
		blocks = append(blocks, Block{Heading: i.Title})
		for _, r := range i.Records {
			blocks = append(blocks,
				Block{Text: fmt.Sprintf("%s, %s: %s beboere var med.", danish.T("initiatives.how_"+r.How), date(r.HeldOn), People(r.Residents))},
				Block{Text: "De sagde: " + flat(r.Said)},
				Block{Text: "Det ændrede: " + flat(r.Changed)})
			var list []string
			for _, o := range r.Objections {
				list = append(list, "Indvending: "+flat(o.Objection)+" Svar: "+flat(o.Answer))
			}
			if len(list) > 0 {
				blocks = append(blocks, Block{List: list})
			}
		}
		if i.Agree+i.Object+i.TakePart > 0 {
			blocks = append(blocks, Block{Text: fmt.Sprintf("Meninger i perioden, på siden og på papir: %s enige, %s med en indvending, %s vil være med.",
				People(i.Agree), People(i.Object), People(i.TakePart))})
		}
	}
	if len(blocks) == 0 {
		blocks = append(blocks, Block{Text: "I perioden er der ikke skrevet ned, at beboere var med i et initiativ."})
	}
	for _, i := range without(f) {
		blocks = append(blocks, Block{Text: fmt.Sprintf("%s er aftalt, før beboerne er hørt. De skal være hørt senest %s. Grunden er: %s", i.Title, date(*i.Deadline), flat(i.Reason))})
	}
	return blocks
}

// flat is somebody's words on one line.
func flat(s string) string { return strings.Join(strings.Fields(s), " ") }

// timeline is what has a date.
func timeline(f Facts) []Block {
	var list []string
	for _, i := range f.Initiatives {
		switch {
		case i.EndedAt != nil:
			list = append(list, fmt.Sprintf("%s: %s %s.", i.Title, status(i.Status), date(*i.EndedAt)))
		case i.AgreedAt != nil:
			list = append(list, fmt.Sprintf("%s: aftalt %s, %s.", i.Title, date(*i.AgreedAt), status(i.Status)))
		default:
			list = append(list, fmt.Sprintf("%s: %s.", i.Title, status(i.Status)))
		}
	}
	for _, d := range f.Districts {
		for _, p := range d.Plans {
			if years := span(p); years != "" {
				list = append(list, fmt.Sprintf("%s i %s: %s.", p.Title, d.Name, years))
			}
		}
	}
	blocks := []Block{{Text: fmt.Sprintf("Fra i dag er der sat dato for %s.", few(f.All.ComingDates, "cafédag", "cafédage"))}}
	if len(list) > 0 {
		blocks = append(blocks, Block{List: list})
	}
	return blocks
}

func span(p Plan) string {
	switch {
	case p.StartsOn == nil && p.EndsOn == nil:
		return ""
	case p.EndsOn == nil:
		return "fra " + date(*p.StartsOn)
	case p.StartsOn == nil:
		return "til " + date(*p.EndsOn)
	}
	return date(*p.StartsOn) + " – " + date(*p.EndsOn)
}

// monthly is the cafés month by month.
func monthly(f Facts) []Block {
	if len(f.Months) == 0 {
		return []Block{{Text: "Der blev ikke holdt caféer i perioden."}}
	}
	labels := make([]string, len(f.Months))
	figures := make([]cafe.Figures, len(f.Months))
	for i, m := range f.Months {
		labels[i], figures[i] = capital(danish.Month(m.Day.Month()))+" "+strconv.Itoa(m.Day.Year()), m.Figures
	}
	return []Block{{Table: cafeTable("Caféer måned for måned", "Måned", labels, figures)}}
}

// cafeTable has a row for each label, with figures of things and of people.
func cafeTable(caption, first string, labels []string, figures []cafe.Figures) *Table {
	t := &Table{Caption: caption, Head: []string{first, "Cafédage", "Gæster", "Første gang", "Frivillige"}}
	var held int
	pick := func(n func(cafe.Figures) int) ([]string, string) {
		list := make([]int, len(figures))
		for i, g := range figures {
			list[i] = n(g)
		}
		return Column(list)
	}
	came, allCame := pick(func(g cafe.Figures) int { return g.Came })
	newcomers, allNew := pick(func(g cafe.Figures) int { return g.FirstTimers })
	helpers, allHelpers := pick(func(g cafe.Figures) int { return g.Helpers })
	for i, label := range labels {
		held += figures[i].Held
		t.Rows = append(t.Rows, []string{label, Things(figures[i].Held), came[i], newcomers[i], helpers[i]})
	}
	t.Total = []string{"I alt", Things(held), allCame, allNew, allHelpers}
	return t
}

// appendix is the tables.
func appendix(f Facts) []Block {
	labels, figures := make([]string, len(f.Districts)), make([]cafe.Figures, len(f.Districts))
	for i, d := range f.Districts {
		labels[i], figures[i] = d.Name, d.Cafes
	}
	hands, _ := Column(each(f, func(d District) int { return d.Hands }))
	voices, _ := Column(each(f, func(d District) int { return d.Voices }))
	activity := &Table{Caption: "Det skete i bydelene", Head: []string{"Bydel", "Opråb", "Hænder", "Tilbud", "Partnere", "Workshops", "Meninger"}}
	for i, d := range f.Districts {
		activity.Rows = append(activity.Rows, []string{d.Name, Things(d.Asks), hands[i], Things(d.Offers), Things(d.Partners), Things(d.Workshops), voices[i]})
	}
	kinds := &Table{Caption: "Samarbejdspartnere efter slags", Head: []string{"Slags", "Antal"}}
	for _, k := range f.Kinds {
		kinds.Rows = append(kinds.Rows, []string{danish.T("organisations.kind_" + k.Kind), Things(k.Number)})
	}
	blocks := []Block{{Table: cafeTable("Caféer i bydelene", "Bydel", labels, figures)}, {Table: activity}}
	if len(kinds.Rows) > 0 {
		blocks = append(blocks, Block{Table: kinds})
	}
	return append(blocks, Block{Text: "Antal mennesker under 5 er skjult, og summer med noget skjult i er skrevet som mindst. Et opråb eller et initiativ i to bydele er talt med i begge."})
}
