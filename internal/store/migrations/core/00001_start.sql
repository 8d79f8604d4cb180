-- One text for SQLite and PostgreSQL. Times are microseconds since 1970 (0 =
-- never); numbers come from counters, so that they are never used again.
-- Migrations are only ever added.

-- +goose Up
CREATE TABLE counters (name TEXT PRIMARY KEY, value BIGINT NOT NULL);
INSERT INTO counters (name, value) VALUES ('mention', 0), ('case', 0), ('history', 0), ('inbox', 0), ('claim', 0);

-- Small facts about this database: incarnation, held, the end of the chain.
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);

CREATE TABLE mentions (
    num       BIGINT PRIMARY KEY,
    source    TEXT NOT NULL,
    id        TEXT NOT NULL,
    case_id   BIGINT NOT NULL,
    thread    TEXT NOT NULL,
    reply_to  TEXT NOT NULL,
    answer_to TEXT NOT NULL,
    url       TEXT NOT NULL,
    author_id TEXT NOT NULL,
    author    TEXT NOT NULL,
    title     TEXT NOT NULL,
    body      TEXT NOT NULL,
    stars     BIGINT NOT NULL,
    lang      TEXT NOT NULL,
    posted_at BIGINT NOT NULL,
    edited_at BIGINT NOT NULL,
    direct    BOOLEAN NOT NULL,
    ours      BOOLEAN NOT NULL,
    bot       BOOLEAN NOT NULL,
    old       BOOLEAN NOT NULL,
    gone      BOOLEAN NOT NULL,
    blank     BOOLEAN NOT NULL,
    score     TEXT NOT NULL,
    folded    TEXT NOT NULL,
    seen_at   BIGINT NOT NULL,
    UNIQUE (source, id)
);
CREATE INDEX mentions_case ON mentions (case_id);
CREATE INDEX mentions_author ON mentions (source, author_id);
CREATE INDEX mentions_seen ON mentions (seen_at);

CREATE TABLE aliases (
    source TEXT NOT NULL,
    alias  TEXT NOT NULL,
    num    BIGINT NOT NULL REFERENCES mentions (num),
    PRIMARY KEY (source, alias)
);
CREATE INDEX aliases_num ON aliases (num);

-- What a mention said before it was changed.
CREATE TABLE mention_revisions (
    num       BIGINT NOT NULL REFERENCES mentions (num),
    rev       BIGINT NOT NULL,
    title     TEXT NOT NULL,
    body      TEXT NOT NULL,
    stars     BIGINT NOT NULL,
    edited_at BIGINT NOT NULL,
    seen_at   BIGINT NOT NULL,
    PRIMARY KEY (num, rev)
);

CREATE TABLE cases (
    id            BIGINT PRIMARY KEY,
    version       BIGINT NOT NULL,
    state         TEXT NOT NULL,
    level         BIGINT NOT NULL,
    source        TEXT NOT NULL,
    thread        TEXT NOT NULL,
    author_id     TEXT NOT NULL,
    author        TEXT NOT NULL,
    score         TEXT NOT NULL,
    severity      BIGINT NOT NULL,
    topic         TEXT NOT NULL,
    claimed_by    TEXT NOT NULL,
    claimed_until BIGINT NOT NULL,
    wake_at       BIGINT NOT NULL,
    wake_for      TEXT NOT NULL,
    reminds       BIGINT NOT NULL,
    approved_by   TEXT NOT NULL,
    reply_id      TEXT NOT NULL,
    reply_url     TEXT NOT NULL,
    reply_at      BIGINT NOT NULL,
    opened_at     BIGINT NOT NULL,
    flagged_at    BIGINT NOT NULL,
    acked_at      BIGINT NOT NULL,
    answered_at   BIGINT NOT NULL,
    closed_at     BIGINT NOT NULL,
    closed_by TEXT NOT NULL DEFAULT '',
    closed_note TEXT NOT NULL DEFAULT '',
    updated_at    BIGINT NOT NULL
);
CREATE INDEX cases_state ON cases (state, severity);
CREATE INDEX cases_wake ON cases (wake_at) WHERE wake_at > 0;
CREATE INDEX cases_author ON cases (source, author_id, id);
CREATE INDEX cases_thread ON cases (source, thread);
CREATE INDEX cases_updated ON cases (updated_at);

CREATE TABLE drafts (
    case_id  BIGINT NOT NULL REFERENCES cases (id),
    version  BIGINT NOT NULL,
    body     TEXT NOT NULL,
    language TEXT NOT NULL,
    topic    TEXT NOT NULL,
    origin   TEXT NOT NULL,
    by_whom  TEXT NOT NULL,
    findings TEXT NOT NULL,
    made_at  BIGINT NOT NULL,
    PRIMARY KEY (case_id, version)
);

-- Append-only: hash covers the line before and this one. The note enters it
-- through note_hash, so that a person's words can be erased without breaking
-- the chain; the salt goes with the note, so that nobody can guess it back.
CREATE TABLE history (
    seq        BIGINT PRIMARY KEY,
    case_id    BIGINT NOT NULL REFERENCES cases (id),
    version    BIGINT NOT NULL,
    event      TEXT NOT NULL,
    from_state TEXT NOT NULL,
    to_state   TEXT NOT NULL,
    by_whom    TEXT NOT NULL,
    draft      BIGINT NOT NULL,
    note       TEXT NOT NULL,
    salt       TEXT NOT NULL,
    note_hash  TEXT NOT NULL,
    at         BIGINT NOT NULL,
    hash       TEXT NOT NULL
);
CREATE INDEX history_case ON history (case_id, seq);
CREATE INDEX history_at ON history (at);
CREATE INDEX history_by ON history (by_whom, at);

-- Everything that leaves. A public reply must name who let it leave and the
-- hash of what was approved; the database itself insists.
CREATE TABLE outbox (
    key         TEXT PRIMARY KEY,
    kind        TEXT NOT NULL CHECK (kind IN ('reply', 'notice', 'digest')),
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
    CHECK (kind <> 'reply' OR (case_id > 0 AND draft > 0 AND mention > 0 AND length(hash) = 64 AND by_whom <> '' AND by_whom <> 'rasid'))
);
CREATE INDEX outbox_due ON outbox (kind, due_at) WHERE state = 'ready';
CREATE INDEX outbox_open ON outbox (state) WHERE state IN ('started', 'in-doubt', 'held');
CREATE INDEX outbox_case ON outbox (case_id);
CREATE INDEX outbox_started ON outbox (started_at) WHERE kind = 'reply';

CREATE TABLE cards (
    case_id    BIGINT NOT NULL REFERENCES cases (id),
    room       TEXT NOT NULL,
    ref        TEXT NOT NULL,
    want       BIGINT NOT NULL,
    shown      BIGINT NOT NULL,
    urgent     BOOLEAN NOT NULL,
    retry_at   BIGINT NOT NULL,
    last_error TEXT NOT NULL,
    PRIMARY KEY (case_id, room)
);
CREATE INDEX cards_due ON cards (room, retry_at) WHERE want > shown;

-- Every message that ever showed a case: staff answer old ones too.
CREATE TABLE card_refs (
    room    TEXT NOT NULL,
    ref     TEXT NOT NULL,
    case_id BIGINT NOT NULL,
    PRIMARY KEY (room, ref)
);

CREATE TABLE inbox (
    seq     BIGINT PRIMARY KEY,
    account TEXT NOT NULL,
    key     TEXT NOT NULL,
    body    BYTEA NOT NULL,
    at      BIGINT NOT NULL,
    UNIQUE (account, key)
);
CREATE INDEX inbox_read ON inbox (account, seq);
CREATE INDEX inbox_at ON inbox (at);
CREATE TABLE inbox_marks (account TEXT PRIMARY KEY, mark TEXT NOT NULL);

CREATE TABLE sources (
    source TEXT PRIMARY KEY,
    cursor TEXT NOT NULL,
    seen   BIGINT NOT NULL,
    status TEXT NOT NULL
);

CREATE TABLE switch (
    name    TEXT PRIMARY KEY,
    is_on   BOOLEAN NOT NULL,
    by_whom TEXT NOT NULL,
    why     TEXT NOT NULL,
    at      BIGINT NOT NULL
);

CREATE TABLE secrets (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE tokens (hash TEXT PRIMARY KEY, at BIGINT NOT NULL);

-- Authors who asked to be forgotten, as keyed hashes; swept is false until the
-- freed pages are gone too.
CREATE TABLE tombstones (hash TEXT PRIMARY KEY, at BIGINT NOT NULL, swept BOOLEAN NOT NULL);
