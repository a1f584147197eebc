// Package classify gives the events of package parse their meaning: why a delivery failed, at whose end, how far the
// failure reaches and whether trying again can help. It is pure and driven by tables.
package classify

import "strings"

// Class is the meaning of one event.
type Class struct {
	Reason Reason `json:"reason"`
	// Detail narrows the reason where that changes what to do: spf, dkim, dmarc, arc or alignment for auth-failed;
	// the list's name for ip-blocked; the window for rate-limited; the kind for tls-failed.
	Detail string `json:"detail,omitempty"`
	End    End    `json:"end"`
	Scope  Scope  `json:"scope"`
	// Permanent failures do not go away by trying again.
	Permanent bool `json:"permanent"`
	// Sisimai is that tool's word for the reason, for those who come from it.
	Sisimai string `json:"sisimai"`
	// Rule is the ID of the rule that won, and Matched the text that it matched.
	Rule    string `json:"rule,omitempty"`
	Matched string `json:"matched,omitempty"`
	// Confidence from 0 to 1.
	Confidence float64 `json:"confidence"`
}

// Guessed says whether no rule knows the words of the reply: the class is that of its codes alone, or [Unknown].
func (c Class) Guessed() bool {
	return c.Reason == Unknown ||
		c.Matched != "" && c.Confidence < StatusLayer.confidence() && strings.Trim(c.Matched, "0123456789.") == ""
}

// End says at whose end the failure is.
type End string

const (
	Sender     End = "sender"    // us
	Recipient  End = "recipient" // the mailbox or its owner
	Domain     End = "domain"    // their mail system
	Route      End = "route"     // DNS or routing between us
	Content    End = "message"   // this message's content
	EndUnknown End = "unknown"
)

// Scope says how far a failure reaches: everything that shares the scope fails alike.
type Scope string

const (
	MailboxScope Scope = "mailbox"
	DomainScope  Scope = "domain"
	SenderScope  Scope = "sender"
	IPScope      Scope = "ip" // our sending address
	SessionScope Scope = "session"
	MessageScope Scope = "message"
	ScopeUnknown Scope = "unknown"
)
