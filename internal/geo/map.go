package geo

import (
	"container/heap"
	"math"
	"strconv"

	"github.com/paulmach/orb"
)

// NamedOutline is a district to be drawn.
type NamedOutline struct {
	Slug    string
	Name    string
	Outline orb.MultiPolygon
}

// MapView is a map ready to be put in a page: north is up, one unit is the same
// distance in every direction.
type MapView struct {
	ViewBox string  // of an SVG: "0 0 600 412.5"; empty when there is nothing to see
	Shapes  []Shape // of the outlines that can be seen, in the order given
}

// Shape is one district on a map.
type Shape struct {
	Slug string
	Name string
	Path string  // SVG path data
	X, Y float64 // a point well inside, for its label
}

// margin keeps the strokes of the outermost borders within the picture.
const margin = 6

// Map draws the outlines as large as they fit in width × height; the picture
// is then cut to what they fill. Neighbours share the very same rounded
// points, so there are no gaps between them.
func Map(outlines []NamedOutline, width, height float64) MapView {
	var all orb.MultiPolygon
	for _, o := range outlines {
		all = append(all, o.Outline...)
	}
	if len(all) == 0 {
		return MapView{}
	}
	bound := all.Bound()
	middle := (bound.Min[1] + bound.Max[1]) / 2
	squeeze := math.Cos(middle * math.Pi / 180) // a degree of longitude is shorter up here
	spanX, spanY := (bound.Max[0]-bound.Min[0])*squeeze, bound.Max[1]-bound.Min[1]
	scale := min((width-2*margin)/max(spanX, 1e-9), (height-2*margin)/max(spanY, 1e-9))
	project := func(p orb.Point) orb.Point {
		return orb.Point{margin + (p[0]-bound.Min[0])*squeeze*scale, margin + (bound.Max[1]-p[1])*scale}
	}
	var shapes []Shape
	for _, o := range outlines {
		if path, x, y := draw(o.Outline, project); path != "" {
			shapes = append(shapes, Shape{Slug: o.Slug, Name: o.Name, Path: path, X: x, Y: y})
		}
	}
	if shapes == nil {
		return MapView{}
	}
	return MapView{
		ViewBox: "0 0 " + number(spanX*scale+2*margin, 1) + " " + number(spanY*scale+2*margin, 1),
		Shapes:  shapes,
	}
}

// draw writes the path in tenths of a unit, each point relative to the one
// before: no digit is written that nobody sees.
func draw(outline orb.MultiPolygon, project func(orb.Point) orb.Point) (path string, x, y float64) {
	var d []byte
	var largest orb.Polygon
	var most float64
	for _, polygon := range outline {
		flat := make(orb.Polygon, len(polygon))
		for i, ring := range polygon {
			tenths := inTenths(ring, project)
			d = appendRing(d, tenths)
			flat[i] = seen(tenths)
		}
		if a := Area(orb.MultiPolygon{flat}); a > most {
			largest, most = flat, a
		}
	}
	if largest == nil {
		return "", 0, 0
	}
	at := pole(largest)
	return string(d), math.Round(at[0]*10) / 10, math.Round(at[1]*10) / 10
}

// inTenths projects a ring to whole tenths of a unit, without the points that
// fall together and without the last, which is the first.
func inTenths(ring orb.Ring, project func(orb.Point) orb.Point) [][2]int {
	tenths := make([][2]int, 0, len(ring))
	for _, p := range ring {
		p = project(p)
		t := [2]int{int(math.Round(p[0] * 10)), int(math.Round(p[1] * 10))}
		if len(tenths) == 0 || tenths[len(tenths)-1] != t {
			tenths = append(tenths, t)
		}
	}
	if len(tenths) > 1 && tenths[0] == tenths[len(tenths)-1] {
		tenths = tenths[:len(tenths)-1]
	}
	return tenths
}

// seen is the closed ring as it is drawn, in units.
func seen(tenths [][2]int) orb.Ring {
	if len(tenths) == 0 {
		return nil
	}
	ring := make(orb.Ring, 0, len(tenths)+1)
	for _, t := range tenths {
		ring = append(ring, orb.Point{float64(t[0]) / 10, float64(t[1]) / 10})
	}
	return append(ring, ring[0])
}

