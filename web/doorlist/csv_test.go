package doorlist

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"time"

	"mellemrum/internal/cafe"
)

func TestTheFileIsReadBackAsItWas(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 12, 1, 15, 30, 0, 0, time.UTC)
	to := from.Add(2 * time.Hour)
	lines := []cafe.Line{
		{Kind: cafe.Guest, Capacity: 30, Name: `Åse "Ø" Æblegård; ved søen, 2. th.`, Email: "aase@post.example", Phone: "+4520123456",
			Party: 3, Status: cafe.Placed, Language: "da", Note: "Barnevogn\nog en hund", StartsAt: from, EndsAt: to, Photo: true, FirstTime: true},
		{Kind: cafe.Guest, Capacity: 30, Name: `=HYPERLINK("http://ond.example";"Klik")`, Email: "@sum(a1)", Party: 1,
			Status: cafe.Waiting, Line: 2, Language: "ar", Note: "-2+3", StartsAt: from, EndsAt: to, Helped: true, HelpedBy: "=Ida"},
		{Kind: cafe.Driver, Capacity: 4, Name: "+4520123456", Phone: "+46812345678", Party: 1, Status: cafe.Cancelled, Note: "\t=1", StartsAt: from, EndsAt: to},
	}
	want := [][]string{
		{"pladstype", "kapacitet", "navn", "antal", "status", "nr i kø", "sprog", "telefon", "e-mail", "note", "tid", "foto", "første gang", "hjulpet af"},
		{"gæst", "30", `Åse "Ø" Æblegård; ved søen, 2. th.`, "3", "plads", "", "dansk", "20 12 34 56", "aase@post.example", "Barnevogn\nog en hund", "kl. 16.30–18.30", "ja", "ja", ""},
		{"gæst", "30", `'=HYPERLINK("http://ond.example";"Klik")`, "1", "venteliste", "2", "arabisk", "", "'@sum(a1)", "'-2+3", "kl. 16.30–18.30", "nej", "nej", "'=Ida"},
		{"chauffør", "4", "'+4520123456", "1", "afmeldt", "", "", "00 46 8 123 456 78", "", "'\t=1", "kl. 16.30–18.30", "nej", "nej", ""},
	}
	for _, separator := range []rune{',', ';'} {
		file, err := table(lines).CSV(separator)
		if err != nil {
			t.Fatal(err)
		}
		rest, found := bytes.CutPrefix(file, []byte("\ufeff"))
		if !found {
			t.Error("no byte order mark: Excel would take it for another encoding")
		}
		if strings.Count(string(rest), "\r\n") != strings.Count(string(rest), "\n") {
			t.Error("lines end in different ways")
		}
		r := csv.NewReader(bytes.NewReader(rest))
		r.Comma = separator
		got, err := r.ReadAll()
		if err != nil || len(got) != len(want) {
			t.Fatalf("%d lines, %v", len(got), err)
		}
		for i := range want {
			if !slices.Equal(got[i], want[i]) {
				t.Errorf("%c line %d\ngot  %q\nwant %q", separator, i, got[i], want[i])
			}
		}
	}
}

func TestEveryKindAndStatusHasAWord(t *testing.T) {
	t.Parallel()
	for _, k := range cafe.Kinds {
		if kindWords[k] == "" {
			t.Errorf("%s has no word", k)
		}
	}
	for _, s := range []cafe.Status{cafe.Placed, cafe.Waiting, cafe.Cancelled} {
		if statusWords[s] == "" {
			t.Errorf("%s has no word", s)
		}
	}
}
