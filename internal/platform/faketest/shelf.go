package faketest

import (
	"slices"
	"sync"
)

// Shelf holds what a fake platform shows. A fake that embeds it answers its
// requests under Mu, one after another; what a test does to the shelf takes its
// turn among them.
type Shelf[T any] struct {
	Mu     sync.Mutex
	Things []*T            // oldest first
	Name   func(*T) string // the platform's id of a thing
}

// Find returns a thing, or nil. Whoever calls it holds Mu.
func (s *Shelf[T]) Find(id string) *T {
	if i := slices.IndexFunc(s.Things, func(x *T) bool { return s.Name(x) == id }); i >= 0 {
		return s.Things[i]
	}
	return nil
}

// Change lets a test change a thing, as its author or a colleague would.
func (s *Shelf[T]) Change(id string, change func(*T)) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	if x := s.Find(id); x != nil {
		change(x)
	}
}

// Delete removes a thing.
func (s *Shelf[T]) Delete(id string) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	s.Things = slices.DeleteFunc(s.Things, func(x *T) bool { return s.Name(x) == id })
}

// Those copies the things of a list that a test asks for, in their order.
func Those[T any](list []*T, asked func(*T) bool) (out []T) {
	for _, x := range list {
		if asked(x) {
			out = append(out, *x)
		}
	}
	return out
}

// All lists what stands there, oldest first.
func (s *Shelf[T]) All() (out []T) {
	s.Mu.Lock()
	defer s.Mu.Unlock()
	for _, x := range s.Things {
		out = append(out, *x)
	}
	return out
}
