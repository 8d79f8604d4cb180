-- What a platform lets a project do in a day, and what of it was spent.

-- +goose Up
CREATE TABLE quotas (
    name      TEXT PRIMARY KEY,
    used      BIGINT NOT NULL,
    most      BIGINT NOT NULL,
    resets_at BIGINT NOT NULL
);
