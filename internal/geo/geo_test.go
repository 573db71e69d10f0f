package geo

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"mellemrum/internal/fault"
)

// parishes reads the demo's real outlines by parish code. They contain data
// from Styrelsen for Dataforsyning og Infrastruktur, DAGI.
func parishes(t testing.TB) map[string]orb.MultiPolygon {
	t.Helper()
	raw, err := os.ReadFile("../demo/sogne.geojson")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Features []struct {
			Properties struct{ Sognekode string }
			Geometry   json.RawMessage
		}
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		t.Fatal(err)
	}
	all := map[string]orb.MultiPolygon{}
	for _, f := range file.Features {
		if all[f.Properties.Sognekode], err = Parse(f.Geometry); err != nil {
			t.Fatalf("%s: %v", f.Properties.Sognekode, err)
		}
	}
	return all
}

func rectangle(x1, y1, x2, y2 float64) orb.MultiPolygon {
	return orb.MultiPolygon{{{{x1, y1}, {x2, y1}, {x2, y2}, {x1, y2}, {x1, y1}}}}
}

// wellFormed checks what RFC 7946 asks of rings, and that none passes a point
// twice.
func wellFormed(t *testing.T, outline orb.MultiPolygon) {
	t.Helper()
	for _, polygon := range outline {
		for i, ring := range polygon {
			if len(ring) < 4 || ring[0] != ring[len(ring)-1] {
				t.Errorf("ring %v is not closed", ring)
			}
			if (signedArea(ring) > 0) != (i == 0) {
				t.Errorf("ring %d %v runs the wrong way round", i, ring)
			}
			seen := map[orb.Point]bool{}
			for _, p := range ring[1:] {
				if seen[p] {
					t.Errorf("ring passes %v twice", p)
				}
				seen[p] = true
			}
		}
	}
}

func shape(outline orb.MultiPolygon) string {
	rings := make([]string, len(outline))
	for i, polygon := range outline {
		sizes := make([]string, len(polygon))
		for j, ring := range polygon {
			sizes[j] = strconv.Itoa(len(ring) - 1)
		}
		rings[i] = strings.Join(sizes, "-")
	}
	return strings.Join(rings, " ")
}

func TestUnionOfSquares(t *testing.T) {
	clockwise := rectangle(1, 0, 2, 1)
	slices.Reverse(clockwise[0][0])
	// Eight squares around an empty one.
	var frame []orb.MultiPolygon
	for i := range 9 {
		if i != 4 {
			x, y := float64(i%3), float64(i/3)
			frame = append(frame, rectangle(x, y, x+1, y+1))
		}
	}
	for _, tt := range []struct {
		name  string
		of    []orb.MultiPolygon
		shape string // corners per ring: "outer-hole outer"
		area  float64
	}{
		{"nothing", nil, "", 0},
		{"one", []orb.MultiPolygon{rectangle(0, 0, 1, 1)}, "4", 1},
		{"the same twice", []orb.MultiPolygon{rectangle(0, 0, 1, 1), rectangle(0, 0, 1, 1)}, "4", 1},
		{"neighbours", []orb.MultiPolygon{rectangle(0, 0, 1, 1), rectangle(1, 0, 2, 1)}, "6", 2},
		{"a neighbour the wrong way round", []orb.MultiPolygon{rectangle(0, 0, 1, 1), clockwise}, "6", 2},
		{"apart, the larger first", []orb.MultiPolygon{rectangle(0, 0, 1, 1), rectangle(5, 0, 7, 1)}, "4 4", 3},
		{"touching in a corner", []orb.MultiPolygon{rectangle(0, 0, 1, 1), rectangle(1, 1, 2, 2)}, "4 4", 2},
		{"a frame keeps its hole", frame, "12-4", 8},
		{"a frame that is filled loses it", append(slices.Clone(frame), rectangle(1, 1, 2, 2)), "12", 9},
		{"an island in the hole", append(slices.Clone(frame), rectangle(1.25, 1.25, 1.75, 1.75)), "12-4 4", 8.25},
		{"a hole that touches the border in a corner", []orb.MultiPolygon{ // two staircases around one empty square
			rectangle(0, 0, 1, 1), rectangle(1, 0, 2, 1), rectangle(0, 1, 1, 2), rectangle(0, 2, 1, 3), rectangle(1, 2, 2, 3), rectangle(2, 0, 3, 1), rectangle(2, 1, 3, 2)},
			"12-4", 7},
		{"overlapping", []orb.MultiPolygon{rectangle(0, 0, 2, 1), rectangle(0, 0, 1, 1)}, "4 4", 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := Union(tt.of...)
			wellFormed(t, got)
			if shape(got) != tt.shape {
				t.Errorf("shape %q, want %q: %v", shape(got), tt.shape, got)
			}
			if math.Abs(Area(got)-tt.area) > 1e-9 {
				t.Errorf("area %v, want %v", Area(got), tt.area)
			}
		})
	}
}

