package route

import (
	"encoding/gob"
	"net/http"
	"time"

	"github.com/alexedwards/scs/pgxstore"
	"github.com/alexedwards/scs/v2"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"mellemrum/internal/authz"
	"mellemrum/internal/fault"
)

const (
	sessionAccount = "account"
	sessionSince   = "since"
)

// A session is kept as gob, which must know what stands in it.
func init() { gob.Register(time.Time{}) }

// NewSessions keeps sessions in the database. The cookie is set at sign-in and
// at no other time. Expired rows are the accounts' to sweep: the store's own
// sweeper cannot be stopped without a race.
func NewSessions(pool *pgxpool.Pool, secure bool) *scs.SessionManager {
	s := scs.New()
	s.Store = pgxstore.NewWithCleanupInterval(pool, 0)
	s.Lifetime = 7 * 24 * time.Hour
	s.HashTokenInStore = true
	s.Cookie.Name = "mellemrum"
	s.Cookie.HttpOnly = true
	s.Cookie.SameSite = http.SameSiteLaxMode
	s.Cookie.Secure = secure
	return s
}

// whoIs asks the session, if there is one. Without a cookie there is no query.
func (m *Mux) whoIs(w http.ResponseWriter, r *http.Request) (authz.Actor, error) {
	cookie, err := r.Cookie(m.Sessions.Cookie.Name)
	if err != nil || cookie.Value == "" {
		return authz.Nobody, nil //nolint:nilerr // no cookie, nobody
	}
	ctx, err := m.Sessions.Load(r.Context(), cookie.Value)
	if err != nil {
		return authz.Nobody, fault.Wrap(fault.Unavailable, "", err)
	}
	account, err := uuid.Parse(m.Sessions.GetString(ctx, sessionAccount))
	if err == nil {
		var actor authz.Actor
		if actor, err = m.Actor(r.Context(), account, m.Sessions.GetTime(ctx, sessionSince)); err == nil {
			return actor, nil
		}
		if !fault.Is(err, fault.NotFound) {
			return authz.Nobody, err
		}
	}
	m.dropCookie(w) // ended, or its account may not sign in any more
	return authz.Nobody, nil
}

// signIn starts a fresh session, whatever was before.
func (m *Mux) signIn(w http.ResponseWriter, r *http.Request, account uuid.UUID) error {
	if err := m.signOut(w, r); err != nil {
		return err
	}
	ctx, err := m.Sessions.Load(r.Context(), "")
	if err != nil {
		return fault.Wrap(fault.Unavailable, "", err)
	}
	m.Sessions.Put(ctx, sessionAccount, account.String())
	m.Sessions.Put(ctx, sessionSince, m.Now())
	token, expiry, err := m.Sessions.Commit(ctx)
	if err != nil {
		return fault.Wrap(fault.Unavailable, "", err)
	}
	m.Sessions.WriteSessionCookie(ctx, w, token, expiry)
	return nil
}

func (m *Mux) signOut(w http.ResponseWriter, r *http.Request) error {
	cookie, err := r.Cookie(m.Sessions.Cookie.Name)
	if err != nil {
		return nil //nolint:nilerr // no cookie, no session
	}
	ctx, err := m.Sessions.Load(r.Context(), cookie.Value)
	if err == nil {
		err = m.Sessions.Destroy(ctx)
	}
	if err != nil {
		return fault.Wrap(fault.Unavailable, "", err)
	}
	m.dropCookie(w)
	return nil
}

func (m *Mux) dropCookie(w http.ResponseWriter) {
	c := m.Sessions.Cookie
	http.SetCookie(w, &http.Cookie{Name: c.Name, Path: c.Path, HttpOnly: true, Secure: c.Secure, SameSite: c.SameSite, MaxAge: -1}) //nolint:gosec // secure where the portal is
}
