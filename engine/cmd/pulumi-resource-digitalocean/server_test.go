package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/structpb"
)

func urn(kind string) string { return "urn:pulumi:dev::test::" + kind + "::wiki" }

const (
	dropletType = "digitalocean:index/droplet:Droplet"
	tagType     = "digitalocean:index/tag:Tag"
)

func fields(t *testing.T, values object) *structpb.Struct {
	t.Helper()
	out, err := structpb.NewStruct(values)
	must(t, err)
	return out
}

func diff(t *testing.T, kind string, before, after object, ignored ...string) *rpc.DiffResponse {
	t.Helper()
	response, err := newProvider().Diff(t.Context(), &rpc.DiffRequest{
		Urn: urn(kind), OldInputs: fields(t, before), News: fields(t, after), IgnoreChanges: ignored,
	})
	must(t, err)
	return response
}

func TestDiff(t *testing.T) {
	web := object{"protocol": "tcp", "portRange": "80", "sourceAddresses": []any{"0.0.0.0/0", "::/0"}}
	ssh := object{"protocol": "tcp", "portRange": "22", "sourceAddresses": []any{"192.0.2.0/24"}}
	mirrored := object{"protocol": "tcp", "portRange": "80", "sourceAddresses": []any{"::/0", "0.0.0.0/0"}}
	rows := []struct {
		name, kind      string
		before, after   object
		ignored         []string
		changed         []string
		replaced        []string
		deletedBefore   bool
		detail          rpc.PropertyDiff_Kind
		detailOfChanged string
	}{
		{
			name: "the same", kind: dropletType,
			before: object{"name": "wiki", "size": "s-1vcpu-1gb"}, after: object{"name": "wiki", "size": "s-1vcpu-1gb"},
		},
		{
			name: "a new name is an update", kind: dropletType,
			before: object{"name": "wiki"}, after: object{"name": "docs"},
			changed: []string{"name"}, detail: rpc.PropertyDiff_UPDATE, detailOfChanged: "name",
		},
		{
			name: "other user data replaces, the old one first: the name is taken", kind: dropletType,
			before: object{"name": "wiki", "userData": "a"}, after: object{"name": "wiki", "userData": "b"},
			changed: []string{"userData"}, replaced: []string{"userData"}, deletedBefore: true,
			detail: rpc.PropertyDiff_UPDATE_REPLACE, detailOfChanged: "userData",
		},
		{
			name: "with a name of the plugin's choice, the new one comes first", kind: dropletType,
			before:  object{"name": "wiki-1234567", "userData": "a", defaults: []any{"name"}},
			after:   object{"name": "wiki-1234567", "userData": "b", defaults: []any{"name"}},
			changed: []string{"userData"}, replaced: []string{"userData"},
		},
		{
			name: "ignored changes are none", kind: dropletType,
			before: object{"userData": "a", "image": "debian-12-x64"}, after: object{"userData": "b", "image": "debian-13-x64"},
			ignored: []string{"userData", "image"},
		},
		{
			name: "what the API chose is not taken back by silence", kind: dropletType,
			before: object{"region": "fra1", "vpcUuid": "v-1"}, after: object{},
		},
		{
			name: "a setting taken back is a deletion", kind: dropletType,
			before: object{"backups": true}, after: object{},
			changed: []string{"backups"}, detail: rpc.PropertyDiff_DELETE, detailOfChanged: "backups",
		},
		{
			name: "an absent setting is its zero value", kind: dropletType,
			before: object{"monitoring": false, "tags": []any{}}, after: object{},
		},
		{
			name: "tags are a set", kind: dropletType,
			before: object{"tags": []any{"a", "b"}}, after: object{"tags": []any{"b", "a"}},
		},
		{
			name: "rules are a set of sets", kind: "digitalocean:index/firewall:Firewall",
			before: object{"inboundRules": []any{web, ssh}}, after: object{"inboundRules": []any{ssh, mirrored}},
		},
		{
			name: "another rule is an update", kind: "digitalocean:index/firewall:Firewall",
			before: object{"inboundRules": []any{web}}, after: object{"inboundRules": []any{web, ssh}},
			changed: []string{"inboundRules"},
		},
		{
			name: "a tag cannot be renamed", kind: tagType,
			before: object{"name": "a"}, after: object{"name": "b"},
			changed: []string{"name"}, replaced: []string{"name"},
		},
		{
			name: "a value not known yet is a change", kind: dropletType,
			before: object{"vpcUuid": "v-1", "name": "wiki"}, after: object{"vpcUuid": unknown, "name": "wiki"},
			changed: []string{"vpcUuid"}, replaced: []string{"vpcUuid"}, deletedBefore: true,
		},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			response := diff(t, row.kind, row.before, row.after, row.ignored...)
			if !slices.Equal(response.GetDiffs(), row.changed) || !slices.Equal(response.GetReplaces(), row.replaced) {
				t.Errorf("changes %v replaces %v", response.GetDiffs(), response.GetReplaces())
			}
			if (response.GetChanges() == rpc.DiffResponse_DIFF_SOME) != (len(row.changed) > 0) {
				t.Errorf("says %v", response.GetChanges())
			}
			if response.GetDeleteBeforeReplace() != row.deletedBefore {
				t.Errorf("deletes before it replaces: %v", response.GetDeleteBeforeReplace())
			}
			if got := response.GetDetailedDiff()[row.detailOfChanged].GetKind(); row.detailOfChanged != "" && got != row.detail {
				t.Errorf("%s is %v", row.detailOfChanged, got)
			}
		})
	}
}

