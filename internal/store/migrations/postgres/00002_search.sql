-- Search on PostgreSQL: trigrams where the extension can be had. Without it
-- the same LIKE reads the table, slower and right.

-- +goose Up
-- +goose StatementBegin
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX mentions_folded ON mentions USING gin (folded gin_trgm_ops);
EXCEPTION WHEN OTHERS THEN
    RAISE NOTICE 'search works without an index: %', SQLERRM;
END
$$;
-- +goose StatementEnd
