package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"
)

func list(values ...resource.PropertyValue) resource.PropertyValue {
	return resource.NewProperty(values)
}

func TestUpdateRunsItsCommandWithThePreviousOutput(t *testing.T) {
	e := newEngine(t)
	inputs := properties{"create": text("echo one; echo first >&2"), "update": text(
		"echo $PULUMI_COMMAND_STDOUT $PULUMI_COMMAND_STDERR two")}
	state, err := e.create(localURN, inputs)
	must(t, err)
	after, err := e.update(localURN, state, inputs)
	must(t, err)
	wantText(t, printedBy(after), "one first two")
}

func TestUpdateWithoutACommandOfItsOwnCreatesAgain(t *testing.T) {
	e := newEngine(t)
	after, err := e.update(localURN, properties{"stdout": text("old")}, properties{"create": text("echo new")})
	must(t, err)
	wantText(t, printedBy(after), "new")
}

func TestUpdateWithoutAnyCommandKeepsTheOutput(t *testing.T) {
	e := newEngine(t)
	after, err := e.update(localURN, properties{"stdout": text("old")}, properties{"delete": text("true")})
	must(t, err)
	wantText(t, printedBy(after), "old")
}

func TestDeleteKnowsThePreviousOutput(t *testing.T) {
	file := filepath.Join(t.TempDir(), "seen")
	e := newEngine(t)
	state, err := e.create(localURN, properties{
		"create": text("echo made"), "delete": text("echo $PULUMI_COMMAND_STDOUT > " + file),
	})
	must(t, err)
	must(t, e.remove(localURN, state))
	seen, err := os.ReadFile(file)
	must(t, err)
	wantText(t, string(seen), "made\n")
}

func TestThePreviousOutputCanBeLeftOut(t *testing.T) {
	e := newEngine(t)
	inputs := properties{
		"create": text("echo one"), "update": text("echo [$PULUMI_COMMAND_STDOUT]"),
		"addPreviousOutputInEnv": resource.NewProperty(false),
	}
	state, err := e.create(localURN, inputs)
	must(t, err)
	after, err := e.update(localURN, state, inputs)
	must(t, err)
	wantText(t, printedBy(after), "[]")
}

// The previous output is an offer: a server that refuses it gets a warning, as with the official plugin.
func TestAServerMayRefuseThePreviousOutput(t *testing.T) {
	e := newEngine(t)
	inputs := properties{"create": text("echo one"), "connection": reachable(t)}
	state, err := e.create(remoteURN, inputs)
	must(t, err)
	_, err = e.update(remoteURN, state, inputs)
	must(t, err)
	wantError(t, logged(e.log.lines()), "refuses PULUMI_COMMAND_STDOUT")
}

type logged string

func (l logged) Error() string { return string(l) }

func TestOtherTriggersReplace(t *testing.T) {
	before := properties{"create": text("true"), "triggers": list(text("a"))}
	after := properties{"create": text("true"), "triggers": list(text("b"))}
	response := newEngine(t).diff(localURN, before, after)
	if !slices.Equal(response.GetReplaces(), []string{"triggers"}) {
		t.Errorf("replaces %v", response.GetReplaces())
	}
	if kind := response.GetDetailedDiff()["triggers[0]"].GetKind(); kind != rpc.PropertyDiff_UPDATE_REPLACE {
		t.Errorf("the first trigger is %v", kind)
	}
}

func TestTriggersThatAreNotKnownYetReplace(t *testing.T) {
	before := properties{"create": text("true"), "triggers": list(text("a"))}
	after := properties{"create": text("true"), "triggers": list(unknown)}
	if len(newEngine(t).diff(localURN, before, after).GetReplaces()) != 1 {
		t.Error("a preview would promise that nothing is replaced")
	}
}

func TestAnotherKeyIsAnUpdate(t *testing.T) {
	m, key := &machine{host: "192.0.2.1", port: "22"}, ed25519Key(t)
	before := properties{"create": text("true"), "connection": to(t, m, publicLine(key))}
	after := properties{"create": text("true"), "connection": to(t, m, publicLine(ed25519Key(t)))}
	response := newEngine(t).diff(remoteURN, before, after)
	if response.GetChanges() != rpc.DiffResponse_DIFF_SOME || len(response.GetReplaces()) > 0 {
		t.Errorf("changes %v, replaces %v", response.GetChanges(), response.GetReplaces())
	}
	if _, told := response.GetDetailedDiff()["connection.hostKey"]; !told {
		t.Errorf("the preview does not tell what changes: %v", response.GetDetailedDiff())
	}
}

func TestTheSameInputsAreNoChange(t *testing.T) {
	m, key := &machine{host: "192.0.2.1", port: "22"}, ed25519Key(t)
	connection := to(t, m, publicLine(key))
	plain := properties{"create": text("true"), "connection": connection}
	marked := properties{"create": secret(text("true")), "connection": secret(connection)}
	if changes := newEngine(t).diff(remoteURN, plain, marked).GetChanges(); changes != rpc.DiffResponse_DIFF_NONE {
		t.Errorf("changes: %v", changes)
	}
}

