// Command bench says what the portal costs on top of the parts it stands on:
// ratios of medians measured in one run, against a bare chi + pgx + templ
// handler that runs the same queries, and against pgbench that runs the same
// sign-up statement. Absolute numbers belong to a machine; ratios travel.
//
// It starts a PostgreSQL of its own, fills it with a year of 40 cafés (2,000
// dates, 60,000 sign-ups) and runs portal, bare handler and load as separate
// processes' worth of work on the machine it is on.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"text/tabwriter"
	"time"

	"mellemrum/internal/pg"
	"mellemrum/internal/pg/pglocal"
	"mellemrum/migrations"
)

const clients = 32

func main() {
	dir := flag.String("data", "var/bench", "folder for the benchmark's own database")
	bare := flag.String("bare", "", "internal: serve the bare handler on this address")
	rounds := flag.Int("rounds", 7, "rounds of each measurement; the median counts")
	each := flag.Duration("each", 3*time.Second, "length of a round")
	binary := flag.String("portal", "bin/mellemrum", "the portal's binary")
	flag.Parse()
	ctx := context.Background()
	var err error
	if *bare != "" {
		err = serveBare(ctx, *bare, os.Getenv("DATABASE_URL"))
	} else {
		err = bench(ctx, *dir, *binary, *rounds, *each)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func bench(ctx context.Context, dir, binary string, rounds int, each time.Duration) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	server, err := pglocal.Start(ctx, pglocal.Options{Dir: dir, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		return err
	}
	defer func() { _ = server.Stop() }()
	database := server.DSN("mellemrum")
	db, err := pg.Open(ctx, pg.Config{WriteURL: database})
	if err != nil {
		return err
	}
	defer db.Close()
	if err := migrations.Up(ctx, db.Pool()); err != nil {
		return err
	}
	fmt.Println("Filling in a year of 40 cafés …")
	paths, err := fill(ctx, db)
	if err != nil {
		return err
	}

	// The first start fills in the demo, which is not what a start costs.
	first, _, err := start(ctx, database, binary, "serve")
	if err != nil {
		return err
	}
	first.stop()
	portal, ready, err := start(ctx, database, binary, "serve")
	if err != nil {
		return err
	}
	defer portal.stop()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	other, _, err := start(ctx, database, self, "-bare")
	if err != nil {
		return err
	}
	defer other.stop()

	var table [][]string
	add := func(what, ours, theirs, ratio, goal string) {
		table = append(table, []string{what, ours, theirs, ratio, goal})
	}
	for _, page := range []struct{ name, path string }{{"café list", paths.list}, {"café date page", paths.date}} {
		a, b, err := compare(rounds, each, func(d time.Duration) (float64, error) { return get(portal.base+page.path, d) },
			func(d time.Duration) (float64, error) { return get(other.base+page.path, d) })
		if err != nil {
			return err
		}
		add(page.name+", pages/s", number(a), number(b)+" bare", fmt.Sprintf("%.2f", a/b), "≥ 0.60")
	}
	script, err := pgbenchScript(dir, paths)
	if err != nil {
		return err
	}
	a, b, err := compare(rounds, each,
		func(d time.Duration) (float64, error) { return signUps(portal.base, paths, d) },
		func(d time.Duration) (float64, error) { return pgbench(ctx, database, script, d) })
	if err != nil {
		return err
	}
	add("sign-up, per second", number(a), number(b)+" pgbench", fmt.Sprintf("%.2f", a/b), "≥ 0.40")
	resident, peak, err := memory(portal.cmd.Process.Pid)
	if err != nil {
		return err
	}
	add("resident memory, MB", fmt.Sprintf("%.0f (peak %.0f)", resident, peak), "", "", "≤ 40")
	add("ready after, s", fmt.Sprintf("%.2f", ready.Seconds()), "", "", "≤ 0.50")

	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\n\tMellemrum\tbeside\tratio\tgoal")
	for _, line := range table {
		fmt.Fprintln(w, strings.Join(line, "\t"))
	}
	return w.Flush()
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', 0, 64) }

// compare measures two things in turn, so that whatever else the machine does
// hits both, and returns their medians.
func compare(rounds int, each time.Duration, one, two func(time.Duration) (float64, error)) (a, b float64, err error) {
	var as, bs []float64
	for i := range rounds + 1 {
		x, err := one(each)
		if err != nil {
			return 0, 0, err
		}
		y, err := two(each)
		if err != nil {
			return 0, 0, err
		}
		if i > 0 { // the first round warms up
			as, bs = append(as, x), append(bs, y)
		}
	}
	slices.Sort(as)
	slices.Sort(bs)
	return as[len(as)/2], bs[len(bs)/2], nil
}

type process struct {
	cmd  *exec.Cmd
	base string
}

func (p process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	_ = p.cmd.Wait()
}

// start runs a server on a free port and tells how long it took until ready.
func start(ctx context.Context, database, binary string, args ...string) (process, time.Duration, error) {
	free, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return process{}, 0, err
	}
	address := free.Addr().String()
	_ = free.Close()
	if args[0] == "-bare" {
		args = []string{"-bare", address}
	}
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Env = append(os.Environ(), "DATABASE_URL="+database, "MELLEMRUM_ADDR="+address)
	cmd.Stderr = os.Stderr
	p := process{cmd, "http://" + address}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return process{}, 0, fmt.Errorf("%w (make build first)", err)
	}
	for time.Since(began) < 30*time.Second {
		res, err := http.Get(p.base + "/readyz")
		if err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return p, time.Since(began), nil
			}
		}
		time.Sleep(2 * time.Millisecond)
	}
	p.stop()
	return process{}, 0, fmt.Errorf("%s is not ready after 30 s", binary)
}