func TestUnionOfRealParishes(t *testing.T) {
	all := parishes(t)
	for name, tt := range map[string]struct {
		codes []string
		shape string
	}{
		"two towns on either side of a border": {[]string{"8371", "9237"}, ""},
		"an exclave goes home":                 {[]string{"9136", "8376"}, ""},
		"islands stay islands":                 {[]string{"8367"}, "35 32 10"},
		"four around the centre":               {[]string{"8364", "8365", "8366", "8368"}, ""},
		"everything": {slices.Sorted(func(yield func(string) bool) {
			for code := range all {
				if !yield(code) {
					return
				}
			}
		}), ""},
	} {
		t.Run(name, func(t *testing.T) {
			var of []orb.MultiPolygon
			var sum float64
			points := 0
			for _, code := range tt.codes {
				of = append(of, all[code])
				sum += Area(all[code])
				points += count(all[code])
			}
			got := Union(of...)
			wellFormed(t, got)
			if a := Area(got); math.Abs(a-sum) > 1e-9*sum {
				t.Errorf("area %v, the parts have %v", a, sum)
			}
			if len(tt.codes) > 1 && count(got) >= points {
				t.Errorf("%d points of %d: no border was dissolved", count(got), points)
			}
			if tt.shape != "" && shape(got) != tt.shape {
				t.Errorf("shape %q, want %q", shape(got), tt.shape)
			}
			t.Log(shape(got))
		})
	}
}

func count(outline orb.MultiPolygon) (n int) {
	for _, polygon := range outline {
		for _, ring := range polygon {
			n += len(ring) - 1
		}
	}
	return n
}

func TestMapOfRealParishes(t *testing.T) {
	all := parishes(t)
	var outlines []NamedOutline
	for code, outline := range all {
		outlines = append(outlines, NamedOutline{Slug: code, Name: code, Outline: outline})
	}
	slices.SortFunc(outlines, func(a, b NamedOutline) int { return strings.Compare(a.Slug, b.Slug) })
	outlines = append(outlines, NamedOutline{Slug: "later", Name: "Not drawn yet"})
	view := Map(outlines, 600, 600)
	if len(view.Shapes) != len(outlines)-1 {
		t.Fatalf("%d shapes of %d outlines, one of them not drawn", len(view.Shapes), len(outlines))
	}
	width, height := sizeOf(t, view)
	if width > 600 || height > 600 || max(width, height) < 599.9 {
		t.Errorf("size %v × %v does not fill the square", width, height)
	}
	size := 0
	for i, s := range view.Shapes {
		size += len(s.Path)
		if s.Slug != outlines[i].Slug || s.Name != outlines[i].Name {
			t.Errorf("shape %d is %q", i, s.Slug)
		}
		drawn := readPath(t, s.Path)
		if depth := depthOf(orb.Point{s.X, s.Y}, drawn); depth < 2 {
			t.Errorf("%s: the label at %v,%v is %v from the border", s.Slug, s.X, s.Y, depth)
		}
		if b := drawn.Bound(); b.Min[0] < 0 || b.Min[1] < 0 || b.Max[0] > width || b.Max[1] > height {
			t.Errorf("%s leaves the picture: %v", s.Slug, b)
		}
	}
	if size > 6000 {
		t.Errorf("paths of %d bytes", size)
	}
}

