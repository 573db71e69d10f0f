package pglocal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// flock is a lock on a file of the home. It ends with the process, however
// that ends.
type flock struct{ f *os.File }

func (h home) lock(name string) (*flock, error) {
	path := filepath.Join(h.dir, name)
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, h.denied(err)
	}
	// Root may work in an ordinary user's folder, who has to get in later.
	if err := h.give(f); err != nil {
		_ = f.Close()
		return nil, err
	}
	return &flock{f}, nil
}

func (l *flock) path() string { return l.f.Name() }

func (l *flock) try(how int) error {
	for {
		err := syscall.Flock(int(l.f.Fd()), how|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

// share waits a little: a killed process lets go of its locks one by one.
func (l *flock) share(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	return l.poll(ctx, syscall.LOCK_SH, func() {})
}

// take asks for the lock alone; a share that is held is lost when it fails.
func (l *flock) take() bool { return l.try(syscall.LOCK_EX) == nil }

func (l *flock) release() { _ = l.try(syscall.LOCK_UN) }

// wait gets the lock alone; slow is called once when that takes long.
func (l *flock) wait(ctx context.Context, slow func()) error {
	return l.poll(ctx, syscall.LOCK_EX, slow)
}

func (l *flock) poll(ctx context.Context, how int, slow func()) error {
	since, told := time.Now(), false
	for {
		err := l.try(how)
		if err == nil {
			return nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return fmt.Errorf("lock %s: %w", l.path(), err)
		}
		if !told && time.Since(since) > time.Second {
			slow()
			told = true
		}
		if err := pause(ctx); err != nil {
			return err
		}
	}
}

// close lets go explicitly: a child that is just being started holds a copy
// of the file for a moment, and closing alone would leave the lock with it.
func (l *flock) close() {
	l.release()
	_ = l.f.Close()
}

// pause is one step of waiting for something that nobody announces.
func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(5 * time.Millisecond):
		return nil
	}
}
