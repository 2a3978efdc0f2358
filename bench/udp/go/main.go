// The subjects of the UDP workloads in Go: one packet a call, as net has it.
package main

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"syscall"
	"time"
)

var began, cpuBegan float64
var moved float64

func now() float64 { return float64(time.Now().UnixNano()) / 1e6 }

func cpu() float64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return float64(u.Utime.Sec+u.Stime.Sec)*1e6 + float64(u.Utime.Usec+u.Stime.Usec)
}

func count(seconds float64) bool {
	t := now()
	if began == 0 {
		began = t
	}
	if cpuBegan == 0 && t-began >= 2000 {
		cpuBegan, moved = cpu(), 0
		return true
	}
	moved++
	if cpuBegan == 0 || t-began < 2000+seconds*1e3 {
		return true
	}
	fmt.Printf("{\"us\":%.4f,\"packets\":%.0f}\n", (cpu()-cpuBegan)/moved, moved)
	return false
}

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func server() *net.UDPConn {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	must(err)
	fmt.Printf("port %d\n", conn.LocalAddr().(*net.UDPAddr).Port)
	return conn
}

func main() {
	kind := os.Args[1]
	size, _ := strconv.Atoi(os.Args[3])
	seconds, _ := strconv.ParseFloat(os.Args[4], 64)
	buf := make([]byte, 2048)
	switch kind {
	case "recv":
		conn := server()
		for {
			_, _, err := conn.ReadFromUDPAddrPort(buf)
			must(err)
			if !count(seconds) {
				return
			}
		}
	case "echo":
		conn := server()
		for {
			n, addr, err := conn.ReadFromUDPAddrPort(buf)
			must(err)
			_, err = conn.WriteToUDPAddrPort(buf[:n], addr)
			must(err)
			if !count(seconds) {
				return
			}
		}
	case "send":
		conn, err := net.Dial("udp4", "127.0.0.1:"+os.Args[5])
		must(err)
		for count(seconds) {
			_, err := conn.Write(buf[:size])
			must(err)
		}
	}
}
