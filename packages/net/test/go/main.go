// The other end of the tests in go.test.ts: Go's own net, one mode an invocation.
package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

func main() {
	modes := map[string]func(args []string) error{
		"texts":      texts,
		"unix-texts": unixTexts,
		"udp-texts":  udpTexts,
		"listen":     listen,
		"dial":       dial,
	}
	mode, ok := modes[os.Args[1]]
	if !ok {
		fail(fmt.Errorf("unknown mode %s", os.Args[1]))
	}
	if err := mode(os.Args[2:]); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// listen prints its address, and does what args say with the connection that it accepts.
func listen(args []string) error {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer ln.Close()
	fmt.Println(ln.Addr())
	conn, err := ln.Accept()
	if err != nil {
		return err
	}
	return act(conn.(*net.TCPConn), args)
}

// dial connects to the first argument, and does what the others say.
func dial(args []string) error {
	conn, err := net.Dial("tcp", args[0])
	if err != nil {
		return err
	}
	return act(conn.(*net.TCPConn), args[1:])
}

func act(conn *net.TCPConn, args []string) error {
	defer conn.Close()
	size := 0
	if len(args) > 1 {
		size, _ = strconv.Atoi(args[1])
	}
	switch args[0] {
	case "echo":
		n, err := io.Copy(conn, conn)
		fmt.Println(n)
		if err != nil {
			return err
		}
		return conn.CloseWrite()
	case "reset":
		if err := conn.SetLinger(0); err != nil {
			return err
		}
		_, err := conn.Read(make([]byte, 1))
		return err
	case "expect-reset":
		// A reset that came before Go has looked at its connect would fail that instead.
		if _, err := conn.Write([]byte("x")); err != nil {
			return err
		}
		_, err := conn.Read(make([]byte, 1))
		fmt.Println(strings.SplitN(err.Error(), ": ", 2)[1])
		return nil
	case "send":
		return send(conn, size)
	case "receive":
		return receive(conn, size)
	}
	return fmt.Errorf("unknown act %s", args[0])
}

const period = 251

// pattern is long enough to be looked at from any of its first bytes.
func pattern(size int) []byte {
	return bytes.Repeat(block(), size/period+2)
}

func block() []byte {
	b := make([]byte, period)
	for i := range b {
		b[i] = byte(i)
	}
	return b
}

func send(conn *net.TCPConn, size int) error {
	buf := pattern(1 << 20)[:period<<12]
	for left := size; left > 0; left -= len(buf) {
		if left < len(buf) {
			buf = buf[:left]
		}
		if _, err := conn.Write(buf); err != nil {
			return err
		}
	}
	return conn.CloseWrite()
}

func receive(conn *net.TCPConn, size int) error {
	buf := make([]byte, 1<<18)
	want := pattern(len(buf))
	at := 0
	for {
		n, err := conn.Read(buf)
		if !bytes.Equal(buf[:n], want[at%period:at%period+n]) {
			return fmt.Errorf("wrong bytes after %d", at)
		}
		at += n
		if err == io.EOF {
			fmt.Println(at)
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// pair is a connection's two ends.
func pair() (client, server *net.TCPConn, ln *net.TCPListener) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fail(err)
	}
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		fail(err)
	}
	s, err := l.Accept()
	if err != nil {
		fail(err)
	}
	return c.(*net.TCPConn), s.(*net.TCPConn), l.(*net.TCPListener)
}

// texts prints the error of each call of a table, by name. The arguments are a port that refuses
// and a port that is taken.
func texts(args []string) error {
	refusing, taken := args[0], args[1]
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	say := func(name string, err error) { fmt.Fprintf(out, "%s\t%v\n", name, err) }
	dialed := func(name, network, address string) {
		_, err := net.Dial(network, address)
		say(name, err)
	}
	listened := func(name, network, address string) {
		_, err := net.Listen(network, address)
		say(name, err)
	}
	dialed("refused", "tcp", "127.0.0.1:"+refusing)
	dialed("refused, IPv6", "tcp6", "[::1]:"+refusing)
	dialed("no address", "tcp", "")
	dialed("no port", "tcp", "127.0.0.1")
	dialed("too many colons", "tcp", "::1:80")
	dialed("no bracket", "tcp", "[::1:80")
	dialed("stray bracket", "tcp", "1:2]:80")
	dialed("port out of range", "tcp", "127.0.0.1:65536")
	dialed("negative port", "tcp", "127.0.0.1:-1")
	dialed("wrong family", "tcp4", "[::1]:80")
	dialed("wrong family, IPv6", "tcp6", "127.0.0.1:80")
	dialed("unknown network", "tcp9", "127.0.0.1:80")
	listened("address taken", "tcp", "127.0.0.1:"+taken)
	listened("address of others", "tcp", "192.0.2.1:0")
	listened("listen without port", "tcp", "127.0.0.1")
	listened("listen on unknown network", "udpp", "127.0.0.1:0")
	options(say, refusing)
	connections(say)
	listeners(say)
	return nil
}

func options(say func(string, error), refusing string) {
	d := net.Dialer{Timeout: -1}
	_, err := d.Dial("tcp", "127.0.0.1:"+refusing)
	say("timeout", err)
	d = net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}}
	_, err = d.Dial("tcp", "[::1]:80")
	say("local address of the other family", err)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = new(net.Dialer).DialContext(ctx, "tcp", "127.0.0.1:"+refusing)
	say("canceled", err)
}

func connections(say func(string, error)) {
	past := time.Unix(1, 0)
	buf := make([]byte, 8)
	client, server, _ := pair()
	client.SetDeadline(past)
	_, err := client.Read(buf)
	say("read past the deadline", err)
	_, err = client.Write(buf)
	say("write past the deadline", err)
	say("keep-alive out of range", client.SetKeepAlivePeriod(10*time.Hour))
	client.SetDeadline(time.Time{})
	client.CloseWrite()
	_, err = client.Write(buf)
	say("write after CloseWrite", err)
	server.SetLinger(0)
	server.Close()
	_, err = client.Read(buf)
	say("read of a reset connection", err)
	say("half-close of a reset connection", client.CloseRead())
	raw, _ := client.SyscallConn()
	client.Close()
	_, err = client.Read(buf)
	say("read after close", err)
	_, err = client.Write(buf)
	say("write after close", err)
	say("close after close", client.Close())
	say("half-close after close", client.CloseWrite())
	say("SetNoDelay after close", client.SetNoDelay(true))
	say("SetLinger after close", client.SetLinger(0))
	say("SetReadBuffer after close", client.SetReadBuffer(4096))
	say("SetDeadline after close", client.SetDeadline(past))
	_, err = client.File()
	say("File after close", err)
	say("raw control after close", raw.Control(func(uintptr) {}))
	say("raw read after close", raw.Read(func(uintptr) bool { return true }))
	_, err = (&net.Buffers{buf}).WriteTo(client)
	say("writev after close", err)
}

func listeners(say func(string, error)) {
	_, _, ln := pair()
	ln.SetDeadline(time.Unix(1, 0))
	_, err := ln.Accept()
	say("accept past the deadline", err)
	ln.Close()
	_, err = ln.Accept()
	say("accept after close", err)
	say("close of a listener after close", ln.Close())
}
