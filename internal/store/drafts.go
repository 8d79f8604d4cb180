package store

import (
	"context"

	"rasid/internal/cases"
)

const draftCols = `d.case_id, d.version, d.body, d.language, d.topic, d.origin, d.by_whom, d.findings, d.made_at`

type draftOf struct {
	cases.Draft
	caseID int64
}

func scanDraft(row scanner) (draftOf, error) {
	var d draftOf
	var findings string
	var made int64
	err := row.Scan(&d.caseID, &d.Version, &d.Text, &d.Language, &d.Topic, &d.Origin, &d.By, &findings, &made)
	if err != nil {
		return d, err
	}
	d.At = moment(made)
	d.Findings, err = unpack[[]cases.Finding](findings)
	return d, err
}

// latestDraft returns the draft an approval would mean, or false.
func latestDraft(ctx context.Context, q querier, caseID int64) (cases.Draft, bool, error) {
	ds, err := collect(ctx, q, scanDraft, `SELECT `+draftCols+` FROM drafts d WHERE d.case_id = $1 ORDER BY d.version DESC LIMIT 1`, caseID)
	if err != nil || len(ds) == 0 {
		return cases.Draft{}, false, err
	}
	return ds[0].Draft, true, nil
}

// addDraft appends a version. Versions are never changed: what somebody
// approved stays readable.
func addDraft(ctx context.Context, q querier, caseID int64, d cases.Draft) error {
	_, err := q.ExecContext(ctx, `INSERT INTO drafts (case_id, version, body, language, topic, origin, by_whom, findings, made_at)
		SELECT $1, COALESCE(max(version), 0) + 1, $2, $3, $4, $5, $6, $7, $8 FROM drafts WHERE case_id = $1`,
		caseID, d.Text, d.Language, d.Topic, d.Origin, d.By, pack(d.Findings), micros(d.At))
	return err
}
