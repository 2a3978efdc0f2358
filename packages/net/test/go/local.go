package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

type sayer func(name string, err error)

// unixTexts prints the error of each call of a table about local sockets. The argument is an empty directory.
func unixTexts(args []string) error {
	os.Chdir(args[0])
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	say := func(name string, err error) { fmt.Fprintf(out, "%s\t%v\n", name, err) }
	for _, network := range []string{"unix", "unixpacket"} {
		os.Mkdir(network, 0o700)
		os.Chdir(network)
		unixNames(network, func(name string, err error) { say(network+": "+name, err) })
		unixConns(network, func(name string, err error) { say(network+": "+name, err) })
		os.Chdir("..")
	}
	unixNetworks(say)
	unixgram(say)
	return nil
}

func unixNames(network string, say sayer) {
	dialed := func(name, address string) {
		_, err := net.Dial(network, address)
		say(name, err)
	}
	other := map[string]string{"unix": "unixpacket", "unixpacket": "unix"}[network]
	dialed("nothing there", "none")
	os.WriteFile("file", nil, 0o600)
	dialed("a file that is no socket", "file")
	stale, _ := net.ListenUnix(network, &net.UnixAddr{Name: "stale", Net: network})
	stale.SetUnlinkOnClose(false)
	stale.Close()
	dialed("a stale file", "stale")
	_, err := net.Listen(network, "stale")
	say("listen on a stale file", err)
	wrong, _ := net.Listen(other, "wrong")
	dialed("a socket of another type", "wrong")
	_, err = net.Listen(network, "wrong")
	say("listen on a path in use", err)
	wrong.Close()
	dialed("no address", "")
	dialed("a path that is too long", strings.Repeat("p", 108))
	dialed("an abstract name that is too long", "@"+strings.Repeat("a", 108))
	dialed("an abstract name that there is not", "@netfd-none")
	_, err = net.Listen(network, strings.Repeat("p", 108))
	say("listen on a path that is too long", err)
	_, err = net.Listen(network, "absent/s")
	say("listen in a directory that there is not", err)
	_, err = net.DialUnix(network, &net.UnixAddr{Name: "file", Net: network}, &net.UnixAddr{Name: "none", Net: network})
	say("a local name that is taken", err)
	_, err = net.DialUnix(network, &net.UnixAddr{Name: "mine", Net: network}, nil)
	say("a local name and no address", err)
	_, err = net.DialUnix(network, nil, nil)
	say("no address at all", err)
	_, err = net.ListenUnix(network, nil)
	say("listen at no address", err)
	d := net.Dialer{LocalAddr: &net.UnixAddr{Name: "l", Net: "unixgram"}}
	_, err = d.Dial(network, "none")
	say("a local address of another network", err)
	d = net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}}
	_, err = d.Dial(network, "none")
	say("a local address of TCP", err)
	d = net.Dialer{Timeout: -1}
	_, err = d.Dial(network, "none")
	say("timeout", err)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = new(net.Dialer).DialContext(ctx, network, "none")
	say("canceled", err)
}

func unixConns(network string, say sayer) {
	past := time.Unix(1, 0)
	buf := make([]byte, 8)
	ln, _ := net.ListenUnix(network, &net.UnixAddr{Name: "conns", Net: network})
	c, _ := net.Dial(network, "conns")
	client := c.(*net.UnixConn)
	server, _ := ln.AcceptUnix()
	client.SetDeadline(past)
	_, err := client.Read(buf)
	say("read past the deadline", err)
	_, err = client.Write(buf)
	say("write past the deadline", err)
	_, err = server.Write(buf[:0])
	say("an empty write", err)
	client.SetDeadline(time.Time{})
	_, _, err = server.WriteMsgUnix([]byte("x"), nil, &net.UnixAddr{Name: "conns", Net: network})
	say("a message with an address", err)
	_, _, err = client.WriteMsgUnix([]byte("x"), net0Rights, nil)
	say("a message with a descriptor that is not open", err)
	client.CloseWrite()
	_, err = client.Write(buf)
	say("write after CloseWrite", err)
	server.Close()
	client2, _ := net.Dial(network, "conns")
	server, _ = ln.AcceptUnix()
	server.Close()
	_, err = client2.Write(buf)
	say("write to a peer that is gone", err)
	client.Close()
	_, err = client.Read(buf)
	say("read after close", err)
	_, err = client.Write(buf)
	say("write after close", err)
	say("close after close", client.Close())
	say("half-close after close", client.CloseRead())
	_, _, _, _, err = client.ReadMsgUnix(buf, nil)
	say("readMsg after close", err)
	ln.SetDeadline(past)
	_, err = ln.Accept()
	say("accept past the deadline", err)
	ln.Close()
	_, err = ln.Accept()
	say("accept after close", err)
	say("close of a listener after close", ln.Close())
}

