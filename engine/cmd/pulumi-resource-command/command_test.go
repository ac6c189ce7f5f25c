package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// reachable is a machine and the connection to it.
func reachable(t *testing.T, options ...option) resource.PropertyValue {
	t.Helper()
	key := ed25519Key(t)
	m := startMachine(t, append(options, withHostKeys(key))...)
	return to(t, m, publicLine(key))
}

func variables(values map[string]resource.PropertyValue) resource.PropertyValue {
	out := properties{}
	for name, value := range values {
		out[resource.PropertyKey(name)] = value
	}
	return resource.NewProperty(out)
}

func TestEnvironmentReachesTheCommand(t *testing.T) {
	state, err := newEngine(t).create(remoteURN, properties{
		"create": text("echo $COLOUR"), "connection": reachable(t, acceptingEnvironment("COLOUR")),
		"environment": variables(map[string]resource.PropertyValue{"COLOUR": text("blue")}),
	})
	must(t, err)
	wantText(t, printedBy(state), "blue")
}

func TestAnEnvironmentTheServerRefusesIsAnError(t *testing.T) {
	marker := filepath.Join(t.TempDir(), "ran")
	_, err := newEngine(t).create(remoteURN, properties{
		"create": text("touch " + marker), "connection": reachable(t),
		"environment": variables(map[string]resource.PropertyValue{"COLOUR": secret(text("ultramarine"))}),
	})
	wantError(t, err, `refuses the environment variable "COLOUR"`, "AcceptEnv")
	wantNone(t, err.Error(), "ultramarine")
	if found, _ := filepath.Glob(marker); found != nil {
		t.Error("the command ran without its environment")
	}
}

func TestStdinReachesTheCommand(t *testing.T) {
	state, err := newEngine(t).create(remoteURN, properties{
		"create": text("/bin/sh -s"), "stdin": text("echo from a script\n"), "connection": reachable(t),
	})
	must(t, err)
	wantText(t, printedBy(state), "from a script")
}

func TestACommandMayLeaveItsStdinUnread(t *testing.T) {
	_, err := newEngine(t).create(remoteURN, properties{
		"create": text("true"), "stdin": text(strings.Repeat("x", 8<<20)), "connection": reachable(t),
	})
	must(t, err)
}

func TestAnExitCodeIsAnErrorWithTheEndOfTheOutput(t *testing.T) {
	_, err := newEngine(t).create(remoteURN, properties{
		"create": text("seq 1 1000; echo it broke >&2; exit 7"), "connection": reachable(t),
	})
	wantError(t, err, "ended with exit code 7", "999\n1000", "it broke")
	wantNone(t, err.Error(), "\n500\n")
}

func TestNoSecretIsInAnErrorOrInTheLog(t *testing.T) {
	e := newEngine(t)
	_, err := e.create(remoteURN, properties{
		"create": secret(text(`echo "the password is correct-horse"; echo battery-staple >&2; exit 1`)),
		"stdin":  secret(text("battery-staple")),
		"environment": variables(map[string]resource.PropertyValue{
			"PASSWORD": secret(text("correct-horse")),
		}),
		"connection": reachable(t, acceptingEnvironment("PASSWORD")),
	})
	wantError(t, err, "exit code 1", redacted)
	wantNone(t, err.Error()+e.log.lines(), "correct-horse", "battery-staple")
}

func TestTheAddressIsNoSecretAlthoughTheConnectionIs(t *testing.T) {
	_, err := newEngine(t).create(remoteURN, properties{
		"create": text("echo root; exit 1"), "connection": secret(reachable(t)),
	})
	wantError(t, err, "127.0.0.1:", "root")
}

func TestOutputIsLoggedAsItComes(t *testing.T) {
	e := newEngine(t)
	// The command ends only after its first line was seen in the log.
	gate := filepath.Join(t.TempDir(), "gate")
	e.provider.log = &gatekeeper{recorder: e.log, line: "first", gate: gate}
	_, err := e.create(remoteURN, properties{
		"create":     text("echo first; until [ -e " + gate + " ]; do sleep 0.02; done; echo second >&2; printf end"),
		"connection": reachable(t),
	})
	must(t, err)
	wantText(t, e.log.lines(), "first\nsecond\nend")
}

func TestLoggingChoosesWhatIsLogged(t *testing.T) {
	for logging, want := range map[string]string{"none": "", "stdout": "out", "stderr": "err"} {
		e := newEngine(t)
		state, err := e.create(remoteURN, properties{
			"create": text("echo out; echo err >&2"), "logging": text(logging), "connection": reachable(t),
		})
		must(t, err)
		wantText(t, e.log.lines(), want)
		wantText(t, printedBy(state), "out")
	}
}

func TestBytesThatAreNoTextDoNoHarm(t *testing.T) {
	state, err := newEngine(t).create(remoteURN, properties{
		"create": text(`printf 'a\377b'`), "connection": reachable(t),
	})
	must(t, err)
	wantText(t, printedBy(state), "a\uFFFDb")
}

func TestACustomTimeoutEndsTheCommand(t *testing.T) {
	e := newEngine(t)
	fields, err := marshal(properties{"create": text("echo begun; exec sleep 600"), "connection": reachable(t)})
	must(t, err)
	_, err = e.Create(t.Context(), &rpc.CreateRequest{Urn: remoteURN, Properties: fields, Timeout: 0.5})
	wantError(t, err, "longer than the resource's custom timeout", "begun")
}

func TestDeleteFailsWhereTheMachineIsOutOfReach(t *testing.T) {
	key := ed25519Key(t)
	m := startMachine(t, withHostKeys(key))
	state := properties{"delete": text("true"), "connection": to(t, m, publicLine(key))}
	m.stop()
	wantError(t, newEngine(t).remove(remoteURN, state), "connecting to 127.0.0.1:", "refused")
}

func TestDeleteWithoutACommandNeedsNoMachine(t *testing.T) {
	key := ed25519Key(t)
	m := startMachine(t, withHostKeys(key))
	state := properties{"create": text("true"), "connection": to(t, m, publicLine(key))}
	m.stop()
	must(t, newEngine(t).remove(remoteURN, state))
}
