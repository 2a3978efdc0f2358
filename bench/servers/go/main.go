// Go's net on one thread: the peer whose programs netfd's look like.
// Usage: MODE [--target PORT] [--bytes N] [--buffer N] [--deadline]; the protocol is that of
// ../protocol.mjs.
package main

import (
	"flag"
	"fmt"
	"net"
	"os"
	"runtime"
)

type config struct {
	mode     string
	target   int
	bytes    int64
	buffer   int
	deadline bool
}

func parseConfig() config {
	c := config{mode: "echo"}
	args := os.Args[1:]
	if len(args) > 0 {
		c.mode, args = args[0], args[1:]
	}
	set := flag.NewFlagSet("server", flag.ExitOnError)
	set.IntVar(&c.target, "target", 0, "the port that proxy connects to")
	set.Int64Var(&c.bytes, "bytes", 1<<30, "what source sends")
	set.IntVar(&c.buffer, "buffer", 64<<10, "the size of one read")
	set.BoolVar(&c.deadline, "deadline", false, "whether every read gets a deadline")
	set.Parse(args)
	return c
}

// fail ends the process: a peer that goes on after an error would be measured all the same.
func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func main() {
	runtime.GOMAXPROCS(1)
	c := parseConfig()
	handle, ok := handlers[c.mode]
	if !ok {
		fail(fmt.Errorf("unknown mode '%s'", c.mode))
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fail(err)
	}
	go serveHarness(listener.Addr().(*net.TCPAddr).Port)
	for {
		conn, err := listener.Accept()
		if err != nil {
			fail(err)
		}
		go func() {
			defer conn.Close()
			handle(conn.(*net.TCPConn), c)
		}()
	}
}
