package main

import "testing"

func TestInstancesOnOneMachineAreToldApartByTheirDataFolders(t *testing.T) {
	here, there := t.TempDir(), t.TempDir()
	before, after := owner(here), owner(here)
	if before != after {
		t.Errorf("%s before a restart, %s after it; what was left half done would not be recognised", before, after)
	}
	if before == owner(there) {
		t.Errorf("two data folders, one name: %s; an instance that starts would end the posts of the other", before)
	}
}
