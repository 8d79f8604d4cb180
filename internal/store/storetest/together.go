package storetest

import "testing"

var together = map[string]func(*testing.T, Place){}
