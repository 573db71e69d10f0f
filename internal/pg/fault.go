package pg

import (
	"context"
	"errors"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/puddle/v2"

	"mellemrum/internal/fault"
)

// constraints says what a broken constraint means to a reader. A constraint
// that is missing here is a mistake of ours.
var constraints = map[string]func() *fault.Error{
	"accounts_email_key": taken("email", "account.email_taken"),
	"districts_slug_key": taken("name", "districts.name_taken"),
	"cafes_slug_key":     taken("name", "cafes.name_taken"),
	"organisations_slug_key": taken("name",
		"organisations.name_taken"),
	"occasions_cafe_id_on_date_key": taken("dates", "cafes.date_taken"),
	"sign_ups_once_by_email":        taken("email", "cafes.already_signed_up"),
	"sign_ups_once_by_phone":        taken("phone", "cafes.already_signed_up"),
	"occasion_places_not_oversold":  conflict("cafes.capacity_below_taken"),
	"initiatives_slug_key":          taken("title", "initiatives.title_taken"),
	"initiatives_gate":              conflict("initiatives.gate_holds"),
	"initiatives_stand":             conflict("initiatives.stands"),
	"initiatives_step":              conflict("initiatives.no_such_step"),
	"involvements_stand":            conflict("initiatives.involvement_stands"),
	"involvements_not_ahead":        taken("held_on", "initiatives.held_on_ahead"),
	"theme_sets_starts_on_key":      taken("starts_on", "themes.starts_taken"),
	"concerns_seen_not_ahead":       taken("seen_on", "concerns.seen_ahead"),
	"concerns_closed_not_ahead":     taken("closed_on", "concerns.closed_ahead"),
	"concerns_outcome_told":         taken("outcome", "concerns.outcome_missing"),
}

func taken(field, key string) func() *fault.Error {
	return func() *fault.Error { return fault.InField(fault.Conflict, field, key) }
}

func conflict(key string) func() *fault.Error {
	return func() *fault.Error { return fault.New(fault.Conflict, key) }
}

// Fault turns an error of the database into a fault; faults, nil and
// everything else pass unchanged.
func Fault(err error) error {
	if err == nil {
		return nil
	}
	var already *fault.Error
	if errors.As(err, &already) {
		return err
	}
	var pgErr *pgconn.PgError
	if errors.As(err, &pgErr) {
		return faultOf(pgErr)
	}
	var connect *pgconn.ConnectError
	var network net.Error
	switch {
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, pgx.ErrNoRows):
		return fault.Wrap(fault.NotFound, "", err)
	case errors.As(err, &connect), errors.As(err, &network), errors.Is(err, puddle.ErrClosedPool),
		pgconn.SafeToRetry(err), errors.Is(err, context.DeadlineExceeded),
		strings.Contains(err.Error(), "conn closed"), strings.Contains(err.Error(), "unexpected EOF"):
		return fault.Wrap(fault.Unavailable, "", err)
	}
	return err
}

func faultOf(e *pgconn.PgError) error {
	switch {
	case e.ConstraintName != "" && constraints[e.ConstraintName] != nil:
		f := constraints[e.ConstraintName]()
		f.Err = e
		return f
	case e.Code == "22021", e.Code == "22P05": // bytes that are no UTF-8, or a NUL
		return fault.Wrap(fault.Invalid, "errors.field_bad_text", e)
	case strings.HasPrefix(e.Code, "08"), strings.HasPrefix(e.Code, "53"), // connection, resources
		strings.HasPrefix(e.Code, "57P"),     // the server is stopping or starting
		e.Code == "57014",                    // statement_timeout
		e.Code == "40001", e.Code == "40P01", // serialisation, deadlock: pressing again helps
		e.Code == "25006" && isReplicaError(e): // a standby that took over
		return fault.Wrap(fault.Unavailable, "", e)
	}
	return e
}

// A write on the read pool is our mistake and must show; the same code from a
// server that is read-only as a whole is a matter of waiting.
func isReplicaError(e *pgconn.PgError) bool { return strings.Contains(e.Message, "recovery") }

func selfAuditing(sql string) bool { return strings.Contains(sql, "INSERT INTO audit_entries") }
