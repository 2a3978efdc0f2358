package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"runtime"
	"runtime/debug"
	"sort"
	"time"
)

type command struct {
	Dial  int `json:"dial"`
	Count int `json:"count"`
}

type summary struct {
	Requests int     `json:"requests"`
	P50      float64 `json:"p50"`
	P99      float64 `json:"p99"`
	P999     float64 `json:"p999"`
}

// serveHarness prints the port and answers lines until stdin ends, which ends the process.
func serveHarness(port int) {
	fmt.Printf("{\"port\":%d}\n", port)
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		if lines.Text() == "gc" {
			fmt.Printf("{\"heapUsed\":%d}\n", collect())
			continue
		}
		if lines.Text() == "allocated" {
			fmt.Printf("{\"allocated\":%d}\n", allocated())
			continue
		}
		var c command
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			fail(err)
		}
		answer, err := json.Marshal(dialMany(c))
		if err != nil {
			fail(err)
		}
		fmt.Println(string(answer))
	}
	os.Exit(0)
}

// collect counts stacks too: a goroutine's stack is where Go keeps what a closure holds elsewhere.
func collect() uint64 {
	runtime.GC()
	debug.FreeOSMemory()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc + stats.StackInuse
}

var allocatedBefore uint64

// allocated tells the bytes since its last call.
func allocated() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	since := stats.TotalAlloc - allocatedBefore
	allocatedBefore = stats.TotalAlloc
	return since
}

func dialMany(c command) summary {
	times := make([]float64, c.Count)
	address := fmt.Sprintf("127.0.0.1:%d", c.Dial)
	for i := range times {
		start := time.Now()
		conn, err := net.Dial("tcp", address)
		if err != nil {
			fail(err)
		}
		times[i] = float64(time.Since(start).Nanoseconds()) / 1000
		conn.Close()
	}
	sort.Float64s(times)
	at := func(share float64) float64 { return times[int(float64(len(times)-1)*share)] }
	return summary{Requests: c.Count, P50: at(0.5), P99: at(0.99), P999: at(0.999)}
}
