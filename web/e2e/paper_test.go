package e2e

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"math"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/ledongthuc/pdf"

	"mellemrum/internal/authz"
	"mellemrum/internal/cafe"
	"mellemrum/internal/i18n"
	"mellemrum/internal/pg"
	"mellemrum/internal/pg/pgtest"
	"mellemrum/web/e2e/browser"
)

var papers = flag.String("papers", "", "folder to put the printed pages in, to look at them")

// sheet is a paper in points.
type sheet struct{ width, height float64 }

var (
	a4 = sheet{595.28, 841.89}
	a3 = sheet{841.89, 1190.55}
)

// paper is a PDF that has been read.
type paper struct {
	pages []sheet
	text  string // without its spaces: they are often places, not letters
}

func (p paper) says(words string) bool {
	return strings.Contains(p.text, strings.ReplaceAll(words, " ", ""))
}

// print reads the page that is open as somebody gets it on paper.
func (p person) print(name string, with func() ([]byte, error)) paper {
	p.t.Helper()
	ask[bool](p, `document.fonts.ready.then(() => true)`)
	b, err := with()
	p.ok(err)
	if *papers != "" {
		p.ok(os.WriteFile(filepath.Join(*papers, name+".pdf"), b, 0o600))
	}
	r, err := pdf.NewReader(bytes.NewReader(b), int64(len(b)))
	p.ok(err)
	var printed paper
	for i := range r.NumPage() {
		box := mediaBox(r.Page(i + 1).V)
		printed.text += words(r.Page(i + 1))
		printed.pages = append(printed.pages, sheet{box.Index(2).Float64() - box.Index(0).Float64(), box.Index(3).Float64() - box.Index(1).Float64()})
	}
	return printed
}

// mediaBox is a page's own, or that of the pages it is among.
func mediaBox(page pdf.Value) pdf.Value {
	for ; !page.IsNull(); page = page.Key("Parent") {
		if box := page.Key("MediaBox"); !box.IsNull() {
			return box
		}
	}
	return pdf.Value{}
}

// is checks that every page is the sheet; browsers round to whole dots.
func (s sheet) is(t *testing.T, name string, pages ...sheet) {
	t.Helper()
	for _, p := range pages {
		if math.Abs(p.width-s.width) > 1 || math.Abs(p.height-s.height) > 1 {
			t.Errorf("%s: a page of %.1f × %.1f points, want %.1f × %.1f", name, p.width, p.height, s.width, s.height)
		}
	}
}

// fullest is a café with as much to say as can be written.
func fullest(t *testing.T, dsn string) string {
	t.Helper()
	db, err := pg.Open(t.Context(), pg.Config{WriteURL: dsn})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	type places struct{ District, Organisation []uuid.UUID }
	at, err := pg.One(context.Background(), db.Reader(), `
		SELECT ARRAY(SELECT id FROM districts LIMIT 1) AS district,
		       ARRAY(SELECT id FROM organisations WHERE status = 'approved' ORDER BY length(name) DESC LIMIT 8) AS organisation`, pg.ByName[places])
	if err != nil {
		t.Fatal(err)
	}
	s := cafe.New(db)
	c, err := s.Create(t.Context(), authz.TheSystem, cafe.Series{
		Name:       "Den store internationale strikke-, hækle- og fællesspisningscafé for hele nabolaget omkring Birkehaven",
		DistrictID: at.District[0], Hosts: at.Organisation,
		Venue:   "Kulturhuset og Medborgerhuset Den Gamle Tekstilfabrik ved Havnepromenaden",
		Address: "Nordre Kulturhavnspromenade 114 B, 2. sal, indgang fra gården, 9220 Aalborg Øst",
		About:   strings.Repeat("Vi strikker, hækler, spiser og taler sammen om alt muligt. ", 30),
		Starts:  "16:30", Ends: "21:30", Languages: []string{"da", "ar", "so", "en", "uk", "tr", "fa", "vi"},
		Places: cafe.Room(map[cafe.Kind]int{cafe.Guest: 40}), Habits: cafe.UsualHabits})
	if err != nil {
		t.Fatal(err)
	}
	var dates []time.Time
	for i := range 53 {
		dates = append(dates, i18n.Day(time.Now()).AddDate(0, 0, 7*(i+1)))
	}
	if _, err := s.AddDates(t.Context(), authz.TheSystem, c.ID, dates); err != nil {
		t.Fatal(err)
	}
	return "/cafeer/" + c.Slug
}

