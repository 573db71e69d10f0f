// Package geo knows outlines: how parishes become a district, how a district
// becomes a shape on a map, and whether an outline somebody pasted can be used.
//
// Everything here is a pure function. Coordinates are WGS84, longitude before
// latitude, as in GeoJSON (RFC 7946); outlines are small enough that the earth
// may be taken as flat.
package geo

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"
)

// signedArea is twice the area that a closed ring encloses, positive when it
// runs counter-clockwise. Taking the first point as the origin keeps the
// products small, so that nothing is lost to rounding.
func signedArea(ring orb.Ring) float64 {
	var sum float64
	for i := 1; i+1 < len(ring); i++ {
		ax, ay := ring[i][0]-ring[0][0], ring[i][1]-ring[0][1]
		bx, by := ring[i+1][0]-ring[0][0], ring[i+1][1]-ring[0][1]
		sum += ax*by - ay*bx
	}
	return sum
}

// Area is the area of an outline in square degrees, holes taken out. It is of
// use for comparing outlines, not for telling anybody how large they are.
func Area(outline orb.MultiPolygon) float64 {
	var sum float64
	for _, polygon := range outline {
		for i, ring := range polygon {
			a := signedArea(ring)
			if a < 0 {
				a = -a
			}
			if i > 0 {
				a = -a
			}
			sum += a / 2
		}
	}
	return sum
}

// turned returns the ring running the wanted way round.
func turned(ring orb.Ring, counterClockwise bool) orb.Ring {
	if (signedArea(ring) > 0) == counterClockwise {
		return ring
	}
	ring = slices.Clone(ring)
	slices.Reverse(ring)
	return ring
}

// inside tells whether the point lies within the ring.
func inside(p orb.Point, ring orb.Ring) bool {
	in := false
	for i := 0; i+1 < len(ring); i++ {
		a, b := ring[i], ring[i+1]
		if (a[1] > p[1]) != (b[1] > p[1]) && p[0] < (b[0]-a[0])*(p[1]-a[1])/(b[1]-a[1])+a[0] {
			in = !in
		}
	}
	return in
}

// assemble gives each hole to the smallest outer ring around it. Outer rings
// run counter-clockwise, holes clockwise. The largest polygon comes first.
func assemble(rings []orb.Ring) orb.MultiPolygon {
	var outers, holes []orb.Ring
	for _, ring := range rings {
		switch a := signedArea(ring); {
		case a > 0:
			outers = append(outers, ring)
		case a < 0:
			holes = append(holes, ring)
		}
	}
	slices.SortStableFunc(outers, func(a, b orb.Ring) int { return cmp.Compare(signedArea(b), signedArea(a)) })
	outline := make(orb.MultiPolygon, len(outers))
	for i, outer := range outers {
		outline[i] = orb.Polygon{outer}
	}
	for _, hole := range holes {
		for i := len(outers) - 1; i >= 0; i-- {
			if holds(outers[i], hole) {
				outline[i] = append(outline[i], hole)
				break
			}
		}
	}
	return outline
}

// holds tells whether the hole lies within the outer ring. The two may share
// single points, which are neither in nor out, so the first point that is
// none of the outer ring's decides.
func holds(outer, hole orb.Ring) bool {
	for _, p := range hole {
		if !slices.Contains(outer, p) {
			return inside(p, outer)
		}
	}
	return false
}