func check(t *testing.T, kind string, olds, news object) (object, []string) {
	t.Helper()
	response, err := newProvider().Check(t.Context(), &rpc.CheckRequest{
		Urn: urn(kind), Olds: fields(t, olds), News: fields(t, news), RandomSeed: []byte("seed"),
	})
	must(t, err)
	var failures []string
	for _, failure := range response.GetFailures() {
		failures = append(failures, failure.GetProperty()+" "+failure.GetReason())
	}
	return response.GetInputs().AsMap(), failures
}

func TestCheckNamesWhatIsWrong(t *testing.T) {
	_, failures := check(t, dropletType, nil, object{"image": "debian-13-x64", "colour": "blue", "status": "active"})
	slices.Sort(failures)
	for i, want := range []string{"colour is not a property", "size is required", "status is an output"} {
		if i >= len(failures) || !strings.HasPrefix(failures[i], want) {
			t.Errorf("failures: %q, want one that begins with %q", failures, want)
		}
	}
}

func TestCheckNamesAResourceAndKeepsItsName(t *testing.T) {
	inputs := object{"image": "debian-13-x64", "size": "s-1vcpu-1gb"}
	made, failures := check(t, dropletType, nil, inputs)
	name, _ := made["name"].(string)
	if len(failures) > 0 || !strings.HasPrefix(name, "wiki-") || len(name) != len("wiki-")+7 {
		t.Fatalf("name %q, failures %v", name, failures)
	}
	again, _ := check(t, dropletType, made, inputs)
	if again["name"] != name {
		t.Errorf("the name became %v", again["name"])
	}
	chosen, _ := check(t, dropletType, made, object{"image": "debian-13-x64", "size": "s-1vcpu-1gb", "name": "mine"})
	if chosen["name"] != "mine" || chosen[defaults] != nil {
		t.Errorf("the program's own name became %v", chosen)
	}
}

func TestAnUnknownTypeNamesTheOfficialPlugin(t *testing.T) {
	_, err := newProvider().Check(t.Context(), &rpc.CheckRequest{Urn: urn("digitalocean:index/cdn:Cdn")})
	wantError(t, err, "digitalocean:index/cdn:Cdn", "pulumi plugin install resource digitalocean")
	_, err = newProvider().Invoke(t.Context(), &rpc.InvokeRequest{Tok: "digitalocean:index/getCdn:getCdn"})
	wantError(t, err, "digitalocean:index/getCdn:getCdn", "pulumi plugin install resource digitalocean")
}

func TestNothingIsAskedWithoutAToken(t *testing.T) {
	c, a := serving(t, sendJSON(http.StatusOK, `{}`))
	c.token = ""
	p := &provider{api: c}
	_, err := p.Create(t.Context(), &rpc.CreateRequest{Urn: urn(tagType), Properties: fields(t, object{"name": "a"})})
	wantError(t, err, "no DigitalOcean token", "pulumi config set --secret digitalocean:token")
	if len(a.asked()) > 0 {
		t.Errorf("asked %v", a.asked())
	}
}

