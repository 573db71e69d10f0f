-- +goose Up

-- Who steps in for whom. Everybody on the staff may name one colleague once and
-- for all, and another one for a time away.
ALTER TABLE accounts
    ADD stand_in_id uuid REFERENCES accounts (id) ON DELETE SET NULL,
    ADD CONSTRAINT accounts_stand_in_another CHECK (stand_in_id <> id);
CREATE INDEX accounts_stand_in_idx ON accounts (stand_in_id);

-- Why somebody is away is nobody's business, so there is no room for it.
CREATE TABLE absences (
    id          uuid PRIMARY KEY,
    account_id  uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    from_on     date NOT NULL,
    until_on    date NOT NULL, -- the last day away
    stand_in_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    created_at  timestamptz NOT NULL,
    CONSTRAINT absences_in_order CHECK (until_on >= from_on),
    CONSTRAINT absences_stand_in_another CHECK (stand_in_id <> account_id)
);
CREATE INDEX absences_account_idx ON absences (account_id, from_on);
CREATE INDEX absences_stand_in_idx ON absences (stand_in_id);
CREATE INDEX absences_until_idx ON absences (until_on);

-- Whether somebody is there on a day: has an account that is open, and is not away.
CREATE FUNCTION present(account uuid, day date) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM accounts a WHERE a.id = account AND a.disabled_at IS NULL)
        AND NOT EXISTS (SELECT FROM absences b WHERE b.account_id = account AND day BETWEEN b.from_on AND b.until_on)
$$;

-- Who acts for somebody on a day: themselves when they are there, else their
-- stand-in, the stand-in's stand-in, or that one's; null when none of them is.
CREATE FUNCTION acting(account uuid, day date) RETURNS uuid LANGUAGE sql STABLE AS $$
    WITH RECURSIVE line (id, there, n) AS (
        SELECT account, present(account, day), 0
        UNION ALL
        SELECT s.id, present(s.id, day), n + 1
        FROM line CROSS JOIN LATERAL (
            SELECT coalesce((SELECT b.stand_in_id FROM absences b WHERE b.account_id = line.id AND day BETWEEN b.from_on AND b.until_on
                    ORDER BY b.from_on LIMIT 1),
                (SELECT a.stand_in_id FROM accounts a WHERE a.id = line.id)) AS id) s
        WHERE NOT line.there AND line.n < 3 AND s.id IS NOT NULL)
    SELECT id FROM line WHERE there
$$;

-- What one person handed over to another in one step. What moved is kept as it
-- was called then.
CREATE TABLE handovers (
    id        uuid PRIMARY KEY,
    from_id   uuid NOT NULL REFERENCES accounts (id),
    to_id     uuid NOT NULL REFERENCES accounts (id),
    by_id     uuid NOT NULL REFERENCES accounts (id),
    note      text NOT NULL DEFAULT '' CHECK (length(note) <= 4000),
    at        timestamptz NOT NULL,
    CHECK (from_id <> to_id)
);
CREATE INDEX handovers_from_idx ON handovers (from_id, at);
CREATE INDEX handovers_to_idx ON handovers (to_id, at);
CREATE INDEX handovers_by_idx ON handovers (by_id);
CREATE TABLE handover_items (
    handover_id uuid NOT NULL REFERENCES handovers (id) ON DELETE CASCADE,
    position    smallint NOT NULL,
    kind        text NOT NULL,
    title       text NOT NULL,
    path        text NOT NULL,
    PRIMARY KEY (handover_id, position)
);
