package main

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

func greeting(connection resource.PropertyValue) properties {
	return properties{"create": text("echo hello"), "connection": connection}
}

func TestRunsOnAMachineWithThePinnedKey(t *testing.T) {
	key := ed25519Key(t)
	m := startMachine(t, withHostKeys(key))
	state, err := newEngine(t).create(remoteURN, greeting(to(t, m, publicLine(key))))
	must(t, err)
	wantText(t, printedBy(state), "hello")
}

func TestRunsThroughAProxyWithBothKeysPinned(t *testing.T) {
	key, proxyKey := ed25519Key(t), ed25519Key(t)
	m, proxy := startMachine(t, withHostKeys(key)), startMachine(t, withHostKeys(proxyKey))
	state, err := newEngine(t).create(remoteURN,
		greeting(to(t, m, publicLine(key), through(hopTo(t, proxy, publicLine(proxyKey))))))
	must(t, err)
	wantText(t, printedBy(state), "hello")
}

func TestRefusesAMachineWithAnotherKey(t *testing.T) {
	m := startMachine(t, withHostKeys(ed25519Key(t)))
	_, err := newEngine(t).create(remoteURN, greeting(to(t, m, publicLine(ed25519Key(t)))))
	wantError(t, err, "presented the host key SHA256:", "is pinned")
}

func TestRefusesAProxyWithAnotherKeyBeforeGoingThroughIt(t *testing.T) {
	key := ed25519Key(t)
	m, proxy := startMachine(t, withHostKeys(key)), startMachine(t, withHostKeys(ed25519Key(t)))
	_, err := newEngine(t).create(remoteURN,
		greeting(to(t, m, publicLine(key), through(hopTo(t, proxy, publicLine(ed25519Key(t)))))))
	wantError(t, err, "proxy", "presented the host key SHA256:")
	if m.connections.Load() != 0 {
		t.Error("the machine behind the wrong proxy was contacted")
	}
}

func TestRefusesAMachineBehindTheRightProxyWithAnotherKey(t *testing.T) {
	proxyKey := ed25519Key(t)
	m, proxy := startMachine(t, withHostKeys(ed25519Key(t))), startMachine(t, withHostKeys(proxyKey))
	_, err := newEngine(t).create(remoteURN,
		greeting(to(t, m, publicLine(ed25519Key(t)), through(hopTo(t, proxy, publicLine(proxyKey))))))
	wantError(t, err, "through "+proxy.host, "presented the host key SHA256:")
}

func TestChecksThatBothHopsHaveAKey(t *testing.T) {
	m := startMachine(t, withHostKeys(ed25519Key(t)))
	_, failures := newEngine(t).checked(remoteURN, greeting(to(t, m, "", through(hopTo(t, m, "")))))
	if len(failures) != 2 {
		t.Fatalf("%d failures, want one for each hop: %v", len(failures), failures)
	}
	for i, property := range []string{"connection.hostKey", "connection.proxy.hostKey"} {
		wantText(t, failures[i].GetProperty(), property)
		wantError(t, reason(failures[i]), "no machine is trusted on first use")
	}
}

// A state written by the official plugin can lack the key.
func TestDeleteRefusesAMachineWithoutAKey(t *testing.T) {
	m := startMachine(t, withHostKeys(ed25519Key(t)))
	err := newEngine(t).remove(remoteURN, properties{"delete": text("true"), "connection": to(t, m, "")})
	wantError(t, err, "no machine is trusted on first use")
	if m.connections.Load() != 0 {
		t.Error("the machine was contacted")
	}
}

func TestNegotiatesThePinnedTypeAmongSeveral(t *testing.T) {
	key := ed25519Key(t)
	m := startMachine(t, withHostKeys(ecdsaKey(t), key))
	_, err := newEngine(t).create(remoteURN, greeting(to(t, m, publicLine(key))))
	must(t, err)
}

func TestNeverTakesAKeyOfAnotherType(t *testing.T) {
	m := startMachine(t, withHostKeys(ecdsaKey(t)))
	_, err := newEngine(t).create(remoteURN, greeting(to(t, m, publicLine(ed25519Key(t)))))
	wantError(t, err, "host key", "ssh-ed25519")
}

func TestChecksThatTheKeyIsOne(t *testing.T) {
	m := startMachine(t, withHostKeys(ed25519Key(t)))
	_, failures := newEngine(t).checked(remoteURN, greeting(to(t, m, "SHA256:abc")))
	if len(failures) != 1 {
		t.Fatalf("failures: %v", failures)
	}
	wantText(t, failures[0].GetProperty(), "connection.hostKey")
}

func TestAKeyThatIsNotKnownYetIsNoFailure(t *testing.T) {
	m := startMachine(t, withHostKeys(ed25519Key(t)))
	newEngine(t).valid(remoteURN, greeting(to(t, m, "", with("hostKey", unknown))))
	newEngine(t).valid(remoteURN, greeting(unknown))
}

type failure struct{ *rpc.CheckFailure }

func (f failure) Error() string { return f.GetReason() }

func reason(of *rpc.CheckFailure) error { return failure{of} }