// net0Rights is the control data that passes descriptor 99999.
var net0Rights = []byte{20, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0x9f, 0x86, 1, 0, 0, 0, 0, 0}

func unixNetworks(say sayer) {
	_, err := net.ListenUnix("unixgram", &net.UnixAddr{Name: "p", Net: "unixgram"})
	say("listen for datagrams", err)
	_, err = net.ListenUnix("tcp", &net.UnixAddr{Name: "p", Net: "tcp"})
	say("listen on tcp", err)
	_, err = net.ListenUnixgram("unix", &net.UnixAddr{Name: "p", Net: "unix"})
	say("packets of a stream", err)
	_, err = net.ListenUnixgram("unixgram", nil)
	say("packets at no address", err)
	_, err = net.DialUnix("tcp", nil, &net.UnixAddr{Name: "p", Net: "unix"})
	say("dial tcp", err)
	_, err = net.ResolveUnixAddr("tcp", "p")
	say("resolve of tcp", err)
	_, err = net.ListenPacket("unixgram", filepath.Join("absent", "s"))
	say("packets in a directory that there is not", err)
}

func unixgram(say sayer) {
	buf := make([]byte, 8)
	at := func(name string) *net.UnixAddr { return &net.UnixAddr{Name: name, Net: "unixgram"} }
	receiver, _ := net.ListenUnixgram("unixgram", at("receiver"))
	_, err := net.ListenUnixgram("unixgram", at("receiver"))
	say("a path in use", err)
	alone, err := net.DialUnix("unixgram", at("alone"), nil)
	say("a local name alone", err)
	_, err = net.DialUnix("unixgram", at("alone"), nil)
	say("a local name alone that is taken", err)
	_, err = net.DialUnix("unixgram", nil, nil)
	say("no address for datagrams", err)
	_, err = alone.Write([]byte("x"))
	say("write without a peer", err)
	_, err = alone.WriteTo([]byte("x"), at("receiver"))
	say("writeTo", err)
	_, err = alone.WriteTo([]byte("x"), at("nowhere"))
	say("writeTo nowhere", err)
	_, err = alone.WriteTo([]byte("x"), &net.UnixAddr{Name: "receiver", Net: "unix"})
	say("writeTo an address of another network", err)
	_, err = alone.WriteToUnix([]byte("x"), nil)
	say("writeTo no address", err)
	_, _, err = alone.WriteMsgUnix([]byte("x"), nil, nil)
	say("writeMsg to no address", err)
	connected, _ := net.Dial("unixgram", "receiver")
	_, err = connected.(*net.UnixConn).WriteTo([]byte("x"), at("receiver"))
	say("writeTo of a connected one", err)
	_, _, err = connected.(*net.UnixConn).WriteMsgUnix([]byte("x"), nil, at("receiver"))
	say("writeMsg with an address of a connected one", err)
	_, err = connected.Write(make([]byte, 1<<22))
	say("a message that is too long", err)
	_, err = alone.WriteTo(make([]byte, 1<<22), at("receiver"))
	say("a message to an address that is too long", err)
	receiver.SetDeadline(time.Unix(1, 0))
	_, _, err = receiver.ReadFrom(buf)
	say("readFrom past the deadline", err)
	receiver.Close()
	_, err = connected.Write([]byte("x"))
	say("write to a receiver that is gone", err)
	_, _, err = receiver.ReadFrom(buf)
	say("readFrom after close", err)
	_, err = receiver.WriteTo(buf, at("alone"))
	say("writeTo after close", err)
	say("close of a socket of datagrams after close", receiver.Close())
}
