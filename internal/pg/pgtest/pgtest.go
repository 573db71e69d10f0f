// Package pgtest gives every test a database of its own on a real PostgreSQL.
//
// All test binaries of a user share one server, in memory where the system
// has room for that and careless about losing power. A database is a copy of a
// template that the migrations were applied to once; its name holds a hash of
// them, so a changed migration makes a new template. Whoever is killed leaves
// databases behind; the next one to start removes what nobody uses, which the
// server knows by the advisory locks that every test binary holds.
//
// A test binary cannot say when it ends, least of all when it is killed. So
// each starts a keeper, a process that outlives it and stops the server a
// little after the last one is gone.
package pgtest

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"mellemrum/internal/pg"
	"mellemrum/internal/pg/pglocal"
	"mellemrum/migrations"
)

const (
	keeperEnv = "PGTEST_KEEPER"
	linger    = 3 * time.Second // the next test binary is often just being linked
	room      = 1 << 30
	patience  = 2 * time.Minute

	// Classes of advisory locks in the database "postgres".
	runLock      = 0x6d656c31 // with a run: it lives
	templateLock = 0x6d656c32 // with a hash, shared: somebody copies this template
	setupLock    = 0x6d656c33 // one tidies and makes templates at a time
)

// A test binary is its own keeper, when it is told to.
func init() {
	dir := os.Getenv(keeperEnv)
	if dir == "" {
		return
	}
	if err := pglocal.Keep(context.Background(), dir, linger); err != nil {
		os.Exit(1)
	}
	os.Exit(0)
}

// New returns a fresh, migrated database, which is closed and dropped when
// the test ends.
func New(t testing.TB) *pg.DB {
	t.Helper()
	dsn := DSN(t)
	db, err := pg.Open(t.Context(), pg.Config{WriteURL: dsn, ReadURL: dsn})
	if err != nil {
		t.Fatalf("open the test's database: %v", err)
	}
	t.Cleanup(func() { closeSoon(t, db) })
	return db
}

// closeSoon says so when somebody keeps a connection, for which closing would
// wait without end.
func closeSoon(t testing.TB, db *pg.DB) {
	t.Helper()
	closed := make(chan struct{})
	go func() {
		db.Close()
		close(closed)
	}()
	select {
	case <-closed:
	case <-time.After(patience):
		t.Errorf("the test's database does not close: a connection or its rows were never given back")
	}
}

// DSN returns the address of a fresh, migrated database, which is dropped when
// the test ends.
func DSN(t testing.TB) string {
	t.Helper()
	c := shared(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	name, err := c.migrated(ctx)
	return c.lend(t, name, err)
}

// Empty returns the address of a fresh database without any table, which is
// dropped when the test ends.
func Empty(t testing.TB) string {
	t.Helper()
	c := shared(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	name, err := c.create(ctx, "template0")
	return c.lend(t, name, err)
}

// Dir returns a data folder for a test that starts a server of its own. Unlike
// t.TempDir it may be entered by the user who runs PostgreSQL for root.
func Dir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp(parent(), "mellemrum-")
	if err == nil {
		err = os.Chmod(dir, 0o711) //nolint:gosec // the database's user has to pass
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("remove the test's data folder: %v", err)
		}
	})
	return dir
}

// cluster is the shared server, as this process sees it.
type cluster struct {
	server   *pglocal.Server
	admin    *pgxpool.Pool
	life     *pgx.Conn // open as long as the process; its locks say that we live
	run      int32
	made     atomic.Int64
	template string
	spare    chan string // a database that was made to look at the template
}

var start = sync.OnceValues(func() (*cluster, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return open(ctx)
})

func shared(t testing.TB) *cluster {
	t.Helper()
	c, err := start()
	if err != nil {
		t.Fatalf("tests need PostgreSQL: %v", err)
	}
	return c
}

func (c *cluster) lend(t testing.TB, name string, err error) string {
	t.Helper()
	if err != nil {
		t.Fatalf("make the test's database: %v", err)
	}
	t.Cleanup(func() {
		// The test's own context has ended by now.
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := c.drop(ctx, name); err != nil {
			t.Errorf("drop the test's database: %v", err)
		}
	})
	return c.server.DSN(name)
}

