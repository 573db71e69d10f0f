package doorlist

import (
	"strings"

	"mellemrum/internal/cafe"
	"mellemrum/internal/i18n"
	"mellemrum/internal/sheet"
	"mellemrum/internal/text"
	"mellemrum/web/route"
)

// The file's columns and words are the same whatever language its reader uses
// the portal in: spreadsheets and programs go by them.
var (
	columns = []sheet.Column{{Name: "pladstype"}, {Name: "kapacitet", Kind: sheet.Whole}, {Name: "navn"}, {Name: "antal", Kind: sheet.Whole},
		{Name: "status"}, {Name: "nr i kø", Kind: sheet.Whole}, {Name: "sprog"}, {Name: "telefon"}, {Name: "e-mail"}, {Name: "note"},
		{Name: "tid"}, {Name: "foto"}, {Name: "første gang"}, {Name: "hjulpet af"}}

	kindWords = map[cafe.Kind]string{
		cafe.Guest: "gæst", cafe.Host: "vært", cafe.Kitchen: "køkken", cafe.Interpreter: "tolk", cafe.Driver: "chauffør",
	}
	statusWords = map[cafe.Status]string{cafe.Placed: "plads", cafe.Waiting: "venteliste", cafe.Cancelled: "afmeldt"}
)

// csv answers with the door list as a file. A comma is what programs expect; a
// spreadsheet in Danish opens the one with semicolons.
func (d Door) csv(q *route.Request) (route.Page, error) {
	separator := ','
	if q.URL.Query().Get("tegn") == "semikolon" {
		separator = ';'
	}
	return d.file(q, "text/csv; charset=utf-8", ".csv", func(t sheet.Table) ([]byte, error) { return t.CSV(separator) })
}

// xlsx answers with the door list as a workbook.
func (d Door) xlsx(q *route.Request) (route.Page, error) {
	return d.file(q, sheet.XLSXType, ".xlsx", sheet.Table.XLSX)
}

func (d Door) file(q *route.Request, kind, ending string, write func(sheet.Table) ([]byte, error)) (route.Page, error) {
	day, err := date(q)
	if err != nil {
		return route.Page{}, err
	}
	g, err := d.Cafes.Guestlist(q.Context(), q.Actor, q.Param("slug"), day)
	if err != nil {
		return route.Page{}, err
	}
	file, err := write(table(g.Lines))
	if err != nil {
		return route.Page{}, err
	}
	return route.File(kind, "deltagere-"+g.Occasion.Slug+"-"+q.Param("date")+ending, file), nil
}

func table(lines []cafe.Line) sheet.Table {
	t := sheet.Table{Name: "Deltagere", Columns: columns}
	for _, l := range lines {
		t.Rows = append(t.Rows, row(l))
	}
	return t
}

func row(l cafe.Line) []any {
	var number any
	if l.Line > 0 {
		number = l.Line
	}
	language := ""
	if l.Language != "" {
		language = i18n.ByCode("da").T(text.LanguageKey(l.Language))
	}
	return []any{kindWords[l.Kind], l.Capacity, l.Name, l.Party, statusWords[l.Status],
		number, language, dialled(l.Phone), l.Email, l.Note,
		i18n.ByCode("da").ClockRange(l.StartsAt, l.EndsAt), yes(l.Photo), yes(l.FirstTime), helper(l)}
}

func yes(b bool) string {
	if b {
		return "ja"
	}
	return "nej"
}

// helper is who signed somebody up for them.
func helper(l cafe.Line) string {
	if l.Helped && l.HelpedBy == "" {
		return "en medarbejder, der ikke er her mere"
	}
	return l.HelpedBy
}

// dialled is a number as it is dialled from Denmark. One that began with a
// plus would be taken for a formula.
func dialled(e164 string) string {
	if e164 == "" {
		return ""
	}
	shown := text.ShowPhone(e164)
	if abroad, ok := strings.CutPrefix(shown, "+"); ok {
		return "00 " + abroad
	}
	return shown
}
