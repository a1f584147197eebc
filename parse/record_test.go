package parse

import (
	"errors"
	"testing"
)

// TestBooksBalance holds every kind of record to read = understood + ignored + skipped.
func TestBooksBalance(t *testing.T) {
	at := func(index int) Origin { return Origin{Path: "x.mbox", Format: "mbox", Index: index} }
	var b Books
	for _, r := range []Record{
		{Origin: at(1), Unit: Message, Events: []Event{{Kind: Failure}, {Kind: Delay}}},
		{Origin: at(2), Unit: Message, Events: []Event{{Kind: Ignored, Subkind: MDN}}},
		{Origin: at(3), Unit: Message, Events: []Event{{Kind: Failure}}, Err: errors.New("cut short")},
		{Origin: at(4), Unit: Message, Skipped: 1, Err: errors.New("the decoder failed")},
		{Origin: at(1), Unit: Line, Ignored: 40, Subkind: Inbound},
		{Origin: at(41), Unit: Line, Events: []Event{{Kind: Delivery}}},
		{Origin: at(42), Unit: Line, Deliveries: []Deliveries{{Domain: "a.example", Count: 5}, {Domain: "b.example", Count: 2}}},
		{Origin: at(49), Unit: Line, Skipped: 3, Err: errors.New("not a line of a log")},
		{Origin: Origin{Path: "y.bin"}, Unit: File, Skipped: 1, Err: errors.New("binary")},
	} {
		b.Add(r)
		if b.Read() != b.Understood+b.Ignored+b.Skipped {
			t.Fatalf("after %v: read %d, understood %d, ignored %d, skipped %d", r.Origin, b.Read(), b.Understood, b.Ignored, b.Skipped)
		}
	}
	if b.Messages != 4 || b.Lines != 51 || b.Understood != 10 || b.Ignored != 41 || b.Skipped != 4 {
		t.Errorf("got %+v", b)
	}
	if b.Events != 11 || b.Warnings != 1 || b.FilesSkipped != 1 {
		t.Errorf("got %+v", b)
	}
}
