-- Search on SQLite: trigrams over the folded text. Triggers keep the index, so
-- no statement of the program knows of it.

-- +goose Up
CREATE VIRTUAL TABLE mention_search USING fts5 (folded, content = 'mentions', content_rowid = 'num', tokenize = 'trigram');

-- What was recorded before there was an index is in it from the start.
INSERT INTO mention_search (mention_search) VALUES ('rebuild');

-- Deleted words must not stay behind in the index (erasure).
INSERT INTO mention_search (mention_search, rank) VALUES ('secure-delete', 1);

-- +goose StatementBegin
CREATE TRIGGER mention_search_insert AFTER INSERT ON mentions BEGIN
    INSERT INTO mention_search (rowid, folded) VALUES (new.num, new.folded);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER mention_search_update AFTER UPDATE OF folded ON mentions BEGIN
    INSERT INTO mention_search (mention_search, rowid, folded) VALUES ('delete', old.num, old.folded);
    INSERT INTO mention_search (rowid, folded) VALUES (new.num, new.folded);
END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER mention_search_delete AFTER DELETE ON mentions BEGIN
    INSERT INTO mention_search (mention_search, rowid, folded) VALUES ('delete', old.num, old.folded);
END;
-- +goose StatementEnd