func open(ctx context.Context) (*cluster, error) {
	dir, err := sharedFolder()
	if err != nil {
		return nil, err
	}
	//nolint:gosec // it has to be new, not secret
	c := &cluster{run: rand.Int32(), spare: make(chan string, 1)}
	c.server, err = pglocal.Start(ctx, pglocal.Options{Dir: dir, Fast: true, MaxConnections: 400})
	if err != nil {
		return nil, err
	}
	if err := startKeeper(dir); err != nil {
		return nil, fmt.Errorf("start the keeper of the test database: %w", err)
	}
	config, err := pgxpool.ParseConfig(c.server.DSN("postgres"))
	if err != nil {
		return nil, err
	}
	config.MaxConns = 4
	if c.admin, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return nil, err
	}

	if c.life, err = pgx.Connect(ctx, c.server.DSN("postgres")); err != nil {
		return nil, err
	}
	version, key, err := migrationsHash()
	if err != nil {
		return nil, err
	}
	c.template = "template_" + version
	if _, err := c.life.Exec(ctx, "SELECT pg_advisory_lock($1, $2), pg_advisory_lock_shared($3, $4), pg_advisory_lock($5)",
		runLock, c.run, templateLock, key, setupLock); err != nil {
		return nil, err
	}
	if err := c.tidy(ctx); err != nil {
		return nil, fmt.Errorf("tidy the test server: %w", err)
	}
	if err := c.makeTemplate(ctx); err != nil {
		return nil, fmt.Errorf("make the template of test databases: %w", err)
	}
	_, err = c.life.Exec(ctx, "SELECT pg_advisory_unlock($1)", setupLock)
	return c, err
}

func startKeeper(dir string) error {
	exe, err := os.Executable()
	if err != nil {
		return err
	}
	keeper := exec.Command(exe) //nolint:noctx // it outlives us
	keeper.Env = append(os.Environ(), keeperEnv+"="+dir)
	keeper.Dir = "/"
	keeper.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := keeper.Start(); err != nil {
		return err
	}
	go func() { _ = keeper.Wait() }()
	return nil
}

var leftBehind = regexp.MustCompile(`^(test|template|building)_([0-9a-f]{8})`)