func sizeOf(t *testing.T, view MapView) (width, height float64) {
	t.Helper()
	if _, err := fmt.Sscanf(view.ViewBox, "0 0 %g %g", &width, &height); err != nil {
		t.Fatalf("viewBox %q: %v", view.ViewBox, err)
	}
	return width, height
}

var pathShape = regexp.MustCompile(`^(M[\d.]+ [\d.]+l(-?\d*\.?\d[ ]?)+z)+$`)
var pathNumber = regexp.MustCompile(`-?(\d+\.\d|\d+|\.\d)`)

// readPath draws the path as a browser would.
func readPath(t *testing.T, path string) orb.Polygon {
	t.Helper()
	if !pathShape.MatchString(path) {
		t.Fatalf("path %q", path)
	}
	var rings orb.Polygon
	for _, part := range strings.Split(strings.TrimSuffix(path, "z"), "z") {
		var numbers []float64
		for _, n := range pathNumber.FindAllString(part, -1) {
			f, err := strconv.ParseFloat(n, 64)
			if err != nil {
				t.Fatal(err)
			}
			numbers = append(numbers, f)
		}
		var ring orb.Ring
		for i := 0; i+1 < len(numbers); i += 2 {
			p := orb.Point{numbers[i], numbers[i+1]}
			if i > 0 {
				p[0] += ring[len(ring)-1][0]
				p[1] += ring[len(ring)-1][1]
			}
			ring = append(ring, p)
		}
		rings = append(rings, append(ring, ring[0]))
	}
	return rings
}

func TestMapKeepsShapes(t *testing.T) {
	// 0.2° by 0.1° on the equator is twice as wide as high; further north less.
	for name, tt := range map[string]struct {
		outline orb.MultiPolygon
		height  float64
	}{
		"on the equator": {rectangle(0, -0.05, 0.2, 0.05), 188.0/2 + 12},
		"at 60° north":   {rectangle(9, 59.95, 9.2, 60.05), 200},
	} {
		width, height := sizeOf(t, Map([]NamedOutline{{Outline: tt.outline}}, 200, 400))
		if width != 200 || math.Abs(height-tt.height) > 0.3 {
			t.Errorf("%s %v × %v, want a height of %v", name, width, height, tt.height)
		}
	}
	// North is up: the northern of two has the smaller y.
	v := Map([]NamedOutline{{Outline: rectangle(9, 57, 9.1, 57.1)}, {Outline: rectangle(9, 56, 9.1, 56.1)}}, 300, 300)
	if v.Shapes[0].Y >= v.Shapes[1].Y {
		t.Errorf("north is not up: %+v", v.Shapes)
	}
	if got := Map([]NamedOutline{{Outline: rectangle(0, 0, 1, 1)}}, 32, 32).Shapes[0].Path; got != "M6 26l20 0 0-20-20 0z" {
		t.Errorf("path %q", got)
	}
}

func TestMapOfNothing(t *testing.T) {
	for name, outlines := range map[string][]NamedOutline{
		"no outlines":   nil,
		"not drawn yet": {{Slug: "later"}},
		"a point":       {{Outline: rectangle(9, 57, 9, 57)}},
		"a line":        {{Outline: rectangle(9, 57, 10, 57)}},
		"a sliver":      {{Outline: orb.MultiPolygon{{{{0, 0}, {100, 0.001}, {100, 0.002}, {0, 0.001}, {0, 0}}}}}},
	} {
		if v := Map(outlines, 300, 200); v.ViewBox != "" || len(v.Shapes) != 0 {
			t.Errorf("%s: %+v", name, v)
		}
	}
	// What is too small to be seen beside the others is left out.
	v := Map([]NamedOutline{{Slug: "dot", Outline: rectangle(9, 57, 9.00001, 57.00001)}, {Slug: "town", Outline: rectangle(9, 57, 10, 58)}}, 300, 300)
	if len(v.Shapes) != 1 || v.Shapes[0].Slug != "town" {
		t.Errorf("got %+v", v.Shapes)
	}
}

