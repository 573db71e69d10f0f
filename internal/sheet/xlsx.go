package sheet

import (
	"bytes"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// How a spreadsheet shows what it knows as a number.
const (
	dateFormat  = "dd\\.mm\\.yyyy"
	clockFormat = "hh:mm"
	hoursFormat = "0.00"
)

// XLSXType is the media type of a workbook.
const XLSXType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// XLSX writes the table as a workbook of one sheet.
func (t Table) XLSX() ([]byte, error) {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	if err := f.SetSheetName("Sheet1", t.Name); err != nil {
		return nil, err
	}
	styles, head, err := styles(f)
	if err != nil {
		return nil, err
	}
	w, err := f.NewStreamWriter(t.Name)
	if err != nil {
		return nil, err
	}
	for i := range t.Columns {
		if err := w.SetColWidth(i+1, i+1, t.width(i)); err != nil {
			return nil, err
		}
	}
	if err := w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return nil, err
	}
	names := make([]any, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = excelize.Cell{StyleID: head, Value: Harmless(c.Name)}
	}
	if err := w.SetRow("A1", names); err != nil {
		return nil, err
	}
	for n, row := range t.Rows {
		if len(row) != len(t.Columns) {
			return nil, fmt.Errorf("sheet: a row of %d cells in a table of %d columns", len(row), len(t.Columns))
		}
		cells := make([]any, len(row))
		for i, v := range row {
			if v == nil {
				continue
			}
			value, err := t.Columns[i].cell(v)
			if err != nil {
				return nil, err
			}
			cells[i] = excelize.Cell{StyleID: styles[t.Columns[i].Kind], Value: value}
		}
		if err := w.SetRow(fmt.Sprintf("A%d", n+2), cells); err != nil {
			return nil, err
		}
	}
	if err := w.Flush(); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = f.Write(&b)
	return b.Bytes(), err
}

func styles(f *excelize.File) (of map[Kind]int, head int, err error) {
	of = map[Kind]int{}
	for kind, format := range map[Kind]string{Text: "@", Whole: "0", Date: dateFormat, Clock: clockFormat, Hours: hoursFormat} {
		if of[kind], err = f.NewStyle(&excelize.Style{CustomNumFmt: &format}); err != nil {
			return nil, 0, err
		}
	}
	head, err = f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	return of, head, err
}

// A spreadsheet counts days from here, and hours as parts of a day.
var firstDay = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)

func (c Column) cell(v any) (any, error) {
	if _, err := c.written(v, ','); err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case string:
		return Harmless(v), nil
	case time.Time:
		if c.Kind == Clock {
			return float64(v.Hour()*60+v.Minute()) / (24 * 60), nil
		}
		y, m, d := v.Date()
		return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Sub(firstDay) / (24 * time.Hour)), nil
	}
	return v, nil
}

// width fits what a column holds, within what a screen can show.
func (t Table) width(i int) float64 {
	longest := utf8.RuneCountInString(t.Columns[i].Name)
	if t.Columns[i].Kind == Date {
		longest = max(longest, len("23.11.2026"))
	}
	for _, row := range t.Rows {
		if s, ok := row[i].(string); ok {
			longest = max(longest, utf8.RuneCountInString(s))
		}
	}
	return float64(min(longest, 48) + 2)
}
