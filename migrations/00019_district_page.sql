-- +goose Up

-- What belongs to a plan: where it can be read, and what is to happen when.
CREATE TABLE plan_documents (
    plan_id  uuid NOT NULL REFERENCES district_plans (id) ON DELETE CASCADE,
    position smallint NOT NULL,
    title    text NOT NULL CHECK (length(title) BETWEEN 1 AND 160),
    url      text NOT NULL CHECK (length(url) <= 500 AND url ~ '^https?://'),
    PRIMARY KEY (plan_id, position)
);
CREATE TABLE plan_milestones (
    plan_id  uuid NOT NULL REFERENCES district_plans (id) ON DELETE CASCADE,
    position smallint NOT NULL,
    due_on   date NOT NULL,
    title    text NOT NULL CHECK (length(title) BETWEEN 1 AND 160),
    PRIMARY KEY (plan_id, position)
);

-- What a resident says that their district is good at. Staff take it onto the
-- page or say why not; whoever said it follows it by a personal link.
CREATE TABLE strength_suggestions (
    id           uuid PRIMARY KEY,
    district_id  uuid NOT NULL REFERENCES districts (id) ON DELETE CASCADE,
    body         text NOT NULL CHECK (length(body) BETWEEN 1 AND 400),
    said_by      text NOT NULL DEFAULT '' CHECK (length(said_by) <= 120), -- as it may stand on the page: "beboere i Kildevang"
    email        text CHECK (length(email) <= 254),
    locale       text NOT NULL DEFAULT 'da',
    token_hash   bytea NOT NULL,
    status       text NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'taken', 'declined')),
    reply        text NOT NULL DEFAULT '' CHECK (length(reply) <= 1000),
    created_at   timestamptz NOT NULL,
    decided_at   timestamptz,
    decided_by   uuid REFERENCES accounts (id) ON DELETE SET NULL,
    CHECK ((status = 'waiting') = (decided_at IS NULL)),
    CHECK (status <> 'declined' OR reply <> '')
);
CREATE UNIQUE INDEX strength_suggestions_token_key ON strength_suggestions (token_hash);
CREATE INDEX strength_suggestions_district_idx ON strength_suggestions (district_id, created_at);
CREATE INDEX strength_suggestions_decided_by_idx ON strength_suggestions (decided_by);
CREATE INDEX strength_suggestions_email_idx ON strength_suggestions (created_at) WHERE email IS NOT NULL;

-- Who was asked broadly to come along when work began in a district.
CREATE TABLE district_invitations (
    id          uuid PRIMARY KEY,
    district_id uuid NOT NULL REFERENCES districts (id) ON DELETE CASCADE,
    actor       text NOT NULL CHECK (actor IN ('housing', 'residents_board', 'faith', 'associations', 'schools', 'business', 'police', 'departments')),
    name        text NOT NULL CHECK (length(name) BETWEEN 1 AND 160),
    email       text NOT NULL CHECK (length(email) <= 254),
    sent_at     timestamptz NOT NULL,
    sent_by     uuid REFERENCES accounts (id) ON DELETE SET NULL
);
CREATE UNIQUE INDEX district_invitations_once ON district_invitations (district_id, lower(email));
CREATE INDEX district_invitations_sent_by_idx ON district_invitations (sent_by);
