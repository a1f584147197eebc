package lab

import (
	"errors"
	"io"
	"net/netip"
	"os"
	"testing"
	"time"
)

func pair() (near, far *conn) {
	return pipe(netip.MustParseAddrPort("192.0.2.25:40000"), netip.MustParseAddrPort("203.0.113.10:25"))
}

// TestPipeBuffers has both ends write before either reads, which an unbuffered pipe would not survive.
func TestPipeBuffers(t *testing.T) {
	near, far := pair()
	io.WriteString(near, "EHLO x\r\n")
	io.WriteString(far, "220 ready\r\n")
	far.Close()
	if got, err := io.ReadAll(near); string(got) != "220 ready\r\n" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := near.Write([]byte("QUIT\r\n")); err != nil {
		t.Errorf("the first write after the peer's close goes unnoticed, as with TCP: %v", err)
	}
	if _, err := near.Write([]byte("QUIT\r\n")); err == nil {
		t.Error("the second one does not")
	}
}

// TestPipeWindow has a writer wait for its reader, and stop at its deadline.
func TestPipeWindow(t *testing.T) {
	near, _ := pair()
	near.SetWriteDeadline(time.Now().Add(20 * time.Millisecond))
	var err error
	for n := 0; err == nil; n++ {
		if n > 2*window/1024 {
			t.Fatal("a writer fills memory without end")
		}
		_, err = near.Write(make([]byte, 1024))
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

// TestDeadlineMoves sets deadlines while a read waits.
func TestDeadlineMoves(t *testing.T) {
	near, far := pair()
	near.SetReadDeadline(time.Now().Add(time.Hour))
	done := make(chan error, 1)
	go func() {
		_, err := near.Read(make([]byte, 1))
		done <- err
	}()
	time.Sleep(5 * time.Millisecond)
	near.SetReadDeadline(time.Now().Add(-time.Second))
	if err := <-done; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	near.SetReadDeadline(time.Time{})
	io.WriteString(far, "x")
	if _, err := near.Read(make([]byte, 1)); err != nil {
		t.Errorf("after the deadline was taken back: %v", err)
	}
}
