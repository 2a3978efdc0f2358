package main

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"time"
)

// udpTexts prints the error of each call of a table about UDP. The argument is a port that is taken.
func udpTexts(args []string) error {
	taken := args[0]
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	say := func(name string, err error) { fmt.Fprintf(out, "%s\t%v\n", name, err) }
	udpAddresses(say, taken)
	udpConns(say)
	return nil
}

func udpAddresses(say sayer, taken string) {
	dialed := func(name, network, address string) {
		_, err := net.Dial(network, address)
		say(name, err)
	}
	listened := func(name, network, address string) {
		_, err := net.ListenPacket(network, address)
		say(name, err)
	}
	dialed("no address", "udp", "")
	dialed("no port", "udp", "127.0.0.1")
	dialed("wrong family", "udp4", "[::1]:80")
	dialed("wrong family, IPv6", "udp6", "127.0.0.1:80")
	listened("address taken", "udp", "127.0.0.1:"+taken)
	listened("address of others", "udp", "192.0.2.1:0")
	listened("packets over tcp", "tcp", "127.0.0.1:0")
	listened("packets over an unknown network", "udpp", "127.0.0.1:0")
	_, err := net.Listen("udp", "127.0.0.1:0")
	say("listen", err)
	_, err = net.DialUDP("udp", nil, nil)
	say("no address at all", err)
	_, err = net.DialUDP("tcp", nil, &net.UDPAddr{Port: 1})
	say("dialUDP of tcp", err)
	_, err = net.ListenUDP("tcp", nil)
	say("listenUDP of tcp", err)
	_, err = net.ListenMulticastUDP("udp4", nil, nil)
	say("no group", err)
	_, err = net.ListenMulticastUDP("udp4", nil, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 0})
	say("a group that is none", err)
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)}}
	_, err = d.Dial("udp", "127.0.0.1:80")
	say("a local address of TCP", err)
	d = net.Dialer{LocalAddr: &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}}
	_, err = d.Dial("udp", "[::1]:80")
	say("a local address of the other family", err)
	d = net.Dialer{Timeout: -1}
	_, err = d.Dial("udp", "127.0.0.1:80")
	say("timeout", err)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err = new(net.Dialer).DialContext(ctx, "udp", "127.0.0.1:80")
	say("canceled", err)
}

func udpConns(say sayer) {
	buf := make([]byte, 8)
	local := &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}
	receiver, _ := net.ListenUDP("udp4", local)
	to := receiver.LocalAddr().(*net.UDPAddr)
	conn, _ := net.ListenUDP("udp4", local)
	connected, _ := net.DialUDP("udp", local, to)
	_, err := conn.Write(buf)
	say("write without a peer", err)
	_, err = conn.WriteToUDP(buf, nil)
	say("writeTo no address", err)
	_, _, err = conn.WriteMsgUDP(buf, nil, nil)
	say("writeMsg to no address", err)
	_, err = conn.WriteTo(buf, &net.TCPAddr{IP: local.IP, Port: 1})
	say("writeTo an address of TCP", err)
	_, err = conn.WriteTo(buf, &net.UDPAddr{IP: net.IPv6loopback, Port: 1})
	say("writeTo an address of the other family", err)
	_, err = conn.WriteTo(buf, &net.UDPAddr{IP: local.IP, Port: 0})
	say("writeTo port 0", err)
	_, err = conn.WriteTo(make([]byte, 65508), to)
	say("writeTo of too much", err)
	_, err = connected.Write(make([]byte, 65508))
	say("write of too much", err)
	_, err = connected.WriteTo(buf, to)
	say("writeTo of a connected one", err)
	_, _, err = connected.WriteMsgUDP(buf, nil, to)
	say("writeMsg with an address of a connected one", err)
	conn.SetDeadline(time.Unix(1, 0))
	_, _, err = conn.ReadFrom(buf)
	say("readFrom past the deadline", err)
	_, err = conn.WriteTo(buf, to)
	say("writeTo past the deadline", err)
	receiver.Close()
	connected.Write(buf)
	_, err = connected.Read(buf)
	say("read after a refusal", err)
	connected.Write(buf)
	_, _, err = connected.ReadFrom(buf)
	say("readFrom after a refusal", err)
	connected.Write(buf)
	_, err = connected.Write(buf)
	say("write after a refusal", err)
	_, _, err = receiver.ReadFrom(buf)
	say("readFrom after close", err)
	_, err = receiver.WriteTo(buf, to)
	say("writeTo after close", err)
	_, _, _, _, err = receiver.ReadMsgUDP(buf, nil)
	say("readMsg after close", err)
	say("close after close", receiver.Close())
}
