-- +goose Up

-- Addresses that get a letter every Monday with what is new where they follow.
-- There is nothing of a person but the address; without a follow there is no row.
CREATE TABLE followers (
    id         uuid PRIMARY KEY,
    email      text NOT NULL CHECK (length(email) <= 254 AND email = lower(email)),
    locale     text NOT NULL,
    created_at timestamptz NOT NULL,
    news_until timestamptz NOT NULL -- what was new before this moment has been told
);
CREATE UNIQUE INDEX followers_email_key ON followers (email);
CREATE INDEX followers_news_idx ON followers (news_until, id);

-- What an address follows: a district or an initiative.
CREATE TABLE follows (
    id            uuid PRIMARY KEY,
    follower_id   uuid NOT NULL REFERENCES followers (id) ON DELETE CASCADE,
    district_id   uuid REFERENCES districts (id) ON DELETE CASCADE,
    initiative_id uuid REFERENCES initiatives (id) ON DELETE CASCADE,
    asked_at      timestamptz NOT NULL,
    confirmed_at  timestamptz, -- the mailed link was pressed; nothing is sent before
    CHECK (num_nonnulls(district_id, initiative_id) = 1)
);
CREATE UNIQUE INDEX follows_district_once ON follows (follower_id, district_id);
CREATE UNIQUE INDEX follows_initiative_once ON follows (follower_id, initiative_id);
CREATE INDEX follows_district_idx ON follows (district_id);
CREATE INDEX follows_initiative_idx ON follows (initiative_id);
CREATE INDEX follows_unconfirmed_idx ON follows (asked_at) WHERE confirmed_at IS NULL;

-- Personal links, as hashes. One that was mailed to confirm something knows what.
CREATE TABLE follow_links (
    token_hash  bytea PRIMARY KEY,
    follower_id uuid NOT NULL REFERENCES followers (id) ON DELETE CASCADE,
    follow_id   uuid REFERENCES follows (id) ON DELETE SET NULL,
    locale      text NOT NULL DEFAULT '', -- of whoever asked for it
    created_at  timestamptz NOT NULL
);
CREATE INDEX follow_links_follower_idx ON follow_links (follower_id);
CREATE INDEX follow_links_follow_idx ON follow_links (follow_id);
CREATE INDEX follow_links_created_idx ON follow_links (created_at);

-- Since when a date stands in the calendar, and a strength on its page; null: it
-- was there before anybody could follow.
ALTER TABLE occasions ADD listed_at timestamptz;
CREATE INDEX occasions_listed_idx ON occasions (cafe_id, listed_at);
ALTER TABLE district_strengths ADD added_at timestamptz;

-- Whom a link in a letter goes with: it is erased when they are.
ALTER TABLE mail_links ADD ref uuid;
CREATE INDEX mail_links_ref_idx ON mail_links (ref);
