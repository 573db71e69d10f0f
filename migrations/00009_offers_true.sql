-- +goose Up

-- An offer is confirmed every so often, or it fades: marked, then left out of
-- matching, then resting.
ALTER TABLE offers
    ADD confirmed_at   timestamptz, -- when somebody last said that it holds
    ADD confirm_months smallint NOT NULL DEFAULT 6 CHECK (confirm_months BETWEEN 1 AND 24),
    ADD asked_at       timestamptz, -- null: nothing waits for an answer
    ADD reminded       smallint NOT NULL DEFAULT 0 CHECK (reminded BETWEEN 0 AND 3), -- how far it has faded
    ADD CHECK (reminded = 0 OR asked_at IS NOT NULL);
UPDATE offers SET confirmed_at = published_at;
CREATE INDEX offers_asked_idx ON offers (asked_at) WHERE asked_at IS NOT NULL;

-- A letter to one address, which is known by its hash only: enough to write
-- once a day.
CREATE TABLE offer_letters (
    id           uuid PRIMARY KEY,
    address_hash bytea NOT NULL,
    sent_at      timestamptz NOT NULL
);
CREATE INDEX offer_letters_address_idx ON offer_letters (address_hash, sent_at);

-- The links of a letter, as hashes: one an offer, and one for all of them.
CREATE TABLE offer_links (
    token_hash bytea PRIMARY KEY,
    letter_id  uuid NOT NULL REFERENCES offer_letters (id) ON DELETE CASCADE,
    offer_id   uuid REFERENCES offers (id) ON DELETE CASCADE -- null: all that the letter names
);
CREATE INDEX offer_links_letter_idx ON offer_links (letter_id);
CREATE INDEX offer_links_offer_idx ON offer_links (offer_id);
