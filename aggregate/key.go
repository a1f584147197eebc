package aggregate

import (
	"math/bits"
	"net/netip"
	"strings"

	"github.com/cespare/xxhash/v2"

	"ndrscope/parse"
)

// keys name the outcome that an event belongs to, as 64-bit hashes; 0 is "cannot be named".
type keys struct {
	message uint64 // Message-ID and recipient
	parent  uint64 // Message-ID and original recipient, where that is another address
	queue   uint64 // host, queue id and recipient
}

// primary is the key under which an outcome is filed first.
func (k keys) primary() uint64 {
	if k.message != 0 {
		return k.message
	}
	return k.queue
}

func keysOf(e *parse.Event) keys {
	var k keys
	if e.Recipient == "" {
		return k
	}
	recipient := hashFold(e.Recipient)
	if e.MessageID != "" {
		id := xxhash.Sum64String(e.MessageID)
		k.message = mix(id, recipient)
		if e.OriginalRecipient != "" {
			if original := hashFold(e.OriginalRecipient); original != recipient {
				k.parent = mix(id, original)
			}
		}
	}
	if e.QueueID != "" {
		k.queue = mix(mix(hashFold(hostLabel(e)), xxhash.Sum64String(e.QueueID)), recipient)
	}
	return k
}

// hostLabel is the first label of the host that gave the queue id: a log's host name is often not qualified, the
// Reporting-MTA of the same machine is.
func hostLabel(e *parse.Event) string {
	host := e.Host
	if host == "" {
		host = e.ReportingMTA
	}
	label, _, dotted := strings.Cut(host, ".")
	if dotted && label != "" && label[len(label)-1] <= '9' {
		// It may be an address. (To ask for names, too, would allocate an error for each.)
		if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
			return host
		}
	}
	return label
}

// mix makes one hash of two, never 0.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a^0x9e3779b97f4a7c15, bits.RotateLeft64(b, 29)^0xd6e8feb86659fd93)
	return (hi ^ lo) | 1<<63
}

// hashFold hashes a name regardless of ASCII case. Local parts are case-sensitive only in theory (RFC 5321 2.4).
func hashFold(s string) uint64 {
	for i := 0; i < len(s); i++ {
		if 'A' <= s[i] && s[i] <= 'Z' {
			return xxhash.Sum64String(strings.ToLower(s))
		}
	}
	return xxhash.Sum64String(s)
}
