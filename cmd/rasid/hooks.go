package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"reflect"
	"time"

	"rasid/internal/outbound"
)

// door is a source that other programs call.
type door interface {
	http.Handler
	Listen() string // its own address; "" when it shares the page's
}

// hooks is everything that is called at one address, below /hook/NAME; nil
// when nothing is.
func (h *house) hooks(listen string) http.Handler {
	mux, rung := http.NewServeMux(), false
	for name, s := range h.sources {
		if d, ok := s.(door); ok && d.Listen() == listen {
			mux.Handle("/hook/"+name, h.ringing(d))
			rung = true
		}
	}
	if !rung {
		return nil
	}
	return mux
}

// ringing wakes the sources after each message, so that it is judged at once.
func (h *house) ringing(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, r)
		h.arrivals.ring()
	})
}

// serveHooks opens the addresses that doors have to themselves.
func (h *house) serveHooks(ctx context.Context) error {
	opened := map[string]bool{"": true}
	for name, s := range h.sources {
		d, ok := s.(door)
		if !ok {
			continue
		}
		if d.Listen() == "" && h.cfg.Console.Listen == "off" {
			return fmt.Errorf("opening source %s: the page is switched off; give the source an address of its own (listen: 127.0.0.1:7879)", name)
		}
		if opened[d.Listen()] {
			continue
		}
		opened[d.Listen()] = true
		l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", d.Listen())
		if err != nil {
			return fmt.Errorf("opening source %s at %s: %w (write another port under listen:)", name, d.Listen(), err)
		}
		h.serve(ctx, l, h.hooks(d.Listen()))
	}
	return nil
}

// serve answers on a listener until ctx ends.
func (h *house) serve(ctx context.Context, l net.Listener, handler http.Handler) {
	s := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 32 << 10}
	h.running.Go(func() {
		if err := s.Serve(l); err != nil && !errors.Is(err, http.ErrServerClosed) {
			h.log.Error("messages are no longer taken", "address", l.Addr().String(), "err", err)
		}
	})
	h.running.Go(func() {
		<-ctx.Done()
		stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
		defer cancel()
		if s.Shutdown(stop) != nil {
			_ = s.Close() // whoever is still sending sends again
		}
	})
}

// secretsIn lists the secrets among a kind's settings, so that the log knows
// what it must never show.
func secretsIn(settings any) (found []outbound.Secret) {
	v := reflect.ValueOf(settings)
	for v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return nil
	}
	for i := range v.NumField() {
		if !v.Type().Field(i).IsExported() {
			continue
		}
		switch s := v.Field(i).Interface().(type) {
		case outbound.Secret:
			found = append(found, s)
		case []outbound.Secret:
			found = append(found, s...)
		}
	}
	return found
}
