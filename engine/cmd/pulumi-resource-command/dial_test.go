package main

import (
	"context"
	"net"
	"testing"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

// freeAddress is one on which nothing listens until a test does.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer listener.Close()
	return listener.Addr().String()
}

func TestTriesUntilTheMachineIsUp(t *testing.T) {
	key, address := ed25519Key(t), freeAddress(t)
	e := newEngine(t)
	e.provider.log = &watcher{after: 3, do: func() { startMachine(t, withHostKeys(key), at(address)) }}
	absent := &machine{}
	at(address)(absent)
	state, err := e.create(remoteURN, greeting(to(t, absent, publicLine(key), with("dialErrorLimit", number(-1)))))
	must(t, err)
	wantText(t, printedBy(state), "hello")
}

func TestTriesUntilTheMachineBehindTheProxyIsUp(t *testing.T) {
	key, proxyKey, address := ed25519Key(t), ed25519Key(t), freeAddress(t)
	proxy := startMachine(t, withHostKeys(proxyKey))
	e := newEngine(t)
	e.provider.log = &watcher{after: 2, do: func() { startMachine(t, withHostKeys(key), at(address)) }}
	absent := &machine{}
	at(address)(absent)
	_, err := e.create(remoteURN, greeting(to(t, absent, publicLine(key),
		with("dialErrorLimit", number(-1)), through(hopTo(t, proxy, publicLine(proxyKey))))))
	must(t, err)
}

// A proxy that was restarted while the machine behind it came up is taken anew.
func TestGoesOnWhenTheProxyRestarts(t *testing.T) {
	key, proxyKey, address := ed25519Key(t), ed25519Key(t), freeAddress(t)
	proxy := startMachine(t, withHostKeys(proxyKey))
	e := newEngine(t)
	e.provider.log = &watcher{after: 2, do: func() {
		proxy.stop()
		startMachine(t, withHostKeys(proxyKey), at(net.JoinHostPort(proxy.host, proxy.port)))
		startMachine(t, withHostKeys(key), at(address))
	}}
	absent := &machine{}
	at(address)(absent)
	_, err := e.create(remoteURN, greeting(to(t, absent, publicLine(key),
		with("dialErrorLimit", number(-1)), through(hopTo(t, proxy, publicLine(proxyKey))))))
	must(t, err)
}

func TestGivesUpAfterTheLimitOfErrors(t *testing.T) {
	m := startMachine(t, withHostKeys(ed25519Key(t)))
	_, err := newEngine(t).create(remoteURN,
		greeting(to(t, m, publicLine(ed25519Key(t)), with("dialErrorLimit", number(2)))))
	wantError(t, err, "failed 3 times (dialErrorLimit 2)")
	if tried := m.connections.Load(); tried != 3 {
		t.Errorf("%d connections, want 3: the third error is past a limit of 2", tried)
	}
}

func TestASilentServerEndsWithTheTimeoutOfAnAttempt(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer listener.Close()
	silent := &machine{}
	at(listener.Addr().String())(silent)
	_, err = newEngine(t).create(remoteURN,
		greeting(to(t, silent, publicLine(ed25519Key(t)), with("perDialTimeout", number(1)))))
	wantError(t, err, "no answer within 1s (perDialTimeout)")
}

func TestCancellingEndsTheTrying(t *testing.T) {
	absent := &machine{}
	at(freeAddress(t))(absent)
	e := newEngine(t)
	e.provider.log = &watcher{after: 2, do: func() {
		_, err := e.Cancel(context.Background(), &emptypb.Empty{})
		must(t, err)
	}}
	_, err := e.create(remoteURN,
		greeting(to(t, absent, publicLine(ed25519Key(t)), with("dialErrorLimit", number(-1)))))
	wantError(t, err, "was given up")
}

func TestWrongCredentialsAreAnErrorWithoutThem(t *testing.T) {
	key := ed25519Key(t)
	m := startMachine(t, withHostKeys(key))
	connection := to(t, m, publicLine(key), with("privateKey", text("")), with("password", text("hunter2hunter2")))
	_, err := newEngine(t).create(remoteURN, greeting(connection))
	wantError(t, err, "unable to authenticate")
	wantNone(t, err.Error(), "hunter2hunter2")
}

func TestAnEncryptedKeyNeedsItsPassword(t *testing.T) {
	key := ed25519Key(t)
	m := startMachine(t, withHostKeys(key))
	encrypted := loginPEM(t, "correct horse")
	_, err := newEngine(t).create(remoteURN, greeting(to(t, m, publicLine(key), with("privateKey", text(encrypted)))))
	wantError(t, err, "privateKey is encrypted: give privateKeyPassword")
	_, err = newEngine(t).create(remoteURN, greeting(to(t, m, publicLine(key),
		with("privateKey", text(encrypted)), with("privateKeyPassword", text("correct horse")))))
	must(t, err)
}

// watcher is an engine's log that does something once it was told of so many failed attempts.
type watcher struct {
	recorder
	after, failed int
	do            func()
}

func (w *watcher) Log(ctx context.Context, in *rpc.LogRequest, _ ...grpc.CallOption) (*emptypb.Empty, error) {
	if in.GetEphemeral() {
		if w.failed++; w.failed == w.after {
			w.do()
		}
	}
	return w.recorder.Log(ctx, in)
}
