-- +goose Up

-- A café's habits. Each date gets its own times from them when it is made out.
ALTER TABLE cafes
    ADD opens_days     smallint CHECK (opens_days BETWEEN 1 AND 365), -- days before the date that sign-up opens; null: always open
    ADD closes_minutes integer NOT NULL DEFAULT 0 CHECK (closes_minutes BETWEEN 0 AND 10080), -- before the start
    ADD call_minutes   integer NOT NULL DEFAULT 180 CHECK (call_minutes BETWEEN 0 AND 1440), -- before the start; from then on several who wait are asked at once
    ADD remind_at      time DEFAULT '10:00', -- local time on the day before; null: no reminder
    ADD thanks         boolean NOT NULL DEFAULT true; -- a mail after somebody's first visit

-- A place is a kind, or one of several shifts of a kind. Its key names it in
-- addresses and forms: the kind alone, or with a number.
ALTER TABLE cafe_places
    ADD key      text,
    ADD minimum  integer NOT NULL DEFAULT 0,
    ADD starts   time, -- local; null: the café's whole time
    ADD ends     time,
    ADD language text NOT NULL DEFAULT '', -- of an interpreter; empty: any
    DROP CONSTRAINT cafe_places_pkey;
UPDATE cafe_places SET key = kind;
ALTER TABLE cafe_places
    ALTER key SET NOT NULL,
    ADD PRIMARY KEY (cafe_id, key),
    ADD CHECK (key ~ ('^' || kind || '(-[0-9]{1,2})?$')),
    ADD CHECK (minimum BETWEEN 0 AND capacity),
    ADD CHECK ((starts IS NULL) = (ends IS NULL) AND (starts IS NULL OR ends > starts));

ALTER TABLE occasions
    ADD opens_at    timestamptz, -- of sign-up; null: open from the first moment
    ADD closes_at   timestamptz, -- of sign-up
    ADD sequence    integer NOT NULL DEFAULT 0, -- of its calendar entry: counts changes of time, place and status
    ADD changed_at  timestamptz, -- when the calendar entry last changed
    ADD reminded_at timestamptz,
    ADD followed_at timestamptz; -- when thanks were sent and helpers noted
UPDATE occasions SET closes_at = starts_at;
ALTER TABLE occasions
    ALTER closes_at SET NOT NULL,
    ADD CHECK (closes_at <= starts_at),
    ADD CHECK (opens_at IS NULL OR opens_at < closes_at);
CREATE INDEX occasions_unfollowed_idx ON occasions (ends_at) WHERE followed_at IS NULL AND cancelled_at IS NULL;

-- Where a date was before it was moved, for old links.
CREATE TABLE occasion_moves (
    cafe_id     uuid NOT NULL REFERENCES cafes (id) ON DELETE CASCADE,
    on_date     date NOT NULL,
    occasion_id uuid NOT NULL REFERENCES occasions (id) ON DELETE CASCADE,
    PRIMARY KEY (cafe_id, on_date)
);

ALTER TABLE occasion_places
    ADD key            text,
    ADD minimum        integer NOT NULL DEFAULT 0,
    ADD starts_at      timestamptz, -- of a shift; null: the café's whole time
    ADD ends_at        timestamptz,
    ADD language       text NOT NULL DEFAULT '',
    ADD deciding_until timestamptz, -- several who wait have been asked: until then nobody passes them
    ADD stand_ins_next timestamptz; -- when the next stand-ins are asked; null: nobody is being asked
UPDATE occasion_places SET key = kind;
ALTER TABLE occasion_places
    ALTER key SET NOT NULL,
    DROP CONSTRAINT occasion_places_occasion_id_kind_key,
    ADD CONSTRAINT occasion_places_occasion_id_key_key UNIQUE (occasion_id, key),
    ADD CHECK (key ~ ('^' || kind || '(-[0-9]{1,2})?$')),
    ADD CHECK (minimum BETWEEN 0 AND capacity),
    ADD CHECK ((starts_at IS NULL) = (ends_at IS NULL) AND (starts_at IS NULL OR ends_at > starts_at));
CREATE INDEX occasion_places_deciding_idx ON occasion_places (deciding_until) WHERE deciding_until IS NOT NULL;
CREATE INDEX occasion_places_stand_ins_idx ON occasion_places (stand_ins_next) WHERE stand_ins_next IS NOT NULL;

