-- +goose Up

-- The staff who want what they must do by mail in the morning.
CREATE TABLE board_mornings (
    account_id uuid PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    told_on    date -- the last morning that is done; null: none yet
);
