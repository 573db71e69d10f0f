-- +goose Up
CREATE TABLE districts (
    id                 uuid PRIMARY KEY,
    slug               text NOT NULL CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    name               text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    intro              text NOT NULL DEFAULT '' CHECK (length(intro) <= 2000),
    housing_areas      text[] NOT NULL DEFAULT '{}' CHECK (cardinality(housing_areas) <= 40),
    outline            jsonb, -- GeoJSON geometry, WGS84; null: not drawn yet
    contact_account_id uuid REFERENCES accounts (id) ON DELETE SET NULL,
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL
);
CREATE UNIQUE INDEX districts_slug_key ON districts (slug);

CREATE TABLE district_strengths (
    id          uuid PRIMARY KEY,
    district_id uuid NOT NULL REFERENCES districts (id) ON DELETE CASCADE,
    position    smallint NOT NULL,
    body        text NOT NULL CHECK (length(body) BETWEEN 1 AND 400),
    said_by     text NOT NULL DEFAULT '' CHECK (length(said_by) <= 120),
    said_on     date
);
CREATE INDEX district_strengths_district_idx ON district_strengths (district_id, position);

CREATE TABLE district_plans (
    id          uuid PRIMARY KEY,
    district_id uuid NOT NULL REFERENCES districts (id) ON DELETE CASCADE,
    position    smallint NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('physical', 'social')),
    title       text NOT NULL CHECK (length(title) BETWEEN 1 AND 160),
    owner       text NOT NULL DEFAULT '' CHECK (length(owner) <= 120),
    starts_on   date,
    ends_on     date,
    CHECK (ends_on IS NULL OR starts_on IS NULL OR ends_on >= starts_on)
);
CREATE INDEX district_plans_district_idx ON district_plans (district_id, position);

CREATE TABLE account_districts (
    account_id  uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    district_id uuid NOT NULL REFERENCES districts (id) ON DELETE CASCADE,
    PRIMARY KEY (account_id, district_id)
);
CREATE INDEX account_districts_district_idx ON account_districts (district_id);
