-- +goose Up

-- What concerns and initiatives are about. A funding period changes the words:
-- a new set begins, and what was written under the old one keeps its themes.
CREATE TABLE theme_sets (
    id         uuid PRIMARY KEY,
    name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    starts_on  date NOT NULL UNIQUE, -- in use from this day until the next set begins
    created_at timestamptz NOT NULL
);
CREATE TABLE themes (
    id       uuid PRIMARY KEY,
    set_id   uuid NOT NULL REFERENCES theme_sets (id),
    position smallint NOT NULL,
    name     text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    UNIQUE (set_id, position)
);
INSERT INTO theme_sets (id, name, starts_on, created_at)
VALUES ('019a0000-0000-7000-8000-000000000000', 'De første temaer', '2020-01-01', now());
INSERT INTO themes (id, set_id, position, name)
SELECT ('019a0000-0000-7000-8000-00000000000' || n)::uuid, '019a0000-0000-7000-8000-000000000000', n, name
FROM unnest(ARRAY['Naboskab og fællesskab', 'Børn, unge og skole', 'Job og uddannelse', 'Tryghed',
    'Trivsel og hverdag', 'Uderum og bolig', 'Velkomst til nye naboer']) WITH ORDINALITY AS t (name, n);

-- Who counts as the municipality itself: it cannot be its own other party. A
-- school is counted with it, since most are run by it.
CREATE FUNCTION municipal(kind text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT kind IN ('department', 'school') $$;

CREATE TABLE initiatives (
    id            uuid PRIMARY KEY,
    slug          text NOT NULL CHECK (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    title         text NOT NULL CHECK (length(title) BETWEEN 1 AND 120),
    kind          text NOT NULL CHECK (kind IN ('general', 'newcomers', 'employment', 'young', 'moving', 'pilot')),
    status        text NOT NULL CHECK (status IN ('idea', 'cocreation', 'agreed', 'running', 'closed', 'stopped')),
    origin        text NOT NULL CHECK (origin IN ('staff', 'partner', 'resident')),
    comments      text NOT NULL DEFAULT 'before' CHECK (comments IN ('off', 'before', 'after')), -- looked at before or after they are public
    -- The shared text, as the newest version has it.
    version       integer NOT NULL DEFAULT 1 CHECK (version >= 1),
    purpose       text NOT NULL CHECK (length(purpose) BETWEEN 1 AND 1000),
    need          text NOT NULL DEFAULT '' CHECK (length(need) <= 2000),
    body          text NOT NULL DEFAULT '' CHECK (length(body) <= 10000),
    ending        text NOT NULL DEFAULT '' CHECK (length(ending) <= 4000), -- what came of it; what a pilot that stopped taught us
    owner_id      uuid REFERENCES accounts (id) ON DELETE SET NULL, -- of staff: who keeps an eye on it
    public_at     timestamptz, -- null: a resident's idea that nobody has looked at
    cocreation_at timestamptz,
    agreed_at     timestamptz,
    running_at    timestamptz,
    ended_at      timestamptz,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL, -- of the facts; the text has its version
    words         tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('danish', fold(title)), 'A') || setweight(to_tsvector('danish', fold(purpose)), 'B') ||
        setweight(to_tsvector('danish', fold(need || ' ' || body)), 'C')) STORED,
    CONSTRAINT initiatives_dated CHECK (
        (status NOT IN ('agreed', 'running', 'closed') OR agreed_at IS NOT NULL)
        AND (status NOT IN ('idea', 'cocreation') OR agreed_at IS NULL)
        AND (status NOT IN ('running', 'closed') OR running_at IS NOT NULL)
        AND (status IN ('closed', 'stopped')) = (ended_at IS NOT NULL)),
    CONSTRAINT initiatives_end_told CHECK (ended_at IS NULL OR ending <> ''),
    -- Only a pilot stops once it is agreed; everything else ends by being done.
    CONSTRAINT initiatives_pilots_stop CHECK (status <> 'stopped' OR kind = 'pilot' OR agreed_at IS NULL)
);
CREATE UNIQUE INDEX initiatives_slug_key ON initiatives (slug);
CREATE INDEX initiatives_public_idx ON initiatives (updated_at DESC, id) WHERE public_at IS NOT NULL;
CREATE INDEX initiatives_words_idx ON initiatives USING gin (words) WHERE public_at IS NOT NULL;
CREATE INDEX initiatives_owner_idx ON initiatives (owner_id);

