package tape

import "sync"

// Once does something once, however many callers want it done; all return when it is. Other than with [sync.Once] they
// wait at a channel, which a test's clock takes for waiting: see testing/synctest.
type Once struct {
	mu   sync.Mutex
	done chan struct{}
}

// Do calls f unless that was done, or waits until it is done.
func (o *Once) Do(f func()) {
	o.mu.Lock()
	if done := o.done; done != nil {
		o.mu.Unlock()
		<-done
		return
	}
	done := make(chan struct{})
	o.done = done
	o.mu.Unlock()
	defer close(done)
	f()
}
