package strangers

import (
	"strings"
	"testing"

	"github.com/digitalocean/godo"
)

func domain(t *testing.T, l *life) {
	const name = "godo.example"
	made, _, err := l.client.Domains.Create(l.ctx, &godo.DomainCreateRequest{Name: name, IPAddress: "192.0.2.1"})
	must(t, "creating it", err)
	equal(t, "its name", made.Name, name)
	l.domain = name
	records := []godo.DomainRecordEditRequest{
		{Type: "A", Name: "www", Data: "192.0.2.7", TTL: 60},
		{Type: "AAAA", Name: "www", Data: "2001:db8::7"},
		{Type: "CNAME", Name: "wiki", Data: "www.godo.example."},
		{Type: "MX", Name: "@", Data: "mail.godo.example.", Priority: 10},
		{Type: "TXT", Name: "@", Data: "v=spf1 -all"},
		{Type: "SRV", Name: "_sip._tcp", Data: "www.godo.example.", Priority: 1, Port: 5060, Weight: 2},
		{Type: "NS", Name: "sub", Data: "ns1.example.net."},
		{Type: "CAA", Name: "@", Data: "ca.example.net.", Tag: "issue"},
	}
	for _, record := range records {
		made, _, err := l.client.Domains.CreateRecord(l.ctx, name, &record)
		must(t, "creating a record "+record.Type, err)
		equal(t, "its type", made.Type, record.Type)
		equal(t, "its name", made.Name, record.Name)
		changed, _, err := l.client.Domains.EditRecord(l.ctx, name, made.ID, &godo.DomainRecordEditRequest{
			Type: record.Type, Name: record.Name, Data: record.Data, TTL: 90,
			Priority: record.Priority, Port: record.Port, Weight: record.Weight, Tag: record.Tag,
		})
		must(t, "editing a record "+record.Type, err)
		equal(t, "its time to live", changed.TTL, 90)
		found, _, err := l.client.Domains.Record(l.ctx, name, made.ID)
		must(t, "finding a record "+record.Type, err)
		equal(t, "what was found", *found, *changed)
	}
	listed := all(t, 3, func(o *godo.ListOptions) ([]godo.DomainRecord, *godo.Response, error) {
		return l.client.Domains.Records(l.ctx, name, o)
	})
	// Beside these: SOA, three name servers, and the address that it was created with.
	equal(t, "how many records there are", len(listed), len(records)+5)
	servers, _, err := l.client.Domains.RecordsByType(l.ctx, name, "NS", nil)
	must(t, "those of a type", err)
	equal(t, "how many name servers there are", len(servers), 4)
	named, _, err := l.client.Domains.RecordsByName(l.ctx, name, "www."+name, nil)
	must(t, "those of a name", err)
	equal(t, "how many have the name", len(named), 2)
	both, _, err := l.client.Domains.RecordsByTypeAndName(l.ctx, name, "A", "www."+name, nil)
	must(t, "those of a name and type", err)
	equal(t, "how many have both", len(both), 1)
	_, err = l.client.Domains.DeleteRecord(l.ctx, name, both[0].ID)
	must(t, "deleting a record", err)
	found, _, err := l.client.Domains.Get(l.ctx, name)
	must(t, "finding it", err)
	if !strings.Contains(found.ZoneFile, "_sip._tcp.godo.example.") {
		t.Fatalf("the zone file is %q", found.ZoneFile)
	}
}
