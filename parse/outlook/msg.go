package outlook

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/richardlehane/mscfb"
)

// Magic is what a compound file, and so a .msg, begins with ([MS-CFB] section 2.2).
const Magic = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

// MSG turns a .msg file into an RFC 5322 message. An error beside a message is a warning: something of the file could
// not be read, and the rest was used.
func MSG(file []byte) (raw []byte, err error) {
	defer func() {
		if p := recover(); p != nil { // in the reader of compound files
			raw, err = nil, fmt.Errorf("the .msg file is damaged: %v", p)
		}
	}()
	if err := checkDirectory(file); err != nil {
		return nil, err
	}
	compound, err := mscfb.New(bytes.NewReader(file))
	if err != nil {
		return nil, fmt.Errorf("the .msg file is damaged: %w", err)
	}
	r := &msgReader{storages: map[string]*storage{"": newStorage()}, budget: int64(len(file))}
	for _, f := range compound.File[1:] {
		r.add(f)
	}
	root := r.storages[""]
	if _, ok := root.streams[propertiesStream]; !ok {
		return nil, errors.New("an Office file, but not a message")
	}
	o := r.message("", 32, 0)
	raw = compose(o)
	if r.broken > 0 {
		return raw, fmt.Errorf("%d of the properties in the .msg file could not be read", r.broken)
	}
	return raw, nil
}

const (
	propertiesStream = "__properties_version1.0"
	substgPrefix     = "__substg1.0_"
	recipPrefix      = "__recip_version1.0_#"
	attachPrefix     = "__attach_version1.0_#"
	embeddedStorage  = "__substg1.0_3701000D"
)

type msgReader struct {
	storages map[string]*storage // by path
	objects  int
	broken   int
	budget   int64 // bytes that may be read: streams that share their bytes do not get far
}

type storage struct {
	streams  map[string]*mscfb.File
	children []string // names of storages, in the order of the file
}

func newStorage() *storage { return &storage{streams: make(map[string]*mscfb.File)} }

func (r *msgReader) at(path string) *storage {
	s, ok := r.storages[path]
	if !ok {
		s = newStorage()
		r.storages[path] = s
	}
	return s
}

func (r *msgReader) add(f *mscfb.File) {
	parent := r.at(strings.Join(f.Path, "/"))
	if f.FileInfo().IsDir() {
		parent.children = append(parent.children, f.Name)
	} else {
		parent.streams[f.Name] = f
	}
}

// message reads the message in a storage, whose properties begin after a header of so many bytes.
func (r *msgReader) message(path string, header int, depth int) *object {
	o := r.object(path, header)
	for _, name := range r.at(path).children {
		child := strings.TrimPrefix(path+"/"+name, "/")
		if r.objects >= maxObjects {
			r.broken++
			break
		}
		r.objects++
		switch {
		case strings.HasPrefix(name, recipPrefix):
			o.recipients = append(o.recipients, r.object(child, 8))
		case strings.HasPrefix(name, attachPrefix):
			a := r.object(child, 8)
			if within := child + "/" + embeddedStorage; r.storages[within] != nil && depth < maxDepth {
				a.embedded = r.message(within, 24, depth+1)
			}
			o.attachments = append(o.attachments, a)
		}
	}
	o.findCodePage()
	return o
}

// object reads the properties of a storage: those of a fixed size from one stream ([MS-OXMSG] section 2.4), the others
// from a stream each, whose name tells identifier and type.
func (r *msgReader) object(path string, header int) *object {
	o := newObject()
	s := r.at(path)
	if f := s.streams[propertiesStream]; f != nil {
		table := r.read(f)
		for i := header; i+16 <= len(table); i += 16 {
			entry := table[i : i+16]
			kind, id := binary.LittleEndian.Uint16(entry), binary.LittleEndian.Uint16(entry[2:])
			switch kind {
			case typeInt16, typeInt32, typeBool, typeInt64, typeTime:
				o.set(id, kind, entry[8:16])
			}
		}
	}
	for name, f := range s.streams {
		tag, isProp := strings.CutPrefix(name, substgPrefix)
		n, err := strconv.ParseUint(tag, 16, 32)
		if !isProp || err != nil || n>>16 >= propFirstNamed {
			continue
		}
		id, kind := uint16(n>>16), uint16(n)
		if old, set := o.props[id]; set && old.kind == typeUnicode {
			continue
		}
		switch kind {
		case typeString8, typeUnicode, typeBinary:
			o.set(id, kind, r.read(f))
		}
	}
	return o
}

func (r *msgReader) read(f *mscfb.File) []byte {
	if f.Size > r.budget {
		r.broken++
		return nil
	}
	r.budget -= f.Size
	data := make([]byte, f.Size)
	n, err := io.ReadFull(f, data)
	if err != nil {
		r.broken++
	}
	return data[:n]
}

// checkDirectory refuses compound files with storages nested deeper than any message has: reading them would cost
// memory with the square of the depth.
func checkDirectory(file []byte) error {
	damaged := errors.New("the .msg file is damaged or cut short")
	if len(file) < 512 || string(file[:8]) != Magic {
		return damaged
	}
	u32 := func(at int) uint32 {
		if at < 0 || at+4 > len(file) {
			return noSector
		}
		return binary.LittleEndian.Uint32(file[at:])
	}
	shift := binary.LittleEndian.Uint16(file[30:])
	if shift != 9 && shift != 12 {
		return damaged
	}
	size := 1 << shift
	offset := func(sector uint32) int { return (int(sector) + 1) * size }
	sectors := len(file) / size

	fat := make([]uint32, 0, 109)
	for i := range 109 {
		fat = append(fat, u32(76+4*i))
	}
	next := u32(68)
	for range min(int(u32(72)), sectors) {
		for i := range size/4 - 1 {
			fat = append(fat, u32(offset(next)+4*i))
		}
		next = u32(offset(next) + size - 4)
	}
	var entries []int // offsets
	for sector := u32(48); int(sector) < sectors && len(entries) <= len(file)/128; {
		for i := range size / 128 {
			entries = append(entries, offset(sector)+128*i)
		}
		in := int(sector) / (size / 4)
		if in >= len(fat) {
			break
		}
		sector = u32(offset(fat[in]) + int(sector)%(size/4)*4)
	}

	type visit struct{ id, depth int }
	todo := []visit{{0, 0}}
	for seen := 0; len(todo) > 0 && seen <= len(entries); seen++ {
		v := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if v.id >= len(entries) {
			continue
		}
		if v.depth > 4*maxDepth {
			return errors.New("the .msg file has messages nested too deep")
		}
		at := entries[v.id]
		todo = append(todo, visit{int(u32(at + 68)), v.depth}, visit{int(u32(at + 72)), v.depth}, visit{int(u32(at + 76)), v.depth + 1})
	}
	return nil
}

const noSector = 0xFFFFFFFF
