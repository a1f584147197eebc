package source

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// realPath is the one absolute path of a file, whatever symbolic links lead to it.
func realPath(name string) (string, error) {
	real, err := filepath.EvalSymlinks(name)
	if err != nil {
		return "", err
	}
	return filepath.Abs(real)
}

// folder walks a folder and those in it, in the order of their names.
func (w *walker) folder(dir, real string) error {
	if w.dirs[real] {
		return nil
	}
	w.dirs[real] = true
	entries, err := os.ReadDir(dir)
	if err != nil && len(entries) == 0 {
		return w.skip(dir, err)
	}
	maildir := isMaildir(entries)
	w.maildirs[filepath.Clean(dir)] = maildir
	for _, e := range entries {
		if err := w.ctx.Err(); err != nil {
			return err
		}
		if err := w.entry(dir, real, e, maildir); err != nil {
			return err
		}
	}
	if err != nil {
		return w.skip(dir, err)
	}
	return nil
}

// entry reads what a folder holds under one name.
func (w *walker) entry(dir, real string, e fs.DirEntry, maildir bool) error {
	name := filepath.Join(dir, e.Name())
	realName := filepath.Join(real, e.Name())
	info, err := e.Info()
	if err == nil && e.Type()&fs.ModeSymlink != 0 {
		if info, err = os.Stat(name); err == nil {
			realName, err = realPath(name)
		}
	}
	switch {
	case err != nil:
		return w.skip(name, err)
	case info.IsDir() && maildir && e.Name() == "tmp":
		return nil // deliveries that are not finished
	case info.IsDir():
		return w.folder(name, realName)
	case notMail(e.Name(), maildir):
		return w.ignore(name)
	case !info.Mode().IsRegular():
		return w.skip(name, fmt.Errorf("is a %s, not a file", kindOf(info.Mode())))
	case e.Type()&fs.ModeSymlink != 0:
		return w.once(name, realName, info)
	case w.files[realName]:
		return nil
	}
	return w.file(name, info)
}

func kindOf(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeSocket != 0:
		return "socket"
	case mode&fs.ModeNamedPipe != 0:
		return "pipe"
	case mode&fs.ModeDevice != 0:
		return "device"
	}
	return "special file"
}

// isMaildir tells a Maildir by its folders, see https://cr.yp.to/proto/maildir.html. "tmp" may be missing in copies.
func isMaildir(entries []fs.DirEntry) bool {
	found := 0
	for _, e := range entries {
		if (e.Name() == "cur" || e.Name() == "new") && e.IsDir() {
			found++
		}
	}
	return found == 2
}

// inMaildir tells whether a file is a message of a Maildir.
func (w *walker) inMaildir(name string) bool {
	dir := filepath.Dir(name)
	if base := filepath.Base(dir); base != "cur" && base != "new" {
		return false
	}
	parent := filepath.Dir(dir)
	is, known := w.maildirs[parent]
	if !known {
		entries, err := os.ReadDir(parent)
		is = err == nil && isMaildir(entries)
		w.maildirs[parent] = is
	}
	return is
}

// memberOfMaildir tells by its path alone whether a member of an archive is a message of a Maildir.
func memberOfMaildir(name string) bool {
	dir, base := path.Split(name)
	dir = path.Base(dir)
	digits := strings.TrimLeft(base, "0123456789")
	return (dir == "cur" || dir == "new") && len(digits) < len(base) && strings.HasPrefix(digits, ".")
}

// notMail tells files that mail programs and systems keep beside the mail.
func notMail(base string, maildir bool) bool {
	switch base {
	case ".DS_Store", "Thumbs.db", "desktop.ini", ".mh_sequences", ".xmhcache", "msgFilterRules.dat", "popstate.dat", "filterlog.html":
		return true
	case "subscriptions", ".subscriptions", "maildirfolder", "maildirsize":
		return maildir
	}
	if strings.HasSuffix(base, ".msf") || strings.HasPrefix(base, "cyrus.") { // indexes of Thunderbird and Cyrus
		return true
	}
	return maildir && (strings.HasPrefix(base, "dovecot") || strings.HasPrefix(base, ".dovecot") || strings.HasPrefix(base, "courier"))
}

// Size is the number of bytes of all files that the inputs name, as far as it is known beforehand.
func Size(inputs []string) int64 {
	var total int64
	for _, input := range inputs {
		// What cannot be looked at is told of by Walk.
		_ = filepath.WalkDir(input, func(_ string, e fs.DirEntry, err error) error {
			if err != nil {
				return fs.SkipDir
			}
			if info, err := e.Info(); err == nil && info.Mode().IsRegular() {
				total += info.Size()
			}
			return nil
		})
	}
	return total
}
