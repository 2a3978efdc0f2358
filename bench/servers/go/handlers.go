package main

import (
	"fmt"
	"io"
	"net"
	"sync"
	"syscall"
	"time"
)

// What a handler is given: its own type decides how io.Copy copies it.
type stream interface {
	net.Conn
	CloseWrite() error
}

// The load generator may go while an answer is on its way, so a handler just returns on an error.
var handlers = map[string]func(stream, config){
	"echo":   echo,
	"sink":   sink,
	"source": source,
	"accept": func(stream, config) {},
	"proxy":  proxy,
	"idle":   echo,
	"dial":   echo,
	"pass":   pass,
}

// pass takes a descriptor with each message, and answers the message.
func pass(conn stream, c config) {
	local := conn.(*net.UnixConn)
	buf, oob := make([]byte, c.buffer), make([]byte, syscall.CmsgSpace(16*4))
	for {
		n, oobn, _, _, err := local.ReadMsgUnix(buf, oob)
		if err != nil {
			return
		}
		messages, err := syscall.ParseSocketControlMessage(oob[:oobn])
		if err != nil {
			fail(err)
		}
		for i := range messages {
			fds, err := syscall.ParseUnixRights(&messages[i])
			if err != nil {
				fail(err)
			}
			for _, fd := range fds {
				syscall.Close(fd)
			}
		}
		if _, err := conn.Write(buf[:n]); err != nil {
			return
		}
	}
}

func echo(conn stream, c config) {
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

func sink(conn stream, c config) {
	buf := make([]byte, c.buffer)
	for {
		if _, err := conn.Read(buf); err != nil {
			return
		}
	}
}

func source(conn stream, c config) {
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
func proxy(client stream, c config) {
	other, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", c.target))
	if err != nil {
		fail(err)
	}
	server := other.(stream)
	defer server.Close()
	var both sync.WaitGroup
	both.Add(2)
	copyHalf := func(to, from stream) {
		defer both.Done()
		io.Copy(to, from)
		to.CloseWrite()
	}
	go copyHalf(server, client)
	go copyHalf(client, server)
	both.Wait()
}