// tidy drops what runs that have ended left.
func (c *cluster) tidy(ctx context.Context) error {
	rows, err := c.life.Query(ctx, "SELECT datname FROM pg_database")
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err
	}
	for _, name := range names {
		if m := leftBehind.FindStringSubmatch(name); m != nil && name != c.template {
			if err := c.dropUnused(ctx, name, m[1], m[2]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *cluster) dropUnused(ctx context.Context, name, kind, id string) error {
	class := templateLock
	switch kind {
	case "building": // only one builds at a time, and now it is us
		return c.drop(ctx, name)
	case "test":
		class = runLock
	}
	n, err := strconv.ParseUint(id, 16, 32)
	if err != nil {
		return err
	}
	key, unused := int32(uint32(n)), false
	if kind == "test" && key == c.run {
		return nil
	}
	if err := c.life.QueryRow(ctx, "SELECT pg_try_advisory_lock($1, $2)", class, key).Scan(&unused); err != nil || !unused {
		return err
	}
	err = c.drop(ctx, name)
	_, unlockErr := c.life.Exec(ctx, "SELECT pg_advisory_unlock($1, $2)", class, key)
	return errors.Join(err, unlockErr)
}

func (c *cluster) makeTemplate(ctx context.Context) error {
	var exists bool
	if err := c.admin.QueryRow(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", c.template).Scan(&exists); err != nil {
		return err
	}
	if exists {
		// Steps written in Go are not in the hash. A copy is looked at, as a
		// connection to the template itself would be in everybody's way.
		copied, err := c.create(ctx, c.template)
		if err != nil {
			return err
		}
		pending, err := c.pending(ctx, copied)
		if err != nil {
			return err
		}
		if !pending {
			c.spare <- copied
			return nil
		}
		if err := errors.Join(c.drop(ctx, copied), c.drop(ctx, c.template)); err != nil {
			return err
		}
	}
	building := strings.Replace(c.template, "template", "building", 1)
	if _, err := c.admin.Exec(ctx, "CREATE DATABASE "+building+" TEMPLATE template0 STRATEGY file_copy"); err != nil {
		return err
	}
	pool, err := pgxpool.New(ctx, c.server.DSN(building))
	if err != nil {
		return err
	}
	err = migrations.Up(ctx, pool)
	pool.Close()
	if err != nil {
		return err
	}
	_, err = c.admin.Exec(ctx, "ALTER DATABASE "+building+" RENAME TO "+c.template)
	return err
}

func (c *cluster) pending(ctx context.Context, name string) (bool, error) {
	pool, err := pgxpool.New(ctx, c.server.DSN(name))
	if err != nil {
		return false, err
	}
	defer pool.Close()
	return migrations.Pending(ctx, pool)
}

func (c *cluster) migrated(ctx context.Context) (string, error) {
	select {
	case name := <-c.spare:
		return name, nil
	default:
		return c.create(ctx, c.template)
	}
}

func (c *cluster) create(ctx context.Context, template string) (string, error) {
	name := fmt.Sprintf("test_%08x_%d", uint32(c.run), c.made.Add(1))
	_, err := c.admin.Exec(ctx, "CREATE DATABASE "+name+" TEMPLATE "+template+" STRATEGY file_copy")
	return name, err
}

func (c *cluster) drop(ctx context.Context, name string) error {
	_, err := c.admin.Exec(ctx, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)")
	return err
}

// migrationsHash identifies what the migrations make: in a name, and as the
// key of a lock.
func migrationsHash() (name string, key int32, err error) {
	h := sha256.New()
	err = fs.WalkDir(migrations.FS, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := migrations.FS.ReadFile(path)
		_, _ = fmt.Fprintf(h, "%s %d\n%s", path, len(text), text)
		return err
	})
	sum := h.Sum(nil)[:4]
	return hex.EncodeToString(sum), int32(binary.BigEndian.Uint32(sum)), err
}

// parent is where folders of tests go: memory, when there is enough.
func parent() string {
	const memory = "/dev/shm"
	var st syscall.Statfs_t
	if syscall.Statfs(memory, &st) == nil && st.Bavail*uint64(st.Bsize) >= room && writable(memory) {
		return memory
	}
	return os.TempDir()
}

func writable(dir string) bool {
	f, err := os.CreateTemp(dir, "mellemrum-")
	if err != nil {
		return false
	}
	return errors.Join(f.Close(), os.Remove(f.Name())) == nil
}

// sharedFolder is the same for all test binaries of a user until the machine
// starts anew: a server that does not care about losing power must not be
// used after that.
func sharedFolder() (string, error) {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "", err
	}
	mine := fmt.Sprintf("mellemrum-tests-%d-", os.Geteuid())
	dir := filepath.Join(parent(), mine+strings.TrimSpace(string(boot))[:8])
	older, _ := filepath.Glob(filepath.Join(parent(), mine+"*"))
	for _, o := range older {
		if o != dir {
			_ = os.RemoveAll(o)
		}
	}
	err = os.Mkdir(dir, 0o711) //nolint:gosec // the database's user has to pass
	if err == nil {
		return dir, os.Chmod(dir, 0o711) //nolint:gosec // whatever the umask says
	}
	if !errors.Is(err, fs.ErrExist) {
		return "", err
	}
	info, err := os.Lstat(dir) //nolint:gosec // a name of ours in a folder of the system
	if err != nil {
		return "", err
	}
	if st, ok := info.Sys().(*syscall.Stat_t); !ok || !info.IsDir() || int(st.Uid) != os.Geteuid() {
		return "", fmt.Errorf("%s is somebody else's", dir)
	}
	return dir, nil
}
