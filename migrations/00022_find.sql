-- +goose Up

-- The search over everything finds a record by one GIN index of its folded
-- words. Who may see it is asked beside it, so the index holds every state: those
-- that held only what is public make room.
DROP INDEX organisations_words_idx;
CREATE INDEX organisations_words_idx ON organisations USING gin (words) WHERE status IN ('approved', 'pending', 'suspended');
DROP INDEX offers_words_idx;
CREATE INDEX offers_words_idx ON offers USING gin (words) WHERE status IN ('published', 'draft', 'paused');
DROP INDEX initiatives_words_idx;
CREATE INDEX initiatives_words_idx ON initiatives USING gin (words);

-- array_to_string may depend on settings for other types than text; of text it
-- is always the same.
CREATE FUNCTION joined(parts text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN array_to_string(parts, ' ');

ALTER TABLE districts ADD words tsvector GENERATED ALWAYS AS (
    setweight(to_tsvector('danish', fold(name)), 'A') || setweight(to_tsvector('danish', fold(joined(housing_areas))), 'A') ||
    setweight(to_tsvector('danish', fold(intro)), 'B')) STORED;
CREATE INDEX districts_words_idx ON districts USING gin (words);
ALTER TABLE district_strengths ADD words tsvector GENERATED ALWAYS AS (setweight(to_tsvector('danish', fold(body)), 'B')) STORED;
CREATE INDEX district_strengths_words_idx ON district_strengths USING gin (words);

ALTER TABLE cafes ADD words tsvector GENERATED ALWAYS AS (
    setweight(to_tsvector('danish', fold(name)), 'A') || setweight(to_tsvector('danish', fold(venue || ' ' || address || ' ' || about)), 'B')) STORED;
CREATE INDEX cafes_words_idx ON cafes USING gin (words);

ALTER TABLE asks ADD words tsvector GENERATED ALWAYS AS (
    setweight(to_tsvector('danish', fold(title)), 'A') || setweight(to_tsvector('danish', fold(why || ' ' || place || ' ' || happens)), 'B')) STORED;
CREATE INDEX asks_words_idx ON asks USING gin (words);
ALTER TABLE ask_parts ADD words tsvector GENERATED ALWAYS AS (setweight(to_tsvector('danish', fold(what)), 'B')) STORED;
CREATE INDEX ask_parts_words_idx ON ask_parts USING gin (words);

ALTER TABLE answers ADD words tsvector GENERATED ALWAYS AS (
    setweight(to_tsvector('danish', fold(said || ' ' || decided || ' ' || happened)), 'B')) STORED;
CREATE INDEX answers_words_idx ON answers USING gin (words);

-- Who wrote it is not among the words: partners may not know, and a search is
-- not for finding people.
ALTER TABLE inquiries ADD words tsvector GENERATED ALWAYS AS (setweight(to_tsvector('danish', fold(title || ' ' || happens)), 'A')) STORED;
CREATE INDEX inquiries_words_idx ON inquiries USING gin (words) WHERE forgotten_at IS NULL;
ALTER TABLE inquiry_messages ADD words tsvector GENERATED ALWAYS AS (setweight(to_tsvector('danish', fold(body)), 'B')) STORED;
CREATE INDEX inquiry_messages_words_idx ON inquiry_messages USING gin (words);

ALTER TABLE concerns ADD words tsvector GENERATED ALWAYS AS (
    setweight(to_tsvector('danish', fold(place)), 'A') || setweight(to_tsvector('danish', fold(pattern || ' ' || outcome)), 'B')) STORED;
CREATE INDEX concerns_words_idx ON concerns USING gin (words);
ALTER TABLE concern_observations ADD words tsvector GENERATED ALWAYS AS (setweight(to_tsvector('danish', fold(body)), 'B')) STORED;
CREATE INDEX concern_observations_words_idx ON concern_observations USING gin (words);

-- What a record is called, by itself: of a word that thousands are written with,
-- those that are called so are the best. Also with the words that the dictionary
-- leaves out: have is a verb to it, and a garden to most who write it.
CREATE FUNCTION named(t text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    to_tsvector('danish', fold(t)) || to_tsvector('simple', fold(t));
CREATE INDEX districts_named_idx ON districts USING gin (named(name));
CREATE INDEX organisations_named_idx ON organisations USING gin (named(name)) WHERE status IN ('approved', 'pending', 'suspended');
CREATE INDEX offers_named_idx ON offers USING gin (named(title)) WHERE status IN ('published', 'draft', 'paused');
CREATE INDEX asks_named_idx ON asks USING gin (named(title));
CREATE INDEX cafes_named_idx ON cafes USING gin (named(name));
CREATE INDEX initiatives_named_idx ON initiatives USING gin (named(title));
CREATE INDEX inquiries_named_idx ON inquiries USING gin (named(title)) WHERE forgotten_at IS NULL;
CREATE INDEX concerns_named_idx ON concerns USING gin (named(place));
