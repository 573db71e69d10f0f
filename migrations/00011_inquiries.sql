-- +goose Up

-- What somebody without an account writes to us: something they can contribute,
-- or a question to an organisation. A short talk, until somebody ends it.
CREATE TABLE inquiries (
    id              uuid PRIMARY KEY,
    kind            text NOT NULL CHECK (kind IN ('contribution', 'question')),
    organisation_id uuid REFERENCES organisations (id) ON DELETE CASCADE, -- whom a question is for
    district_id     uuid REFERENCES districts (id) ON DELETE SET NULL, -- null: the whole town
    title           text NOT NULL CHECK (length(title) <= 120), -- what it is about, in few words
    happens         text NOT NULL DEFAULT '' CHECK (length(happens) <= 200), -- when, in the writer's own words
    name            text NOT NULL DEFAULT '' CHECK (length(name) <= 120),
    email           text CHECK (length(email) <= 254), -- null: forgotten
    phone           text NOT NULL DEFAULT '' CHECK (length(phone) <= 20), -- E.164
    locale          text NOT NULL CHECK (locale IN ('da', 'en', 'uk', 'ar')),
    share           boolean NOT NULL, -- partners may see who it is
    created_at      timestamptz NOT NULL,
    verified_at     timestamptz, -- the link was used: the address is the writer's own
    waits_since     timestamptz, -- null: it is not our turn
    answered        boolean NOT NULL DEFAULT false, -- by us, at least once
    touched_at      timestamptz NOT NULL,
    closed_at       timestamptz,
    forgotten_at    timestamptz,
    CHECK ((kind = 'question') = (organisation_id IS NOT NULL)),
    CHECK (email IS NOT NULL OR forgotten_at IS NOT NULL),
    CHECK (closed_at IS NULL OR waits_since IS NULL)
);
CREATE INDEX inquiries_organisation_idx ON inquiries (organisation_id);
CREATE INDEX inquiries_district_idx ON inquiries (district_id);
CREATE INDEX inquiries_waits_idx ON inquiries (waits_since) WHERE waits_since IS NOT NULL;
CREATE INDEX inquiries_email_idx ON inquiries (lower(email)) WHERE email IS NOT NULL;
CREATE INDEX inquiries_touched_idx ON inquiries (touched_at) WHERE forgotten_at IS NULL;

CREATE TABLE inquiry_messages (
    id         uuid PRIMARY KEY,
    inquiry_id uuid NOT NULL REFERENCES inquiries (id) ON DELETE CASCADE,
    sender     text NOT NULL CHECK (sender IN ('resident', 'staff', 'partner')),
    account_id uuid REFERENCES accounts (id) ON DELETE SET NULL,
    on_behalf  text NOT NULL DEFAULT '', -- of which organisation, as it was called then
    body       text NOT NULL CHECK (length(body) BETWEEN 1 AND 3000),
    at         timestamptz NOT NULL
);
CREATE INDEX inquiry_messages_inquiry_idx ON inquiry_messages (inquiry_id, at);
CREATE INDEX inquiry_messages_account_idx ON inquiry_messages (account_id);

-- Organisations that staff passed a contribution on to.
CREATE TABLE inquiry_organisations (
    inquiry_id      uuid NOT NULL REFERENCES inquiries (id) ON DELETE CASCADE,
    organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    passed_at       timestamptz NOT NULL,
    PRIMARY KEY (inquiry_id, organisation_id)
);
CREATE INDEX inquiry_organisations_organisation_idx ON inquiry_organisations (organisation_id);

-- The writer's personal links, as hashes: one a letter.
CREATE TABLE inquiry_links (
    token_hash bytea PRIMARY KEY,
    inquiry_id uuid NOT NULL REFERENCES inquiries (id) ON DELETE CASCADE
);
CREATE INDEX inquiry_links_inquiry_idx ON inquiry_links (inquiry_id);
