-- +goose Up

-- What staff and partners see again and again in a district, good or bad: about
-- places and patterns, never about a person. For staff and invited partners only.
CREATE TABLE concerns (
    id           uuid PRIMARY KEY,
    kind         text NOT NULL CHECK (kind IN ('concern', 'wellbeing')),
    district_id  uuid NOT NULL REFERENCES districts (id) ON DELETE CASCADE,
    place        text NOT NULL DEFAULT '' CHECK (length(place) <= 120),
    pattern      text NOT NULL CHECK (length(pattern) BETWEEN 1 AND 2000),
    source       text NOT NULL CHECK (source IN ('residents', 'volunteers', 'partner', 'staff', 'other')),
    source_words text NOT NULL DEFAULT '' CHECK (length(source_words) <= 200),
    seen_on      date NOT NULL,
    status       text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'followed', 'closed')),
    outcome      text NOT NULL DEFAULT '' CHECK (length(outcome) <= 2000),
    closed_on    date, -- the day of the outcome
    author_id    uuid REFERENCES accounts (id) ON DELETE SET NULL,
    version      integer NOT NULL DEFAULT 1 CHECK (version >= 1),
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    CONSTRAINT concerns_seen_not_ahead CHECK (seen_on <= (updated_at AT TIME ZONE 'Europe/Copenhagen')::date),
    CONSTRAINT concerns_closed_not_ahead CHECK (closed_on <= (updated_at AT TIME ZONE 'Europe/Copenhagen')::date),
    CONSTRAINT concerns_closed_dated CHECK ((status = 'closed') = (closed_on IS NOT NULL)),
    CONSTRAINT concerns_outcome_told CHECK ((status = 'closed') = (outcome <> ''))
);
CREATE INDEX concerns_district_idx ON concerns (district_id, seen_on DESC, id);
CREATE INDEX concerns_seen_idx ON concerns (seen_on DESC, id);
CREATE INDEX concerns_author_idx ON concerns (author_id);

CREATE TABLE concern_themes (
    concern_id uuid NOT NULL REFERENCES concerns (id) ON DELETE CASCADE,
    theme_id   uuid NOT NULL REFERENCES themes (id),
    PRIMARY KEY (concern_id, theme_id)
);
CREATE INDEX concern_themes_theme_idx ON concern_themes (theme_id);

-- What was seen later.
CREATE TABLE concern_observations (
    id         uuid PRIMARY KEY,
    concern_id uuid NOT NULL REFERENCES concerns (id) ON DELETE CASCADE,
    on_date    date NOT NULL,
    body       text NOT NULL CHECK (length(body) BETWEEN 1 AND 2000),
    account_id uuid REFERENCES accounts (id) ON DELETE SET NULL,
    on_behalf  text NOT NULL DEFAULT '', -- of which partner, as it was called then
    created_at timestamptz NOT NULL,
    CONSTRAINT concern_observations_not_ahead CHECK (on_date <= (created_at AT TIME ZONE 'Europe/Copenhagen')::date)
);
CREATE INDEX concern_observations_concern_idx ON concern_observations (concern_id, on_date, id);
CREATE INDEX concern_observations_account_idx ON concern_observations (account_id);

-- The partners who may read it.
CREATE TABLE concern_parties (
    concern_id      uuid NOT NULL REFERENCES concerns (id) ON DELETE CASCADE,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    invited_at      timestamptz NOT NULL,
    PRIMARY KEY (concern_id, organisation_id)
);
CREATE INDEX concern_parties_organisation_idx ON concern_parties (organisation_id);

-- What it became the start of.
CREATE TABLE concern_led (
    concern_id    uuid NOT NULL REFERENCES concerns (id) ON DELETE CASCADE,
    ask_id        uuid REFERENCES asks (id) ON DELETE CASCADE,
    initiative_id uuid REFERENCES initiatives (id) ON DELETE CASCADE,
    at            timestamptz NOT NULL,
    CONSTRAINT concern_led_to_one CHECK ((ask_id IS NULL) <> (initiative_id IS NULL)),
    CONSTRAINT concern_led_once UNIQUE NULLS NOT DISTINCT (concern_id, ask_id, initiative_id)
);
CREATE INDEX concern_led_ask_idx ON concern_led (ask_id);
CREATE INDEX concern_led_initiative_idx ON concern_led (initiative_id);

-- Whom a district works with, and how good the contact is.
CREATE TABLE district_relations (
    id              uuid PRIMARY KEY,
    district_id     uuid NOT NULL REFERENCES districts (id) ON DELETE CASCADE,
    position        smallint NOT NULL,
    organisation_id uuid REFERENCES organisations (id),
    name            text NOT NULL DEFAULT '' CHECK (length(name) <= 120), -- of who is not in the directory
    what            text NOT NULL DEFAULT '' CHECK (length(what) <= 400),
    contact         text NOT NULL CHECK (contact IN ('close', 'good', 'beginning', 'missing')),
    since           date,
    CONSTRAINT district_relations_named CHECK (organisation_id IS NOT NULL OR name <> '')
);
CREATE INDEX district_relations_district_idx ON district_relations (district_id, position);
CREATE INDEX district_relations_organisation_idx ON district_relations (organisation_id);

-- Who has which duty in the district: somebody on the staff, a partner, or
-- whoever is named in words. Without an account any more, the name stays.
CREATE TABLE district_duties (
    id              uuid PRIMARY KEY,
    district_id     uuid NOT NULL REFERENCES districts (id) ON DELETE CASCADE,
    position        smallint NOT NULL,
    account_id      uuid REFERENCES accounts (id) ON DELETE SET NULL,
    organisation_id uuid REFERENCES organisations (id),
    name            text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    what            text NOT NULL CHECK (length(what) BETWEEN 1 AND 400)
);
CREATE INDEX district_duties_district_idx ON district_duties (district_id, position);
CREATE INDEX district_duties_account_idx ON district_duties (account_id);
CREATE INDEX district_duties_organisation_idx ON district_duties (organisation_id);

-- Rises with every change of the two lists: of two who change them at once the
-- second is told.
ALTER TABLE districts ADD side_version integer NOT NULL DEFAULT 0;
