package main

import (
	"encoding/json"
	"os"
	"runtime/debug"
	"sort"
	"syscall"
	"time"
)

// fields is one JSON line of standard output.
type fields map[string]any

func emit(result fields) {
	result["impl"] = "go"
	// A closed standard output leaves nobody to tell.
	_ = json.NewEncoder(os.Stdout).Encode(result)
}

// libp2pVersion is the release of go-libp2p that this program was built with.
func libp2pVersion() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, module := range info.Deps {
			if module.Path == "github.com/libp2p/go-libp2p" {
				return module.Version
			}
		}
	}
	return "unknown"
}

// cpuTime is the user and system time of this process so far.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// stopwatch measures wall and CPU time of a part of a test.
type stopwatch struct {
	began time.Time
	cpu   time.Duration
}

func startWatch() stopwatch { return stopwatch{time.Now(), cpuTime()} }

func (w stopwatch) seconds() float64    { return time.Since(w.began).Seconds() }
func (w stopwatch) cpuSeconds() float64 { return (cpuTime() - w.cpu).Seconds() }

// transfer are the fields of a test that moved bytes.
func (w stopwatch) transfer(bytes int64) fields {
	seconds, cpu := w.seconds(), w.cpuSeconds()
	return fields{"bytes": bytes, "seconds": seconds, "mib_s": float64(bytes) / (1 << 20) / seconds, "cpu_s": cpu}
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// latencies are p50, p99 and the smallest of times; empty if there are none.
func latencies(times []time.Duration) fields {
	if len(times) == 0 {
		return fields{}
	}
	sorted := append([]time.Duration(nil), times...)
	sort.Slice(sorted, func(i, j int) bool { return sorted[i] < sorted[j] })
	rank := func(percent int) float64 { return milliseconds(sorted[(len(sorted)-1)*percent/100]) }
	return fields{"p50_ms": rank(50), "p99_ms": rank(99), "min_ms": milliseconds(sorted[0])}
}

// with adds the fields of more.
func (f fields) with(more fields) fields {
	for name, value := range more {
		f[name] = value
	}
	return f
}
