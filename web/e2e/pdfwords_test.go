package e2e

import (
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/ledongthuc/pdf"
)

// words are what a page says, in the order it was drawn, without spaces. The
// library's own way to the text knows nothing of the fonts that Chromium makes
// of ours: their letters are numbered anew, with a table beside them of what
// each number means.
func words(page pdf.Page) string {
	var said strings.Builder
	fonts := map[string]letters{}
	var font letters
	pdf.Interpret(page.V.Key("Contents"), func(stack *pdf.Stack, op string) {
		args := make([]pdf.Value, stack.Len())
		for i := len(args) - 1; i >= 0; i-- {
			args[i] = stack.Pop()
		}
		switch op {
		case "Tf":
			name := args[0].Name()
			if _, known := fonts[name]; !known {
				fonts[name] = lettersOf(page.Font(name).V)
			}
			font = fonts[name]
		case "Tj":
			said.WriteString(font.read(args[0].RawString()))
		case "TJ":
			for i := range args[0].Len() {
				if part := args[0].Index(i); part.Kind() == pdf.String {
					said.WriteString(font.read(part.RawString()))
				}
			}
		}
	})
	return strings.Join(strings.Fields(said.String()), "")
}

// letters tell what the numbers in a font mean.
type letters struct {
	means map[int]string
	width int // bytes of a number
}

var (
	oneLetter   = regexp.MustCompile(`(?m)^<([0-9A-Fa-f]+)> <([0-9A-Fa-f]+)>$`)
	someLetters = regexp.MustCompile(`(?m)^<([0-9A-Fa-f]+)> <([0-9A-Fa-f]+)> <([0-9A-Fa-f]+)>$`)
)

func lettersOf(font pdf.Value) letters {
	l := letters{means: map[int]string{}, width: 1}
	if font.Key("Subtype").Name() == "Type0" {
		l.width = 2
	}
	table := font.Key("ToUnicode")
	if table.IsNull() {
		return l
	}
	reader := table.Reader()
	defer func() { _ = reader.Close() }()
	b, err := io.ReadAll(reader)
	if err != nil {
		return l
	}
	for _, m := range oneLetter.FindAllStringSubmatch(string(b), -1) {
		l.means[number(m[1])] = string(utf16.Decode(units(m[2])))
	}
	for _, m := range someLetters.FindAllStringSubmatch(string(b), -1) {
		first := units(m[3])
		for i := range number(m[2]) - number(m[1]) + 1 {
			u := append([]uint16(nil), first...)
			u[len(u)-1] += uint16(i)
			l.means[number(m[1])+i] = string(utf16.Decode(u))
		}
	}
	return l
}

func (l letters) read(raw string) string {
	var b strings.Builder
	for i := 0; i+l.width <= len(raw); i += l.width {
		n := 0
		for _, c := range []byte(raw[i : i+l.width]) {
			n = n<<8 | int(c)
		}
		b.WriteString(l.means[n])
	}
	return b.String()
}

func number(hex string) int {
	n, _ := strconv.ParseInt(hex, 16, 32)
	return int(n)
}

func units(hex string) []uint16 {
	var u []uint16
	for i := 0; i+4 <= len(hex); i += 4 {
		u = append(u, uint16(number(hex[i:i+4])))
	}
	return u
}
