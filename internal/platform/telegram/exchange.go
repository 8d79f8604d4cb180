package telegram

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"rasid/internal/outbound"
)

// maxAnswer bounds an answer: 100 updates of the longest messages with their
// reply targets stay well below it.
const maxAnswer = 16 << 20

// errNotJSON says that something other than the Bot API answered, as a proxy
// does with its error pages.
var errNotJSON = errors.New("the answer is not JSON")

// exchange is the one HTTP exchange of a call. The library knows no context
// and drops the status, so both live here.
type exchange struct {
	ctx    context.Context
	client *http.Client
	sent   *outbound.Sent
	status int // of the answer; 0 when none came
}

func newExchange(ctx context.Context, client *http.Client) *exchange {
	x := &exchange{client: client}
	x.ctx, x.sent = outbound.Watch(ctx)
	return x
}

// Do implements the library's HTTPClient. It hands over complete JSON or an
// error, so that the library never sees half an answer.
func (x *exchange) Do(r *http.Request) (*http.Response, error) {
	resp, err := x.client.Do(r.WithContext(x.ctx)) //nolint:gosec // the address comes from the configuration; the client guards it
	if err != nil {
		return nil, x.sent.Classify(err)
	}
	x.status = resp.StatusCode
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	_ = resp.Body.Close() // everything was read, or will not be
	switch {
	case err != nil:
		return nil, fmt.Errorf("status %d: reading the answer: %w", x.status, err)
	case len(body) > maxAnswer:
		return nil, fmt.Errorf("status %d: the answer is longer than %d bytes", x.status, maxAnswer)
	case !json.Valid(body):
		return nil, fmt.Errorf("status %d: %w", x.status, errNotJSON)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}
