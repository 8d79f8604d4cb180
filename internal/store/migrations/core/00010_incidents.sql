-- Crises: many unhappy mentions shown and counted as one.

-- +goose Up
INSERT INTO counters (name, value) VALUES ('incident', 0), ('unhappy', 0);

CREATE TABLE incidents (
    id           BIGINT PRIMARY KEY,
    kind         TEXT NOT NULL CHECK (kind IN ('copies', 'burst')),
    source       TEXT NOT NULL,
    print        BYTEA,
    opened_at    BIGINT NOT NULL,
    hot_at       BIGINT NOT NULL,
    closed_at    BIGINT NOT NULL,
    count        BIGINT NOT NULL,
    held         BOOLEAN NOT NULL,
    version      BIGINT NOT NULL,
    statement_by TEXT NOT NULL,
    statement_at BIGINT NOT NULL
);
CREATE INDEX incidents_open ON incidents (closed_at);

-- One row for every case that was ever flagged: what is usual is counted from
-- it, hour by hour of the week.
CREATE TABLE incident_cases (
    seq      BIGINT PRIMARY KEY,
    case_id  BIGINT NOT NULL UNIQUE REFERENCES cases (id),
    incident BIGINT NOT NULL,
    source   TEXT NOT NULL,
    author   TEXT NOT NULL,
    at       BIGINT NOT NULL,
    seen_at  BIGINT NOT NULL,
    print    BYTEA,
    shown    BOOLEAN NOT NULL
);
CREATE INDEX incident_cases_source ON incident_cases (source, at);
CREATE INDEX incident_cases_incident ON incident_cases (incident, at);
CREATE INDEX incident_cases_seen ON incident_cases (seen_at);

CREATE TABLE incident_cards (
    incident BIGINT NOT NULL REFERENCES incidents (id),
    room     TEXT NOT NULL,
    ref      TEXT NOT NULL,
    shown    BIGINT NOT NULL,
    next_at  BIGINT NOT NULL,
    PRIMARY KEY (incident, room)
);
