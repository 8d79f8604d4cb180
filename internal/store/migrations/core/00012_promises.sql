-- Times that replies in public promise. wake_at is when the program must look
-- at one again; settled_at is 0 while the customer still waits.

-- +goose Up
CREATE TABLE promises (
    case_id    BIGINT NOT NULL REFERENCES cases (id),
    draft      BIGINT NOT NULL,
    words      TEXT NOT NULL,
    opened_at  BIGINT NOT NULL,
    due_at     BIGINT NOT NULL,
    wake_at    BIGINT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('open', 'kept', 'late', 'broken', 'void')),
    settled_at BIGINT NOT NULL,
    settled_by TEXT NOT NULL,
    PRIMARY KEY (case_id, draft)
);
CREATE INDEX promises_wake ON promises (wake_at) WHERE wake_at > 0;
CREATE INDEX promises_state ON promises (state, due_at);
