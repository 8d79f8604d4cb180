-- Who is in at the local page. Keys are kept as hashes only, passwords as
-- argon2id.

-- +goose Up
CREATE TABLE visits (
    hash  TEXT PRIMARY KEY CHECK (length(hash) = 64),
    staff TEXT NOT NULL,
    scope TEXT NOT NULL,
    label TEXT NOT NULL,
    since BIGINT NOT NULL,
    seen  BIGINT NOT NULL,
    ends  BIGINT NOT NULL
);
CREATE INDEX visits_staff ON visits (staff);
CREATE TABLE passwords (staff TEXT PRIMARY KEY, hash TEXT NOT NULL, at BIGINT NOT NULL);
