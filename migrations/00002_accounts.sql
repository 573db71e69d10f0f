-- +goose Up
CREATE TABLE accounts (
    id                  uuid PRIMARY KEY,
    email               text NOT NULL CHECK (length(email) <= 254),
    name                text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    phone               text NOT NULL DEFAULT '' CHECK (length(phone) <= 20), -- E.164
    role                text NOT NULL CHECK (role IN ('partner', 'coordinator', 'administrator')),
    password_hash       text NOT NULL,
    locale              text NOT NULL DEFAULT 'da' CHECK (locale IN ('da', 'en', 'uk', 'ar')),
    created_at          timestamptz NOT NULL,
    disabled_at         timestamptz,
    signed_in_at        timestamptz,
    sessions_valid_from timestamptz NOT NULL -- who signed in before this is signed out
);
CREATE UNIQUE INDEX accounts_email_key ON accounts (lower(email));

-- Written by the sessions library; the token is stored as a hash.
CREATE TABLE sessions (
    token  text PRIMARY KEY,
    data   bytea NOT NULL,
    expiry timestamptz NOT NULL
);
CREATE INDEX sessions_expiry_idx ON sessions (expiry);

-- Failed attempts only, by e-mail (hashed) or by network address; swept when
-- they no longer count.
CREATE TABLE sign_in_attempts (
    id  bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    key text NOT NULL,
    at  timestamptz NOT NULL
);
CREATE INDEX sign_in_attempts_key_idx ON sign_in_attempts (key, at);
CREATE INDEX sign_in_attempts_at_idx ON sign_in_attempts (at);

CREATE TABLE audit_entries (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         timestamptz NOT NULL,
    actor_id   uuid,
    actor_role text NOT NULL,
    action     text NOT NULL,
    object     text NOT NULL,
    object_id  uuid NOT NULL,
    detail     jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_entries_object_idx ON audit_entries (object_id, id);

-- +goose StatementBegin
CREATE FUNCTION audit_entries_stand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit entries are never changed or removed';
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_entries_stand BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_stand();

-- What the demo "sends": read at /demo/post, never used otherwise.
CREATE TABLE demo_mails (
    id        bigint PRIMARY KEY, -- the job's
    recipient text NOT NULL,
    subject   text NOT NULL,
    body_text text NOT NULL,
    body_html text NOT NULL,
    locale    text NOT NULL,
    sent_at   timestamptz NOT NULL
);
