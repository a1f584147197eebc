package lab

import (
	"testing"

	"ndrscope/testdata"
)

// FuzzLoad reads anything as a scenario: an error is fine, a panic is not.
func FuzzLoad(f *testing.F) {
	story, err := testdata.Scenarios.ReadFile("scenario/ptr-missing.txtar")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(story)
	f.Add([]byte(world))
	f.Fuzz(func(t *testing.T, data []byte) { Load(data) })
}
