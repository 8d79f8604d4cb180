package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"rasid/internal/config"
	"rasid/internal/phrases"
)

// speak chooses what the program speaks at the terminal, by one rule for every
// command: the language that --lang names; else that of the terminal, where it
// is ours; else that of the business, where config.yaml names one; else English.
// Mistakes in config.yaml are told elsewhere, and keep it from nothing.
func (p *program) speak() error {
	return p.speakIn(cmp.Or(p.lang, p.ofTerminal(), p.ofBusiness(), "en"))
}

// speakAnyway is speak, and chooses English where --lang names no language of
// ours.
func (p *program) speakAnyway() {
	if p.speak() != nil {
		_ = p.speakIn("en")
	}
}

// speakOfItself chooses the language of help as speakAnyway does, but without
// that of the business: help is the same in every folder.
func (p *program) speakOfItself() {
	if p.speakIn(cmp.Or(p.lang, p.ofTerminal(), "en")) != nil {
		_ = p.speakIn("en")
	}
}

// speakIn makes the program speak a language.
func (p *program) speakIn(language string) error {
	words, err := phrases.Load(language)
	if err != nil {
		return usageError{err}
	}
	p.words = words
	return nil
}

// overhear takes --lang and --config from a command line that could not be read
// to its end: what is wrong with it is told in the language that it asks for.
func (p *program) overhear(args []string) {
	for i, arg := range args {
		name, value, glued := strings.Cut(arg, "=")
		if !glued && i+1 < len(args) {
			value = args[i+1]
		}
		switch {
		case value == "":
		case name == "--lang":
			p.lang = value
		case name == "--config", name == "-c":
			p.config = value
		}
	}
}

// ofBusiness is the language that config.yaml names; "" where it names none, or
// cannot be read.
func (p *program) ofBusiness() string {
	cfg, _ := config.Load(p.config, p.env)
	if cfg == nil {
		return ""
	}
	return string(cfg.Speaks())
}

// ofTerminal is the language of the locale, in the order of POSIX (XBD 8.2); ""
// where it is none of ours.
func (p *program) ofTerminal() string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if locale, _ := p.env(name); locale != "" {
			language, _, _ := strings.Cut(strings.ToLower(locale), "_")
			language, _, _ = strings.Cut(language, ".")
			if language == "ar" || language == "en" {
				return language
			}
			return ""
		}
	}
	return ""
}

// say says a phrase on a line of its own.
func (p *program) say(w io.Writer, key string, pairs ...any) {
	fmt.Fprintln(w, p.words.Say(key, pairs...))
}

// name is the name of something beside words of the command's language.
func (p *program) name(s string) phrases.Plain { return phrases.Plain(p.words.Name(s)) }
