package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strings"
)

// Every connection to SQLite keeps the statements it prepared: reading the text
// of a statement costs more than most statements do (40 % of all the time when
// reviews come in by the thousand). The driver of PostgreSQL does the same.

// mostStatements bounds what one connection keeps. The program has about two
// hundred; lists of different lengths make more.
const mostStatements = 400

// openKept opens a pool of SQLite connections that keep their statements.
func openKept(dsn string) (*sql.DB, error) {
	plain, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, err
	}
	d := plain.Driver()
	if err := plain.Close(); err != nil { // no connection was made yet
		return nil, err
	}
	return sql.OpenDB(keeper{d, dsn}), nil
}

// keeper makes the connections of a pool.
type keeper struct {
	driver driver.Driver
	dsn    string
}

// Driver is the driver beneath.
func (k keeper) Driver() driver.Driver { return k.driver }

// Connect opens one connection.
func (k keeper) Connect(context.Context) (driver.Conn, error) {
	c, err := k.driver.Open(k.dsn)
	if err != nil {
		return nil, err
	}
	whole, ok := c.(connection)
	if !ok {
		return nil, fmt.Errorf("opening a connection: the driver's %T lacks what is needed", c)
	}
	return &keptConn{connection: whole, kept: map[string]*statement{}}, nil
}

// connection is all that the driver's connections can do.
type connection interface {
	driver.Conn
	runner
	session
}

// runner runs statements.
type runner interface {
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
}

// session is what package sql needs of a connection between two uses.
type session interface {
	driver.ConnBeginTx
	driver.Pinger
	liveness
}

// liveness says whether a connection may be used again.
type liveness interface {
	driver.SessionResetter
	driver.Validator
}

// keptConn is a connection with its statements. Package sql uses a connection
// from one goroutine at a time.
type keptConn struct {
	connection
	kept map[string]*statement
}

// statement is a prepared one; while its rows are read it may not run again.
type statement struct {
	prepared
	busy bool
}

// prepared is all that the driver's statements can do.
type prepared interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// statement returns a kept statement; nil when this text is not kept, or its
// rows are just being read.
func (c *keptConn) statement(ctx context.Context, query string) *statement {
	if s := c.kept[query]; s != nil {
		if s.busy {
			return nil
		}
		return s
	}
	verb, _, _ := strings.Cut(strings.TrimSpace(query), " ")
	switch verb {
	case "SELECT", "INSERT", "UPDATE", "DELETE":
	default:
		return nil
	}
	if len(c.kept) >= mostStatements {
		for text, s := range c.kept {
			if !s.busy {
				c.drop(text)
			}
		}
	}
	made, err := c.PrepareContext(ctx, query)
	if err != nil {
		return nil // running it tells the same error
	}
	w, ok := made.(prepared)
	if !ok {
		_ = made.Close()
		return nil
	}
	s := &statement{prepared: w}
	c.kept[query] = s
	return s
}

// drop forgets a statement. Whoever failed or was interrupted starts anew.
func (c *keptConn) drop(query string) {
	_ = c.kept[query].Close() // the error is that of its last run, which was told
	delete(c.kept, query)
}

// ExecContext runs a statement without rows.
func (c *keptConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	s := c.statement(ctx, query)
	if s == nil {
		return c.connection.ExecContext(ctx, query, args)
	}
	r, err := s.ExecContext(ctx, args)
	if err != nil {
		c.drop(query)
	}
	return r, err
}

// QueryContext runs a statement with rows.
func (c *keptConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	s := c.statement(ctx, query)
	if s == nil {
		return c.connection.QueryContext(ctx, query, args)
	}
	rows, err := s.QueryContext(ctx, args)
	if err != nil {
		c.drop(query)
		return nil, err
	}
	s.busy = true
	return &keptRows{Rows: rows, of: s}, nil
}

// Close closes the statements and then the connection.
func (c *keptConn) Close() error {
	for text := range c.kept {
		c.drop(text)
	}
	return c.connection.Close()
}

// keptRows gives its statement back when it was read.
type keptRows struct {
	driver.Rows
	of *statement
}

// Close ends the reading.
func (r *keptRows) Close() error {
	err := r.Rows.Close()
	r.of.busy = false
	return err
}
