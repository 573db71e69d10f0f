-- +goose Up

-- What is needed, asked of many at once.
CREATE TABLE asks (
    id             uuid PRIMARY KEY,
    title          text NOT NULL CHECK (length(title) BETWEEN 1 AND 120),
    why            text NOT NULL CHECK (length(why) BETWEEN 1 AND 3000),
    place          text NOT NULL DEFAULT '' CHECK (length(place) <= 200),
    happens        text NOT NULL DEFAULT '' CHECK (length(happens) <= 200), -- when, in the asker's own words
    answer_by      date NOT NULL, -- the last day for an answer
    public         boolean NOT NULL, -- anybody may read it and raise a hand
    kinds          text[] NOT NULL DEFAULT '{}', -- of organisation in the audience; none: every kind
    remind_days    smallint CHECK (remind_days BETWEEN 1 AND 30), -- before answer_by; null: nobody is reminded
    contact_name   text NOT NULL CHECK (length(contact_name) BETWEEN 1 AND 120),
    contact_email  text NOT NULL DEFAULT '' CHECK (length(contact_email) <= 254),
    contact_phone  text NOT NULL DEFAULT '' CHECK (length(contact_phone) <= 20), -- E.164
    author_id      uuid REFERENCES accounts (id) ON DELETE SET NULL,
    status         text NOT NULL CHECK (status IN ('draft', 'open', 'closed')),
    outcome        text CHECK (outcome IN ('fulfilled', 'partly', 'cancelled')),
    story          text NOT NULL DEFAULT '' CHECK (length(story) <= 2000), -- what happened, to all who answered
    opened_at      timestamptz,
    stopped_at     timestamptz, -- letters that have not left stay
    reminded_at    timestamptz,
    close_asked_at timestamptz,
    closed_at      timestamptz,
    forgotten_at   timestamptz, -- when it was forgotten who answered in person
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    CHECK (contact_email <> '' OR contact_phone <> ''),
    CHECK ((status = 'draft') = (opened_at IS NULL)),
    CHECK ((status = 'closed') = (closed_at IS NOT NULL) AND (status = 'closed') = (outcome IS NOT NULL))
);
CREATE INDEX asks_unforgotten_idx ON asks (closed_at) WHERE status = 'closed' AND forgotten_at IS NULL;
CREATE INDEX asks_open_idx ON asks (answer_by, id) WHERE status = 'open';

CREATE TABLE ask_districts (
    ask_id      uuid NOT NULL REFERENCES asks (id) ON DELETE CASCADE,
    district_id uuid NOT NULL REFERENCES districts (id) ON DELETE CASCADE,
    PRIMARY KEY (ask_id, district_id)
);
CREATE INDEX ask_districts_district_idx ON ask_districts (district_id);

-- Organisations that are asked whatever their kind and district.
CREATE TABLE ask_organisations (
    ask_id          uuid NOT NULL REFERENCES asks (id) ON DELETE CASCADE,
    organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    PRIMARY KEY (ask_id, organisation_id)
);

-- 6 hours of moving help, 1 van, 2 interpreters.
CREATE TABLE ask_parts (
    id       uuid PRIMARY KEY,
    ask_id   uuid NOT NULL REFERENCES asks (id) ON DELETE CASCADE,
    position smallint NOT NULL,
    what     text NOT NULL CHECK (length(what) BETWEEN 1 AND 120),
    quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 999),
    unit     text NOT NULL DEFAULT '' CHECK (length(unit) <= 40),
    UNIQUE (ask_id, position)
);

-- One address that is asked, with a link of its own that answers for the
-- organisation and shows nothing else.
CREATE TABLE ask_letters (
    id              uuid PRIMARY KEY,
    ask_id          uuid NOT NULL REFERENCES asks (id) ON DELETE CASCADE,
    organisation_id uuid REFERENCES organisations (id) ON DELETE CASCADE, -- null: an address that somebody suggested
    name            text NOT NULL DEFAULT '',
    email           text NOT NULL CHECK (length(email) <= 254),
    locale          text NOT NULL,
    suggested_by    text NOT NULL DEFAULT '', -- who thought of them
    created_at      timestamptz NOT NULL,
    sent_at         timestamptz -- when it was handed to the mail queue
);
CREATE UNIQUE INDEX ask_letters_once ON ask_letters (ask_id, lower(email));
CREATE INDEX ask_letters_unsent_idx ON ask_letters (ask_id, id) WHERE sent_at IS NULL;
CREATE INDEX ask_letters_organisation_idx ON ask_letters (organisation_id);

-- The links of a letter and of its reminder, as hashes.
CREATE TABLE ask_letter_links (
    token_hash bytea PRIMARY KEY,
    letter_id  uuid NOT NULL REFERENCES ask_letters (id) ON DELETE CASCADE
);
CREATE INDEX ask_letter_links_letter_idx ON ask_letter_links (letter_id);

-- An answer: of an organisation, one at a time, or of a person by themselves.
CREATE TABLE hands (
    id              uuid PRIMARY KEY,
    ask_id          uuid NOT NULL REFERENCES asks (id) ON DELETE CASCADE,
    organisation_id uuid REFERENCES organisations (id) ON DELETE CASCADE,
    letter_id       uuid REFERENCES ask_letters (id) ON DELETE SET NULL, -- the link that was used
    token_hash      bytea UNIQUE, -- of a person's own link
    seq             bigint GENERATED ALWAYS AS IDENTITY, -- more than is needed are kept in order
    answer          text NOT NULL CHECK (answer IN ('yes', 'no')),
    name            text NOT NULL DEFAULT '' CHECK (length(name) <= 120),
    email           text CHECK (length(email) <= 254),
    phone           text, -- E.164
    locale          text NOT NULL,
    note            text NOT NULL DEFAULT '' CHECK (length(note) <= 1000),
    via             text NOT NULL CHECK (via IN ('letter', 'partner', 'public', 'staff')),
    entered_by      uuid REFERENCES accounts (id) ON DELETE SET NULL,
    late            boolean NOT NULL DEFAULT false,
    answered_at     timestamptz NOT NULL,
    changed_at      timestamptz,
    reply           text CHECK (reply IN ('accepted', 'thanked', 'declined')),
    reply_words     text NOT NULL DEFAULT '' CHECK (length(reply_words) <= 1000),
    replied_at      timestamptz,
    CHECK ((reply IS NULL) = (replied_at IS NULL))
);
CREATE INDEX hands_ask_idx ON hands (ask_id, seq);
CREATE UNIQUE INDEX hands_once_an_organisation ON hands (ask_id, organisation_id) WHERE organisation_id IS NOT NULL;
CREATE UNIQUE INDEX hands_once_an_address ON hands (ask_id, lower(email)) WHERE organisation_id IS NULL AND email IS NOT NULL;
CREATE INDEX hands_unanswered_idx ON hands (answered_at) WHERE reply IS NULL;
CREATE INDEX hands_organisation_idx ON hands (organisation_id);

CREATE TABLE hand_parts (
    hand_id  uuid NOT NULL REFERENCES hands (id) ON DELETE CASCADE,
    part_id  uuid NOT NULL REFERENCES ask_parts (id) ON DELETE CASCADE,
    quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 999),
    PRIMARY KEY (hand_id, part_id)
);
CREATE INDEX hand_parts_part_idx ON hand_parts (part_id);
