package pgtest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"mellemrum/internal/pg"
	"mellemrum/migrations"
)

const victim = "PGTEST_VICTIM"

func names(t *testing.T) string {
	t.Helper()
	rows, err := shared(t).admin.Query(t.Context(), "SELECT datname FROM pg_database")
	if err != nil {
		t.Fatal(err)
	}
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return " " + strings.Join(all, " ") + " "
}

func current(t *testing.T, db *pg.DB) string {
	t.Helper()
	name, err := pg.One(t.Context(), db.Reader(), "SELECT current_database()", pg.Scalar[string])
	if err != nil {
		t.Fatal(err)
	}
	return name
}

func TestEveryTestHasItsOwn(t *testing.T) {
	t.Parallel()
	a, b := New(t), New(t)
	if current(t, a) == current(t, b) {
		t.Error("two tests share a database")
	}
	pending, err := migrations.Pending(t.Context(), a.Pool())
	if err != nil || pending {
		t.Error("it is not migrated:", err)
	}
	if _, err := a.Pool().Exec(t.Context(), "CREATE TABLE only_here (n int)"); err != nil {
		t.Fatal(err)
	}
	there, err := pg.One(t.Context(), b.Reader(), "SELECT to_regclass('only_here') IS NOT NULL", pg.Scalar[bool])
	if err != nil || there {
		t.Error("what one test makes is seen by another:", err)
	}
}

func TestItIsDroppedAfterwards(t *testing.T) {
	t.Parallel()
	var name string
	t.Run("test", func(t *testing.T) {
		name = current(t, New(t))
		// A connection that a test forgot must not be in the way.
		if _, err := pgx.Connect(t.Context(), shared(t).server.DSN(name)); err != nil {
			t.Fatal(err)
		}
	})
	if strings.Contains(names(t), " "+name+" ") {
		t.Error(name, "is still there")
	}
}

func TestEmpty(t *testing.T) {
	t.Parallel()
	conn, err := pgx.Connect(t.Context(), Empty(t))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	var tables int
	if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").Scan(&tables); err != nil || tables != 0 {
		t.Error(tables, err)
	}
}

// TestMain makes the binary the process that TestWhatAKilledRunLeaves kills,
// when it is told to.
func TestMain(m *testing.M) {
	if os.Getenv(victim) != "" {
		c, err := start()
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		name, err := c.migrated(context.Background())
		fmt.Println(name, err)
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// It is not parallel: tidying is done under a lock otherwise.
func TestWhatAKilledRunLeaves(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	run := exec.Command(exe)
	run.Env = append(os.Environ(), victim+"=1")
	if _, err := run.StdinPipe(); err != nil { // open until it is killed
		t.Fatal(err)
	}
	out, err := run.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	name, _, _ := strings.Cut(line, " ")
	c := shared(t)
	if err := c.tidy(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(names(t), " "+name+" ") {
		t.Errorf("the database of a living run was removed: %s", line)
	}
	_ = run.Process.Kill()
	_ = run.Wait()
	for deadline := time.Now().Add(10 * time.Second); strings.Contains(names(t), " "+name+" "); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal(name, "is still there")
		}
		if err := c.tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func BenchmarkDatabase(b *testing.B) {
	c := shared(b)
	for b.Loop() {
		name, err := c.create(b.Context(), c.template)
		if err != nil {
			b.Fatal(err)
		}
		if err := c.drop(b.Context(), name); err != nil {
			b.Fatal(err)
		}
	}
}
