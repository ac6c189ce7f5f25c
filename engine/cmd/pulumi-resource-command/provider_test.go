package main

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

const (
	remoteURN = "urn:pulumi:dev::test::command:remote:Command::greet"
	copyURN   = "urn:pulumi:dev::test::command:remote:CopyToRemote::files"
	localURN  = "urn:pulumi:dev::test::command:local:Command::here"
)

// recorder is the engine's log.
type recorder struct {
	lock     sync.Mutex
	messages []*rpc.LogRequest
}

func (r *recorder) Log(_ context.Context, in *rpc.LogRequest, _ ...grpc.CallOption) (*emptypb.Empty, error) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.messages = append(r.messages, in)
	return &emptypb.Empty{}, nil
}

// lines are the messages that stay.
func (r *recorder) lines() string {
	r.lock.Lock()
	defer r.lock.Unlock()
	var lines []string
	for _, message := range r.messages {
		if !message.GetEphemeral() {
			lines = append(lines, message.GetMessage())
		}
	}
	return strings.Join(lines, "\n")
}

// engine plays the engine's part: it checks inputs, creates, updates and deletes, and keeps the state.
type engine struct {
	*testing.T
	*provider
	log *recorder
}

func newEngine(t *testing.T) engine {
	t.Helper()
	log := &recorder{}
	return engine{T: t, provider: newProvider(log), log: log}
}

func text(value string) resource.PropertyValue    { return resource.NewProperty(value) }
func number(value float64) resource.PropertyValue { return resource.NewProperty(value) }
func secret(value resource.PropertyValue) resource.PropertyValue {
	return resource.MakeSecret(value)
}

var unknown = resource.MakeComputed(text(""))

func to(t *testing.T, m *machine, key string, more ...func(properties)) resource.PropertyValue {
	t.Helper()
	return resource.NewProperty(hopTo(t, m, key, more...))
}

func hopTo(t *testing.T, m *machine, key string, more ...func(properties)) properties {
	t.Helper()
	port, _ := strconv.ParseFloat(m.port, 64)
	hop := properties{
		"host": text(m.host), "port": number(port), "privateKey": text(loginPEM(t, "")), "dialErrorLimit": number(0),
	}
	if key != "" {
		hop["hostKey"] = text(key)
	}
	for _, change := range more {
		change(hop)
	}
	return hop
}

func through(proxy properties) func(properties) {
	return func(hop properties) { hop["proxy"] = resource.NewProperty(proxy) }
}

func with(name resource.PropertyKey, value resource.PropertyValue) func(properties) {
	return func(hop properties) { hop[name] = value }
}

func (e engine) checked(urn string, inputs properties) (properties, []*rpc.CheckFailure) {
	e.Helper()
	news, err := marshal(inputs)
	must(e.T, err)
	response, err := e.Check(e.Context(), &rpc.CheckRequest{Urn: urn, News: news})
	must(e.T, err)
	out, err := unmarshal(response.GetInputs())
	must(e.T, err)
	return out, response.GetFailures()
}

// valid are inputs that must be accepted.
func (e engine) valid(urn string, inputs properties) properties {
	e.Helper()
	out, failures := e.checked(urn, inputs)
	for _, failure := range failures {
		e.Fatalf("%s %s", failure.GetProperty(), failure.GetReason())
	}
	return out
}

func (e engine) create(urn string, inputs properties) (properties, error) {
	e.Helper()
	fields, err := marshal(e.valid(urn, inputs))
	must(e.T, err)
	response, err := e.Create(e.Context(), &rpc.CreateRequest{Urn: urn, Properties: fields})
	if err != nil {
		return nil, err
	}
	state, err := unmarshal(response.GetProperties())
	must(e.T, err)
	return state, nil
}

func (e engine) update(urn string, state, inputs properties) (properties, error) {
	e.Helper()
	olds, err := marshal(state)
	must(e.T, err)
	news, err := marshal(e.valid(urn, inputs))
	must(e.T, err)
	response, err := e.Update(e.Context(), &rpc.UpdateRequest{Urn: urn, Olds: olds, News: news})
	if err != nil {
		return nil, err
	}
	after, err := unmarshal(response.GetProperties())
	must(e.T, err)
	return after, nil
}

func (e engine) remove(urn string, state properties) error {
	e.Helper()
	fields, err := marshal(state)
	must(e.T, err)
	_, err = e.Delete(e.Context(), &rpc.DeleteRequest{Urn: urn, Properties: fields})
	return err
}

func (e engine) diff(urn string, before, after properties) *rpc.DiffResponse {
	e.Helper()
	olds, err := marshal(e.valid(urn, before))
	must(e.T, err)
	news, err := marshal(e.valid(urn, after))
	must(e.T, err)
	response, err := e.Diff(e.Context(), &rpc.DiffRequest{Urn: urn, OldInputs: olds, News: news})
	must(e.T, err)
	return response
}

func printedBy(state properties) string { return textOf(revealed(state), "stdout") }

func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, but one with %q was expected", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error lacks %q:\n%v", part, err)
		}
	}
}

func wantText(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func wantNone(t *testing.T, text string, unwanted ...string) {
	t.Helper()
	for _, part := range unwanted {
		if strings.Contains(text, part) {
			t.Errorf("%q should not be in:\n%s", part, text)
		}
	}
}
