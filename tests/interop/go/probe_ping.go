package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"io"
	"time"

	"github.com/libp2p/go-libp2p/core/network"
	"github.com/libp2p/go-libp2p/core/protocol"
	"github.com/libp2p/go-libp2p/p2p/protocol/ping"
	"github.com/multiformats/go-multistream"
)

const pingBytes = 32

// pinger pings over one stream, whose negotiation rides with the first ping.
type pinger struct {
	stream network.Stream
	rw     io.ReadWriter
	sent   [pingBytes]byte
	got    [pingBytes]byte
}

func newPinger(ctx context.Context, conn network.Conn) (*pinger, error) {
	stream, err := rawStream(ctx, conn)
	if err != nil {
		return nil, err
	}
	return &pinger{stream: stream, rw: multistream.NewMSSelect[protocol.ID](stream, ping.ID)}, nil
}

func (p *pinger) ping() (time.Duration, error) {
	if _, err := rand.Read(p.sent[:]); err != nil {
		return 0, err
	}
	began := time.Now()
	if _, err := p.rw.Write(p.sent[:]); err != nil {
		return 0, err
	}
	if _, err := io.ReadFull(p.rw, p.got[:]); err != nil {
		return 0, err
	}
	took := time.Since(began)
	if !bytes.Equal(p.sent[:], p.got[:]) {
		return 0, errors.New("the answer to a ping holds other bytes")
	}
	return took, nil
}

// pingOnce is one ping over a stream of its own.
func pingOnce(ctx context.Context, conn network.Conn) error {
	pinger, err := newPinger(ctx, conn)
	if err != nil {
		return err
	}
	if _, err := pinger.ping(); err != nil {
		_ = pinger.stream.Reset()
		return err
	}
	return pinger.stream.Close()
}

func testPing(ctx context.Context, p *probe) (fields, error) {
	pinger, err := newPinger(ctx, p.conn)
	if err != nil {
		return nil, err
	}
	defer pinger.stream.Close()
	for range p.warmup {
		if _, err := pinger.ping(); err != nil {
			return nil, err
		}
	}
	times := make([]time.Duration, 0, p.count)
	watch := startWatch()
	for range p.count {
		took, err := pinger.ping()
		if err != nil {
			return nil, err
		}
		times = append(times, took)
	}
	result := fields{"count": p.count, "seconds": watch.seconds(), "cpu_s": watch.cpuSeconds()}
	first := make([]float64, 0, 1000)
	for _, took := range times[:min(len(times), 1000)] {
		first = append(first, milliseconds(took))
	}
	return result.with(latencies(times)).with(fields{"rtts_ms": first}), nil
}
