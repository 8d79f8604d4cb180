-- Words that customers changed and nobody judged since. What is old, written by a
-- program or by us, gone or erased is never judged, and an import brings millions
-- of such.

-- +goose Up
CREATE INDEX mentions_unread ON mentions (case_id) WHERE score = '' AND edited_at > 0 AND NOT ours AND NOT bot AND NOT old AND NOT gone AND NOT blank;
