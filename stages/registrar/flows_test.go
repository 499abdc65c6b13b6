package registrar

import (
	"slices"
	"testing"
)

func TestFlowsAreBounded(t *testing.T) {
	var f flows
	for i := range uint64(2 * maxUsersPerFlow) {
		f.add(1, i/2) // each twice
		f.add(2, 0)
	}
	f.add(1, maxUsersPerFlow)
	want := make([]uint64, 0, maxUsersPerFlow)
	for i := range uint64(maxUsersPerFlow) {
		want = append(want, i)
	}
	if first, more, ok := f.take(1); !ok || !slices.Equal(append([]uint64{first}, more...), want) {
		t.Errorf("connection 1 has %d and %d, %t; want %d", first, more, ok, want)
	}
	if _, more, ok := f.take(1); ok || more != nil {
		t.Errorf("a connection that was taken has users: %d, %t", more, ok)
	}
	if first, more, ok := f.take(2); !ok || first != 0 || more != nil {
		t.Errorf("connection 2 has %d and %d, %t; want user 0", first, more, ok)
	}
}
