package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"

	"github.com/libp2p/go-libp2p/core/network"
)

func testPerfUp(ctx context.Context, p *probe) (fields, error)   { return perf(ctx, p, p.bytes, 0) }
func testPerfDown(ctx context.Context, p *probe) (fields, error) { return perf(ctx, p, 0, p.bytes) }

func perf(ctx context.Context, p *probe, up, down int64) (fields, error) {
	watch := startWatch()
	stream, err := openStream(ctx, p.conn, perfID)
	if err != nil {
		return nil, err
	}
	defer stream.Close()
	if err := binary.Write(stream, binary.BigEndian, uint64(down)); err != nil {
		return nil, err
	}
	if err := writeZeros(stream, uint64(up)); err != nil {
		return nil, err
	}
	if err := stream.CloseWrite(); err != nil {
		return nil, err
	}
	got, err := io.CopyBuffer(io.Discard, readerOnly{stream}, make([]byte, blockBytes))
	if err != nil {
		return nil, err
	}
	if got != down {
		return nil, fmt.Errorf("%d bytes came back; %d were asked for", got, down)
	}
	return watch.transfer(up + down), nil
}

// testEcho sends blocks of 64 KiB.
func testEcho(ctx context.Context, p *probe) (fields, error) {
	return echoTest(ctx, p, func() int { return blockBytes })
}

// testOddEcho sends pieces of odd sizes around every boundary below: a Noise frame, a yamux window, one byte.
func testOddEcho(ctx context.Context, p *probe) (fields, error) {
	sizes := []int{1, 7, 13, 1023, 4095, 16383, 65517, 65519, 65521, 65537, 262143, 262145, 1000003}
	next := 0
	return echoTest(ctx, p, func() int {
		next++
		return sizes[next%len(sizes)]
	})
}

func echoTest(ctx context.Context, p *probe, pieceBytes func() int) (fields, error) {
	stream, err := openStream(ctx, p.conn, echoID)
	if err != nil {
		return nil, err
	}
	defer stream.Close()
	watch := startWatch()
	if err := exchange(stream, p.bytes, pieceBytes); err != nil {
		_ = stream.Reset()
		return nil, err
	}
	return watch.transfer(p.bytes).with(fields{"equal": true}), nil
}

// exchange writes bytes in pieces, ends its direction, and meanwhile compares what comes back up to its end.
func exchange(stream network.Stream, bytes int64, pieceBytes func() int) error {
	sent := make(chan error, 1)
	go func() { sent <- send(stream, bytes, pieceBytes) }()
	got, err := compare(stream)
	if err != nil {
		_ = stream.Reset() // wakes the sender
		return errors.Join(err, <-sent)
	}
	if err := <-sent; err != nil {
		return err
	}
	if got != bytes {
		return fmt.Errorf("%d of %d bytes came back", got, bytes)
	}
	return nil
}

func send(stream network.Stream, bytes int64, pieceBytes func() int) error {
	source := newPattern()
	var piece []byte
	for bytes > 0 {
		size := int(min(int64(pieceBytes()), bytes))
		if cap(piece) < size {
			piece = make([]byte, size)
		}
		piece = piece[:size]
		source.fill(piece)
		if _, err := stream.Write(piece); err != nil {
			return err
		}
		bytes -= int64(size)
	}
	return stream.CloseWrite()
}

// compare reads to the end of the stream and checks every byte against the pattern.
func compare(from io.Reader) (int64, error) {
	want, expected, got := newPattern(), make([]byte, blockBytes), make([]byte, blockBytes)
	var total int64
	for {
		size, err := from.Read(got)
		want.fill(expected[:size])
		if !bytes.Equal(got[:size], expected[:size]) {
			return total, fmt.Errorf("other bytes came back within %d bytes after byte %d", size, total)
		}
		total += int64(size)
		if errors.Is(err, io.EOF) {
			return total, nil
		}
		if err != nil {
			return total, fmt.Errorf("after %d bytes: %w", total, err)
		}
	}
}

// pattern is a repeatable sequence of bytes that no shift or swap leaves equal.
type pattern struct{ source *rand.ChaCha8 }

func newPattern() pattern { return pattern{rand.NewChaCha8([32]byte{})} }

// fill never fails: the generator has no end.
func (p pattern) fill(into []byte) { _, _ = p.source.Read(into) }
