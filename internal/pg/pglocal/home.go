package pglocal

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	osuser "os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// world is what this package uses of the machine around it.
type world struct {
	path   func() string          // where programs are looked for
	system string                 // pattern of the folders a distribution puts PostgreSQL in
	homes  string                 // where clusters go that cannot be in the data folder
	cache  string                 // where root puts fetched programs
	mine   func() (string, error) // where an ordinary user does
}

var thisMachine = world{
	path:   func() string { return os.Getenv("PATH") },
	system: "/usr/lib/postgresql/*/bin",
	homes:  "/var/lib/mellemrum",
	cache:  "/var/cache/mellemrum",
	mine:   os.UserCacheDir,
}

// identity is the user that the server runs as.
type identity struct {
	uid, gid int
	name     string
	switched bool // it is not us: we are root, which PostgreSQL refuses
}

func databaseUser() (identity, error) {
	if uid := os.Geteuid(); uid != 0 {
		return identity{uid: uid, gid: os.Getegid(), name: nameOf(uid)}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := osuser.Lookup(name); err == nil && u.Uid != "0" {
			return identityOf(u)
		}
	}
	return identity{}, errors.New("PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it as: add one, or start as an ordinary user")
}

func identityOf(u *osuser.User) (identity, error) {
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return identity{}, fmt.Errorf("user %s: %w", u.Username, err)
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return identity{}, fmt.Errorf("user %s: %w", u.Username, err)
	}
	return identity{uid: uid, gid: gid, name: u.Username, switched: true}, nil
}

func nameOf(uid int) string {
	if u, err := osuser.LookupId(strconv.Itoa(uid)); err == nil {
		return u.Username
	}
	return "user " + strconv.Itoa(uid)
}

func (i identity) attributes() *syscall.SysProcAttr {
	// A session of its own: Ctrl-C is for the application, which stops the
	// server when it has finished with it.
	a := &syscall.SysProcAttr{Setsid: true}
	if i.switched {
		a.Credential = &syscall.Credential{Uid: uint32(i.uid), Gid: uint32(i.gid)}
	}
	return a
}

// home is the folder of one cluster.
type home struct {
	dir   string
	major int
	who   identity
}

func (h home) data() string { return filepath.Join(h.dir, "data") }

// give hands a file to the owner of the home when root has made it.
func (h home) give(f *os.File) error {
	if !h.who.switched {
		return nil
	}
	uid, gid, err := owner(h.dir)
	if err != nil {
		return err
	}
	return f.Chown(uid, gid)
}

// denied says whose folder it is when we may not use it.
func (h home) denied(err error) error { return denied(h.dir, err) }

func denied(dir string, err error) error {
	if !errors.Is(err, fs.ErrPermission) {
		return err
	}
	us := nameOf(os.Geteuid())
	if uid, _, ownErr := owner(dir); ownErr == nil && uid != os.Geteuid() {
		return fmt.Errorf("%s belongs to %s and may not be used by %s: start as %s, or choose another data folder (%w)",
			dir, nameOf(uid), us, nameOf(uid), err)
	}
	return fmt.Errorf("%s may not use %s: %w", us, dir, err)
}

func owner(path string) (uid, gid int, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, 0, err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, fmt.Errorf("owner of %s is unknown", path)
	}
	return int(st.Uid), int(st.Gid), nil
}

func homeName(major int) string { return "postgres-" + strconv.Itoa(major) }

// findHome looks for a cluster made earlier, the newest one when there are
// several. It decides which PostgreSQL is needed: data never disappears
// because another version has been installed since.
func findHome(dir string, who identity) (home, bool, error) {
	links, err := filepath.Glob(filepath.Join(globSafe(dir), "postgres-*"))
	if err != nil {
		return home{}, false, err
	}
	best := home{who: who}
	for _, link := range links {
		major, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(link), "postgres-"))
		if err != nil || major <= best.major {
			continue
		}
		real, err := resolve(link)
		if err != nil {
			return home{}, false, err
		}
		_, err = os.Stat(filepath.Join(real, "data", "PG_VERSION"))
		switch {
		case err == nil:
			best.dir, best.major = real, major
		case !errors.Is(err, fs.ErrNotExist):
			return home{}, false, denied(real, err)
		}
	}
	if best.major == 0 {
		return best, false, nil
	}
	best, err = best.ownedBy(best.data())
	return best, err == nil, err
}

// ownedBy makes the owner of a folder the one to run the server, when we can.
func (h home) ownedBy(dir string) (home, error) {
	uid, _, err := owner(dir)
	if err != nil || uid == h.who.uid {
		return h, err
	}
	if !h.who.switched {
		return h, denied(dir, fs.ErrPermission)
	}
	u, err := osuser.LookupId(strconv.Itoa(uid))
	if err != nil || uid == 0 {
		return h, fmt.Errorf("%s belongs to %s, who cannot run PostgreSQL", dir, nameOf(uid))
	}
	h.who, err = identityOf(u)
	return h, err
}

