package cafe

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"mellemrum/internal/pg"
)

// seasonGap is how many days apart two dates of one season are at most: a
// summer is longer, a cancelled month is not.
const seasonGap = 35

// LastSeason returns the dates of the café's latest run of dates, in order.
func (s *Service) LastSeason(ctx context.Context, id uuid.UUID) ([]time.Time, error) {
	dates, err := pg.All(ctx, s.db.Fresh(), `SELECT on_date FROM occasions WHERE cafe_id = $1 ORDER BY on_date`, pg.Scalar[time.Time], id)
	return lastRun(dates), err
}

// lastRun is the end of sorted dates in which none is more than seasonGap
// after the one before.
func lastRun(dates []time.Time) []time.Time {
	for i := len(dates) - 1; i > 0; i-- {
		if dates[i].Sub(dates[i-1]) > seasonGap*24*time.Hour {
			return dates[i:]
		}
	}
	return dates
}

// again moves a season by whole weeks, so that it begins in the week of the
// date and each café stays on its weekday.
func again(season []time.Time, from time.Time) []time.Time {
	if len(season) == 0 {
		return nil
	}
	days := int(monday(from).Sub(monday(season[0])).Hours() / 24)
	moved := slices.Clone(season)
	for i := range moved {
		moved[i] = moved[i].AddDate(0, 0, days)
	}
	return moved
}

func monday(date time.Time) time.Time {
	return date.AddDate(0, 0, -(int(date.Weekday())+6)%7)
}
