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
	unix     bool
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
	set.BoolVar(&c.unix, "unix", false, "whether it listens on a local socket")
	set.Parse(args)
	return c
}

// fail ends the process: a peer that goes on after an error would be measured all the same.
func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func listen(c config) (net.Listener, error) {
	if c.unix {
		return net.Listen("unix", fmt.Sprintf("/tmp/netfd-bench-%d.sock", os.Getpid()))
	}
	return net.Listen("tcp", "127.0.0.1:0")
}

func main() {
	runtime.GOMAXPROCS(1)
	c := parseConfig()
	handle, ok := handlers[c.mode]
	if !ok {
		fail(fmt.Errorf("unknown mode '%s'", c.mode))
	}
	listener, err := listen(c)
	if err != nil {
		fail(err)
	}
	port := os.Getpid()
	if address, ok := listener.Addr().(*net.TCPAddr); ok {
		port = address.Port
	}
	go serveHarness(port)
	for {
		conn, err := listener.Accept()
		if err != nil {
			fail(err)
		}
		go func() {
			defer conn.Close()
			handle(conn.(stream), c)
		}()
	}
}
