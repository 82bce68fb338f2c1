package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"sort"
	"strings"
	"time"
)

type listenOptions struct {
	addr     string
	key      string
	tlsFirst bool
	control  bool
}

type dialOptions struct {
	target      string
	test        string
	key         string
	protocol    string
	count       int
	bytes       int64
	concurrency int
	warmup      int
	hold        time.Duration
	timeout     time.Duration
	tlsFirst    bool
}

func parseListen(args []string) (listenOptions, error) {
	var opts listenOptions
	set := flag.NewFlagSet("listen", flag.ContinueOnError)
	set.StringVar(&opts.addr, "addr", "/ip4/127.0.0.1/tcp/0", "address to listen on")
	set.StringVar(&opts.key, "key", "", "base64 of the 64-byte Ed25519 key; generated if empty")
	set.BoolVar(&opts.tlsFirst, "tls-first", false, "prefer TLS to Noise")
	set.BoolVar(&opts.control, "control", false, "obey the commands of control.go on standard input")
	return opts, parse(set, args)
}

func parseDial(args []string) (dialOptions, error) {
	var opts dialOptions
	var holdSeconds, timeoutSeconds float64
	set := flag.NewFlagSet("dial", flag.ContinueOnError)
	set.StringVar(&opts.test, "test", "", "one of "+strings.Join(testNames(), " "))
	set.StringVar(&opts.key, "key", "", "base64 of the 64-byte Ed25519 key; generated if empty")
	set.StringVar(&opts.protocol, "protocol", "", "protocol id for the test `protocol`")
	set.IntVar(&opts.count, "count", 100, "pings, handshakes, hosts or streams")
	set.Int64Var(&opts.bytes, "bytes", 16<<20, "bytes of a transfer")
	set.IntVar(&opts.concurrency, "concurrency", 1, "workers, or streams at once")
	set.IntVar(&opts.warmup, "warmup", 10, "pings or handshakes that are not counted")
	set.Float64Var(&holdSeconds, "hold", 0, "seconds to hold idle connections")
	set.Float64Var(&timeoutSeconds, "timeout", 60, "seconds for the whole test")
	set.BoolVar(&opts.tlsFirst, "tls-first", false, "propose TLS, then Noise")

	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		opts.target, args = args[0], args[1:]
	}
	if err := parse(set, args); err != nil {
		return opts, err
	}
	opts.hold = time.Duration(holdSeconds * float64(time.Second))
	opts.timeout = time.Duration(timeoutSeconds * float64(time.Second))
	if _, known := tests[opts.test]; !known || opts.target == "" {
		return opts, fmt.Errorf("%w\ntests: %s", errUsage, strings.Join(testNames(), " "))
	}
	if opts.count < 1 || opts.concurrency < 1 || opts.warmup < 0 || opts.bytes < 0 {
		return opts, errors.New("--count and --concurrency begin at 1, --warmup and --bytes at 0")
	}
	return opts, nil
}

func parse(set *flag.FlagSet, args []string) error {
	if err := set.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			os.Exit(0)
		}
		return errUsage
	}
	if set.NArg() > 0 {
		return fmt.Errorf("%w\nunexpected argument %q", errUsage, set.Arg(0))
	}
	return nil
}

func testNames() []string {
	names := make([]string, 0, len(tests))
	for name := range tests {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
