package brake

import (
	"testing"
	"time"
)

func TestBrakeSlowsOneAddressAndNoOther(t *testing.T) {
	t.Parallel()
	b := New(3, time.Minute)
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for range 3 {
		if !b.Allows("192.0.2.1", now) {
			t.Fatal("stopped too early")
		}
	}
	if b.Allows("192.0.2.1", now) || b.Allows("::ffff:192.0.2.1", now) {
		t.Error("a fourth try went through")
	}
	if !b.Allows("192.0.2.2", now) {
		t.Error("a neighbour was stopped")
	}
	if !b.Allows("192.0.2.1", now.Add(time.Minute)) {
		t.Error("stopped after the pause")
	}
	b.Allows("192.0.2.9", now.Add(time.Hour))
	if len(b.by) != 1 {
		t.Errorf("%d addresses are remembered, want the last one only", len(b.by))
	}
}

func TestNetworkJoinsWhatOneHouseholdHas(t *testing.T) {
	t.Parallel()
	if a, b := network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"); a != b {
		t.Errorf("%s and %s, want the same", a, b)
	}
	if network("2001:db8:1:2::1") == network("2001:db8:1:3::1") {
		t.Error("two networks are one")
	}
}
