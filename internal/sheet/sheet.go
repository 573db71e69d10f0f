// Package sheet writes tables that a spreadsheet opens as what they are: a
// date is a date, a phone number keeps its zeros, and nothing that somebody
// typed runs as a formula.
package sheet

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Kind is what a column holds.
type Kind uint8

// The kinds, and what their cells are given as.
const (
	Text  Kind = iota // string
	Whole             // int
	Date              // time.Time, read in its own zone
	Clock             // time.Time, read in its own zone
	Hours             // float64
)

// Column is one column; its name stands in the first row.
type Column struct {
	Name string
	Kind Kind
}

// Table is rows of typed columns. A nil cell is left empty.
type Table struct {
	Name    string // of the sheet
	Columns []Column
	Rows    [][]any
}

const byteOrderMark = "\ufeff" // tells a spreadsheet that the file is UTF-8

// CSV writes the table with a comma, which programs expect, or a semicolon,
// which a spreadsheet in Danish expects together with decimal commas.
func (t Table) CSV(separator rune) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(byteOrderMark)
	w := csv.NewWriter(&b)
	w.Comma, w.UseCRLF = separator, true
	record := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		record[i] = Harmless(c.Name)
	}
	if err := w.Write(record); err != nil {
		return nil, err
	}
	for _, row := range t.Rows {
		if len(row) != len(t.Columns) {
			return nil, fmt.Errorf("sheet: a row of %d cells in a table of %d columns", len(row), len(t.Columns))
		}
		for i, v := range row {
			s, err := t.Columns[i].written(v, separator)
			if err != nil {
				return nil, err
			}
			record[i] = s
		}
		if err := w.Write(record); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

func (c Column) written(v any, separator rune) (string, error) {
	if v == nil {
		return "", nil
	}
	switch v := v.(type) {
	case string:
		if c.Kind == Text {
			return Harmless(v), nil
		}
	case int:
		if c.Kind == Whole {
			return strconv.Itoa(v), nil
		}
	case float64:
		if c.Kind == Hours {
			s := strconv.FormatFloat(v, 'f', 2, 64)
			if separator == ';' {
				s = strings.Replace(s, ".", ",", 1)
			}
			return s, nil
		}
	case time.Time:
		switch c.Kind {
		case Date:
			return v.Format(time.DateOnly), nil
		case Clock:
			return v.Format("15:04"), nil
		default: // a time fits no other kind
		}
	}
	return "", c.mistaken(v)
}

func (c Column) mistaken(v any) error {
	return fmt.Errorf("sheet: column %q cannot hold a %T", c.Name, v)
}

// Harmless keeps a spreadsheet from running what somebody typed as a formula.
// A line break is kept as one character, whatever system it came from.
func Harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		s = "'" + s
	}
	return strings.ReplaceAll(s, "\r", "")
}
