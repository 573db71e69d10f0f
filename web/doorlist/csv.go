package doorlist

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"

	"mellemrum/internal/cafe"
	"mellemrum/internal/i18n"
	"mellemrum/internal/text"
	"mellemrum/web/route"
)

// The file's columns and words are the same whatever language its reader uses
// the portal in: spreadsheets and programs go by them.
var (
	columns = []string{"pladstype", "kapacitet", "navn", "antal", "status", "nr i kø", "sprog", "telefon", "e-mail", "note",
		"tid", "foto", "første gang", "hjulpet af"}

	kindWords = map[cafe.Kind]string{
		cafe.Guest: "gæst", cafe.Host: "vært", cafe.Kitchen: "køkken", cafe.Interpreter: "tolk", cafe.Driver: "chauffør",
	}
	statusWords = map[cafe.Status]string{cafe.Placed: "plads", cafe.Waiting: "venteliste", cafe.Cancelled: "afmeldt"}
)

// byteOrderMark tells a spreadsheet that the file is UTF-8.
const byteOrderMark = "\ufeff"

// csv answers with the door list as a file. A comma is what programs expect; a
// spreadsheet in Danish opens the one with semicolons.
func (d Door) csv(q *route.Request) (route.Page, error) {
	day, err := date(q)
	if err != nil {
		return route.Page{}, err
	}
	g, err := d.Cafes.Guestlist(q.Context(), q.Actor, q.Param("slug"), day)
	if err != nil {
		return route.Page{}, err
	}
	separator := ','
	if q.URL.Query().Get("tegn") == "semikolon" {
		separator = ';'
	}
	file, err := write(g.Lines, separator)
	if err != nil {
		return route.Page{}, err
	}
	return route.File("text/csv; charset=utf-8", "deltagere-"+g.Occasion.Slug+"-"+q.Param("date")+".csv", file), nil
}

func write(lines []cafe.Line, separator rune) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(byteOrderMark)
	w := csv.NewWriter(&b)
	w.Comma, w.UseCRLF = separator, true
	if err := w.Write(columns); err != nil {
		return nil, err
	}
	for _, l := range lines {
		if err := w.Write(row(l)); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

func row(l cafe.Line) []string {
	number, language := "", ""
	if l.Line > 0 {
		number = strconv.Itoa(l.Line)
	}
	if l.Language != "" {
		language = i18n.ByCode("da").T(text.LanguageKey(l.Language))
	}
	return []string{kindWords[l.Kind], strconv.Itoa(l.Capacity), harmless(l.Name), strconv.Itoa(l.Party), statusWords[l.Status],
		number, language, harmless(dialled(l.Phone)), harmless(l.Email), harmless(l.Note),
		i18n.ByCode("da").ClockRange(l.StartsAt, l.EndsAt), yes(l.Photo), yes(l.FirstTime), harmless(helper(l))}
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

// harmless keeps a spreadsheet from running what somebody typed as a formula.
// A line break is kept as one character, whatever system it came from.
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		s = "'" + s
	}
	return strings.ReplaceAll(s, "\r", "")
}
