-- +goose Up

-- What is searched is written one way: small letters, aa for å, oe for ø, ae for
-- æ, and no accents. internal/search does the same to what somebody types.
CREATE FUNCTION fold(t text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    replace(replace(replace(replace(translate(lower(t COLLATE "da-x-icu"),
        'éèêëáàâãíìîïóòôõúùûüýÿñçšžćčđğışłäö', 'eeeeaaaaiiiioooouuuuyyncszccdgislæø'), 'å', 'aa'), 'ø', 'oe'), 'æ', 'ae'), 'ß', 'ss');

ALTER TABLE organisations DROP COLUMN words;
ALTER TABLE organisations
    ADD words tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('danish', fold(name)), 'A') || setweight(to_tsvector('danish', fold(about)), 'B')) STORED,
    -- Once a year somebody says that it is still there. Silence is marked for
    -- staff; nothing is hidden by itself.
    ADD active_at      timestamptz, -- when somebody last said so
    ADD active_asked   timestamptz, -- null: nothing waits for an answer
    ADD active_letters smallint NOT NULL DEFAULT 0 CHECK (active_letters BETWEEN 0 AND 3),
    ADD stopped_at     timestamptz, -- its own people said that it has stopped
    ADD CHECK (active_letters = 0 OR active_asked IS NOT NULL);
UPDATE organisations SET active_at = decided_at WHERE status IN ('approved', 'suspended');
CREATE INDEX organisations_words_idx ON organisations USING gin (words) WHERE status = 'approved';
CREATE INDEX organisations_active_idx ON organisations (active_at) WHERE status = 'approved';

CREATE TABLE organisation_active_links (
    token_hash      bytea PRIMARY KEY,
    organisation_id uuid NOT NULL REFERENCES organisations (id) ON DELETE CASCADE,
    address_hash    bytea NOT NULL, -- whom it was sent to: one such letter a day is enough
    created_at      timestamptz NOT NULL
);
CREATE INDEX organisation_active_links_address_idx ON organisation_active_links (address_hash, created_at);
CREATE INDEX organisation_active_links_organisation_idx ON organisation_active_links (organisation_id);

ALTER TABLE offers DROP COLUMN words;
ALTER TABLE offers
    ADD audiences text[] NOT NULL DEFAULT '{}' -- none: everybody
        CHECK (audiences <@ ARRAY['children', 'young', 'families', 'adults', 'seniors', 'newcomers']),
    ADD weekdays  smallint[] NOT NULL DEFAULT '{}' CHECK (weekdays <@ ARRAY[1, 2, 3, 4, 5, 6, 7]::smallint[]), -- 1: Monday; none: by agreement
    ADD words tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('danish', fold(title)), 'A') ||
        setweight(to_tsvector('danish', fold(body || ' ' || audience || ' ' || schedule)), 'B')) STORED;
CREATE INDEX offers_words_idx ON offers USING gin (words) WHERE status = 'published';

-- The words that public texts are made of: what a mistyped word may be meant
-- for. Made anew when those texts have changed.
CREATE TABLE search_words (
    word  text PRIMARY KEY, -- folded
    shown text NOT NULL,
    uses  integer NOT NULL
);
CREATE INDEX search_words_length_idx ON search_words (length(word));
CREATE TABLE search_state (
    one   boolean PRIMARY KEY DEFAULT true CHECK (one),
    stamp text NOT NULL
);
