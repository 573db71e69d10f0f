package sheet

import (
	"bytes"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

func sample() Table {
	at := time.Date(2026, 11, 23, 15, 30, 0, 0, time.UTC)
	return Table{Name: "Tal", Columns: []Column{{"navn", Text}, {"kode", Text}, {"antal", Whole}, {"dato", Date}, {"tid", Clock}, {"timer", Hours}},
		Rows: [][]any{
			{"Ærø Åsen; \"ø\"", "0012", 7, at, at, 2.5},
			{"=1+1", "+45", 0, nil, nil, nil},
			{"-x", "@a", 1, at, at, 0.25},
			{"\tx", "\rx", 1, at, at, 0.25},
		}}
}

func TestACommaFileIsUTF8WithFullDatesAndZeros(t *testing.T) {
	const want = "\ufeffnavn,kode,antal,dato,tid,timer\r\n" +
		"\"Ærø Åsen; \"\"ø\"\"\",0012,7,2026-11-23,15:30,2.50\r\n" +
		"'=1+1,'+45,0,,,\r\n" +
		"'-x,'@a,1,2026-11-23,15:30,0.25\r\n" +
		"'\tx,'x,1,2026-11-23,15:30,0.25\r\n"
	got, err := sample().CSV(',')
	if err != nil || string(got) != want {
		t.Errorf("%v, %q", err, got)
	}
}

func TestASemicolonFileHasDecimalCommas(t *testing.T) {
	got, err := sample().CSV(';')
	if err != nil || !bytes.Contains(got, []byte(";0012;7;2026-11-23;15:30;2,50\r\n")) {
		t.Errorf("%v, %q", err, got)
	}
}

func TestAWorkbookHasRealDatesAndNumbers(t *testing.T) {
	file, err := sample().XLSX()
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	raw := func(cell string) string {
		v, err := f.GetCellValue("Tal", cell, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for cell, want := range map[string]string{"A1": "navn", "A2": "Ærø Åsen; \"ø\"", "B2": "0012", "C2": "7", "D2": "46349", "F2": "2.5",
		"A3": "'=1+1", "B3": "'+45", "D3": "", "A4": "'-x", "B4": "'@a", "A5": "'\tx", "B5": "'x"} {
		if got := raw(cell); got != want {
			t.Errorf("%s holds %q, not %q", cell, got, want)
		}
	}
	for cell, want := range map[string]string{"D2": "23.11.2026", "E2": "15:30", "F2": "2.50"} {
		if got, _ := f.GetCellValue("Tal", cell); got != want {
			t.Errorf("%s shows %q, not %q", cell, got, want)
		}
	}
	id, _ := f.GetCellStyle("Tal", "D2")
	style, err := f.GetStyle(id)
	if err != nil || style.CustomNumFmt == nil || *style.CustomNumFmt != dateFormat {
		t.Errorf("the date is formatted as %+v, %v", style, err)
	}
	if kind, _ := f.GetCellType("Tal", "B2"); kind != excelize.CellTypeInlineString && kind != excelize.CellTypeSharedString {
		t.Errorf("a code is a cell of type %v", kind)
	}
	panes, err := f.GetPanes("Tal")
	if err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("the names stay at %+v, %v", panes, err)
	}
	if formula, _ := f.GetCellFormula("Tal", "A3"); formula != "" {
		t.Errorf("somebody's words became the formula %q", formula)
	}
}

func TestAColumnRefusesWhatItCannotHold(t *testing.T) {
	bad := Table{Name: "Tal", Columns: []Column{{"antal", Whole}}, Rows: [][]any{{"syv"}}}
	if _, err := bad.CSV(','); err == nil {
		t.Error("a word is no number")
	}
	if _, err := bad.XLSX(); err == nil {
		t.Error("a word is no number")
	}
}