var client = &http.Client{
	Transport: &http.Transport{MaxIdleConnsPerHost: clients, DisableCompression: true},
	CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	},
}

// load runs do on every client until the time is over and returns how many
// succeeded per second.
func load(d time.Duration, do func(n int64) error) (float64, error) {
	var n, done atomic.Int64
	var failed atomic.Pointer[error]
	var wg sync.WaitGroup
	began := time.Now()
	for range clients {
		wg.Go(func() {
			for time.Since(began) < d && failed.Load() == nil {
				if err := do(n.Add(1)); err != nil {
					failed.Store(&err)
					return
				}
				done.Add(1)
			}
		})
	}
	wg.Wait()
	if err := failed.Load(); err != nil {
		return 0, *err
	}
	return float64(done.Load()) / time.Since(began).Seconds(), nil
}

func get(url string, d time.Duration) (float64, error) {
	return load(d, func(int64) error {
		res, err := client.Get(url)
		if err != nil {
			return err
		}
		defer func() { _ = res.Body.Close() }()
		if _, err := io.Copy(io.Discard, res.Body); err != nil {
			return err
		}
		if res.StatusCode != http.StatusOK {
			return fmt.Errorf("%s answered %d", url, res.StatusCode)
		}
		return nil
	})
}

var everybody atomic.Int64 // no two sign-ups of a run are by the same person

func signUps(base string, p paths, d time.Duration) (float64, error) {
	return load(d, func(n int64) error {
		who := everybody.Add(1)
		form := url.Values{"place": {"guest"}, "name": {"Prøve Person"}, "party": {"1"}, "language": {"da"},
			"email": {fmt.Sprintf("person%d.%d@bench.example", os.Getpid(), who)}}
		res, err := client.PostForm(base+p.open[int(n)%len(p.open)], form)
		if err != nil {
			return err
		}
		defer func() { _ = res.Body.Close() }()
		_, _ = io.Copy(io.Discard, res.Body)
		if res.StatusCode != http.StatusSeeOther {
			return fmt.Errorf("a sign-up was answered %d", res.StatusCode)
		}
		return nil
	})
}

// memory reads a process's resident set now and at its highest, in MB.
func memory(pid int) (now, peak float64, err error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		kb, _ := strconv.ParseFloat(f[1], 64)
		switch f[0] {
		case "VmRSS:":
			now = kb / 1024
		case "VmHWM:":
			peak = kb / 1024
		}
	}
	return now, peak, nil
}
