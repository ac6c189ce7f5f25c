package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

func TestLocalCommandsTakeAFolderAnInterpreterAndStdin(t *testing.T) {
	folder, err := filepath.EvalSymlinks(t.TempDir())
	must(t, err)
	state, err := newEngine(t).create(localURN, properties{
		"create": text("pwd; cat; echo $COLOUR"), "dir": text(folder), "stdin": text("typed\n"),
		"interpreter": list(text("/bin/sh"), text("-e"), text("-c")),
		"environment": variables(map[string]resource.PropertyValue{"COLOUR": text("blue")}),
	})
	must(t, err)
	wantText(t, printedBy(state), folder+"\ntyped\nblue")
}

func TestALocalExitCodeIsAnErrorWithTheOutput(t *testing.T) {
	_, err := newEngine(t).create(localURN, properties{"create": text("echo why >&2; exit 3")})
	wantError(t, err, "exit status 3", "why")
}

func TestAMissingInterpreterIsNamed(t *testing.T) {
	_, err := newEngine(t).create(localURN, properties{
		"create": text("true"), "interpreter": list(text("/no/such/shell")),
	})
	wantError(t, err, "could not run /no/such/shell")
}

func TestAssetPathsNameTheOfficialPlugin(t *testing.T) {
	_, failures := newEngine(t).checked(localURN, properties{
		"create": text("true"), "archivePaths": list(text("*.txt")), "assetPaths": list(text("*.txt")),
	})
	if len(failures) != 2 {
		t.Fatalf("failures: %v", failures)
	}
	wantError(t, reason(failures[0]), "official plugin")
}

func TestCancellingTakesWhatTheCommandStartedWithIt(t *testing.T) {
	e := newEngine(t)
	file := filepath.Join(t.TempDir(), "pid")
	fields, err := marshal(properties{"create": text("sleep 600 & echo $! > " + file + "; wait")})
	must(t, err)
	ended := make(chan error)
	go func() {
		_, err := e.Create(t.Context(), &rpc.CreateRequest{Urn: localURN, Properties: fields})
		ended <- err
	}()
	var child int
	eventually(t, "the command starts", func() bool {
		written, _ := os.ReadFile(file)
		child, err = strconv.Atoi(strings.TrimSpace(string(written)))
		return err == nil
	})
	_, err = e.Cancel(t.Context(), &emptypb.Empty{})
	must(t, err)
	wantError(t, <-ended, "the operation was cancelled")
	eventually(t, "what it started ends", func() bool {
		return syscall.Kill(child, 0) != nil || isZombie(child)
	})
}

// isZombie: ended, but nobody has asked how.
func isZombie(pid int) bool {
	status, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return strings.Contains(string(status), ") Z ")
}

func eventually(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if happened() {
			return
		}
	}
	t.Fatalf("waited in vain: %s", what)
}
