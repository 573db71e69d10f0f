package district

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"time"

	"mellemrum/internal/fault"
	"mellemrum/internal/geo"
	"mellemrum/internal/pg"
)

// mapSize is the longer side of the map.
const mapSize = 600

// Map is the districts as they are drawn.
type Map = geo.MapView

// outline returns the drawn area as it is kept, nil for none. It takes what
// map programs save.
func (in Input) outline() (*string, error) {
	raw := bytes.TrimSpace(in.Outline)
	if len(raw) == 0 || bytes.Equal(raw, []byte("null")) {
		return nil, nil
	}
	area, err := geo.Parse(raw)
	if err != nil {
		return nil, err
	}
	kept := string(geo.Format(area))
	return &kept, nil
}

// Outline is a district's area on the map.
type Outline struct {
	Slug    string
	Name    string
	GeoJSON string // MultiPolygon
}

// outlineCache keeps what was last read and drawn; a district that changes has
// another stamp.
type outlineCache struct {
	mu    sync.Mutex
	stamp stamp
	list  []Outline // nil: nothing read yet
	drawn Map
}

type stamp struct {
	Districts int
	Latest    time.Time
}

// Outlines returns the areas that have been drawn, by name. The list is
// shared: read it, do not change it.
func (s *Service) Outlines(ctx context.Context) ([]Outline, error) {
	list, _, err := s.outlined(ctx)
	return list, err
}

// Map returns the districts that have been drawn, by name, on one map. It is
// shared: read it, do not change it.
func (s *Service) Map(ctx context.Context) (Map, error) {
	_, drawn, err := s.outlined(ctx)
	return drawn, err
}

// MapFor is the map for the district's own page; empty when it is not drawn.
// It asks the database only when the district has changed since the last time,
// so a change to another one may show a little later.
func (s *Service) MapFor(ctx context.Context, d District) (Map, error) {
	if !d.HasOutline {
		return Map{}, nil
	}
	c := &s.outlines
	c.mu.Lock()
	drawn, fresh := c.drawn, c.list != nil && !d.UpdatedAt.After(c.stamp.Latest)
	c.mu.Unlock()
	if fresh {
		return drawn, nil
	}
	return s.Map(ctx)
}

// outlined reads and draws the outlines only when a district has changed since
// the last time.
func (s *Service) outlined(ctx context.Context) ([]Outline, Map, error) {
	now, err := pg.One(ctx, s.db.Reader(), `
		SELECT count(*)::int AS districts, coalesce(max(updated_at), 'epoch') AS latest FROM districts`, pg.ByName[stamp])
	if err != nil {
		return nil, Map{}, err
	}
	c := &s.outlines
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.list != nil && c.stamp.Districts == now.Districts && c.stamp.Latest.Equal(now.Latest) {
		return c.list, c.drawn, nil
	}
	list, err := pg.All(ctx, s.db.Reader(), `
		SELECT slug, name, outline::text AS geojson FROM districts WHERE outline IS NOT NULL
		ORDER BY name COLLATE "da-x-icu", id`, pg.ByName[Outline])
	if err != nil {
		return nil, Map{}, err
	}
	if list == nil {
		list = []Outline{}
	}
	drawn, err := draw(list)
	if err != nil {
		return nil, Map{}, err
	}
	c.stamp, c.list, c.drawn = now, list, drawn
	return list, drawn, nil
}

// draw puts the outlines on one sheet.
func draw(list []Outline) (Map, error) {
	named := make([]geo.NamedOutline, len(list))
	for i, o := range list {
		area, err := geo.Parse([]byte(o.GeoJSON))
		if err != nil {
			// What is kept was checked: no reader can mend it.
			return Map{}, fault.Wrap(fault.Internal, "", fmt.Errorf("district: outline of %s: %w", o.Slug, err))
		}
		named[i] = geo.NamedOutline{Slug: o.Slug, Name: o.Name, Outline: area}
	}
	return geo.Map(named, mapSize, mapSize), nil
}