CREATE TABLE initiative_districts (
    initiative_id uuid NOT NULL REFERENCES initiatives (id) ON DELETE CASCADE,
    district_id   uuid NOT NULL REFERENCES districts (id) ON DELETE CASCADE,
    PRIMARY KEY (initiative_id, district_id)
);
CREATE INDEX initiative_districts_district_idx ON initiative_districts (district_id);

CREATE TABLE initiative_themes (
    initiative_id uuid NOT NULL REFERENCES initiatives (id) ON DELETE CASCADE,
    theme_id      uuid NOT NULL REFERENCES themes (id),
    PRIMARY KEY (initiative_id, theme_id)
);
CREATE INDEX initiative_themes_theme_idx ON initiative_themes (theme_id);

-- Every version of the shared text, the newest too.
CREATE TABLE initiative_versions (
    initiative_id uuid NOT NULL REFERENCES initiatives (id) ON DELETE CASCADE,
    number        integer NOT NULL CHECK (number >= 1),
    purpose       text NOT NULL,
    need          text NOT NULL,
    body          text NOT NULL,
    account_id    uuid REFERENCES accounts (id) ON DELETE SET NULL,
    on_behalf     text NOT NULL DEFAULT '', -- of which party, as it was called then
    at            timestamptz NOT NULL,
    PRIMARY KEY (initiative_id, number)
);
CREATE INDEX initiative_versions_account_idx ON initiative_versions (account_id);

-- Who takes part, none above another. Until they have said yes they are invited.
CREATE TABLE initiative_parties (
    id              uuid PRIMARY KEY,
    initiative_id   uuid NOT NULL REFERENCES initiatives (id) ON DELETE CASCADE,
    organisation_id uuid NOT NULL REFERENCES organisations (id),
    lead            boolean NOT NULL DEFAULT false, -- calls the others together; there may be two
    contribution    text NOT NULL DEFAULT '' CHECK (length(contribution) <= 1000),
    invited_at      timestamptz NOT NULL,
    joined_at       timestamptz,
    entered_by      uuid REFERENCES accounts (id) ON DELETE SET NULL, -- staff who wrote it down for them
    CONSTRAINT initiative_parties_once UNIQUE (initiative_id, organisation_id)
);
CREATE INDEX initiative_parties_organisation_idx ON initiative_parties (organisation_id);

-- Who of a party works on it, and how close.
CREATE TABLE initiative_people (
    id       uuid PRIMARY KEY,
    party_id uuid NOT NULL REFERENCES initiative_parties (id) ON DELETE CASCADE,
    position smallint NOT NULL,
    name     text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    role     text NOT NULL DEFAULT '' CHECK (length(role) <= 120),
    level    text NOT NULL CHECK (level IN ('strategic', 'operational')),
    UNIQUE (party_id, position)
);

-- How residents took part, and what it changed.
CREATE TABLE involvements (
    id            uuid PRIMARY KEY,
    initiative_id uuid NOT NULL REFERENCES initiatives (id) ON DELETE CASCADE,
    held_on       date NOT NULL,
    how           text NOT NULL CHECK (how IN ('workshop', 'door_to_door', 'section_meeting', 'cafe', 'online', 'other')),
    residents     integer NOT NULL CHECK (residents BETWEEN 1 AND 100000),
    said          text NOT NULL CHECK (length(said) BETWEEN 1 AND 4000),
    changed       text NOT NULL CHECK (length(changed) BETWEEN 1 AND 4000),
    account_id    uuid REFERENCES accounts (id) ON DELETE SET NULL,
    recorded_at   timestamptz NOT NULL,
    CONSTRAINT involvements_not_ahead CHECK (held_on <= (recorded_at AT TIME ZONE 'Europe/Copenhagen')::date)
);
CREATE INDEX involvements_initiative_idx ON involvements (initiative_id, held_on);

-- An objection is never noted without the answer to it.
CREATE TABLE involvement_objections (
    involvement_id uuid NOT NULL REFERENCES involvements (id) ON DELETE CASCADE,
    position       smallint NOT NULL,
    objection      text NOT NULL CHECK (length(objection) BETWEEN 1 AND 1000),
    answer         text NOT NULL CHECK (length(answer) BETWEEN 1 AND 1000),
    PRIMARY KEY (involvement_id, position)
);