func TestLabelStandsInside(t *testing.T) {
	// The centre of a horseshoe lies outside it, and so may that of a ring.
	horseshoe := orb.MultiPolygon{{{{0, 0}, {10, 0}, {10, 10}, {7, 10}, {7, 2}, {3, 2}, {3, 10}, {0, 10}, {0, 0}}}}
	frame := orb.MultiPolygon{{rectangle(0, 0, 10, 10)[0][0], rectangle(2, 2, 9, 9)[0][0]}}
	for name, outline := range map[string]orb.MultiPolygon{"horseshoe": horseshoe, "frame": frame} {
		v := Map([]NamedOutline{{Outline: outline}}, 500, 500)
		if depth := depthOf(orb.Point{v.Shapes[0].X, v.Shapes[0].Y}, readPath(t, v.Shapes[0].Path)); depth < 30 {
			t.Errorf("%s: the label is %v from the border", name, depth)
		}
	}
}

func TestParse(t *testing.T) {
	const square = `[[[9.9,57],[10,57],[10,57.1],[9.9,57.1],[9.9,57]]]`
	many := `[[` + strings.Repeat(`[9.9,57],[10,57],`, MaxPoints/2) + `[9.9,57]]]`
	for _, tt := range []struct{ name, in, want string }{
		{"polygon", `{"type":"Polygon","coordinates":` + square + `}`, ""},
		{"byte order mark", "\ufeff" + `{"type":"Polygon","coordinates":` + square + `}`, ""},
		{"multipolygon", `{"type":"MultiPolygon","coordinates":[` + square + `]}`, ""},
		{"feature", `{"type":"Feature","properties":{"a":1},"geometry":{"type":"Polygon","coordinates":` + square + `}}`, ""},
		{"collection", `{"type":"FeatureCollection","features":[{"type":"Feature","geometry":{"type":"Polygon","coordinates":` + square + `}}]}`, ""},
		{"heights", `{"type":"Polygon","coordinates":[[[9.9,57,4],[10,57,4],[10,57.1,4],[9.9,57,4]]]}`, ""},
		{"a collection of geometries", `{"type":"GeometryCollection","geometries":[{"type":"Polygon","coordinates":` + square + `}]}`, ""},
		{"all decimals", `{"type":"Polygon","coordinates":[[[9.912345678901234,57.012345678901234],[9.95,57],[9.95,57.1],[9.9123456789,57.0123456789]]]}`, ""},
		{"far away", `{"type":"Polygon","coordinates":[[[-70,-30],[-69,-30],[-69,-29],[-70,-30]]]}`, ""},
		{"empty", ``, "geo.not_geojson"},
		{"words", `Aalborg`, "geo.not_geojson"},
		{"no type", `{}`, "geo.not_geojson"},
		{"null", `null`, "geo.not_geojson"},
		{"a list", `[1,2]`, "geo.not_geojson"},
		{"a number", `1`, "geo.not_geojson"},
		{"a text", `"x"`, "geo.not_geojson"},
		{"broken", `{"type":"Polygon","coordinates":[[[`, "geo.not_geojson"},
		{"text for numbers", `{"type":"Polygon","coordinates":[[["9","57"]]]}`, "geo.not_geojson"},
		{"too great a number", `{"type":"Polygon","coordinates":[[[1e999,57]]]}`, "geo.not_geojson"},
		{"one number a point", `{"type":"Polygon","coordinates":[[[9],[10],[11],[9]]]}`, "geo.not_geojson"},
		{"no coordinates", `{"type":"Polygon"}`, "geo.not_geojson"},
		{"no rings", `{"type":"Polygon","coordinates":[]}`, "geo.not_polygon"},
		{"null coordinates", `{"type":"Polygon","coordinates":null}`, "geo.not_polygon"},
		{"no features", `{"type":"FeatureCollection","features":[]}`, "geo.not_polygon"},
		{"no geometry", `{"type":"Feature","geometry":null}`, "geo.not_polygon"},
		{"nothing but a feature", `{"type":"Feature"}`, "geo.not_polygon"},
		{"nested without end", strings.Repeat(`{"type":"Feature","geometry":`, 50) + `{}` + strings.Repeat(`}`, 50), "geo.not_geojson"},
		{"a point", `{"type":"Point","coordinates":[9.9,57]}`, "geo.not_polygon"},
		{"a line", `{"type":"Feature","geometry":{"type":"LineString","coordinates":[[9.9,57],[10,57]]}}`, "geo.not_polygon"},
		{"open", `{"type":"Polygon","coordinates":[[[9.9,57],[10,57],[10,57.1],[9.9,57.1]]]}`, "geo.not_closed"},
		{"an empty ring", `{"type":"Polygon","coordinates":[[]]}`, "geo.too_few_points"},
		{"there and back", `{"type":"Polygon","coordinates":[[[9.9,57],[10,57],[10,57],[9.9,57]]]}`, "geo.too_few_points"},
		{"a straight line", `{"type":"Polygon","coordinates":[[[9,57],[10,57],[11,57],[9,57]]]}`, "geo.too_few_points"},
		{"metres", `{"type":"Polygon","coordinates":[[[556000,6322000],[557000,6322000],[557000,6323000],[556000,6322000]]]}`, "geo.out_of_range"},
		{"latitude first", `{"type":"Polygon","coordinates":[[[57,9.9],[57,10],[57.1,10],[57,9.9]]]}`, "geo.swapped"},
		{"smaller than is kept", `{"type":"Polygon","coordinates":[[[9.9,57],[9.9000001,57],[9.9000001,57.0000001],[9.9,57]]]}`, "geo.too_few_points"},
		{"a triangle of two points", `{"type":"Polygon","coordinates":[[[9.9,57],[10,57],[9.9,57]]]}`, "geo.too_few_points"},
		{"off the globe", `{"type":"Polygon","coordinates":[[[9.9,157],[10,57],[10,57.1],[9.9,157]]]}`, "geo.out_of_range"},
		{"too large", `{"type":"Polygon","coordinates":` + square + strings.Repeat(" ", MaxBytes) + `}`, "geo.too_large"},
		{"too many points", `{"type":"Polygon","coordinates":` + many + `}`, "geo.too_many_points"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			outline, err := Parse([]byte(tt.in))
			if tt.want == "" {
				if err != nil {
					t.Fatal(err)
				}
				wellFormed(t, outline)
				again, err := Parse(Format(outline))
				if err != nil || !again.Equal(outline) {
					t.Errorf("written and read again: %v, %v", again, err)
				}
				return
			}
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.Invalid || f.Key != tt.want {
				t.Errorf("%v, want %s", err, tt.want)
			}
		})
	}
}

