package digest

import (
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"strings"

	"rasid/internal/phrases"
)

//go:embed page.html
var pageSource string

// HTML writes the figures as a page of its own, the picture inside it.
func (f Figures) HTML(say *phrases.Catalogue, business string) (string, error) {
	png, err := f.PNG(say, business)
	if err != nil {
		return "", err
	}
	return f.html(say, business, "data:image/png;base64,"+base64.StdEncoding.EncodeToString(png))
}

// html writes the page with the picture at an address; "" for none.
func (f Figures) html(say *phrases.Catalogue, business, picture string) (string, error) {
	page, err := template.New("digest").Parse(pageSource)
	if err != nil {
		return "", fmt.Errorf("reading the page of the digest: %w", err)
	}
	dir := "ltr"
	if say.Language == "ar" {
		dir = "rtl"
	}
	var b strings.Builder
	err = page.Execute(&b, map[string]any{
		"Language": say.Language, "Dir": dir, "Title": f.title(say, business), "Sections": f.sections(say, full),
		"Picture": template.URL(picture), // #nosec G203 -- ours: data: or cid:
		"Alt":     say.Say("digest.total", "n", f.Total, "neg", f.Neg, "neu", f.Neu, "pos", f.Pos),
	})
	if err != nil {
		return "", fmt.Errorf("writing the page of the digest: %w", err)
	}
	return b.String(), nil
}

// Letter is the figures as an e-mail.
type Letter struct {
	Subject string
	Text    string
	HTML    string // shows the picture as cid:PictureID
	PNG     []byte
}

// PictureID is what the HTML of a Letter calls its picture.
const PictureID = "digest.png"

// Letter writes the figures as an e-mail.
func (f Figures) Letter(say *phrases.Catalogue, business string) (Letter, error) {
	l := Letter{Text: f.Text(say, business)}
	s := speaker{say}
	if f.Quiet() && len(f.Merged) == 0 {
		l.Subject = s.Say(f.of("digest.mail.subject.quiet"), "name", business, "date", s.dates(f.Span))
	} else {
		l.Subject = s.Say("digest.mail.subject", "name", business, "n", f.Total, "neg", f.Neg, "date", s.dates(f.Span))
	}
	// Mail programs show isolates in a subject as boxes; one line needs none.
	l.Subject = strings.NewReplacer(phrases.FSI, "", phrases.PDI, "").Replace(l.Subject)
	var err error
	if l.PNG, err = f.PNG(say, business); err != nil {
		return l, err
	}
	l.HTML, err = f.html(say, business, "cid:"+PictureID)
	return l, err
}