func TestAPreviewAsksNothingAndForeseesOutputs(t *testing.T) {
	c, a := serving(t, sendJSON(http.StatusOK, `{}`))
	response, err := (&provider{api: c}).Create(t.Context(), &rpc.CreateRequest{
		Urn: urn(dropletType), Properties: fields(t, object{"name": "wiki"}), Preview: true,
	})
	must(t, err)
	state := response.GetProperties().AsMap()
	if state["name"] != "wiki" || state["ipv4AddressPrivate"] != unknown || len(a.asked()) > 0 {
		t.Errorf("foresees %v, asked %v", state, a.asked())
	}
}

// The engine keeps a resource whose creation failed half-way: the next up repairs or removes it.
func TestAHalfMadeResourceGoesIntoTheState(t *testing.T) {
	c, _ := serving(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			sendJSON(http.StatusAccepted, `{"droplet":{"id":42,"name":"wiki","status":"new"}}`)(w, r)
			return
		}
		sendPage(http.StatusForbidden)(w, r)
	})
	_, err := (&provider{api: c}).Create(t.Context(), &rpc.CreateRequest{
		Urn: urn(dropletType), Properties: fields(t, object{"name": "wiki", "userData": "#cloud-config"}),
	})
	failure, _ := status.FromError(err)
	details := failure.Details()
	if failure.Code() != codes.Unknown || len(details) != 1 {
		t.Fatalf("failure: %v", err)
	}
	half, _ := details[0].(*rpc.ErrorResourceInitFailed)
	if half.GetId() != "42" || half.GetProperties().AsMap()["userData"] != "#cloud-config" {
		t.Errorf("kept: %v", half)
	}
}

func TestDeletingSomethingGoneIsDone(t *testing.T) {
	c, _ := serving(t, sendJSON(http.StatusNotFound, notFound))
	must(t, remove(t.Context(), c, table[tagType], "blue", nil))
}

func TestDeletingAnAddressThatIsAssignedToNothingAnyMoreIsDone(t *testing.T) {
	c, a := serving(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			sendJSON(http.StatusUnprocessableEntity, `{"id":"unprocessable_entity","message":"The reserved IP is not assigned."}`)(w, r)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	state := object{"dropletId": 5.0}
	must(t, remove(t.Context(), c, table["digitalocean:index/reservedIp:ReservedIp"], "203.0.113.5", state))
	want := []string{"POST /v2/reserved_ips/203.0.113.5/actions", "DELETE /v2/reserved_ips/203.0.113.5"}
	if asked := a.asked(); !slices.Equal(asked, want) {
		t.Errorf("asked %q, but %q was expected", asked, want)
	}
}

func TestAnAddressWhoseUnassigningFailsIsNotDeleted(t *testing.T) {
	c, a := serving(t, sendPage(http.StatusUnprocessableEntity))
	err := remove(t.Context(), c, table["digitalocean:index/reservedIp:ReservedIp"], "203.0.113.5", object{"dropletId": 5.0})
	wantError(t, err)
	if asked := a.asked(); len(asked) != 1 {
		t.Errorf("went on after that: %q", asked)
	}
}

func TestRulesStandSideBySideInProgramsAndOneLevelDownInTheAPI(t *testing.T) {
	rule := object{"protocol": "tcp", "portRange": "22", "sourceAddresses": []any{"192.0.2.0/24"}}
	sent := firewall.toRequest(object{"name": "wiki", "inboundRules": []any{rule}})
	want := `[{"ports":"22","protocol":"tcp","sources":{"addresses":["192.0.2.0/24"]}}]`
	if encode(sent["inbound_rules"]) != want {
		t.Errorf("sends %s", encode(sent["inbound_rules"]))
	}
	back := firewall.toState(object{"inbound_rules": []any{object{
		"protocol": "tcp", "ports": "22", "sources": object{"addresses": []any{"192.0.2.0/24"}},
	}}}, nil)
	if encode(back["inboundRules"]) != encode([]any{rule}) {
		t.Errorf("reads %s", encode(back["inboundRules"]))
	}
}

func TestTheSchemaKnowsEveryRow(t *testing.T) {
	response, err := newProvider().GetSchema(t.Context(), &rpc.GetSchemaRequest{})
	must(t, err)
	for token := range table {
		if !strings.Contains(response.GetSchema(), token) {
			t.Errorf("no %s in the schema", token)
		}
	}
}
