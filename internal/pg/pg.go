// Package pg is the way to the database: two pools, one way to read, one way
// to write, and the only place that knows PostgreSQL's error codes and the
// names of constraints.
package pg

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
)

// Querier is what a reader and a transaction have in common.
type Querier interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

// Config says where the database is and how much of it to use.
type Config struct {
	WriteURL string
	ReadURL  string           // empty: the same as WriteURL
	MaxConns int32            // per pool; zero: 4, which beats 16 on two cores
	Clock    func() time.Time // nil: time.Now
	Tracer   pgx.QueryTracer  // nil: none
}

// DB holds the pools.
type DB struct {
	read  *pgxpool.Pool
	write *pgxpool.Pool
	clock func() time.Time
	hub   *hub
}

// Open connects both pools. It fails when the database does not answer.
func Open(ctx context.Context, c Config) (*DB, error) {
	if c.ReadURL == "" {
		c.ReadURL = c.WriteURL
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	write, err := openPool(ctx, c, c.WriteURL, "off")
	if err != nil {
		return nil, err
	}
	read, err := openPool(ctx, c, c.ReadURL, "on")
	if err != nil {
		write.Close()
		return nil, err
	}
	return &DB{read: read, write: write, clock: c.Clock, hub: &hub{}}, nil
}

func openPool(ctx context.Context, c Config, url, readOnly string) (*pgxpool.Pool, error) {
	pc, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database address: %w", err)
	}
	pc.MaxConns = 4
	if c.MaxConns > 0 {
		pc.MaxConns = c.MaxConns
	}
	// Connections are renewed so that cached plans made while a table was
	// small do not outlive its growth.
	pc.MaxConnLifetime = 30 * time.Minute
	pc.ConnConfig.RuntimeParams["application_name"] = "mellemrum"
	pc.ConnConfig.RuntimeParams["default_transaction_read_only"] = readOnly
	pc.ConnConfig.RuntimeParams["statement_timeout"] = "15000"
	pc.ConnConfig.RuntimeParams["idle_in_transaction_session_timeout"] = "60000"
	pc.ConnConfig.ConnectTimeout = 5 * time.Second
	pc.ConnConfig.Tracer = c.Tracer
	pool, err := pgxpool.NewWithConfig(ctx, pc)
	if err != nil {
		return nil, fmt.Errorf("database: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("database does not answer: %w", err)
	}
	return pool, nil
}

// Close ends both pools.
func (db *DB) Close() {
	db.hub.close()
	db.read.Close()
	db.write.Close()
}

// Reader returns the pool for reading. Its transactions are read-only, so a
// stray UPDATE fails instead of slipping past the audit log.
func (db *DB) Reader() Querier { return db.read }

// Fresh reads from the primary, for what was written a moment ago and may not
// have reached a replica.
func (db *DB) Fresh() Querier { return db.write }

// Pool returns the read-write pool for the libraries that bring their own
// tables (jobs, sessions) and for migrations. Features use Write.
func (db *DB) Pool() *pgxpool.Pool { return db.write }

// Now is the clock that rules go by.
func (db *DB) Now() time.Time { return db.clock() }

// At is the same database with its clock standing at t: for making up a past.
func (db *DB) At(t time.Time) *DB {
	return &DB{read: db.read, write: db.write, clock: func() time.Time { return t }, hub: db.hub}
}

// Ping tells whether the database answers.
func (db *DB) Ping(ctx context.Context) error { return Fault(db.write.Ping(ctx)) }

// Tx is a transaction of one actor.
type Tx struct {
	tx      pgx.Tx
	actor   authz.Actor
	now     time.Time
	audited bool
}

// Actor is whoever makes the change.
func (t *Tx) Actor() authz.Actor { return t.actor }

// Now is the one moment all of the transaction happens at.
func (t *Tx) Now() time.Time { return t.now }

// Audited notes that an audit entry has been written. Only package audit and
// statements that write their own entry call it.
func (t *Tx) Audited() { t.audited = true }

// Raw gives the transaction to libraries that join it (jobs).
func (t *Tx) Raw() pgx.Tx { return t.tx }

// Exec runs a statement.
func (t *Tx) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	tag, err := t.tx.Exec(ctx, sql, args...)
	return tag, Fault(err)
}

// Query runs a query; prefer All and One.
func (t *Tx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	rows, err := t.tx.Query(ctx, sql, args...)
	return rows, Fault(err)
}

// QueryRow runs a query for one row; prefer One.
func (t *Tx) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	return t.tx.QueryRow(ctx, sql, args...)
}

var errUnaudited = errors.New("pg: a change without an audit entry is not committed")

// Write runs fn in a transaction on behalf of the actor and commits when fn
// returns nil and has left an audit entry.
func (db *DB) Write(ctx context.Context, actor authz.Actor, fn func(*Tx) error) error {
	tx, err := db.write.Begin(ctx)
	if err != nil {
		return Fault(err)
	}
	// A rollback after a commit does nothing; its context must outlive a
	// reader who has gone away, or the connection would be thrown out.
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }()
	t := &Tx{tx: tx, actor: actor, now: db.clock()}
	if err := fn(t); err != nil {
		return Fault(err)
	}
	if !t.audited {
		return errUnaudited
	}
	return Fault(tx.Commit(ctx))
}

// WriteOne runs one statement that changes and audits by itself, without the
// round trips of BEGIN and COMMIT: locks are held for the statement only. The
// statement must hold the words INSERT INTO audit_entries.
func WriteOne[T any](ctx context.Context, db *DB, sql string, scan pgx.RowToFunc[T], args ...any) (T, error) {
	if !selfAuditing(sql) {
		var none T
		return none, errUnaudited
	}
	return One(ctx, db.write, sql, scan, args...)
}

// All collects every row.
func All[T any](ctx context.Context, q Querier, sql string, scan pgx.RowToFunc[T], args ...any) ([]T, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, Fault(err)
	}
	list, err := pgx.CollectRows(rows, scan)
	return list, Fault(err)
}

// One collects the one row there is; none is a NotFound fault.
func One[T any](ctx context.Context, q Querier, sql string, scan pgx.RowToFunc[T], args ...any) (T, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		var none T
		return none, Fault(err)
	}
	one, err := pgx.CollectOneRow(rows, scan)
	if errors.Is(err, pgx.ErrNoRows) {
		return one, fault.Wrap(fault.NotFound, "", err)
	}
	return one, Fault(err)
}

// ByName scans a row into a struct whose fields are named as the columns
// (underscores and case aside).
func ByName[T any](row pgx.CollectableRow) (T, error) { return pgx.RowToStructByName[T](row) }

// Scalar scans a row of one column.
func Scalar[T any](row pgx.CollectableRow) (T, error) { return pgx.RowTo[T](row) }