-- An administrator lets an initiative be agreed before residents have taken
-- part, for a time and for a reason that everybody can read.
CREATE TABLE gate_overrides (
    initiative_id uuid PRIMARY KEY REFERENCES initiatives (id) ON DELETE CASCADE,
    reason        text NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000),
    deadline      date NOT NULL, -- residents have taken part by then
    given_by      uuid NOT NULL REFERENCES accounts (id),
    given_at      timestamptz NOT NULL,
    reminded_at   timestamptz,
    CONSTRAINT gate_overrides_deadline CHECK (deadline > (given_at AT TIME ZONE 'Europe/Copenhagen')::date)
);
CREATE INDEX gate_overrides_given_by_idx ON gate_overrides (given_by);

-- The residents' gate: what an initiative lacks before it may be agreed.
-- 'outside': somebody besides the municipality; 'contributions': what each party
-- brings; 'involvement': how residents took part, or an administrator's leave
-- that had not run out on the day it was agreed.
CREATE FUNCTION initiative_gate(initiative uuid) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT array_remove(ARRAY[
        CASE WHEN NOT EXISTS (SELECT FROM initiative_parties p JOIN organisations o ON o.id = p.organisation_id
                WHERE p.initiative_id = initiative AND p.joined_at IS NOT NULL AND NOT municipal(o.kind)) THEN 'outside' END,
        CASE WHEN EXISTS (SELECT FROM initiative_parties p
                WHERE p.initiative_id = initiative AND p.joined_at IS NOT NULL AND p.contribution = '') THEN 'contributions' END,
        CASE WHEN NOT EXISTS (SELECT FROM involvements v WHERE v.initiative_id = initiative)
            AND NOT EXISTS (SELECT FROM gate_overrides g JOIN initiatives i ON i.id = g.initiative_id
                WHERE g.initiative_id = initiative
                  AND (i.agreed_at IS NULL OR g.deadline >= (i.agreed_at AT TIME ZONE 'Europe/Copenhagen')::date)) THEN 'involvement' END
    ], NULL)
$$;

-- +goose StatementBegin
CREATE FUNCTION initiatives_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.agreed_at IS NOT NULL THEN
            RAISE EXCEPTION 'an initiative that was agreed stands' USING ERRCODE = 'check_violation', CONSTRAINT = 'initiatives_stand';
        END IF;
        RETURN OLD;
    END IF;
    IF TG_OP = 'INSERT' THEN
        IF NEW.status NOT IN ('idea', 'cocreation') THEN
            RAISE EXCEPTION 'an initiative begins as an idea, not %', NEW.status USING ERRCODE = 'check_violation', CONSTRAINT = 'initiatives_step';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.status <> OLD.status AND NOT (OLD.status || '>' || NEW.status = ANY (ARRAY['idea>cocreation', 'cocreation>agreed',
        'agreed>running', 'running>closed', 'idea>stopped', 'cocreation>stopped', 'agreed>stopped', 'running>stopped'])) THEN
        RAISE EXCEPTION 'no step leads from % to %', OLD.status, NEW.status USING ERRCODE = 'check_violation', CONSTRAINT = 'initiatives_step';
    END IF;
    IF OLD.agreed_at IS NOT NULL AND NEW.agreed_at IS DISTINCT FROM OLD.agreed_at OR NEW.id <> OLD.id THEN
        RAISE EXCEPTION 'what was agreed stands' USING ERRCODE = 'check_violation', CONSTRAINT = 'initiatives_stand';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER initiatives_step BEFORE INSERT OR UPDATE OR DELETE ON initiatives FOR EACH ROW EXECUTE FUNCTION initiatives_step();

-- At the end of a transaction: whatever has been agreed has what the gate asks
-- for. The initiative's row is held meanwhile, so that nobody takes away what
-- another's agreement rests on at the same moment.
-- +goose StatementBegin
CREATE FUNCTION initiatives_gate() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched uuid[];
    one     uuid;
    lacks   text[];
