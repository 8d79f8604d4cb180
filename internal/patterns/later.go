package patterns

import (
	"regexp"
	"sync"
)

// Later is an expression that is compiled when it is first asked for. Those that
// repeat a part some hundred times take up to a megabyte each, and most programs
// never need most of them.
func Later(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}
