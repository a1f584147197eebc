package outlook_test

import (
	"encoding/binary"
	"fmt"
	"unicode/utf16"
)

// node is a storage or, with data, a stream of a compound file.
type node struct {
	name     string
	data     []byte
	children []*node
}

const (
	sectorSize = 512
	miniSize   = 64
	miniCutoff = 4096
	endOfChain = 0xFFFFFFFE
	freeSector = 0xFFFFFFFF
	fatSector  = 0xFFFFFFFD
)

// compoundFile writes a compound file of version 3, [MS-CFB]: as small a subset as a reader accepts.
func compoundFile(root *node) []byte {
	var sectors [][]byte
	var fat []uint32
	chain := func(data []byte) (first uint32) {
		if len(data) == 0 {
			return endOfChain
		}
		first = uint32(len(sectors))
		for len(data) > 0 {
			sector := make([]byte, sectorSize)
			data = data[copy(sector, data):]
			sectors = append(sectors, sector)
			fat = append(fat, uint32(len(sectors)))
		}
		fat[len(fat)-1] = endOfChain
		return first
	}

	var mini []byte
	var miniFAT []uint32
	var entries [][]byte
	var add func(n *node, kind byte) uint32
	add = func(n *node, kind byte) uint32 {
		e := make([]byte, 128)
		id := uint32(len(entries))
		entries = append(entries, e)
		name := utf16.Encode([]rune(n.name))
		for i, u := range name {
			binary.LittleEndian.PutUint16(e[2*i:], u)
		}
		binary.LittleEndian.PutUint16(e[64:], uint16(2*len(name)+2))
		e[66], e[67] = kind, 1
		for _, at := range []int{68, 72, 76} {
			binary.LittleEndian.PutUint32(e[at:], freeSector)
		}
		start := uint32(endOfChain)
		switch {
		case kind == 2 && len(n.data) >= miniCutoff:
			start = chain(n.data)
		case kind == 2 && len(n.data) > 0:
			start = uint32(len(miniFAT))
			for data := n.data; len(data) > 0; {
				sector := make([]byte, miniSize)
				data = data[copy(sector, data):]
				mini = append(mini, sector...)
				miniFAT = append(miniFAT, uint32(len(miniFAT)+1))
			}
			miniFAT[len(miniFAT)-1] = endOfChain
		}
		binary.LittleEndian.PutUint32(e[116:], start)
		binary.LittleEndian.PutUint32(e[120:], uint32(len(n.data)))
		last := uint32(0)
		for i, child := range n.children {
			childKind := byte(2)
			if child.data == nil {
				childKind = 1
			}
			c := add(child, childKind)
			if i == 0 {
				binary.LittleEndian.PutUint32(e[76:], c)
			} else {
				binary.LittleEndian.PutUint32(entries[last][72:], c) // a tree with right branches only
			}
			last = c
		}
		return id
	}
	add(root, 5)
	for len(entries)%4 != 0 {
		entries = append(entries, make([]byte, 128))
	}
	miniStart := chain(mini)
	binary.LittleEndian.PutUint32(entries[0][116:], miniStart)
	binary.LittleEndian.PutUint32(entries[0][120:], uint32(len(mini)))
	var directory, miniTable []byte
	for _, e := range entries {
		directory = append(directory, e...)
	}
	for len(miniFAT)%(sectorSize/4) != 0 {
		miniFAT = append(miniFAT, freeSector)
	}
	for _, n := range miniFAT {
		miniTable = binary.LittleEndian.AppendUint32(miniTable, n)
	}
	directoryStart, miniTableStart := chain(directory), chain(miniTable)

	fatSectors := 1
	for fatSectors*sectorSize/4 < len(fat)+fatSectors {
		fatSectors++
	}
	fatStart := len(sectors)
	for range fatSectors {
		fat = append(fat, fatSector)
	}
	for len(fat) < fatSectors*sectorSize/4 {
		fat = append(fat, freeSector)
	}
	if fatSectors > 109 {
		panic(fmt.Sprintf("%d FAT sectors: too large a file for this writer", fatSectors))
	}

	out := make([]byte, sectorSize)
	copy(out, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	for at, n := range map[int]uint16{24: 0x3E, 26: 3, 28: 0xFFFE, 30: 9, 32: 6} {
		binary.LittleEndian.PutUint16(out[at:], n)
	}
	for at, n := range map[int]uint32{44: uint32(fatSectors), 48: directoryStart, 56: miniCutoff, 60: miniTableStart,
		64: uint32(len(miniTable) / sectorSize), 68: endOfChain} {
		binary.LittleEndian.PutUint32(out[at:], n)
	}
	for i := range 109 {
		n := uint32(freeSector)
		if i < fatSectors {
			n = uint32(fatStart + i)
		}
		binary.LittleEndian.PutUint32(out[76+4*i:], n)
	}
	for _, s := range sectors {
		out = append(out, s...)
	}
	for _, n := range fat {
		out = binary.LittleEndian.AppendUint32(out, n)
	}
	return out
}
