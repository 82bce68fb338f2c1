package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
)

// testHandshakes: workers, each with an identity of its own, together make count fresh connections.
func testHandshakes(ctx context.Context, p *probe) (fields, error) {
	workers := make([]host.Host, p.concurrency)
	for i := range workers {
		node, err := newNode(nodeOptions{tlsFirst: p.tlsFirst})
		if err != nil {
			return nil, err
		}
		defer node.Close()
		workers[i] = node
	}
	if warm := share(ctx, workers, p.target, max(p.warmup, p.concurrency)); warm.err != nil {
		return nil, fmt.Errorf("warm-up: %w", warm.err)
	}
	watch := startWatch()
	done := share(ctx, workers, p.target, p.count)
	seconds, cpu := watch.seconds(), watch.cpuSeconds()
	if len(done.times) == 0 {
		return nil, done.err
	}
	result := fields{"count": len(done.times), "errors": done.failed, "first_error": "", "concurrency": p.concurrency,
		"seconds": seconds, "conns_s": float64(len(done.times)) / seconds, "cpu_s": cpu,
		"cpu_ms_per_handshake": cpu * 1000 / float64(len(done.times))}
	if done.err != nil {
		result["first_error"] = done.err.Error()
	}
	return result.with(latencies(done.times)), nil
}

type handshakes struct {
	times  []time.Duration
	failed int
	err    error // the first
}

// share divides count handshakes among the workers: each takes the next when it has closed its last.
func share(ctx context.Context, workers []host.Host, target peer.AddrInfo, count int) handshakes {
	var (
		sum   handshakes
		lock  sync.Mutex
		taken atomic.Int64
		group sync.WaitGroup
	)
	for _, worker := range workers {
		group.Go(func() {
			for taken.Add(1) <= int64(count) {
				took, err := handshake(ctx, worker, target)
				lock.Lock()
				if err == nil {
					sum.times = append(sum.times, took)
				} else if sum.failed++; sum.err == nil {
					sum.err = err
				}
				lock.Unlock()
			}
		})
	}
	group.Wait()
	return sum
}

// handshake times a connection up to its first answered ping, and closes it.
func handshake(ctx context.Context, node host.Host, target peer.AddrInfo) (time.Duration, error) {
	began := time.Now()
	conn, err := connect(ctx, node, target)
	if err != nil {
		return 0, err
	}
	if err := pingOnce(ctx, conn); err != nil {
		return 0, errors.Join(err, conn.Close())
	}
	took := time.Since(began)
	return took, conn.Close()
}

// testIdle opens one connection from each of count hosts, holds them without traffic, and pings each.
func testIdle(ctx context.Context, p *probe) (fields, error) {
	nodes := make([]host.Host, p.count)
	conns := make([]network.Conn, p.count)
	defer func() {
		for _, node := range nodes {
			if node != nil {
				_ = node.Close()
			}
		}
	}()
	watch := startWatch()
	err := pool(p.concurrency, p.count, func(i int) (err error) {
		if nodes[i], err = newNode(nodeOptions{tlsFirst: p.tlsFirst}); err == nil {
			conns[i], err = connect(ctx, nodes[i], p.target)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	opened := watch.seconds()
	fmt.Fprintf(os.Stderr, "idle: %d open\n", p.count)
	select {
	case <-time.After(p.hold):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	var alive atomic.Int64
	err = pool(p.concurrency, p.count, func(i int) error {
		err := pingOnce(ctx, conns[i])
		if err == nil {
			alive.Add(1)
		}
		return err
	})
	result := fields{"count": p.count, "opened": p.count, "alive": alive.Load(), "open_seconds": opened,
		"hold_s": p.hold.Seconds()}
	if err != nil {
		result["first_error"] = err.Error()
	}
	return result, nil
}

// pool runs work for 0 to count-1, as many at once as there are workers.
func pool(workers, count int, work func(int) error) error {
	var next atomic.Int64
	return each(min(workers, count), func(int) error {
		for i := next.Add(1); i <= int64(count); i = next.Add(1) {
			if err := work(int(i - 1)); err != nil {
				return err
			}
		}
		return nil
	})
}
