package district

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// Map is the districts as they are drawn: north is up, one unit is the same
// distance in every direction.
type Map struct {
	ViewBox string // of an SVG; empty when nothing is drawn yet
	Shapes  []Shape
}

// Shape is one district on the map.
type Shape struct {
	Slug string
	Name string
	Path string  // SVG path data; holes need the even-odd rule
	X, Y float64 // well inside the district: a place for its number
}

const (
	mapSize   = 600.0 // the longer side
	mapMargin = 6.0
)

// draw puts the outlines on one sheet.
func draw(outlines []Outline) (Map, error) {
	areas := make([][]polygon, len(outlines))
	west, south, east, north := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for i, o := range outlines {
		var s shape
		if err := json.Unmarshal([]byte(o.GeoJSON), &s); err != nil {
			return Map{}, fmt.Errorf("district: outline of %s: %w", o.Slug, err)
		}
		area, err := s.area()
		if err != nil {
			return Map{}, fmt.Errorf("district: outline of %s: %w", o.Slug, err)
		}
		areas[i] = area
		for _, p := range area {
			for _, r := range p {
				for _, at := range r {
					west, east = min(west, at[0]), max(east, at[0])
					south, north = min(south, at[1]), max(north, at[1])
				}
			}
		}
	}
	if !(east > west && north > south) {
		return Map{}, nil
	}
	// Over the width of a municipality the earth is flat enough: a degree of
	// longitude is just shorter than one of latitude.
	narrow := math.Cos((south + north) / 2 * math.Pi / 180)
	width, height := (east-west)*narrow, north-south
	scale := (mapSize - 2*mapMargin) / max(width, height)
	place := func(at position) [2]float64 {
		return [2]float64{
			mapMargin + (at[0]-west)*narrow*scale,
			mapMargin + (north-at[1])*scale,
		}
	}
	m := Map{ViewBox: fmt.Sprintf("0 0 %.0f %.0f", math.Ceil(width*scale+2*mapMargin), math.Ceil(height*scale+2*mapMargin))}
	for i, o := range outlines {
		var sheet [][][2]float64
		for _, p := range areas[i] {
			for _, r := range p {
				points := make([][2]float64, len(r))
				for j, at := range r {
					points[j] = place(at)
				}
				sheet = append(sheet, points)
			}
		}
		x, y := inside(sheet)
		m.Shapes = append(m.Shapes, Shape{Slug: o.Slug, Name: o.Name, Path: path(sheet), X: round(x), Y: round(y)})
	}
	return m, nil
}

func round(v float64) float64 { return math.Round(v*10) / 10 }

func path(rings [][][2]float64) string {
	var b []byte
	for _, ring := range rings {
		var last [2]float64
		for i, p := range ring[:len(ring)-1] { // Z closes it
			p = [2]float64{round(p[0]), round(p[1])}
			if i > 0 && p == last {
				continue
			}
			switch i {
			case 0:
				b = append(b, 'M')
			default:
				b = append(b, 'L')
			}
			b = strconv.AppendFloat(b, p[0], 'f', -1, 64)
			b = append(b, ' ')
			b = strconv.AppendFloat(b, p[1], 'f', -1, 64)
			last = p
		}
		b = append(b, 'Z')
	}
	return string(b)
}

// inside finds a point far from every edge. The middle of a bent shape may lie
// outside of it, so a grid of points is tried.
func inside(rings [][][2]float64) (x, y float64) {
	const steps = 32
	low, high := rings[0][0], rings[0][0]
	for _, ring := range rings {
		for _, p := range ring {
			low = [2]float64{min(low[0], p[0]), min(low[1], p[1])}
			high = [2]float64{max(high[0], p[0]), max(high[1], p[1])}
		}
	}
	best := -1.0
	x, y = (low[0]+high[0])/2, (low[1]+high[1])/2
	for i := range steps {
		for j := range steps {
			p := [2]float64{
				low[0] + (high[0]-low[0])*(float64(i)+0.5)/steps,
				low[1] + (high[1]-low[1])*(float64(j)+0.5)/steps,
			}
			if d := depth(rings, p); d > best {
				best, x, y = d, p[0], p[1]
			}
		}
	}
	return x, y
}

// depth is the squared distance from p to the nearest edge, or negative
// outside.
func depth(rings [][][2]float64, p [2]float64) float64 {
	nearest, within := math.Inf(1), false
	for _, ring := range rings {
		for i := 1; i < len(ring); i++ {
			a, b := ring[i-1], ring[i]
			if (a[1] > p[1]) != (b[1] > p[1]) && p[0] < a[0]+(p[1]-a[1])/(b[1]-a[1])*(b[0]-a[0]) {
				within = !within
			}
			dx, dy := b[0]-a[0], b[1]-a[1]
			t := 0.0
			if length := dx*dx + dy*dy; length > 0 {
				t = min(1, max(0, ((p[0]-a[0])*dx+(p[1]-a[1])*dy)/length))
			}
			ex, ey := p[0]-a[0]-t*dx, p[1]-a[1]-t*dy
			nearest = min(nearest, ex*ex+ey*ey)
		}
	}
	if !within {
		return -1
	}
	return nearest
}
