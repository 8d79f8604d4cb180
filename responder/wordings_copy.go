package responder

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Files returns every saved wording as it stands in its file, by its name under
// Dir ("ar/delivery-1a2b3c4d.txt"), for a backup.
func (ws *Wordings) Files() (map[string]string, error) {
	files := map[string]string{}
	all, err := ws.List()
	if err != nil {
		return nil, err
	}
	for _, w := range all {
		name := path.Join(w.Language, w.Topic+"-"+w.ID+".txt")
		b, err := os.ReadFile(filepath.Join(ws.Dir, filepath.FromSlash(name)))
		if errors.Is(err, fs.ErrNotExist) {
			continue // somebody stopped using it just now
		}
		if err != nil {
			return nil, fmt.Errorf("copying saved wordings: %w", err)
		}
		files[name] = string(b)
	}
	return files, nil
}

// Restore puts wordings from a backup back into the folder. A file that is there
// stays as it is, and what is no wording is left out. It returns how many it
// put back.
func (ws *Wordings) Restore(files map[string]string) (n int, err error) {
	for name, text := range files {
		language, file, _ := strings.Cut(name, "/")
		if (language != "ar" && language != "en") || !wordingName.MatchString(file) || parseWording(text).Text == "" {
			continue
		}
		dir := filepath.Join(ws.Dir, language)
		if _, err := os.Lstat(filepath.Join(dir, file)); err == nil {
			continue
		}
		if err := putWording(dir, file, text); err != nil {
			return n, fmt.Errorf("restoring wording %s: %w", name, err)
		}
		n++
	}
	return n, nil
}

// putWording writes a file that appears whole or not at all.
func putWording(dir, name, text string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	temp, err := os.CreateTemp(dir, ".new-")
	if err != nil {
		return err
	}
	_, err = temp.WriteString(text)
	if err = errors.Join(err, temp.Sync(), temp.Close()); err == nil {
		err = os.Rename(temp.Name(), filepath.Join(dir, name))
	}
	if err != nil {
		return errors.Join(err, os.Remove(temp.Name()))
	}
	return nil
}
