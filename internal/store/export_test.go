package store

import (
	"context"
	"database/sql"
	"fmt"
)

// OlderTables makes the tables of an older version in an empty database, as the
// program of that time did.
func OlderTables(ctx context.Context, db *sql.DB, pg bool, version int64) error {
	p, err := provider(db, pg)
	if err != nil {
		return err
	}
	if _, err := p.UpTo(ctx, version); err != nil || pg {
		return err
	}
	_, err = db.ExecContext(ctx, fmt.Sprintf(`PRAGMA application_id = %d`, appID))
	return err
}

// Versions are those that tables had, the oldest first.
func Versions(db *sql.DB, pg bool) (vs []int64, err error) {
	p, err := provider(db, pg)
	if err != nil {
		return nil, err
	}
	for _, s := range p.ListSources() {
		vs = append(vs, s.Version)
	}
	return vs, nil
}