func TestParseTurnsRings(t *testing.T) {
	outline, err := Parse([]byte(`{"type":"Polygon","coordinates":[
		[[0,0],[0,9],[9,9],[9,0],[0,0]],
		[[1,1],[2,1],[2,2],[1,2],[1,1]]]}`))
	if err != nil {
		t.Fatal(err)
	}
	wellFormed(t, outline)
	if a := Area(outline); a != 80 {
		t.Errorf("area %v", a)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`{"type":"Polygon","coordinates":[[[9.9,57],[10,57],[10,57.1],[9.9,57]]]}`)
	f.Add(`{"type":"GeometryCollection","geometries":[{"type":"MultiPolygon","coordinates":[]}]}`)
	f.Add(`{"type":"Polygon","coordinates":[[[-0.0000001,-9e-7],[179.99999999,0.123456789],[1e-5,57.1],[0,-9e-7]]]}`)
	f.Fuzz(func(t *testing.T, s string) {
		outline, err := Parse([]byte(s))
		if err != nil {
			return
		}
		if again, err := Parse(Format(outline)); err != nil || !again.Equal(outline) {
			t.Errorf("written and read again: %v, %v", again, err)
		}
		Map([]NamedOutline{{Outline: outline}}, 300, 300)
		Union(outline, outline)
	})
}
