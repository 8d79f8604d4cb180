package main

import (
	"cmp"
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

var (
	idle  = flag.Duration("idle", time.Minute, "how long the program does nothing before its memory is read")
	built = flag.String("built", "", "a program built before, such as an older one, to measure instead of this")
)

// BenchmarkIdle builds the program as it is shipped and starts it twice with config.yaml: at first its records are new and
// the sample is judged, then they are there. Each time it reads from the system what the start cost and what the program
// keeps after it has done nothing for a while; docs/measurements.md quotes it.
func BenchmarkIdle(b *testing.B) {
	bin, config := cmp.Or(*built, filepath.Join(b.TempDir(), "rasid")), sample(b)
	if *built == "" {
		build := exec.CommandContext(b.Context(), "go", "build", "-trimpath", "-o", bin, ".")
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			b.Fatalf("building: %v\n%s", err, out)
		}
	}
	for b.Loop() {
		for _, records := range []string{"new", "kept"} {
			for name, v := range life(b, bin, config) {
				b.ReportMetric(v, records+"-"+name)
			}
		}
	}
	b.ReportMetric(0, "ns/op") // it says nothing
}

// life starts the program, lets it be and stops it.
func life(b *testing.B, bin, config string) map[string]float64 {
	b.Helper()
	ctx, end := context.WithTimeout(b.Context(), *idle+time.Minute)
	defer end()
	out, begun := &lines{}, time.Now()
	cmd := exec.CommandContext(ctx, bin, "run", "--config", config)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	proc := filepath.Join("/proc", strconv.Itoa(cmd.Process.Pid))
	soon(b, "a start", func() string { return cutTo(out.String(), "Ctrl-C") })
	told := map[string]float64{"ready-ms": float64(time.Since(begun).Milliseconds()), "ready-cpu-ms": spent(b, proc)}
	select {
	case <-time.After(*idle):
	case <-ctx.Done():
		b.Fatal("the time ran out")
	}
	told["idle-cpu-ms"] = spent(b, proc) - told["ready-cpu-ms"]
	kept := resident(b, proc)
	told["own-MB"], told["file-MB"] = kept["Anonymous:"]/1e3, (kept["Rss:"]-kept["Anonymous:"])/1e3
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		b.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		b.Fatalf("stopping: %v\n%s", err, out)
	}
	return told
}

// cutTo is the words if the text has them.
func cutTo(text, words string) string {
	if !strings.Contains(text, words) {
		return ""
	}
	return words
}

// spent is the processor time of all threads of a process so far, in milliseconds.
func spent(b *testing.B, proc string) (ms float64) {
	b.Helper()
	threads, err := filepath.Glob(filepath.Join(proc, "task", "*", "schedstat"))
	if err != nil || len(threads) == 0 {
		b.Fatalf("listing the threads: %v", err)
	}
	for _, t := range threads {
		text, err := os.ReadFile(t)
		if err != nil {
			continue // this one has just ended
		}
		ns, err := strconv.ParseFloat(strings.Fields(string(text))[0], 64)
		if err != nil {
			b.Fatal(err)
		}
		ms += ns / 1e6
	}
	return ms
}

// resident is what the system says of the memory of a process, in thousands of bytes.
func resident(b *testing.B, proc string) map[string]float64 {
	b.Helper()
	text, err := os.ReadFile(filepath.Join(proc, "smaps_rollup"))
	if err != nil {
		b.Fatal(err)
	}
	kept := map[string]float64{}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) == 3 && f[2] == "kB" {
			kib, err := strconv.ParseFloat(f[1], 64)
			if err != nil {
				b.Fatal(err)
			}
			kept[f[0]] = kib * 1.024
		}
	}
	return kept
}
