package storetest

import "testing"

var desk = map[string]func(*testing.T, Place){}
