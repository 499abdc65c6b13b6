package main

import (
	"math/bits"
	"time"
)

// subBits is the precision of a histogram: 2^subBits buckets per power of two, so
// that a bucket is at most 1/64 (1.6 %) of its value wide.
const subBits = 6

// A histogram counts durations in buckets whose width grows with the value.
type histogram struct {
	count   [(64 - subBits + 1) << subBits]uint64
	samples uint64
}

func (h *histogram) record(d time.Duration) {
	h.count[bucketOf(uint64(max(d, 0)))]++
	h.samples++
}

// quantile is the upper bound of the bucket that holds the q-th part of the
// samples; zero without samples.
func (h *histogram) quantile(q float64) time.Duration {
	if h.samples == 0 {
		return 0
	}
	rank := min(uint64(q*float64(h.samples)), h.samples-1)
	var seen uint64
	for i, n := range h.count {
		if seen += n; seen > rank {
			return time.Duration(bucketLimit(i))
		}
	}
	return 0
}

// bucketOf maps v to its bucket: values below 2^subBits exactly, others by their
// highest subBits+1 bits.
func bucketOf(v uint64) int {
	shift := bits.Len64(v>>subBits|1) - 1
	return shift<<subBits + int(v>>shift)
}

// bucketLimit is the greatest value in bucket i.
func bucketLimit(i int) uint64 {
	if i < 2<<subBits {
		return uint64(i)
	}
	shift := i>>subBits - 1
	top := uint64(i - shift<<subBits)
	return (top+1)<<shift - 1
}
