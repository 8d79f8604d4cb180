package digest

import (
	"encoding/json"
	"fmt"
	"maps"
	"time"

	"rasid/internal/cases"
)

// obj is an object of JSON.
type obj = map[string]any

// MarshalJSON writes the figures for programs: names that stay the same, spans
// of time in seconds, moments in RFC 3339.
func (f Figures) MarshalJSON() ([]byte, error) {
	all := moodJSON(f.Mood)
	maps.Copy(all, obj{
		"from": f.From.Format(time.RFC3339), "to": f.To.Format(time.RFC3339),
		"previous": moodJSON(f.Previous), "seven_days_before": moodJSON(f.Week),
		"days": each(f.Days, dayJSON), "hours": each(f.Hours[:], moodJSON), "not_sent_in_time": each(f.Merged, dayJSON),
		"topics": each(f.Topics, topicJSON), "worst": each(f.Worst, worstJSON), "sources": each(f.Sources, sourceJSON),
		"incidents": each(f.Incidents, incidentJSON),
		"people":    obj{"unhappy": f.Unhappy, "happy": f.Happy, "recovered": f.Recovered, "silent_estimate": f.Silent()},
		"work":      workJSON(f.Work), "before": workJSON(f.PreviousWork),
		"waiting": obj{"count": f.Waiting, "longest_seconds": seconds(f.Longest), "longest": each(f.Waits, waitJSON)},
		"record":  obj{"line": f.Line, "hash": f.Anchor},
		"learned": obj{
			"decisions": f.Learned.Decisions, "complaints": f.Learned.Complaints, "layer": f.Learned.Version,
			"complaint_words": append([]string{}, f.Learned.Complaint...), "calm_words": append([]string{}, f.Learned.Calm...),
		},
	})
	if f.Promises != nil {
		all["promises"] = obj{"kept": f.Promises.Kept, "late": f.Promises.Late, "open": f.Promises.Open}
	}
	b, err := json.Marshal(all)
	if err != nil {
		return nil, fmt.Errorf("writing figures: %w", err)
	}
	return b, nil
}

// each makes an object of every element; an empty list is no null.
func each[T any](list []T, write func(T) obj) []obj {
	out := make([]obj, 0, len(list))
	for _, x := range list {
		out = append(out, write(x))
	}
	return out
}

func moodJSON(m Mood) obj {
	return obj{"total": m.Total, "negative": m.Neg, "neutral": m.Neu, "positive": m.Pos, "unread": m.Unread, "net": m.Net()}
}

func dayJSON(d Dawn) obj {
	day := moodJSON(d.Mood)
	day["date"] = d.Day.Format(time.DateOnly)
	return day
}

func workJSON(w Work) obj {
	return obj{
		"first_step": w.Ack, "first_reply": w.Reply, "answered": w.Answered, "thanked": w.Thanked,
		"approved_unchanged": w.Same, "approved_edited": w.Edited, "approved_by_rule": w.ByRule, "taken_back": w.Undone,
		"set_aside": w.SetAside, "reopened": w.Reopened, "returned": w.Returned, "resolved": w.Resolved, "handled": w.Handled,
		"refused": w.Refused, "expired": w.Expired, "escalated": w.Escalated,
		"satisfaction": obj{"asked": w.Asked, "answered": w.Rated, "sum_of_answers": w.Stars, "satisfied": w.Satisfied},
	}
}

func topicJSON(t Count) obj {
	return obj{"topic": t.Topic, "count": t.N, "before": t.Before, "sample": t.Sample.Mention.Text, "sample_case": t.Sample.Case}
}

func worstJSON(m cases.Scored) obj {
	return obj{
		"case": m.Case, "source": m.Mention.Source, "author": m.Mention.Author, "text": m.Mention.Text, "url": link(m.Mention.URL),
		"score": m.Score.Value, "severity": m.Score.Severity.String(), "seen_at": m.SeenAt.Format(time.RFC3339),
	}
}

func sourceJSON(s SourceCount) obj {
	line := obj{"source": s.Name, "count": s.N, "negative": s.Neg, "not_read_because": s.Bad, "limits": s.Limits}
	if !s.LastOK.IsZero() {
		line["last_read_at"] = s.LastOK.Format(time.RFC3339)
	}
	return line
}

func incidentJSON(i cases.Incident) obj {
	in := obj{"id": i.ID, "kind": string(i.Kind), "source": i.Source, "count": i.Count, "opened_at": i.OpenedAt.Format(time.RFC3339)}
	if !i.Open() {
		in["closed_at"] = i.ClosedAt.Format(time.RFC3339)
	}
	return in
}

func waitJSON(w Wait) obj {
	return obj{"case": w.Case, "author": w.Author, "topic": w.Topic, "seconds": seconds(w.Age)}
}

// MarshalJSON writes the times in seconds.
func (t Times) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{
		"count": t.N, "median_seconds": seconds(t.Median), "p90_seconds": seconds(t.Slow), "with_target": t.Aimed, "within_target": t.Within,
	})
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }
