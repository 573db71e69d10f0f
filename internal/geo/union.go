package geo

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

type edge struct{ from, to orb.Point }

// Union makes one outline of several that lie side by side: parishes become a
// district. A border is dissolved where both sides name the very same points,
// as outlines from one source do; outlines that overlap, or whose borders were
// drawn apart, stay as they are beside each other. A ring given twice counts
// once.
//
// Outer rings of the result run counter-clockwise, holes clockwise, and every
// ring is closed (RFC 7946). The largest polygon comes first.
func Union(outlines ...orb.MultiPolygon) orb.MultiPolygon {
	return assemble(chain(borders(outlines)))
}

// borders returns the edges with something on one side only, running so that
// it lies to their left. At every point as many arrive as leave.
func borders(outlines []orb.MultiPolygon) []edge {
	known := map[string]bool{}
	surplus := map[edge]int{} // times an edge is there, less times its opposite is
	var edges []edge
	for _, outline := range outlines {
		for _, polygon := range outline {
			for i, ring := range polygon {
				ring = turned(ring, i == 0)
				name := nameOf(ring)
				if known[name] {
					continue
				}
				known[name] = true
				for j := 0; j+1 < len(ring); j++ {
					if e := (edge{ring[j], ring[j+1]}); e.from != e.to {
						surplus[e]++
						surplus[edge{e.to, e.from}]--
						edges = append(edges, e)
					}
				}
			}
		}
	}
	kept := edges[:0]
	for _, e := range edges {
		if surplus[e] > 0 {
			surplus[e]--
			kept = append(kept, e)
		}
	}
	return kept
}

// nameOf is the same for the same ring, wherever it was begun.
func nameOf(ring orb.Ring) string {
	if len(ring) < 2 {
		return ""
	}
	open := ring[:len(ring)-1]
	lowest := slices.MinFunc(open, func(a, b orb.Point) int {
		return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
	})
	first := slices.Index(open, lowest)
	return fmt.Sprint(open[first:], open[:first])
}

// chain puts edges together into closed rings that do not pass a point twice.
func chain(edges []edge) []orb.Ring {
	next := map[orb.Point][]orb.Point{}
	for _, e := range edges {
		next[e.from] = append(next[e.from], e.to)
	}
	var rings []orb.Ring
	for _, e := range edges {
		path := orb.LineString{e.from}
		place := map[orb.Point]int{e.from: 0}
		for len(next[path[len(path)-1]]) > 0 {
			to := takeNext(next, path)
			i, again := place[to]
			if !again {
				place[to] = len(path)
				path = append(path, to)
				continue
			}
			ring := append(slices.Clone(orb.Ring(path[i:])), to)
			rings = append(rings, ring)
			for _, p := range path[i+1:] {
				delete(place, p)
			}
			path = path[:i+1]
		}
	}
	return rings
}

// takeNext uses up one edge that leaves the end of the path. Where several do,
// because outlines touch in that point, it takes the one that bounds what lies
// to the left of the edge we came by: rings meet there and never cross.
func takeNext(next map[orb.Point][]orb.Point, path orb.LineString) orb.Point {
	at := path[len(path)-1]
	ways := next[at]
	best := 0
	if len(path) > 1 && len(ways) > 1 {
		came := path[len(path)-2]
		back := math.Atan2(came[1]-at[1], came[0]-at[0])
		least := math.Inf(1)
		for i, to := range ways {
			turn := back - math.Atan2(to[1]-at[1], to[0]-at[0])
			if turn <= 0 {
				turn += 2 * math.Pi
			}
			if turn < least {
				least, best = turn, i
			}
		}
	}
	to := ways[best]
	next[at] = slices.Delete(ways, best, best+1)
	return to
}
