package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/libp2p/go-libp2p/core/network"
)

// testHalfClose ends our direction before anything is read, and expects all of it back, and then the end.
func testHalfClose(ctx context.Context, p *probe) (fields, error) {
	stream, err := openStream(ctx, p.conn, echoID)
	if err != nil {
		return nil, err
	}
	defer stream.Close()
	const sent = 100_000 // fits the window that every peer grants at first, so that nothing needs reading meanwhile
	if err := send(stream, sent, func() int { return blockBytes }); err != nil {
		return nil, err
	}
	got, err := compare(stream)
	if err == nil && got != sent {
		err = fmt.Errorf("%d of %d bytes came back after the half close", got, sent)
	}
	return fields{"bytes": got}, err
}

// testSink expects the listener's half close first, and then sends many windows, which needs credit from it.
func testSink(ctx context.Context, p *probe) (fields, error) {
	stream, err := openStream(ctx, p.conn, sinkID)
	if err != nil {
		return nil, err
	}
	defer stream.Close()
	if size, err := stream.Read(make([]byte, 1)); size != 0 || !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("wanted the end of the stream, read %d bytes, %v", size, err)
	}
	return fields{"bytes": p.bytes}, send(stream, p.bytes, func() int { return blockBytes })
}

// testReset resets an echo in its middle; the connection must go on.
func testReset(ctx context.Context, p *probe) (fields, error) {
	stream, err := openStream(ctx, p.conn, echoID)
	if err != nil {
		return nil, err
	}
	block := make([]byte, blockBytes)
	if _, err := stream.Write(block); err != nil {
		return nil, err
	}
	if _, err := io.ReadFull(stream, block[:1000]); err != nil {
		return nil, err
	}
	if err := stream.Reset(); err != nil {
		return nil, err
	}
	return fields{"lives": true}, echoOnce(ctx, p.conn)
}

// testResetByPeer asks the listener for a reset; it must arrive as one, and the connection must go on.
func testResetByPeer(ctx context.Context, p *probe) (fields, error) {
	stream, err := openStream(ctx, p.conn, resetID)
	if err != nil {
		return nil, err
	}
	if _, err := stream.Write([]byte{1}); err != nil {
		return nil, err
	}
	if _, err := stream.Read(make([]byte, 1)); !errors.Is(err, network.ErrReset) {
		return nil, fmt.Errorf("wanted a reset, got %v", err)
	}
	return fields{"lives": true}, echoOnce(ctx, p.conn)
}

// echoOnce proves that a connection serves a new stream.
func echoOnce(ctx context.Context, conn network.Conn) error {
	stream, err := openStream(ctx, conn, echoID)
	if err != nil {
		return err
	}
	defer stream.Close()
	return exchange(stream, 1000, func() int { return 1000 })
}

// testStreams makes count streams, concurrency open at once: a batch ends when all of its streams are open and have
// carried data both ways.
func testStreams(ctx context.Context, p *probe) (fields, error) {
	watch := startWatch()
	for done := 0; done < p.count; done += p.concurrency {
		if err := batch(ctx, p.conn, min(p.concurrency, p.count-done)); err != nil {
			return nil, fmt.Errorf("after %d streams: %w", done, err)
		}
	}
	return fields{"count": p.count, "concurrency": p.concurrency, "seconds": watch.seconds(),
		"cpu_s": watch.cpuSeconds()}, nil
}

func batch(ctx context.Context, conn network.Conn, size int) error {
	streams := make([]network.Stream, size)
	defer func() {
		for _, stream := range streams {
			if stream != nil {
				_ = stream.Close()
			}
		}
	}()
	if err := each(size, func(i int) error {
		stream, err := openStream(ctx, conn, echoID)
		streams[i] = stream
		return err
	}); err != nil {
		return err
	}
	return each(size, func(i int) error { return exchange(streams[i], 1000, func() int { return 333 }) })
}

// each runs work for 0 to count-1 at once and waits for all.
func each(count int, work func(int) error) error {
	failures := make([]error, count)
	var group sync.WaitGroup
	for i := range count {
		group.Go(func() { failures[i] = work(i) })
	}
	group.Wait()
	return errors.Join(failures...)
}
