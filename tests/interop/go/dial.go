package main

import (
	"context"
	"fmt"
	"time"

	"github.com/libp2p/go-libp2p/core/host"
	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/peer"
)

// addressTTL keeps a target's addresses for longer than any test runs.
const addressTTL = time.Hour

// probe is what a test gets: its options and target, and one connection unless it makes its own.
type probe struct {
	dialOptions
	target peer.AddrInfo
	node   host.Host
	conn   network.Conn
}

type test struct {
	run             func(ctx context.Context, p *probe) (fields, error)
	ownsConnections bool // connects by itself, as often as it needs
}

var tests map[string]test

func init() { // a literal would be a cycle: the command line lists the tests
	tests = map[string]test{
		"ping":       {run: testPing},
		"identify":   {run: testIdentify},
		"perf-up":    {run: testPerfUp},
		"perf-down":  {run: testPerfDown},
		"echo":       {run: testEcho},
		"handshakes": {run: testHandshakes, ownsConnections: true},
		"idle":       {run: testIdle, ownsConnections: true},
		"protocol":   {run: testProtocol},
		// Beyond libp2p-peer's tests:
		"odd-echo":      {run: testOddEcho},
		"half-close":    {run: testHalfClose},
		"sink":          {run: testSink},
		"reset":         {run: testReset},
		"reset-by-peer": {run: testResetByPeer},
		"streams":       {run: testStreams},
	}
}

func dial(ctx context.Context, opts dialOptions) error {
	target, err := peer.AddrInfoFromString(opts.target)
	if err != nil {
		return fmt.Errorf("%s: %w", opts.target, err)
	}
	ctx, cancel := context.WithTimeout(ctx, opts.timeout+opts.hold)
	defer cancel()

	chosen := tests[opts.test]
	p := &probe{dialOptions: opts, target: *target}
	if !chosen.ownsConnections {
		if p.node, err = newNode(nodeOptions{key: opts.key, tlsFirst: opts.tlsFirst}); err != nil {
			return err
		}
		defer p.node.Close()
		if p.conn, err = connect(ctx, p.node, *target); err != nil {
			return err
		}
	}
	result, err := chosen.run(ctx, p)
	if err != nil {
		return err
	}
	emit(fields{"test": opts.test, "ok": true, "cpu_total_s": cpuTime().Seconds()}.with(result))
	return nil
}
