package storetest

import "testing"

var upkeep = map[string]func(*testing.T, Place){}
