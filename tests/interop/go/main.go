// Command go-peer is libp2p-peer on go-libp2p: the same command line and the same JSON lines, TCP with Noise and
// yamux only. Interop tests and benchmarks run the two against each other.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

const usage = `usage:
  go-peer version
  go-peer listen [--addr MULTIADDR] [--key BASE64] [--tls-first] [--control]
  go-peer dial MULTIADDR --test TEST [options]      (go-peer dial --help lists tests and options)`

// errUsage ends the program with status 2, as a wrong command line does everywhere.
var errUsage = errors.New(usage)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	err := run(ctx, os.Args[1:])
	stop()
	switch {
	case errors.Is(err, errUsage):
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	case err != nil:
		emit(fields{"ok": false, "error": err.Error()})
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return errUsage
	}
	switch args[0] {
	case "version":
		emit(fields{"version": libp2pVersion()})
		return nil
	case "listen":
		opts, err := parseListen(args[1:])
		if err != nil {
			return err
		}
		return listen(ctx, opts)
	case "dial":
		opts, err := parseDial(args[1:])
		if err != nil {
			return err
		}
		return dial(ctx, opts)
	default:
		return errUsage
	}
}
