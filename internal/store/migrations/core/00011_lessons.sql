-- What decisions of staff say about mentions, and the layers over the scorer
-- that were fitted to them.

-- +goose Up
-- One opinion of one person on one mention; a later one replaces it. hash is
-- of the words that were judged: words changed since teach nothing.
CREATE TABLE lessons (
    mention BIGINT NOT NULL REFERENCES mentions (num),
    by_whom TEXT NOT NULL,
    hash    TEXT NOT NULL,
    label   TEXT NOT NULL CHECK (label IN ('neg', 'neu', 'pos')),
    origin  TEXT NOT NULL,
    seq     BIGINT NOT NULL,
    at      BIGINT NOT NULL,
    PRIMARY KEY (mention, by_whom)
);
CREATE INDEX lessons_seq ON lessons (seq);
CREATE INDEX lessons_at ON lessons (at);

CREATE TABLE layers (
    version BIGINT PRIMARY KEY,
    base    TEXT NOT NULL,
    body    BYTEA NOT NULL,
    state   TEXT NOT NULL CHECK (state IN ('on', 'off', 'refused', 'rolled-back')),
    seq     BIGINT NOT NULL,
    lessons BIGINT NOT NULL,
    report  TEXT NOT NULL,
    by_whom TEXT NOT NULL,
    at      BIGINT NOT NULL
);
