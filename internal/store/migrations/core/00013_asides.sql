-- What is said beside the answer: the acknowledgement outside hours, and the
-- question how satisfied the customer is. Both are public, so the outbox asks
-- of them what it asks of a reply, but for the draft.

-- +goose Up
CREATE TABLE outbox_next (
    key         TEXT PRIMARY KEY,
    kind        TEXT NOT NULL CHECK (kind IN ('reply', 'ack', 'ask', 'notice', 'digest')),
    case_id     BIGINT NOT NULL,
    target      TEXT NOT NULL,
    draft       BIGINT NOT NULL,
    mention     BIGINT NOT NULL,
    thread      TEXT NOT NULL,
    author_id   TEXT NOT NULL,
    body        TEXT NOT NULL,
    attachment  BYTEA,
    hash        TEXT NOT NULL,
    by_whom     TEXT NOT NULL,
    due_at      BIGINT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('ready', 'started', 'delivered', 'gave-up', 'in-doubt', 'withdrawn', 'held')),
    attempts    BIGINT NOT NULL,
    first_at    BIGINT NOT NULL,
    started_at  BIGINT NOT NULL,
    owner       TEXT NOT NULL,
    lease_until BIGINT NOT NULL,
    quiet_until BIGINT NOT NULL,
    last_error  TEXT NOT NULL,
    receipt_id  TEXT NOT NULL,
    receipt_url TEXT NOT NULL,
    receipt_at  BIGINT NOT NULL,
    made_at     BIGINT NOT NULL,
    CHECK (kind NOT IN ('reply', 'ack', 'ask') OR (case_id > 0 AND mention > 0 AND length(hash) = 64 AND by_whom <> '' AND by_whom <> 'rasid')),
    CHECK (kind <> 'reply' OR draft > 0),
    CHECK (kind NOT IN ('ack', 'ask') OR by_whom LIKE 'rule:%')
);
INSERT INTO outbox_next (key, kind, case_id, target, draft, mention, thread, author_id, body, attachment, hash, by_whom, due_at, state, attempts,
    first_at, started_at, owner, lease_until, quiet_until, last_error, receipt_id, receipt_url, receipt_at, made_at)
SELECT key, kind, case_id, target, draft, mention, thread, author_id, body, attachment, hash, by_whom, due_at, state, attempts,
    first_at, started_at, owner, lease_until, quiet_until, last_error, receipt_id, receipt_url, receipt_at, made_at FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_next RENAME TO outbox;
CREATE INDEX outbox_due ON outbox (kind, due_at) WHERE state = 'ready';
CREATE INDEX outbox_open ON outbox (state) WHERE state IN ('started', 'in-doubt', 'held');
CREATE INDEX outbox_case ON outbox (case_id);
CREATE INDEX outbox_started ON outbox (started_at) WHERE kind IN ('reply', 'ack', 'ask');
CREATE INDEX outbox_author ON outbox (author_id) WHERE kind = 'ack';

ALTER TABLE cases ADD COLUMN told_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN asked_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN rating BIGINT NOT NULL DEFAULT 0;
ALTER TABLE cases ADD COLUMN rated_at BIGINT NOT NULL DEFAULT 0;
CREATE INDEX cases_rated ON cases (rated_at) WHERE rating > 0;