ALTER TABLE sign_ups
    ADD first_time       boolean NOT NULL DEFAULT false, -- said so: nobody is recognised
    ADD photo            boolean NOT NULL DEFAULT false, -- may be in pictures
    ADD ask_me           boolean NOT NULL DEFAULT false, -- a helper who may be asked to stand in another day
    ADD helped           boolean NOT NULL DEFAULT false, -- somebody at the desk wrote this for them, with their consent
    ADD helped_by        uuid REFERENCES accounts (id) ON DELETE SET NULL,
    ADD sequence         integer NOT NULL DEFAULT 0, -- of their calendar entry, on top of the date's
    ADD called_at        timestamptz, -- on the day: asked whether they still want the place
    ADD said_yes_at      timestamptz,
    ADD keep_asked_at    timestamptz, -- the date was moved: do they still come?
    ADD kept_at          timestamptz,
    -- Why somebody who waited got a place.
    ADD promoted_because text CHECK (promoted_because IN ('cancelled', 'gave_back', 'smaller_party', 'raised_capacity', 'said_yes')),
    ADD promoted_room    integer, -- people there was room for just before
    ADD promoted_past    integer, -- parties ahead in line that did not fit
    DROP CONSTRAINT sign_ups_check,
    ADD CONSTRAINT sign_ups_reachable CHECK (email IS NOT NULL OR phone IS NOT NULL OR helped OR forgotten_at IS NOT NULL);
CREATE INDEX sign_ups_email_idx ON sign_ups (lower(email)) WHERE email IS NOT NULL AND status <> 'cancelled';
CREATE INDEX sign_ups_phone_idx ON sign_ups (phone) WHERE phone IS NOT NULL AND status <> 'cancelled';
CREATE UNIQUE INDEX sign_ups_code_alone_idx ON sign_ups (code) WHERE code IS NOT NULL AND phone IS NULL;

-- Somebody's name, so that they can be found on the list; forgotten with all others.
ALTER TABLE walk_ins ADD name text NOT NULL DEFAULT '' CHECK (length(name) <= 120);

-- A press at the door is sent again until it is answered; it counts once.
CREATE TABLE door_presses (
    id          uuid PRIMARY KEY, -- made by the phone
    occasion_id uuid NOT NULL REFERENCES occasions (id) ON DELETE CASCADE,
    at          timestamptz NOT NULL
);
CREATE INDEX door_presses_occasion_idx ON door_presses (occasion_id);

-- Helpers who said that they may be asked. Forgotten a year after they last helped.
CREATE TABLE stand_ins (
    id         uuid PRIMARY KEY,
    cafe_id    uuid NOT NULL REFERENCES cafes (id) ON DELETE CASCADE,
    name       text NOT NULL CHECK (length(name) <= 120),
    email      text NOT NULL CHECK (length(email) <= 254),
    locale     text NOT NULL,
    language   text NOT NULL, -- best spoken
    helped_at  timestamptz NOT NULL, -- the last time
    asked_at   timestamptz,
    created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX stand_ins_once ON stand_ins (cafe_id, lower(email));
CREATE INDEX stand_ins_helped_idx ON stand_ins (helped_at);

-- One shift that one stand-in was asked for, by a link of its own.
CREATE TABLE stand_in_asks (
    token_hash  bytea PRIMARY KEY,
    stand_in_id uuid NOT NULL REFERENCES stand_ins (id) ON DELETE CASCADE,
    place_id    uuid NOT NULL REFERENCES occasion_places (id) ON DELETE CASCADE,
    asked_at    timestamptz NOT NULL,
    answer      text CHECK (answer IN ('yes', 'no', 'late')),
    answered_at timestamptz,
    UNIQUE (stand_in_id, place_id),
    CHECK ((answer IS NULL) = (answered_at IS NULL))
);
CREATE INDEX stand_in_asks_place_idx ON stand_in_asks (place_id);

-- Addresses whose mail server refused a letter for good.
CREATE TABLE mail_bounces (
    address text PRIMARY KEY CHECK (address = lower(address)),
    reason  text NOT NULL,
    at      timestamptz NOT NULL
);
CREATE INDEX mail_bounces_at_idx ON mail_bounces (at);

-- Letters to one address leave in the order they were written.
CREATE INDEX river_job_letters_idx ON river_job (lower(args->>'to'), id) WHERE kind = 'mail' AND finalized_at IS NULL;

-- When who came was pressed at the door. Phones without signal send late; the
-- later press counts, not the one that arrives last.
ALTER TABLE sign_ups ADD came_at timestamptz;

-- What came along with a mail: [{"name", "type", "body" in base64}].
ALTER TABLE demo_mails ADD files jsonb NOT NULL DEFAULT '[]';
