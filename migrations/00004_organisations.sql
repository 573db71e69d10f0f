-- +goose Up
CREATE TABLE organisations (
    id             uuid PRIMARY KEY,
    slug           text NOT NULL CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    name           text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    kind           text NOT NULL CHECK (kind IN (
        'housing_organisation', 'housing_section', 'section_board', 'residents_board', 'faith_community',
        'clergy_network', 'hometown_association', 'sports_club', 'association', 'culture', 'business',
        'police', 'school', 'department', 'other')),
    about          text NOT NULL DEFAULT '' CHECK (length(about) <= 2000),
    languages      text[] NOT NULL DEFAULT '{}',
    cvr            text NOT NULL DEFAULT '' CHECK (cvr = '' OR cvr ~ '^[0-9]{8}$'), -- optional, and several may share one
    website        text NOT NULL DEFAULT '' CHECK (length(website) <= 300),
    contact_name   text NOT NULL DEFAULT '' CHECK (length(contact_name) <= 120),
    contact_email  text NOT NULL DEFAULT '' CHECK (length(contact_email) <= 254),
    contact_phone  text NOT NULL DEFAULT '' CHECK (length(contact_phone) <= 20), -- E.164
    contact_locale text NOT NULL DEFAULT 'da' CHECK (contact_locale IN ('da', 'en', 'uk', 'ar')), -- of the letters we write them
    status         text NOT NULL CHECK (status IN ('pending', 'approved', 'declined')),
    decline_reason text NOT NULL DEFAULT '' CHECK (length(decline_reason) <= 1000),
    decided_at     timestamptz,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    words          tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('danish', name), 'A') || setweight(to_tsvector('danish', about), 'B')) STORED,
    CHECK (status <> 'declined' OR decline_reason <> ''),
    CHECK ((status = 'pending') = (decided_at IS NULL))
);
CREATE UNIQUE INDEX organisations_slug_key ON organisations (slug);
CREATE INDEX organisations_status_idx ON organisations (status, created_at);

CREATE TABLE organisation_districts (
    organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    district_id     uuid NOT NULL REFERENCES districts (id) ON DELETE CASCADE,
    PRIMARY KEY (organisation_id, district_id)
);
CREATE INDEX organisation_districts_district_idx ON organisation_districts (district_id);

CREATE TABLE organisation_people (
    organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    account_id      uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    contact         boolean NOT NULL, -- a contact may edit and invite; a member may answer and see
    PRIMARY KEY (organisation_id, account_id)
);
CREATE INDEX organisation_people_account_idx ON organisation_people (account_id);

CREATE TABLE offers (
    id              uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    title           text NOT NULL CHECK (length(title) BETWEEN 1 AND 120),
    body            text NOT NULL CHECK (length(body) <= 3000),
    kind            text NOT NULL CHECK (kind IN ('help', 'room', 'equipment', 'skill', 'activity')),
    audience        text NOT NULL DEFAULT '' CHECK (length(audience) <= 200),
    schedule        text NOT NULL DEFAULT '' CHECK (length(schedule) <= 200), -- in the partner's own words: "hverdage efter kl. 16"
    languages       text[] NOT NULL DEFAULT '{}',
    contact_name    text NOT NULL DEFAULT '' CHECK (length(contact_name) <= 120),
    contact_email   text NOT NULL DEFAULT '' CHECK (length(contact_email) <= 254),
    contact_phone   text NOT NULL DEFAULT '' CHECK (length(contact_phone) <= 20), -- E.164
    status          text NOT NULL CHECK (status IN ('draft', 'published', 'paused', 'withdrawn')),
    published_at    timestamptz,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    words           tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('danish', title), 'A') ||
        setweight(to_tsvector('danish', body || ' ' || audience || ' ' || schedule), 'B')) STORED,
    CHECK (status <> 'published' OR published_at IS NOT NULL)
);
CREATE INDEX offers_organisation_idx ON offers (organisation_id);
CREATE INDEX offers_published_idx ON offers (published_at DESC, id) WHERE status = 'published';
CREATE INDEX offers_words_idx ON offers USING gin (words) WHERE status = 'published';

CREATE TABLE offer_districts (
    offer_id    uuid NOT NULL REFERENCES offers (id) ON DELETE CASCADE,
    district_id uuid NOT NULL REFERENCES districts (id) ON DELETE CASCADE,
    PRIMARY KEY (offer_id, district_id)
);
CREATE INDEX offer_districts_district_idx ON offer_districts (district_id);