BEGIN
    CASE TG_TABLE_NAME
        WHEN 'initiatives' THEN touched := ARRAY[NEW.id];
        WHEN 'organisations' THEN touched := ARRAY(SELECT p.initiative_id FROM initiative_parties p WHERE p.organisation_id = NEW.id ORDER BY 1);
        ELSE
            IF TG_OP <> 'INSERT' THEN touched := touched || OLD.initiative_id; END IF;
            IF TG_OP <> 'DELETE' THEN touched := touched || NEW.initiative_id; END IF;
    END CASE;
    FOREACH one IN ARRAY touched LOOP
        -- Held first and looked at afterwards: a condition beside the lock would be
        -- answered by what was there before whoever holds it is done.
        PERFORM FROM initiatives WHERE id = one FOR UPDATE;
        IF EXISTS (SELECT FROM initiatives WHERE id = one AND agreed_at IS NOT NULL) THEN
            lacks := initiative_gate(one);
            IF cardinality(lacks) > 0 THEN
                RAISE EXCEPTION 'the residents'' gate: % lacks %', one, lacks
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'initiatives_gate', DETAIL = array_to_string(lacks, ',');
            END IF;
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE CONSTRAINT TRIGGER initiatives_gate AFTER INSERT OR UPDATE ON initiatives
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION initiatives_gate();
CREATE CONSTRAINT TRIGGER initiative_parties_gate AFTER INSERT OR UPDATE OR DELETE ON initiative_parties
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION initiatives_gate();
CREATE CONSTRAINT TRIGGER involvements_gate AFTER UPDATE OR DELETE ON involvements
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION initiatives_gate();
CREATE CONSTRAINT TRIGGER gate_overrides_gate AFTER UPDATE OR DELETE ON gate_overrides
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION initiatives_gate();
CREATE CONSTRAINT TRIGGER organisations_gate AFTER UPDATE OF kind ON organisations
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.kind <> NEW.kind) EXECUTE FUNCTION initiatives_gate();

-- A record that something was agreed on stands as it was written.
-- +goose StatementBegin
CREATE FUNCTION involvements_stand() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    agreed boolean := TG_OP = 'TRUNCATE';
BEGIN
    IF TG_TABLE_NAME = 'involvements' AND TG_OP <> 'TRUNCATE' THEN
        PERFORM FROM initiatives WHERE id = OLD.initiative_id FOR SHARE;
        agreed := EXISTS (SELECT FROM initiatives WHERE id = OLD.initiative_id AND agreed_at IS NOT NULL)
            AND NOT (TG_OP = 'UPDATE' AND (to_jsonb(OLD) - 'account_id') = (to_jsonb(NEW) - 'account_id'));
    ELSIF TG_TABLE_NAME = 'involvement_objections' AND TG_OP <> 'TRUNCATE' THEN
        PERFORM FROM initiatives i JOIN involvements v ON v.initiative_id = i.id WHERE v.id = OLD.involvement_id FOR SHARE OF i;
        agreed := EXISTS (SELECT FROM initiatives i JOIN involvements v ON v.initiative_id = i.id
            WHERE v.id = OLD.involvement_id AND i.agreed_at IS NOT NULL);
    END IF;
    IF agreed THEN
        RAISE EXCEPTION 'how residents took part stands once something was agreed on it' USING ERRCODE = 'check_violation', CONSTRAINT = 'involvements_stand';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
-- +goose StatementEnd
CREATE TRIGGER involvements_stand BEFORE UPDATE OR DELETE ON involvements FOR EACH ROW EXECUTE FUNCTION involvements_stand();
CREATE TRIGGER involvement_objections_stand BEFORE UPDATE OR DELETE ON involvement_objections FOR EACH ROW EXECUTE FUNCTION involvements_stand();
CREATE TRIGGER involvements_stand_all BEFORE TRUNCATE ON involvements FOR EACH STATEMENT EXECUTE FUNCTION involvements_stand();
CREATE TRIGGER initiative_parties_stand_all BEFORE TRUNCATE ON initiative_parties FOR EACH STATEMENT EXECUTE FUNCTION involvements_stand();
CREATE TRIGGER gate_overrides_stand_all BEFORE TRUNCATE ON gate_overrides FOR EACH STATEMENT EXECUTE FUNCTION involvements_stand();

-- Only an administrator may let the residents wait, and what was said stays said.
-- +goose StatementBegin
CREATE FUNCTION gate_overrides_stand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' AND NOT EXISTS (SELECT FROM accounts WHERE id = NEW.given_by AND role = 'administrator' AND disabled_at IS NULL) THEN
        RAISE EXCEPTION 'only an administrator opens the gate' USING ERRCODE = 'check_violation', CONSTRAINT = 'gate_overrides_administrator';
    END IF;
    IF TG_OP = 'UPDATE' AND (to_jsonb(OLD) - 'reminded_at') <> (to_jsonb(NEW) - 'reminded_at') THEN
        RAISE EXCEPTION 'a reason that was given stays' USING ERRCODE = 'check_violation', CONSTRAINT = 'gate_overrides_stand';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER gate_overrides_stand BEFORE INSERT OR UPDATE ON gate_overrides FOR EACH ROW EXECUTE FUNCTION gate_overrides_stand();
