-- +goose Up

-- How often an address wants the letters of a topic. No row: at once.
CREATE TABLE mail_preferences (
    address    text NOT NULL CHECK (length(address) <= 254 AND address = lower(address)),
    topic      text NOT NULL, -- internal/mail knows them
    pace       text NOT NULL CHECK (pace IN ('daily', 'weekly', 'never')),
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (address, topic)
);

-- Addresses that want no letters of any topic for a while.
CREATE TABLE mail_pauses (
    address   text PRIMARY KEY CHECK (length(address) <= 254 AND address = lower(address)),
    until     date NOT NULL, -- the last day of the pause
    set_at    timestamptz NOT NULL
);
CREATE INDEX mail_pauses_until_idx ON mail_pauses (until);

-- The links in letters to where one chooses, as hashes: one a letter.
CREATE TABLE mail_links (
    token_hash bytea PRIMARY KEY,
    address    text NOT NULL CHECK (length(address) <= 254 AND address = lower(address)),
    created_at timestamptz NOT NULL
);
CREATE INDEX mail_links_address_idx ON mail_links (address);
CREATE INDEX mail_links_created_idx ON mail_links (created_at);

-- Letters that wait to be gathered into one. A row stays for some days after it
-- is done with, without its letter, so that a job that runs again is known.
CREATE TABLE mail_held (
    job_id  bigint PRIMARY KEY, -- the job the letter came as
    address text NOT NULL CHECK (length(address) <= 254 AND address = lower(address)),
    topic   text NOT NULL,
    ref     uuid, -- what the letter is about
    until   timestamptz, -- from when on it is of no use
    post    jsonb, -- null: done with
    held_at timestamptz NOT NULL,
    look_at timestamptz NOT NULL, -- when to see whether it can leave
    halted  boolean NOT NULL DEFAULT false, -- kept back until what it is about goes on
    digest  uuid, -- the gathering letter it leaves with
    done_at timestamptz,
    CHECK ((post IS NULL) = (done_at IS NOT NULL))
);
CREATE INDEX mail_held_look_idx ON mail_held (look_at) WHERE done_at IS NULL AND digest IS NULL AND NOT halted;
CREATE INDEX mail_held_address_idx ON mail_held (address) WHERE done_at IS NULL;
CREATE INDEX mail_held_ref_idx ON mail_held (ref) WHERE done_at IS NULL;
CREATE INDEX mail_held_digest_idx ON mail_held (digest) WHERE done_at IS NULL;
CREATE INDEX mail_held_done_idx ON mail_held (done_at) WHERE done_at IS NOT NULL;

-- Letters that are being, or have been, handed to a mail server. A job that
-- starts and finds itself here does not send again: the letter has left, or
-- perhaps it has. Rows are swept when no job can run again.
CREATE TABLE mail_handing (
    job_id bigint PRIMARY KEY,
    at     timestamptz NOT NULL,
    sent   boolean NOT NULL DEFAULT false -- the server took it
);
CREATE INDEX mail_handing_at_idx ON mail_handing (at);

-- True: nobody knows whether the last letter arrived; false: it was refused.
ALTER TABLE mail_bounces ADD unsure boolean NOT NULL DEFAULT false;

-- Where one press ends letters of a mail's kind.
ALTER TABLE demo_mails ADD unsubscribe text NOT NULL DEFAULT '';