func TestTheOutputOfACommandWithSecretsIsSecret(t *testing.T) {
	e := newEngine(t)
	open, err := e.create(localURN, properties{"create": text("echo hello")})
	must(t, err)
	if open["stdout"].IsSecret() {
		t.Error("nothing was secret")
	}
	state, err := e.create(localURN, properties{
		"create":      text("echo $WORD"),
		"environment": variables(map[string]resource.PropertyValue{"WORD": secret(text("sesame"))}),
	})
	must(t, err)
	if !state["stdout"].IsSecret() || !state["environment"].ContainsSecrets() {
		t.Errorf("a secret would be in the state as plain text: %v", state)
	}
	wantText(t, printedBy(state), "sesame")
}

func TestAConnectionIsAlwaysSecret(t *testing.T) {
	checked := newEngine(t).valid(remoteURN, greeting(reachable(t)))
	if !checked["connection"].IsSecret() {
		t.Error("the private key would be in the state as plain text")
	}
}

func TestCheckWritesDownTheDefaults(t *testing.T) {
	hop := hopTo(t, &machine{host: "192.0.2.1"}, publicLine(ed25519Key(t)))
	delete(hop, "dialErrorLimit")
	delete(hop, "port")
	checked := revealed(newEngine(t).valid(remoteURN, greeting(resource.NewProperty(hop))))
	connection := checked["connection"].ObjectValue()
	for name, want := range map[resource.PropertyKey]resource.PropertyValue{
		"user": text("root"), "port": number(22), "dialErrorLimit": number(10), "perDialTimeout": number(15),
	} {
		if !connection[name].DeepEquals(want) {
			t.Errorf("%s is %v, want %v", name, connection[name], want)
		}
	}
	if !checked["addPreviousOutputInEnv"].IsBool() {
		t.Error("addPreviousOutputInEnv has no default")
	}
}

func TestAPreviewRunsNothingAndKnowsNoOutput(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ran")
	e := newEngine(t)
	fields, err := marshal(e.valid(localURN, properties{"create": text("touch " + file)}))
	must(t, err)
	created, err := e.Create(t.Context(), &rpc.CreateRequest{Urn: localURN, Properties: fields, Preview: true})
	must(t, err)
	updated, err := e.Update(t.Context(), &rpc.UpdateRequest{Urn: localURN, News: fields, Preview: true})
	must(t, err)
	for _, answer := range []interface{ GetProperties() *structpb.Struct }{created, updated} {
		state, err := unmarshal(answer.GetProperties())
		must(t, err)
		if !state["stdout"].IsComputed() || !state["stderr"].IsComputed() {
			t.Errorf("the preview foresees %v", state)
		}
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("the preview ran the command")
	}
}

func TestRefreshKeepsWhatIsKnown(t *testing.T) {
	fields, err := marshal(properties{"create": text("true"), "stdout": text("kept")})
	must(t, err)
	response, err := newEngine(t).Read(t.Context(), &rpc.ReadRequest{Urn: localURN, Id: "x", Properties: fields, Inputs: fields})
	must(t, err)
	state, err := unmarshal(response.GetProperties())
	must(t, err)
	wantText(t, printedBy(state), "kept")
}

func TestACommandCannotBeImported(t *testing.T) {
	_, err := newEngine(t).Read(t.Context(), &rpc.ReadRequest{Urn: localURN, Id: "x"})
	wantError(t, err, "cannot be imported")
}

func TestAnUnknownTypeNamesTheOfficialPlugin(t *testing.T) {
	_, err := newEngine(t).Check(t.Context(), &rpc.CheckRequest{Urn: "urn:pulumi:dev::test::command:remote:CopyFile::x"})
	wantError(t, err, "command:remote:CopyFile", "pulumi plugin install resource command")
}

func TestCheckNamesWhatIsWrong(t *testing.T) {
	_, failures := newEngine(t).checked(remoteURN, properties{
		"create": number(1), "environment": variables(map[string]resource.PropertyValue{"A": number(1)}),
		"logging": text("all"), "colour": text("blue"),
	})
	var named []string
	for _, failure := range failures {
		named = append(named, failure.GetProperty())
	}
	if want := []string{"colour", "create", "environment", "logging", "connection"}; !slices.Equal(named, want) {
		t.Errorf("failures of %v, want %v", named, want)
	}
}

// gatekeeper is an engine's log that opens a gate when it is told a line.
type gatekeeper struct {
	*recorder
	line, gate string
}

func (g *gatekeeper) Log(ctx context.Context, in *rpc.LogRequest, _ ...grpc.CallOption) (*emptypb.Empty, error) {
	if in.GetMessage() == g.line {
		if err := os.WriteFile(g.gate, nil, 0o600); err != nil {
			return nil, err
		}
	}
	return g.recorder.Log(ctx, in)
}
