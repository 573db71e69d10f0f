package geo

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strconv"

	"github.com/paulmach/orb"

	"mellemrum/internal/fault"
)

// The most an outline may have. A district drawn with more points is a survey,
// and would make every map slow; the bytes leave room for that many points
// with all decimals and for what else a map program writes in its files.
const (
	MaxPoints = 10_000
	MaxBytes  = 1 << 20
)

// decimals of a degree are kept: about ten centimetres.
const decimals = 6

// object is any of GeoJSON's, as far as outlines need them.
type object struct {
	Type        string            `json:"type"`
	Coordinates json.RawMessage   `json:"coordinates"`
	Geometry    *json.RawMessage  `json:"geometry"`
	Geometries  []json.RawMessage `json:"geometries"`
	Features    []json.RawMessage `json:"features"`
}

// Parse reads an outline as staff paste it: a GeoJSON Polygon or MultiPolygon,
// or a Feature or FeatureCollection of such. Heights are dropped, points
// rounded to about ten centimetres and rings turned the way RFC 7946 wants
// them, so that what Format writes of it can be parsed again. What cannot be
// used is an Invalid fault whose key says what to do about it.
func Parse(geojson []byte) (orb.MultiPolygon, error) {
	if len(geojson) > MaxBytes {
		return nil, fault.New(fault.Invalid, "geo.too_large")
	}
	p := parser{}
	if err := p.object(bytes.TrimPrefix(geojson, []byte("\ufeff")), 0); err != nil {
		return nil, err
	}
	if len(p.outline) == 0 {
		return nil, fault.New(fault.Invalid, "geo.not_polygon")
	}
	return p.outline, nil
}

type parser struct {
	outline orb.MultiPolygon
	points  int
}

func (p *parser) object(raw []byte, depth int) error {
	var o object
	if err := json.Unmarshal(raw, &o); err != nil || depth > 4 {
		return fault.Wrap(fault.Invalid, "geo.not_geojson", err)
	}
	switch o.Type {
	case "Polygon":
		var rings [][][]float64
		if err := json.Unmarshal(o.Coordinates, &rings); err != nil {
			return fault.Wrap(fault.Invalid, "geo.not_geojson", err)
		}
		return p.polygon(rings)
	case "MultiPolygon":
		var polygons [][][][]float64
		if err := json.Unmarshal(o.Coordinates, &polygons); err != nil {
			return fault.Wrap(fault.Invalid, "geo.not_geojson", err)
		}
		for _, rings := range polygons {
			if err := p.polygon(rings); err != nil {
				return err
			}
		}
		return nil
	case "Feature":
		if o.Geometry == nil {
			return fault.New(fault.Invalid, "geo.not_polygon")
		}
		return p.object(*o.Geometry, depth+1)
	case "FeatureCollection", "GeometryCollection":
		for _, part := range slices.Concat(o.Features, o.Geometries) {
			if err := p.object(part, depth+1); err != nil {
				return err
			}
		}
		return nil
	case "Point", "MultiPoint", "LineString", "MultiLineString":
		return fault.New(fault.Invalid, "geo.not_polygon")
	}
	return fault.New(fault.Invalid, "geo.not_geojson")
}

func (p *parser) polygon(rings [][][]float64) error {
	if len(rings) == 0 {
		return fault.New(fault.Invalid, "geo.not_polygon")
	}
	polygon := make(orb.Polygon, 0, len(rings))
	for i, positions := range rings {
		if p.points += len(positions); p.points > MaxPoints {
			return fault.New(fault.Invalid, "geo.too_many_points", "Max", MaxPoints)
		}
		ring, err := parseRing(positions)
		if err != nil {
			return err
		}
		polygon = append(polygon, turned(ring, i == 0))
	}
	p.outline = append(p.outline, polygon)
	return nil
}

func parseRing(positions [][]float64) (orb.Ring, error) {
	ring := make(orb.Ring, 0, len(positions))
	for _, position := range positions {
		if len(position) < 2 {
			return nil, fault.New(fault.Invalid, "geo.not_geojson")
		}
		point := orb.Point{position[0], position[1]}
		if math.Abs(point[0]) > 180 || math.Abs(point[1]) > 90 {
			return nil, fault.New(fault.Invalid, "geo.out_of_range",
				"Found", number(point[0], 5)+", "+number(point[1], 5))
		}
		point = orb.Point{rounded(point[0], decimals), rounded(point[1], decimals)}
		if len(ring) == 0 || ring[len(ring)-1] != point {
			ring = append(ring, point)
		}
	}
	switch {
	case len(ring) == 0:
		return nil, fault.New(fault.Invalid, "geo.too_few_points")
	case len(positions) > 1 && ring[0] != ring[len(ring)-1]:
		return nil, fault.New(fault.Invalid, "geo.not_closed")
	case len(ring) < 4 || signedArea(ring) == 0:
		return nil, fault.New(fault.Invalid, "geo.too_few_points")
	case swapped(ring):
		return nil, fault.New(fault.Invalid, "geo.swapped")
	}
	return ring, nil
}

// swapped tells whether the ring would lie in Denmark if latitude and
// longitude changed places, and does not as it is: by far the commonest
// mistake, and one that no range check sees.
func swapped(ring orb.Ring) bool {
	denmark := orb.Bound{Min: orb.Point{7.5, 54}, Max: orb.Point{15.8, 58.2}}
	for _, p := range ring {
		if denmark.Contains(p) || !denmark.Contains(orb.Point{p[1], p[0]}) {
			return false
		}
	}
	return true
}

// Format writes an outline as a GeoJSON MultiPolygon.
func Format(outline orb.MultiPolygon) []byte {
	var b bytes.Buffer
	b.WriteString(`{"type":"MultiPolygon","coordinates":[`)
	for i, polygon := range outline {
		if i > 0 {
			b.WriteByte(',')
		}
		writePolygon(&b, polygon)
	}
	b.WriteString(`]}`)
	return b.Bytes()
}

func writePolygon(b *bytes.Buffer, polygon orb.Polygon) {
	b.WriteByte('[')
	for i, ring := range polygon {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('[')
		for j, p := range ring {
			if j > 0 {
				b.WriteByte(',')
			}
			b.WriteString("[" + number(p[0], decimals) + "," + number(p[1], decimals) + "]")
		}
		b.WriteByte(']')
	}
	b.WriteByte(']')
}

// number writes f rounded to so many decimals, without needless ones.
func number(f float64, decimals int) string {
	return strconv.FormatFloat(rounded(f, decimals), 'f', -1, 64)
}

func rounded(f float64, decimals int) float64 {
	scale := math.Pow10(decimals)
	if f = math.Round(f*scale) / scale; f == 0 {
		return 0 // never "-0"
	}
	return f
}
