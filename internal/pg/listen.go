package pg

import (
	"context"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// hub shares one connection among all who listen. It is open while somebody
// does, and beside the pools, which it would otherwise keep a place in.
type hub struct {
	mu   sync.Mutex
	ears map[*ear]bool
	stop context.CancelFunc // of the listening; nil: nobody listens
}

type ear struct {
	channel, payload string
	heard            chan struct{}
}

// pause before listening again when the connection was lost.
const pause = time.Second

// Listen tells when a notice with the payload comes on the channel: a value in
// the returned channel means that there was one or several since the last, or
// that some may have been missed. Whoever listens calls stop in the end.
func (db *DB) Listen(channel, payload string) (heard <-chan struct{}, stop func()) {
	e := &ear{channel: channel, payload: payload, heard: make(chan struct{}, 1)}
	h := db.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ears == nil {
		h.ears = map[*ear]bool{}
	}
	h.ears[e] = true
	if h.stop == nil {
		ctx, cancel := context.WithCancel(context.Background())
		h.stop = cancel
		go db.listen(ctx)
	}
	return e.heard, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.ears, e)
		if len(h.ears) == 0 && h.stop != nil {
			h.stop()
			h.stop = nil
		}
	}
}

// channels are all that are ever announced: listening to few is cheap, and
// nobody has to be told of a new listener.
var channels = []string{"asks"}

func (db *DB) listen(ctx context.Context) {
	for ctx.Err() == nil {
		_ = db.listenOnce(ctx) // lost: once more, after a pause
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
	}
}

func (db *DB) listenOnce(ctx context.Context) error {
	conn, err := pgx.ConnectConfig(ctx, db.write.Config().ConnConfig.Copy())
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	for _, c := range channels {
		if _, err := conn.Exec(ctx, "LISTEN "+pgx.Identifier{c}.Sanitize()); err != nil {
			return err
		}
	}
	db.hub.tell(func(*ear) bool { return true }) // what was said before is not known
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return err
		}
		db.hub.tell(func(e *ear) bool { return e.channel == n.Channel && e.payload == n.Payload })
	}
}

// close ends the listening whoever still listens.
func (h *hub) close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.stop != nil {
		h.stop()
		h.stop = nil
	}
}

func (h *hub) tell(which func(*ear) bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for e := range h.ears {
		if which(e) {
			select {
			case e.heard <- struct{}{}:
			default: // one is waiting already
			}
		}
	}
}
