-- +goose Up

-- Somebody may be shut out for a time (suspended), or be the same as another
-- (merged). Neither is public; a merged one's address leads to what it became.
ALTER TABLE organisations
    DROP CONSTRAINT organisations_status_check,
    ADD CONSTRAINT organisations_status_check CHECK (status IN ('pending', 'approved', 'declined', 'suspended', 'merged')),
    ADD consent_at     timestamptz, -- when whoever registered it said that we may keep it; null: staff wrote it
    ADD suspended_at   timestamptz,
    ADD suspend_reason text NOT NULL DEFAULT '' CHECK (length(suspend_reason) <= 1000),
    ADD merged_into    uuid REFERENCES organisations (id),
    ADD merged_at      timestamptz,
    -- What its own people change is public at once. Until staff have looked at
    -- it, this is how they last saw it.
    ADD before_edits   jsonb,
    ADD edited_at      timestamptz, -- the first of those changes
    ADD CHECK ((status = 'suspended') = (suspended_at IS NOT NULL)),
    ADD CHECK (status <> 'suspended' OR suspend_reason <> ''),
    ADD CHECK ((status = 'merged') = (merged_into IS NOT NULL) AND merged_into <> id),
    ADD CHECK ((before_edits IS NULL) = (edited_at IS NULL));
CREATE INDEX organisations_edited_idx ON organisations (edited_at) WHERE edited_at IS NOT NULL;
CREATE INDEX organisations_merged_idx ON organisations (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX organisations_cvr_idx ON organisations (cvr) WHERE cvr <> '';

-- Somebody asked to come along as one of an organisation's people.
CREATE TABLE invitations (
    id              uuid PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    email           text NOT NULL CHECK (length(email) BETWEEN 3 AND 254),
    name            text NOT NULL CHECK (length(name) <= 120),
    contact         boolean NOT NULL, -- what they become
    locale          text NOT NULL CHECK (locale IN ('da', 'en', 'uk', 'ar')),
    invited_by      uuid REFERENCES accounts (id) ON DELETE SET NULL,
    created_at      timestamptz NOT NULL,
    sent_at         timestamptz NOT NULL, -- the latest letter
    expires_at      timestamptz NOT NULL, -- of that letter's link
    accepted_at     timestamptz,
    accepted_by     uuid REFERENCES accounts (id) ON DELETE SET NULL,
    withdrawn_at    timestamptz,
    CHECK (accepted_at IS NULL OR withdrawn_at IS NULL)
);
CREATE UNIQUE INDEX invitations_open_once ON invitations (organisation_id, lower(email))
    WHERE accepted_at IS NULL AND withdrawn_at IS NULL;

-- The links in its letters, as hashes: one a letter, each with its own end.
CREATE TABLE invitation_links (
    token_hash    bytea PRIMARY KEY,
    invitation_id uuid NOT NULL REFERENCES invitations (id) ON DELETE CASCADE,
    expires_at    timestamptz NOT NULL
);
CREATE INDEX invitation_links_invitation_idx ON invitation_links (invitation_id);
