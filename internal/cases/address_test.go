package cases_test

import (
	"testing"

	"rasid/internal/cases"
)

func TestOnlyWhatABrowserOpensIsAWebAddress(t *testing.T) {
	for raw, want := range map[string]bool{
		"https://shop.example/r/1?a=b#c": true,
		"http://127.0.0.1:8080":          true,
		"HTTPS://shop.example":           true,
		"":                               false,
		"shop.example":                   false,
		"/r/1":                           false,
		"//shop.example/r":               false,
		"https:///r":                     false,
		"javascript:alert(1)":            false,
		"ftp://shop.example":             false,
		"mailto:a@shop.example":          false,
		"https://shop.example/%zz":       false,
	} {
		u, ok := cases.WebAddress(raw)
		if ok != want || ok != (u != nil) {
			t.Errorf("WebAddress(%q) = %v, %v, want %v", raw, u, ok, want)
		}
	}
}
