-- +goose Up

-- "I sagde, vi gjorde": what residents said, what was decided, by whom, and
-- what happened then. Of an initiative, or of a district as a whole.
CREATE TABLE answers (
    id            uuid PRIMARY KEY,
    initiative_id uuid REFERENCES initiatives (id) ON DELETE CASCADE,
    district_id   uuid REFERENCES districts (id) ON DELETE CASCADE,
    said          text NOT NULL CHECK (length(said) BETWEEN 1 AND 1000),
    decided       text NOT NULL CHECK (length(decided) BETWEEN 1 AND 1000),
    decided_by    text NOT NULL CHECK (length(decided_by) BETWEEN 1 AND 160), -- a group or a board, never a resident
    happened      text NOT NULL DEFAULT '' CHECK (length(happened) <= 1000), -- since then
    account_id    uuid REFERENCES accounts (id) ON DELETE SET NULL,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    CHECK (num_nonnulls(initiative_id, district_id) = 1)
);
CREATE INDEX answers_initiative_idx ON answers (initiative_id, created_at);
CREATE INDEX answers_district_idx ON answers (district_id, created_at);

-- What one resident said to an initiative, without an account.
CREATE TABLE voices (
    id            uuid PRIMARY KEY,
    initiative_id uuid NOT NULL REFERENCES initiatives (id) ON DELETE CASCADE,
    kind          text NOT NULL CHECK (kind IN ('idea', 'agree', 'objection', 'take_part', 'comment')),
    words         text NOT NULL DEFAULT '' CHECK (length(words) <= 2000),
    name          text NOT NULL DEFAULT '' CHECK (length(name) <= 80),
    email         text CHECK (length(email) <= 254),
    locale        text NOT NULL,
    created_at    timestamptz NOT NULL,
    verified_at   timestamptz, -- the mailed link was used; a stance counts from here
    shown_at      timestamptz, -- a comment that everybody may read
    hidden_at     timestamptz, -- one that staff took off
    looked_by     uuid REFERENCES accounts (id) ON DELETE SET NULL,
    answer_id     uuid REFERENCES answers (id) ON DELETE SET NULL,
    forgotten_at  timestamptz,
    CHECK (kind = 'agree' OR kind = 'take_part' OR words <> ''),
    CHECK (shown_at IS NULL OR hidden_at IS NULL)
);
CREATE INDEX voices_initiative_idx ON voices (initiative_id, created_at, id);
CREATE INDEX voices_answer_idx ON voices (answer_id);
CREATE INDEX voices_waiting_idx ON voices (created_at) WHERE kind = 'comment' AND shown_at IS NULL AND hidden_at IS NULL;
-- One voice per address, whichever of the three it is.
CREATE UNIQUE INDEX voices_once ON voices (initiative_id, lower(email)) WHERE kind IN ('agree', 'objection', 'take_part') AND email IS NOT NULL;

-- A personal link, as a hash. What was said comes with the link that was mailed
-- for it and counts when that one is used: nobody speaks in another's name.
CREATE TABLE voice_links (
    token_hash bytea PRIMARY KEY,
    voice_id   uuid NOT NULL REFERENCES voices (id) ON DELETE CASCADE,
    kind       text NOT NULL,
    words      text NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX voice_links_voice_idx ON voice_links (voice_id);

-- Voices that were given on paper: how many, never who.
CREATE TABLE paper_voices (
    id            uuid PRIMARY KEY,
    initiative_id uuid NOT NULL REFERENCES initiatives (id) ON DELETE CASCADE,
    kind          text NOT NULL CHECK (kind IN ('agree', 'objection', 'take_part')),
    people        integer NOT NULL CHECK (people BETWEEN 1 AND 10000),
    held_on       date NOT NULL,
    note          text NOT NULL DEFAULT '' CHECK (length(note) <= 500),
    account_id    uuid REFERENCES accounts (id) ON DELETE SET NULL,
    recorded_at   timestamptz NOT NULL,
    CONSTRAINT paper_voices_not_ahead CHECK (held_on <= (recorded_at AT TIME ZONE 'Europe/Copenhagen')::date)
);
CREATE INDEX paper_voices_initiative_idx ON paper_voices (initiative_id);
