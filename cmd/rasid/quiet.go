package main

import (
	"context"
	"os"
)

// quietly runs read while the terminal shows nothing of what is typed, where in
// is a terminal. The terminal shows it again when ctx ends, too: who interrupts
// a question gets his terminal back as it was.
func quietly(ctx context.Context, in any, read func() bool) bool {
	f, ok := in.(*os.File)
	if !ok {
		return read()
	}
	restore, ok := hide(f)
	if !ok {
		return read()
	}
	stop := context.AfterFunc(ctx, restore)
	defer func() {
		if stop() {
			restore()
		}
	}()
	return read()
}
