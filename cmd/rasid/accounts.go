package main

import "context"

// account is one bot's connection, shared by everything that listens and
// speaks through it.
type account struct {
	kind string
}

// makeAccounts connects nothing yet: it only makes the clients.
func (h *house) makeAccounts(context.Context) error {
	h.accounts = map[string]*account{}
	return nil
}
