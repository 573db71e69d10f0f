package ui

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"rsc.io/qr"
)

// quietZone is the white around a code without which readers do not find it,
// in modules.
const quietZone = 4

// QR draws the text as a QR code, black on white also in the dark; label says to
// those who cannot see it where it leads. Its size is the page's to give.
func QR(text, label string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		// A quarter of it may be spoilt: paper in a stairwell gets scratched.
		code, err := qr.Encode(text, qr.Q)
		if err != nil {
			return fmt.Errorf("ui: a QR code: %w", err)
		}
		return qrDrawing(label, strconv.Itoa(code.Size+2*quietZone), modules(code)).Render(ctx, w)
	})
}

// modules is the code's black as one path, a stroke for each run in a row: one
// path has no seams on paper.
func modules(code *qr.Code) string {
	var b strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			if !code.Black(x, y) {
				continue
			}
			run := 1
			for x+run < code.Size && code.Black(x+run, y) {
				run++
			}
			fmt.Fprintf(&b, "M%d %dh%dv1h-%dz", x+quietZone, y+quietZone, run, run)
			x += run
		}
	}
	return b.String()
}
