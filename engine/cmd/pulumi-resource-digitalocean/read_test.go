package main

import (
	"errors"
	"net/http"
	"slices"
	"testing"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

const liveDroplet = `{"droplet":{"id":42,"name":"wiki","size_slug":"s-2vcpu-4gb","status":"active","tags":["blue"],
	"features":["monitoring"],"image":{"id":1,"slug":"debian-13-x64"},"region":{"slug":"fra1"},"vpc_uuid":"v-1",
	"networks":{"v4":[{"type":"private","ip_address":"10.0.0.2"},{"type":"public","ip_address":"192.0.2.7"}]}}}`

func readDroplet(t *testing.T, known, inputs object) (state, fresh object) {
	t.Helper()
	c, _ := serving(t, sendJSON(http.StatusOK, liveDroplet))
	response, err := (&provider{api: c}).Read(t.Context(), &rpc.ReadRequest{
		Urn: urn(dropletType), Id: "42", Properties: fields(t, known), Inputs: fields(t, inputs),
	})
	must(t, err)
	return response.GetProperties().AsMap(), response.GetInputs().AsMap()
}

func TestStateIsTheAPIsAnswerInTheSDKsWords(t *testing.T) {
	state, _ := readDroplet(t, object{"userData": "#cloud-config"}, object{"name": "wiki"})
	wanted := object{
		"size": "s-2vcpu-4gb", "image": "debian-13-x64", "region": "fra1", "ipv4Address": "192.0.2.7",
		"ipv4AddressPrivate": "10.0.0.2", "monitoring": true, "backups": false, "dropletUrn": "do:droplet:42",
		"userData": "#cloud-config",
	}
	for name, want := range wanted {
		if state[name] != want {
			t.Errorf("%s is %v, want %v", name, state[name], want)
		}
	}
}

func TestRefreshShowsDriftAndLeavesTheRestAlone(t *testing.T) {
	inputs := object{
		"name": "wiki", "size": "s-1vcpu-1gb", "image": "debian-13-x64", "userData": "#cloud-config", "monitoring": true,
	}
	_, fresh := readDroplet(t, inputs, inputs)
	if fresh["size"] != "s-2vcpu-4gb" {
		t.Errorf("somebody resized it, but the size is still %v", fresh["size"])
	}
	if tags, _ := fresh["tags"].([]any); len(tags) != 1 {
		t.Errorf("somebody tagged it, but the tags are %v", fresh["tags"])
	}
	for _, open := range []string{"region", "vpcUuid", "privateNetworking"} {
		if fresh[open] != nil {
			t.Errorf("the program left %s open, but a refresh sets it to %v", open, fresh[open])
		}
	}
	if fresh["userData"] != "#cloud-config" {
		t.Errorf("the user data, which is never answered, became %v", fresh["userData"])
	}
	if changes := diff(t, dropletType, fresh, inputs).GetDiffs(); !slices.Equal(changes, []string{"size", "tags"}) {
		t.Errorf("the next up would change %v", changes)
	}
}

func TestRefreshWithoutDriftChangesNothing(t *testing.T) {
	inputs := object{
		"name": "wiki", "size": "s-2vcpu-4gb", "image": "debian-13-x64", "tags": []any{"blue"}, "monitoring": true,
		"backups": false, "ipv6": false,
	}
	_, fresh := readDroplet(t, inputs, inputs)
	if encode(fresh) != encode(inputs) {
		t.Errorf("inputs became %v", fresh)
	}
}

func TestImportWritesWhatAProgramWouldSay(t *testing.T) {
	_, fresh := readDroplet(t, nil, nil)
	want := object{
		"name": "wiki", "size": "s-2vcpu-4gb", "image": "debian-13-x64", "region": "fra1", "vpcUuid": "v-1",
		"tags": []any{"blue"}, "monitoring": true,
	}
	if encode(fresh) != encode(want) {
		t.Errorf("imports %v\nwant    %v", encode(fresh), encode(want))
	}
}

func TestARecordIsImportedByDomainAndID(t *testing.T) {
	c, a := serving(t, sendJSON(http.StatusOK, `{"domain_record":{"id":7,"type":"A","name":"wiki","data":"192.0.2.7","ttl":1800}}`))
	kind := "digitalocean:index/dnsRecord:DnsRecord"
	response, err := (&provider{api: c}).Read(t.Context(), &rpc.ReadRequest{Urn: urn(kind), Id: "example.com,7"})
	must(t, err)
	inputs := response.GetInputs().AsMap()
	if response.GetId() != "7" || inputs["domain"] != "example.com" || inputs["value"] != "192.0.2.7" {
		t.Errorf("id %q, inputs %v, asked %v", response.GetId(), inputs, a.asked())
	}
	_, err = (&provider{api: c}).Read(t.Context(), &rpc.ReadRequest{Urn: urn(kind), Id: "7"})
	wantError(t, err, "import a DNS record as «domain,id»")
}

func TestRefreshOfSomethingGoneSaysSo(t *testing.T) {
	c, _ := serving(t, sendJSON(http.StatusNotFound, notFound))
	response, err := (&provider{api: c}).Read(t.Context(), &rpc.ReadRequest{
		Urn: urn(tagType), Id: "blue", Inputs: fields(t, object{"name": "blue"}),
	})
	must(t, err)
	if response.GetId() != "" {
		t.Errorf("still there: %v", response)
	}
}

func TestRefreshThatCannotSeeIsAnError(t *testing.T) {
	c, _ := serving(t, sendPage(http.StatusNotFound))
	_, err := (&provider{api: c}).Read(t.Context(), &rpc.ReadRequest{
		Urn: urn(tagType), Id: "blue", Inputs: fields(t, object{"name": "blue"}),
	})
	var answer *apiError
	if !errors.As(err, &answer) {
		t.Errorf("error %v", err)
	}
}