func resolve(link string) (string, error) {
	real, err := filepath.EvalSymlinks(link)
	if err != nil {
		if target, linkErr := os.Readlink(link); linkErr == nil && errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("%s points to %s, which is not there: bring it back, or delete the link to start with an empty database", link, target)
		}
		return "", denied(filepath.Dir(link), err)
	}
	return real, nil
}

func globSafe(dir string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(dir)
}

// makeHome makes the folder for a new cluster: in the data folder, or, when
// the database's user cannot enter that, in a place of the system's with a
// link to it.
func makeHome(ctx context.Context, bin binaries, who identity, o Options) (home, error) {
	dir := o.Dir
	link := filepath.Join(dir, homeName(bin.major))
	if _, err := os.Lstat(link); err == nil {
		real, err := resolve(link)
		h := home{dir: real, major: bin.major, who: who}
		if uid, _, ownErr := owner(real); err != nil || ownErr == nil && uid == 0 && who.switched {
			return h, err
		}
		return h.ownedBy(real)
	}
	h := home{dir: link, major: bin.major, who: who}
	if !who.switched {
		return h, makeOpen(link, 0o700)
	}
	if bin.runIn(ctx, who, dir) == nil {
		return h, makeOpen(link, 0o711)
	}
	if ctx.Err() != nil {
		return h, ctx.Err()
	}
	h.dir = filepath.Join(o.world.homes, hash(dir), homeName(bin.major))
	for _, d := range []string{o.world.homes, filepath.Dir(h.dir), h.dir} {
		if err := makeOpen(d, 0o711); err != nil {
			return h, err
		}
	}
	if err := bin.runIn(ctx, who, h.dir); err != nil {
		return h, fmt.Errorf("user %s, who has to run PostgreSQL in root's place, may enter neither %s nor %s: %w", who.name, dir, h.dir, err)
	}
	if err := os.Symlink(h.dir, link); err != nil && !errors.Is(err, fs.ErrExist) {
		return h, err
	}
	o.Log.Warn("the database is kept outside the data folder, which its user may not enter", "user", who.name, "data folder", dir, "database", h.dir)
	return h, nil
}

// makeOpen makes a folder with just this mode, whatever the umask says.
func makeOpen(dir string, mode os.FileMode) error {
	err := os.Mkdir(dir, mode)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return denied(filepath.Dir(dir), err)
	}
	return os.Chmod(dir, mode)
}

func hash(s string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(s)))[:16] }

// socketFolder makes the folder for the socket: in the home, or, when that
// name is too long for a socket or cannot be written in an address, in a
// folder for things that live as long as the server.
func (h home) socketFolder(ctx context.Context, bin binaries) (string, error) {
	dir := filepath.Join(h.dir, "run")
	if fits(dir) {
		return dir, h.private(dir)
	}
	parents := []string{os.TempDir(), "/tmp"}
	if runtime := os.Getenv("XDG_RUNTIME_DIR"); runtime != "" && !h.who.switched {
		parents = append([]string{runtime}, parents...)
	}
	for _, parent := range parents {
		dir := filepath.Join(parent, "mellemrum-"+hash(h.dir))
		if !filepath.IsAbs(dir) || !fits(dir) || bin.runIn(ctx, h.who, parent) != nil {
			continue
		}
		if err := h.private(dir); err == nil {
			return dir, nil
		}
	}
	return "", fmt.Errorf("the name %s is too long for a socket, and there is no usable folder for it in %s: choose a data folder with a shorter name", h.dir, strings.Join(parents, ", "))
}

func fits(dir string) bool {
	return len(dir)+len("/.s.PGSQL."+port) < 107 && !strings.Contains(dir, ",")
}

// private makes a folder that only the database's user (and root) may enter,
// and refuses one that somebody else has put there.
func (h home) private(dir string) error {
	err := os.Mkdir(dir, 0o700) //nolint:gosec // whoever starts us chooses the folder
	if err == nil {
		if h.who.switched {
			err = os.Lchown(dir, h.who.uid, h.who.gid)
		}
		return err
	}
	if !errors.Is(err, fs.ErrExist) {
		return h.denied(err)
	}
	info, err := os.Lstat(dir) //nolint:gosec // as above
	if err != nil {
		return err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || int(st.Uid) != h.who.uid && int(st.Uid) != os.Geteuid() {
		return fmt.Errorf("%s is not a folder of %s", dir, h.who.name)
	}
	//nolint:gosec // a folder
	if err := os.Chmod(dir, 0o700); err != nil {
		return err
	}
	return os.Lchown(dir, h.who.uid, h.who.gid)
}
