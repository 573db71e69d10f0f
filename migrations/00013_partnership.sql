-- +goose Up

-- What staff remember of a talk with an organisation: about the organisation,
-- never about a person.
CREATE TABLE organisation_notes (
    id              uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    author_id       uuid REFERENCES accounts (id) ON DELETE SET NULL,
    on_date         date NOT NULL, -- when they spoke
    contact         text NOT NULL CHECK (contact IN ('phone', 'meeting', 'mail', 'visit')),
    body            text NOT NULL CHECK (length(body) BETWEEN 1 AND 2000),
    created_at      timestamptz NOT NULL,
    changed_at      timestamptz
);
CREATE INDEX organisation_notes_organisation_idx ON organisation_notes (organisation_id, on_date);
CREATE INDEX organisation_notes_author_idx ON organisation_notes (author_id);

-- The one who raised it agreed that the others who help get their contact.
ALTER TABLE hands ADD share_contact boolean NOT NULL DEFAULT false;
