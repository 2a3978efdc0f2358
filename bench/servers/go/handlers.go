package main

import (
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

// The load generator may go while an answer is on its way, so a handler just returns on an error.
var handlers = map[string]func(*net.TCPConn, config){
	"echo":   echo,
	"sink":   sink,
	"source": source,
	"accept": func(*net.TCPConn, config) {},
	"proxy":  proxy,
	"idle":   echo,
	"dial":   echo,
}

func echo(conn *net.TCPConn, c config) {
	buf := make([]byte, c.buffer)
	for {
		if c.deadline {
			conn.SetReadDeadline(time.Now().Add(30 * time.Second))
		}
		n, err := conn.Read(buf)
		if err != nil {
			return
		}
		if _, err := conn.Write(buf[:n]); err != nil {
			return
		}
	}
}

func sink(conn *net.TCPConn, c config) {
	buf := make([]byte, c.buffer)
	for {
		if _, err := conn.Read(buf); err != nil {
			return
		}
	}
}

func source(conn *net.TCPConn, c config) {
	chunk := make([]byte, c.buffer)
	if _, err := conn.Read(chunk[:1]); err != nil {
		return
	}
	for left := c.bytes; left > 0; left -= int64(len(chunk)) {
		if left < int64(len(chunk)) {
			chunk = chunk[:left]
		}
		if _, err := conn.Write(chunk); err != nil {
			return
		}
	}
}

// proxy relies on io.Copy, which splices between two TCP connections.
func proxy(client *net.TCPConn, c config) {
	other, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", c.target))
	if err != nil {
		fail(err)
	}
	server := other.(*net.TCPConn)
	defer server.Close()
	var both sync.WaitGroup
	both.Add(2)
	copyHalf := func(to, from *net.TCPConn) {
		defer both.Done()
		io.Copy(to, from)
		to.CloseWrite()
	}
	go copyHalf(server, client)
	go copyHalf(client, server)
	both.Wait()
}
