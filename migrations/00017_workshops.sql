-- +goose Up

-- Where people meet to find out together: about an initiative, or about a
-- district before there is one.
CREATE TABLE workshops (
    id             uuid PRIMARY KEY,
    initiative_id  uuid REFERENCES initiatives (id) ON DELETE CASCADE,
    district_id    uuid REFERENCES districts (id) ON DELETE CASCADE,
    title          text NOT NULL CHECK (length(title) BETWEEN 1 AND 120),
    starts_at      timestamptz NOT NULL,
    ends_at        timestamptz NOT NULL,
    place          text NOT NULL DEFAULT '' CHECK (length(place) <= 200),
    link           text NOT NULL DEFAULT '' CHECK (length(link) <= 500 AND (link = '' OR link ~ '^https?://')), -- where it is online
    open           boolean NOT NULL DEFAULT false, -- everybody may come
    agenda         text NOT NULL DEFAULT '' CHECK (length(agenda) <= 4000),
    version        integer NOT NULL DEFAULT 1, -- of everything below and above: two who write at once
    revision       integer NOT NULL DEFAULT 0, -- of the calendar entry
    -- The same evening.
    residents      integer NOT NULL DEFAULT 0 CHECK (residents BETWEEN 0 AND 100000), -- who came, invited or not
    minutes        text NOT NULL DEFAULT '' CHECK (length(minutes) <= 20000),
    charts         text NOT NULL DEFAULT '' CHECK (length(charts) <= 20000), -- what stood on the walls, a note a line
    changed        text NOT NULL DEFAULT '' CHECK (length(changed) <= 4000), -- what it changed
    written_at     timestamptz, -- null: nothing is written down
    mailed_version integer, -- of the minutes that were mailed
    mailed_at      timestamptz,
    cancelled_at   timestamptz,
    reason         text NOT NULL DEFAULT '' CHECK (length(reason) <= 1000), -- for calling it off
    author_id      uuid REFERENCES accounts (id) ON DELETE SET NULL,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    forgotten_at   timestamptz, -- when the people invited were forgotten
    CHECK (num_nonnulls(initiative_id, district_id) = 1),
    CONSTRAINT workshops_in_order CHECK (ends_at > starts_at AND ends_at <= starts_at + interval '7 days'),
    CONSTRAINT workshops_somewhere CHECK (place <> '' OR link <> '')
);
CREATE INDEX workshops_initiative_idx ON workshops (initiative_id, starts_at);
CREATE INDEX workshops_district_idx ON workshops (district_id, starts_at);
CREATE INDEX workshops_starts_idx ON workshops (starts_at);
CREATE INDEX workshops_author_idx ON workshops (author_id);

-- An organisation, or a person with an address or a phone number only.
CREATE TABLE workshop_invitees (
    id              uuid PRIMARY KEY,
    workshop_id     uuid NOT NULL REFERENCES workshops (id) ON DELETE CASCADE,
    role            text NOT NULL CHECK (role IN ('board', 'resident', 'partner', 'department', 'other')),
    organisation_id uuid REFERENCES organisations (id),
    name            text NOT NULL DEFAULT '' CHECK (length(name) <= 120),
    email           text CHECK (length(email) <= 254),
    phone           text NOT NULL DEFAULT '' CHECK (length(phone) <= 20), -- E.164
    locale          text NOT NULL DEFAULT 'da',
    answer          text CHECK (answer IN ('yes', 'maybe', 'no')),
    people          smallint NOT NULL DEFAULT 1 CHECK (people BETWEEN 1 AND 50),
    note            text NOT NULL DEFAULT '' CHECK (length(note) <= 500),
    came            boolean,
    themselves      boolean NOT NULL DEFAULT false, -- put themselves down
    invited_at      timestamptz NOT NULL,
    answered_at     timestamptz,
    CONSTRAINT workshop_invitees_organisation_once UNIQUE (workshop_id, organisation_id)
);
CREATE UNIQUE INDEX workshop_invitees_email_once ON workshop_invitees (workshop_id, lower(email));
CREATE INDEX workshop_invitees_address_idx ON workshop_invitees (lower(email));
CREATE INDEX workshop_invitees_organisation_idx ON workshop_invitees (organisation_id);

CREATE TABLE workshop_links (
    token_hash bytea PRIMARY KEY,
    invitee_id uuid NOT NULL REFERENCES workshop_invitees (id) ON DELETE CASCADE
);
CREATE INDEX workshop_links_invitee_idx ON workshop_links (invitee_id);

CREATE TABLE workshop_objections (
    workshop_id uuid NOT NULL REFERENCES workshops (id) ON DELETE CASCADE,
    position    smallint NOT NULL,
    objection   text NOT NULL CHECK (length(objection) BETWEEN 1 AND 1000),
    answer      text NOT NULL CHECK (length(answer) BETWEEN 1 AND 1000),
    PRIMARY KEY (workshop_id, position)
);
CREATE TABLE workshop_decisions (
    workshop_id uuid NOT NULL REFERENCES workshops (id) ON DELETE CASCADE,
    position    smallint NOT NULL,
    what        text NOT NULL CHECK (length(what) BETWEEN 1 AND 1000),
    decided_by  text NOT NULL DEFAULT '' CHECK (length(decided_by) <= 160), -- a group or a board
    PRIMARY KEY (workshop_id, position)
);

-- What somebody promised to do.
CREATE TABLE actions (
    id          uuid PRIMARY KEY,
    workshop_id uuid NOT NULL REFERENCES workshops (id) ON DELETE CASCADE,
    position    smallint NOT NULL,
    what        text NOT NULL CHECK (length(what) BETWEEN 1 AND 400),
    owner_id    uuid REFERENCES accounts (id) ON DELETE SET NULL,
    owner_name  text NOT NULL DEFAULT '' CHECK (length(owner_name) <= 120), -- who has no account
    due_on      date NOT NULL,
    done_at     timestamptz,
    CONSTRAINT actions_owned CHECK (owner_id IS NOT NULL OR owner_name <> '' OR done_at IS NOT NULL)
);
CREATE INDEX actions_workshop_idx ON actions (workshop_id, position);
CREATE INDEX actions_open_idx ON actions (due_on) WHERE done_at IS NULL;
CREATE INDEX actions_owner_idx ON actions (owner_id);

-- For the search over everything. What was written down is for those who run it.
ALTER TABLE workshops ADD words tsvector GENERATED ALWAYS AS (
    setweight(to_tsvector('danish', fold(title)), 'A') || setweight(to_tsvector('danish', fold(place || ' ' || agenda)), 'B')) STORED;
CREATE INDEX workshops_words_idx ON workshops USING gin (words);
