package pglocal

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

const (
	oldest = 15 // the first version whose SQL we may use

	// What npm brings when there is nothing else. A newer major is a decision:
	// people's clusters stay with the one they were made by.
	npmMajor   = 18
	npmVersion = "18.4.0-beta.17"
)

// binaries is a folder with postgres and initdb in it.
type binaries struct {
	dir   string
	libs  string // where its libraries are, if they came along
	major int
}

func (b binaries) command(ctx context.Context, who identity, dir, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(b.dir, name), args...)
	cmd.Dir = dir
	cmd.SysProcAttr = who.attributes()
	// Nothing of ours: PGDATA, PGPORT or LC_ALL would change what it does.
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LANG=C", "HOME=" + dir}
	if b.libs != "" {
		cmd.Env = append(cmd.Env, "LD_LIBRARY_PATH="+b.libs)
	}
	return cmd
}

// runIn tries whether the user can run PostgreSQL and be in a folder; asking
// the system beats working out permissions.
func (b binaries) runIn(ctx context.Context, who identity, dir string) error {
	return b.command(ctx, who, dir, "postgres", "-V").Run()
}

var versionPattern = regexp.MustCompile(`PostgreSQL\) (\d+)`)

func inspect(ctx context.Context, dir, libs string, who identity) (binaries, error) {
	dir, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return binaries{}, err
	}
	b := binaries{dir: dir, libs: libs}
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
		return b, err
	}
	out, err := b.command(ctx, who, "/", "postgres", "-V").CombinedOutput()
	if err != nil {
		return b, fmt.Errorf("%s/postgres does not run: %w %s", dir, err, oneLine(out))
	}
	m := versionPattern.FindSubmatch(out)
	if m == nil {
		return b, fmt.Errorf("%s/postgres has no version we know: %s", dir, oneLine(out))
	}
	b.major, err = strconv.Atoi(string(m[1]))
	return b, err
}

// find looks for PostgreSQL of the wanted major version, or of any that is new
// enough when wanted is zero, and fetches it when there is none.
func find(ctx context.Context, o Options, wanted int, who identity) (binaries, error) {
	var failures []error
	for _, d := range o.world.installed() {
		b, err := inspect(ctx, d, "", who)
		if err != nil {
			failures = append(failures, err)
			continue
		}
		if b.major == wanted || wanted == 0 && b.major >= oldest {
			return b, nil
		}
		failures = append(failures, fmt.Errorf("%s has PostgreSQL %d", b.dir, b.major))
	}
	if ctx.Err() != nil {
		return binaries{}, ctx.Err()
	}
	if wanted != 0 && wanted != npmMajor {
		return binaries{}, fmt.Errorf("%s was made by PostgreSQL %d, which is not installed here: install it (Debian and Ubuntu: postgresql-%d)",
			filepath.Join(o.Dir, homeName(wanted)), wanted, wanted)
	}
	b, err := fetch(ctx, o, who)
	if err != nil {
		return b, inOneLine(err, failures)
	}
	return b, nil
}

// installed lists folders with a postgres in them: PATH first, then the
// distribution's, the newest first.
func (w *world) installed() []string {
	var dirs []string
	add := func(postgres string) {
		real, err := filepath.EvalSymlinks(postgres)
		if err == nil && !slices.Contains(dirs, filepath.Dir(real)) {
			dirs = append(dirs, filepath.Dir(real))
		}
	}
	for _, d := range filepath.SplitList(w.path()) {
		if filepath.IsAbs(d) {
			add(filepath.Join(d, "postgres"))
		}
	}
	system, _ := filepath.Glob(w.system)
	major := func(bin string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(bin)))
		return n
	}
	slices.SortFunc(system, func(a, b string) int { return major(b) - major(a) })
	for _, d := range system {
		add(filepath.Join(d, "postgres"))
	}
	return dirs
}

// fetch brings PostgreSQL by npm, once for all data folders of a user.
func fetch(ctx context.Context, o Options, who identity) (binaries, error) {
	arch, ok := map[string]string{"amd64": "x64", "arm64": "arm64"}[runtime.GOARCH]
	if runtime.GOOS != "linux" || !ok {
		return binaries{}, errors.New(missing)
	}
	parents := o.world.fetchInto(who, o.Dir)
	for _, parent := range parents {
		if b, err := fetched(ctx, parent, who); err == nil {
			return b, nil
		}
	}
	npm, err := lookIn(o.world.path(), "npm")
	if err != nil {
		return binaries{}, errors.New(missing)
	}
	var failures []error
	for _, parent := range parents {
		//nolint:gosec // programs, which the database's user has to read
		if err := os.MkdirAll(filepath.Dir(parent), 0o755); err != nil {
			failures = append(failures, err)
			continue
		}
		if err := makeOpen(parent, 0o755); err != nil {
			failures = append(failures, err)
			continue
		}
		if !who.canEnter(ctx, parent) {
			_ = os.Remove(parent) // when it is empty
			failures = append(failures, fmt.Errorf("user %s may not enter %s", who.name, parent))
			continue
		}
		o.Log.Info("no PostgreSQL found, fetching it by npm (60 MB, once)", "into", parent)
		if err := npmInstall(ctx, npm, arch, parent); err != nil {
			return binaries{}, err
		}
		return fetched(ctx, parent, who)
	}
	return binaries{}, inOneLine(errors.New("no folder to put PostgreSQL into"), failures)
}

