package ui

import (
	"context"
	"encoding/xml"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
)

// A phone's reader sees the drawing, so the test reads the drawing too, with
// somebody else's reader.
func TestQRIsReadBack(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"https://mellemrum.example/cafeer/onsdagscafeen",
		"http://127.0.0.1:8080/tilmelding/Zm9yIGVrc2VtcGVsIGVuIG3DpXNrZQ",
		"https://mellemrum.example/" + strings.Repeat("langt-navn-", 30),
		"æøå — ї — قهوة",
	} {
		picture := photograph(t, show(t, context.Background(), QR(text, "En kode")))
		seen, err := gozxing.NewBinaryBitmapFromImage(picture)
		if err != nil {
			t.Fatal(err)
		}
		got, err := qrcode.NewQRCodeReader().Decode(seen, nil)
		if err != nil {
			t.Errorf("%q cannot be read: %v", text, err)
			continue
		}
		if got.GetText() != text {
			t.Errorf("%q is read as %q", text, got.GetText())
		}
	}
}

func TestQRSaysWhereItLeads(t *testing.T) {
	t.Parallel()
	has(t, show(t, context.Background(), QR("https://mellemrum.example", `"Åben" & fri`)),
		`role="img"`, `aria-label="&#34;Åben&#34; &amp; fri"`, `fill="#fff"`, `fill="#000"`)
}

func TestQRWithTooMuchInItIsRefused(t *testing.T) {
	t.Parallel()
	if err := QR(strings.Repeat("a", 5000), "").Render(context.Background(), &strings.Builder{}); err == nil {
		t.Error("a code that no reader finds its way in")
	}
}

// photograph paints the drawing, eight points to a module, on a grey wall: what
// is white must be drawn.
func photograph(t *testing.T, drawing string) image.Image {
	t.Helper()
	const scale = 8
	var svg struct {
		ViewBox string `xml:"viewBox,attr"`
		Rect    struct {
			Width int `xml:"width,attr"`
		} `xml:"rect"`
		Path struct {
			D string `xml:"d,attr"`
		} `xml:"path"`
	}
	if err := xml.Unmarshal([]byte(drawing), &svg); err != nil {
		t.Fatal(err)
	}
	side := svg.Rect.Width
	if want := fmt.Sprintf("0 0 %d %d", side, side); svg.ViewBox != want {
		t.Fatalf("the view is %s, the white %s", svg.ViewBox, want)
	}
	wall := image.NewGray(image.Rect(0, 0, (side+20)*scale, (side+20)*scale))
	draw.Draw(wall, wall.Bounds(), image.NewUniform(color.Gray{Y: 90}), image.Point{}, draw.Src)
	fill := func(x, y, width, height int, c color.Color) {
		at := image.Rect(x, y, x+width, y+height).Add(image.Pt(10, 10))
		draw.Draw(wall, image.Rectangle{at.Min.Mul(scale), at.Max.Mul(scale)}, image.NewUniform(c), image.Point{}, draw.Src)
	}
	fill(0, 0, side, side, color.White)
	for run := range strings.SplitSeq(strings.TrimSuffix(svg.Path.D, "z"), "z") {
		var x, y, width, back int
		if _, err := fmt.Sscanf(run, "M%d %dh%dv1h-%d", &x, &y, &width, &back); err != nil || back != width {
			t.Fatalf("%q is not a run: %v", run, err)
		}
		if x < quietZone || y < quietZone || x+width > side-quietZone || y+1 > side-quietZone {
			t.Fatalf("%q is in the quiet zone", run)
		}
		fill(x, y, width, 1, color.Black)
	}
	return wall
}
