-- +goose Up
CREATE TABLE cafes (
    id          uuid PRIMARY KEY,
    slug        text NOT NULL CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    district_id uuid NOT NULL REFERENCES districts (id),
    venue       text NOT NULL CHECK (length(venue) BETWEEN 1 AND 120),
    address     text NOT NULL CHECK (length(address) BETWEEN 1 AND 200),
    about       text NOT NULL DEFAULT '' CHECK (length(about) <= 2000),
    languages   text[] NOT NULL DEFAULT '{}', -- spoken at the tables
    starts      time NOT NULL, -- the usual hours, local time; a date may have its own
    ends        time NOT NULL CHECK (ends > starts),
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL
);
CREATE UNIQUE INDEX cafes_slug_key ON cafes (slug);
CREATE INDEX cafes_district_idx ON cafes (district_id);

CREATE TABLE cafe_hosts (
    cafe_id         uuid NOT NULL REFERENCES cafes (id) ON DELETE CASCADE,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    PRIMARY KEY (cafe_id, organisation_id)
);
CREATE INDEX cafe_hosts_organisation_idx ON cafe_hosts (organisation_id);

-- The kinds of place a new date starts with.
CREATE TABLE cafe_places (
    cafe_id  uuid NOT NULL REFERENCES cafes (id) ON DELETE CASCADE,
    kind     text NOT NULL CHECK (kind IN ('guest', 'host', 'kitchen', 'interpreter', 'driver')),
    capacity integer NOT NULL CHECK (capacity BETWEEN 1 AND 500),
    PRIMARY KEY (cafe_id, kind)
);

-- A date is a row, never the result of a rule: nothing drifts over week 53 or
-- daylight saving.
CREATE TABLE occasions (
    id            uuid PRIMARY KEY,
    cafe_id       uuid NOT NULL REFERENCES cafes (id) ON DELETE CASCADE,
    on_date       date NOT NULL,
    starts_at     timestamptz NOT NULL,
    ends_at       timestamptz NOT NULL CHECK (ends_at > starts_at),
    cancelled_at  timestamptz,
    cancel_reason text NOT NULL DEFAULT '',
    forgotten_at  timestamptz, -- when its sign-ups were reduced to counts
    CONSTRAINT occasions_cafe_id_on_date_key UNIQUE (cafe_id, on_date),
    CHECK (cancelled_at IS NULL OR cancel_reason <> '')
);
CREATE INDEX occasions_starts_idx ON occasions (starts_at, id);
CREATE INDEX occasions_unforgotten_idx ON occasions (ends_at) WHERE forgotten_at IS NULL;

-- The gate of rule 7: taken counts people and never passes capacity. Whoever
-- signs up, cancels or changes holds this row while doing so; closed_at is set
-- under the same lock when the date is cancelled.
CREATE TABLE occasion_places (
    id          uuid PRIMARY KEY,
    occasion_id uuid NOT NULL REFERENCES occasions (id) ON DELETE CASCADE,
    kind        text NOT NULL CHECK (kind IN ('guest', 'host', 'kitchen', 'interpreter', 'driver')),
    capacity    integer NOT NULL CHECK (capacity BETWEEN 1 AND 500),
    taken       integer NOT NULL DEFAULT 0,
    closed_at   timestamptz,
    UNIQUE (occasion_id, kind),
    CONSTRAINT occasion_places_not_oversold CHECK (taken BETWEEN 0 AND capacity)
) WITH (fillfactor = 60);

CREATE TABLE sign_ups (
    id           uuid PRIMARY KEY,
    place_id     uuid NOT NULL REFERENCES occasion_places (id) ON DELETE CASCADE,
    seq          bigint GENERATED ALWAYS AS IDENTITY, -- the order of the queue
    status       text NOT NULL CHECK (status IN ('placed', 'waiting', 'cancelled')),
    name         text NOT NULL DEFAULT '',
    email        text,
    phone        text, -- E.164
    party        smallint NOT NULL CHECK (party BETWEEN 1 AND 10),
    language     text NOT NULL, -- best spoken
    locale       text NOT NULL, -- of the interface, and so of the mails
    note         text NOT NULL DEFAULT '' CHECK (length(note) <= 500),
    code         text, -- short, works together with the phone number
    created_at   timestamptz NOT NULL,
    placed_at    timestamptz,
    cancelled_at timestamptz,
    came         smallint CHECK (came BETWEEN 0 AND 10), -- people of the party; null: not ticked
    forgotten_at timestamptz,
    CHECK (email IS NOT NULL OR phone IS NOT NULL OR forgotten_at IS NOT NULL)
);
CREATE INDEX sign_ups_place_idx ON sign_ups (place_id, seq);
CREATE UNIQUE INDEX sign_ups_once_by_email ON sign_ups (place_id, lower(email)) WHERE status <> 'cancelled' AND email IS NOT NULL;
CREATE UNIQUE INDEX sign_ups_once_by_phone ON sign_ups (place_id, phone) WHERE status <> 'cancelled' AND phone IS NOT NULL;
CREATE INDEX sign_ups_code_idx ON sign_ups (phone, code) WHERE code IS NOT NULL;

-- Personal links, as hashes. Each mail carries its own.
CREATE TABLE sign_up_links (
    token_hash bytea PRIMARY KEY,
    sign_up_id uuid NOT NULL REFERENCES sign_ups (id) ON DELETE CASCADE
);
CREATE INDEX sign_up_links_sign_up_idx ON sign_up_links (sign_up_id);

-- People who came without signing up: a number, never a name.
CREATE TABLE walk_ins (
    id       uuid PRIMARY KEY,
    place_id uuid NOT NULL REFERENCES occasion_places (id) ON DELETE CASCADE,
    people   smallint NOT NULL CHECK (people BETWEEN 1 AND 50),
    at       timestamptz NOT NULL
);
CREATE INDEX walk_ins_place_idx ON walk_ins (place_id);