const missing = "no PostgreSQL found (15 or newer; on PATH and in /usr/lib/postgresql) and none could be fetched, as there is no npm: " +
	"install PostgreSQL (Debian and Ubuntu: apt install postgresql) or Node.js with npm, or set DATABASE_URL"

// fetchInto lists where fetched programs may go, the best place first.
func (w *world) fetchInto(who identity, dir string) []string {
	var parents []string
	if cache, err := w.mine(); err == nil {
		parents = append(parents, filepath.Join(cache, "mellemrum"))
	}
	if who.switched {
		parents = append(parents, w.cache)
	}
	return append(parents, dir)
}

func fetchedName() string { return "postgres-npm-" + npmVersion }

func fetched(ctx context.Context, parent string, who identity) (binaries, error) {
	root := filepath.Join(parent, fetchedName())
	return inspect(ctx, filepath.Join(root, "bin"), filepath.Join(root, "lib"), who)
}

func lookIn(path, name string) (string, error) {
	for _, d := range filepath.SplitList(path) {
		file := filepath.Join(d, name)
		if info, err := os.Stat(file); err == nil && filepath.IsAbs(d) && !info.IsDir() && info.Mode()&0o111 != 0 {
			return file, nil
		}
	}
	return "", exec.ErrNotFound
}

// canEnter tries to be in a folder as the user.
func (i identity) canEnter(ctx context.Context, dir string) bool {
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", ":")
	cmd.Dir = dir
	cmd.SysProcAttr = i.attributes()
	return cmd.Run() == nil
}

func npmInstall(ctx context.Context, npm, arch, parent string) error {
	tmp, err := os.MkdirTemp(parent, ".fetch-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(tmp) }()
	name := "@embedded-postgres/linux-" + arch
	// Its own script only makes links, which we make ourselves: code that
	// came from elsewhere need not run for that.
	cmd := exec.CommandContext(ctx, npm, "install", "--prefix", tmp, "--ignore-scripts", "--no-save",
		"--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error", name+"@"+npmVersion)
	cmd.Dir = tmp
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("fetching PostgreSQL by npm failed (install PostgreSQL, or set DATABASE_URL): %w: %s", err, oneLine(out))
	}
	native := filepath.Join(tmp, "node_modules", filepath.FromSlash(name), "native")
	if err := makeLinks(native); err != nil {
		return fmt.Errorf("links of the fetched PostgreSQL: %w", err)
	}
	if err := letAllRead(native); err != nil {
		return err
	}
	final := filepath.Join(parent, fetchedName())
	if err := os.Rename(native, final); err != nil && !isDir(final) { // another process may have been quicker
		return err
	}
	return nil
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// makeLinks makes the links between libraries that an npm package cannot hold
// and therefore lists in a file.
func makeLinks(native string) error {
	list, err := os.ReadFile(filepath.Join(native, "pg-symlinks.json"))
	if err != nil {
		return err
	}
	var links []struct{ Source, Target string }
	if err := json.Unmarshal(list, &links); err != nil {
		return err
	}
	root, err := os.OpenRoot(native)
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	for _, l := range links {
		source, target := strings.TrimPrefix(l.Source, "native/"), strings.TrimPrefix(l.Target, "native/")
		relative, err := filepath.Rel(filepath.Dir(target), source)
		if err != nil {
			return err
		}
		if err := root.Symlink(relative, target); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return nil
}

func letAllRead(dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Type()&fs.ModeSymlink != 0 {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		mode := info.Mode().Perm() | 0o444
		if d.IsDir() || mode&0o100 != 0 {
			mode |= 0o111
		}
		return os.Chmod(path, mode) //nolint:gosec // below a folder that only we may enter
	})
}

// inOneLine adds what was tried before to the reason.
func inOneLine(err error, tried []error) error {
	for _, t := range tried {
		err = fmt.Errorf("%w; %w", err, t)
	}
	return err
}

// oneLine keeps the end of what a program said, which has the reason.
func oneLine(out []byte) string {
	var lines []string
	for l := range bytes.Lines(out) {
		if l = bytes.TrimSpace(l); len(l) > 0 {
			lines = append(lines, string(l))
		}
	}
	if len(lines) > 8 {
		lines = lines[len(lines)-8:]
	}
	return strings.Join(lines, " | ")
}