// A poster is one sheet of the paper that was chosen, in one language or three,
// with everything on it: also where there is as much to say as can be written.
func TestAPosterIsOneSheetOfItsPaper(t *testing.T) {
	t.Parallel()
	dsn := pgtest.DSN(t)
	base := newPortalOn(t, dsn)
	p := visit(t, base, browser.Look{Width: 1280})
	date := p.roomyDate()
	p.open(date)
	name := p.text("h1")
	usual := date[:strings.LastIndex(date, "/")]
	for at, says := range map[string]string{usual: name, fullest(t, dsn): "Den store internationale"} {
		for size, want := range map[string]sheet{"a4": a4, "a3": a3} {
			for _, languages := range [][]string{{"da"}, {"ar"}, {"da", "uk", "ar"}} {
				what := fmt.Sprintf("%s %s %s", filepath.Base(at), size, strings.Join(languages, "-"))
				p.open(at + "/plakat?" + url.Values{"stoerrelse": {size}, "sprog": languages}.Encode())
				printed := p.print(what, p.v.PrintAsSaid)
				if len(printed.pages) != 1 {
					t.Errorf("%s: %d pages", what, len(printed.pages))
				}
				want.is(t, what, printed.pages...)
				words := []string{says, strings.TrimPrefix(base, "http://") + "/cafeer/"}
				for _, l := range languages {
					words = append(words, map[string]string{"da": "Scan koden", "uk": "Скануйте код", "ar": "30"}[l])
				}
				for _, w := range words {
					if !printed.says(w) {
						t.Errorf("%s does not say %q: %s", what, w, printed.text)
					}
				}
				if printed.says("Gem som PDF") {
					t.Errorf("%s: the form is printed too", what)
				}
				p.nothingIsCut(what)
			}
		}
	}
}

// nothingIsCut checks that the poster's parts end within it, one above the
// other, and that some date is seen where there are dates.
func (p person) nothingIsCut(what string) {
	p.t.Helper()
	for _, wrong := range ask[[]string](p, `(() => {
		const wrong = [], poster = document.querySelector(".poster").getBoundingClientRect();
		const foot = document.querySelector(".poster-foot").getBoundingClientRect();
		const columns = document.querySelector(".poster-columns").getBoundingClientRect();
		if (foot.bottom > poster.bottom + 1) wrong.push("the foot is below the paper");
		for (const e of document.querySelectorAll(".poster-column > *")) {
			const box = e.getBoundingClientRect();
			if (box.bottom > columns.bottom + 1) wrong.push(e.className + " runs into the foot");
			if (box.left < columns.left - 1 || box.right > columns.right + 1) wrong.push(e.className + " is beside the paper");
		}
		for (const e of document.querySelectorAll(".poster-foot *, .poster-head *, .poster-column p, .poster-day")) {
			if (e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display === "block") wrong.push(e.className + " is too wide: " + e.textContent);
		}
		for (const list of document.querySelectorAll(".poster-dates ul")) {
			const box = list.getBoundingClientRect();
			const seen = [...list.children].filter(li => {
				const at = li.getBoundingClientRect();
				return at.left < box.right - 2 && at.right > box.left + 2 && at.bottom <= box.bottom + 1;
			});
			if (!seen.length) wrong.push("no date is seen");
		}
		return wrong;
	})()`) {
		p.t.Errorf("%s: %s", what, wrong)
	}
}

// The door list of a café is A4 pages that say who comes, and none of the
// buttons.
func TestTheDoorListIsPaper(t *testing.T) {
	t.Parallel()
	p := visit(t, newPortal(t), browser.Look{Width: 1280})
	date := p.roomyDate()
	p.signIn("koordinator@demo.example")
	p.open("/stab" + date)
	person := p.text("table.door tbody th bdi")
	printed := p.print("door list", p.v.Print)
	if n := len(printed.pages); n == 0 || n > 3 {
		t.Errorf("%d pages", n)
	}
	a4.is(t, "the door list", printed.pages...)
	if !printed.says(person) {
		t.Errorf("%q is not on the list: %s", person, printed.text)
	}
	for _, button := range []string{"Hent til Excel", "Log ud", "Print"} {
		if printed.says(button) {
			t.Errorf("%q is printed", button)
		}
	}
}
