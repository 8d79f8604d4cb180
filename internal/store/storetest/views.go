package storetest

import "testing"

var views = map[string]func(*testing.T, Place){}
