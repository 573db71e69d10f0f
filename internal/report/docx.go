package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"time"

	"github.com/gomutex/godocx"
	"github.com/gomutex/godocx/docx"
	"github.com/gomutex/godocx/wml/ctypes"
)

// ContentType is what a Word file is sent as.
const ContentType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

// Docx writes a paper as a Word file, with real headings and tables.
func (p Paper) Docx(made time.Time) ([]byte, error) {
	doc, err := godocx.NewDocument()
	if err != nil {
		return nil, fmt.Errorf("report: a new document: %w", err)
	}
	w := writer{doc: doc}
	w.heading(p.Title, 0)
	w.text(p.Period)
	for _, s := range p.Sections {
		w.heading(s.Heading, 1)
		for _, b := range s.Blocks {
			w.block(b)
		}
	}
	if w.err != nil {
		return nil, w.err
	}
	if err := w.properties(p.Title, made); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := doc.Write(&out); err != nil {
		return nil, fmt.Errorf("report: writing the document: %w", err)
	}
	return out.Bytes(), nil
}

type writer struct {
	doc *docx.RootDoc
	err error
}

func (w *writer) heading(s string, level uint) {
	if _, err := w.doc.AddHeading(s, level); err != nil && w.err == nil {
		w.err = fmt.Errorf("report: heading: %w", err)
	}
}

func (w *writer) text(s string) { w.doc.AddParagraph(s) }

func (w *writer) block(b Block) {
	if b.Heading != "" {
		w.heading(b.Heading, 2)
	}
	if b.Text != "" {
		w.text(b.Text)
	}
	for _, item := range b.List {
		w.doc.AddParagraph(item).Style("List Bullet")
	}
	if b.Blank != "" {
		w.doc.AddEmptyParagraph().AddText("[" + b.Blank + "]").Italic(true)
	}
	if b.Table != nil {
		w.table(*b.Table)
	}
}

func (w *writer) table(t Table) {
	w.doc.AddParagraph(t.Caption).Style("Caption")
	table := w.doc.AddTable()
	table.Style("TableGrid")
	row := func(cells []string, bold bool) {
		r := table.AddRow()
		for _, c := range cells {
			r.AddCell().AddEmptyPara().AddText(c).Bold(bold)
		}
	}
	row(t.Head, true)
	for _, cells := range t.Rows {
		row(cells, false)
	}
	if t.Total != nil {
		row(t.Total, true)
	}
	w.doc.AddEmptyParagraph()
}

// properties replaces what the library's template says of itself, and makes the
// document Danish and A4.
func (w *writer) properties(title string, made time.Time) error {
	var escaped bytes.Buffer
	if err := xml.EscapeText(&escaped, []byte(title)); err != nil {
		return err
	}
	at := made.UTC().Format(time.RFC3339)
	w.doc.FileMap.Store("docProps/core.xml", []byte(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>`+
		escaped.String()+`</dc:title><dc:creator>Mellemrum</dc:creator><dc:language>da-DK</dc:language><dcterms:created xsi:type="dcterms:W3CDTF">`+at+`</dcterms:created><dcterms:modified xsi:type="dcterms:W3CDTF">`+at+`</dcterms:modified></cp:coreProperties>`))
	language, width, height := "da-DK", uint64(11906), uint64(16838) // A4, in twentieths of a point
	if d := w.doc.DocStyles.DocDefaults; d != nil && d.RunProp != nil && d.RunProp.RunProp != nil {
		d.RunProp.RunProp.Lang = &ctypes.Lang{Val: &language}
	}
	if s := w.doc.Document.Body.SectPr; s != nil {
		s.PageSize = &ctypes.PageSize{Width: &width, Height: &height}
	}
	return nil
}