func appendRing(d []byte, tenths [][2]int) []byte {
	if len(tenths) < 3 {
		return d // too small to be seen
	}
	d = append(d, 'M')
	d = appendTenths(d, tenths[0][0], false)
	d = appendTenths(d, tenths[0][1], true)
	d = append(d, 'l')
	for i, t := range tenths[1:] {
		d = appendTenths(d, t[0]-tenths[i][0], i > 0)
		d = appendTenths(d, t[1]-tenths[i][1], true)
	}
	return append(d, 'z')
}

// appendTenths writes a number of tenths, with a space before it where one is
// needed: a minus sign parts numbers by itself.
func appendTenths(d []byte, tenths int, part bool) []byte {
	if part && tenths >= 0 {
		d = append(d, ' ')
	}
	if tenths < 0 {
		d, tenths = append(d, '-'), -tenths
	}
	if whole := tenths / 10; whole > 0 || tenths == 0 {
		d = strconv.AppendInt(d, int64(whole), 10)
	}
	if rest := tenths % 10; rest > 0 {
		d = append(d, '.', byte('0'+rest))
	}
	return d
}

// pole is the point inside the polygon that is about farthest from its border:
// where a label has the most room. Squares are searched from the most
// promising and split until none can hold a much better point.
func pole(polygon orb.Polygon) orb.Point {
	bound := polygon.Bound()
	width, height := bound.Max[0]-bound.Min[0], bound.Max[1]-bound.Min[1]
	shorter, longer := min(width, height), max(width, height)
	best := newSquare(bound.Center(), 0, polygon)
	if shorter <= 0 {
		return best.centre
	}
	half := max(shorter, longer/64) / 2 // a sliver is not cut into thousands
	enough := min(1, shorter/50)
	open := squares{}
	for x := bound.Min[0]; x < bound.Max[0]; x += 2 * half {
		for y := bound.Min[1]; y < bound.Max[1]; y += 2 * half {
			open = append(open, newSquare(orb.Point{x + half, y + half}, half, polygon))
		}
	}
	heap.Init(&open)
	tries := 0
	for open.Len() > 0 {
		s, _ := heap.Pop(&open).(square)
		if s.depth > best.depth {
			best = s
		}
		if s.promise-best.depth <= enough {
			break
		}
		if tries++; tries > 300 {
			break // odd shapes: good enough is good enough
		}
		for _, dx := range []float64{-1, 1} {
			for _, dy := range []float64{-1, 1} {
				h := s.half / 2
				heap.Push(&open, newSquare(orb.Point{s.centre[0] + dx*h, s.centre[1] + dy*h}, h, polygon))
			}
		}
	}
	return best.centre
}

type square struct {
	centre  orb.Point
	half    float64
	depth   float64 // distance from the centre to the border, negative outside
	promise float64 // the most any point of the square can have
}

func newSquare(centre orb.Point, half float64, polygon orb.Polygon) square {
	depth := depthOf(centre, polygon)
	return square{centre, half, depth, depth + half*math.Sqrt2}
}

func depthOf(p orb.Point, polygon orb.Polygon) float64 {
	in, nearest := false, math.Inf(1)
	for _, ring := range polygon {
		if inside(p, ring) {
			in = !in
		}
		for i := 0; i+1 < len(ring); i++ {
			nearest = min(nearest, distance(p, ring[i], ring[i+1]))
		}
	}
	if !in {
		return -nearest
	}
	return nearest
}

func distance(p, a, b orb.Point) float64 {
	dx, dy := b[0]-a[0], b[1]-a[1]
	t := 0.0
	if length := dx*dx + dy*dy; length > 0 {
		t = max(0, min(1, ((p[0]-a[0])*dx+(p[1]-a[1])*dy)/length))
	}
	return math.Hypot(p[0]-a[0]-t*dx, p[1]-a[1]-t*dy)
}

// squares is a heap with the most promising first.
type squares []square

func (s squares) Len() int           { return len(s) }
func (s squares) Less(i, j int) bool { return s[i].promise > s[j].promise }
func (s squares) Swap(i, j int)      { s[i], s[j] = s[j], s[i] }
func (s *squares) Push(x any)        { sq, _ := x.(square); *s = append(*s, sq) }
func (s *squares) Pop() any {
	old := *s
	last := old[len(old)-1]
	*s = old[:len(old)-1]
	return last
}
