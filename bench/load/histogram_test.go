package main

import (
	"testing"
	"time"
)

func TestBuckets(t *testing.T) {
	last := -1
	for _, v := range []uint64{0, 1, 63, 64, 65, 127, 128, 129, 130, 255, 256, 1000, 1 << 20, 1<<40 + 12345, 1<<63 - 1} {
		b := bucketOf(v)
		if b < last {
			t.Errorf("bucket of %d: got %d, below the one before, %d", v, b, last)
		}
		last = b
		limit := bucketLimit(b)
		if limit < v || float64(limit-v) > float64(v)/(1<<subBits)+1 {
			t.Errorf("limit of %d's bucket: got %d", v, limit)
		}
		if bucketOf(limit) != b || bucketOf(limit+1) != b+1 {
			t.Errorf("bucket %d does not end at %d", b, limit)
		}
	}
}

func TestQuantile(t *testing.T) {
	upTo := func(n int) *histogram {
		h := &histogram{}
		for i := 1; i <= n; i++ {
			h.record(time.Duration(i) * time.Microsecond)
		}
		return h
	}
	tests := []struct {
		name string
		h    *histogram
		q    float64
		want time.Duration
	}{
		{"no samples", &histogram{}, 0.5, 0},
		{"one sample", upTo(1), 0.99, time.Microsecond},
		{"median", upTo(1000), 0.5, 501 * time.Microsecond},
		{"p99", upTo(1000), 0.99, 991 * time.Microsecond},
		{"all", upTo(1000), 1, 1000 * time.Microsecond},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.h.quantile(tt.q)
			if got < tt.want || float64(got-tt.want) > float64(tt.want)/(1<<subBits) {
				t.Errorf("got %v, want %v or at most 1/64 more", got, tt.want)
			}
		})
	}
}
