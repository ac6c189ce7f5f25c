package strangers

import (
	"testing"

	"github.com/digitalocean/godo"
)

func vpc(t *testing.T, l *life) {
	made, _, err := l.client.VPCs.Create(l.ctx, &godo.VPCCreateRequest{
		Name:        "godo",
		RegionSlug:  region,
		Description: "of the strangers",
		IPRange:     "10.77.0.0/24",
	})
	must(t, "creating it", err)
	equal(t, "its range", made.IPRange, "10.77.0.0/24")
	equal(t, "its URN", made.URN, "do:vpc:"+made.ID)
	renamed, _, err := l.client.VPCs.Set(l.ctx, made.ID, godo.VPCSetDescription("of godo"))
	must(t, "describing it", err)
	equal(t, "its name", renamed.Name, "godo")
	equal(t, "its description", renamed.Description, "of godo")
	updated, _, err := l.client.VPCs.Update(l.ctx, made.ID, &godo.VPCUpdateRequest{Name: "godo-renamed"})
	must(t, "updating it", err)
	equal(t, "its name", updated.Name, "godo-renamed")
	equal(t, "its description", updated.Description, "")
	vpcs := all(t, 5, func(o *godo.ListOptions) ([]*godo.VPC, *godo.Response, error) {
		return l.client.VPCs.List(l.ctx, o)
	})
	defaults := 0
	for _, one := range vpcs {
		if one.Default {
			defaults++
		}
	}
	equal(t, "how many are not a region's own", len(vpcs)-defaults, 1)
	l.vpc, _, err = l.client.VPCs.Get(l.ctx, made.ID)
	must(t, "finding it", err)
}

func reservedIP(t *testing.T, l *life) {
	droplet := l.droplets[0].ID
	made, _, err := l.client.ReservedIPs.Create(l.ctx, &godo.ReservedIPCreateRequest{Region: region})
	must(t, "reserving it", err)
	second, response, err := l.client.ReservedIPs.Create(l.ctx, &godo.ReservedIPCreateRequest{DropletID: l.droplets[1].ID})
	must(t, "reserving one for a droplet", err)
	equal(t, "the number of links to actions", len(response.Links.Actions), 1)
	awaitAction(t, l, response.Links.Actions[0].ID)
	action, _, err := l.client.ReservedIPActions.Assign(l.ctx, made.IP, droplet)
	must(t, "assigning it", err)
	equal(t, "the type of the action", action.Type, "assign_ip")
	awaitAction(t, l, action.ID)
	found, _, err := l.client.ReservedIPs.Get(l.ctx, made.IP)
	must(t, "finding it", err)
	if found.Droplet == nil || found.Droplet.ID != droplet || found.Region.Slug != region {
		t.Fatalf("it leads to %+v", found.Droplet)
	}
	listed := all(t, 1, func(o *godo.ListOptions) ([]godo.ReservedIP, *godo.Response, error) {
		return l.client.ReservedIPs.List(l.ctx, o)
	})
	equal(t, "how many are listed", len(listed), 2)
	action, _, err = l.client.ReservedIPActions.Unassign(l.ctx, made.IP)
	must(t, "taking it away", err)
	awaitAction(t, l, action.ID)
	found, _, err = l.client.ReservedIPs.Get(l.ctx, made.IP)
	must(t, "finding it", err)
	if found.Droplet != nil {
		t.Fatalf("it still leads to %d", found.Droplet.ID)
	}
	_, err = l.client.ReservedIPs.Delete(l.ctx, second.IP)
	must(t, "giving one back", err)
	l.reserved = found
}

func reservedIPv6(t *testing.T, l *life) {
	made, _, err := l.client.ReservedIPV6s.Create(l.ctx, &godo.ReservedIPV6CreateRequest{Region: region})
	must(t, "reserving it", err)
	action, _, err := l.client.ReservedIPV6Actions.Assign(l.ctx, made.IP, l.droplets[0].ID)
	must(t, "assigning it", err)
	awaitAction(t, l, action.ID)
	found, _, err := l.client.ReservedIPV6s.Get(l.ctx, made.IP)
	must(t, "finding it", err)
	if found.Droplet == nil || found.Droplet.ID != l.droplets[0].ID {
		t.Fatalf("it leads to %+v", found.Droplet)
	}
	listed := all(t, 1, func(o *godo.ListOptions) ([]godo.ReservedIPV6, *godo.Response, error) {
		return l.client.ReservedIPV6s.List(l.ctx, o)
	})
	equal(t, "how many are listed", len(listed), 1)
	action, _, err = l.client.ReservedIPV6Actions.Unassign(l.ctx, made.IP)
	must(t, "taking it away", err)
	awaitAction(t, l, action.ID)
	l.reserved6 = made
}

func firewall(t *testing.T, l *life) {
	made, _, err := l.client.Firewalls.Create(l.ctx, &godo.FirewallRequest{
		Name: "godo",
		InboundRules: []godo.InboundRule{
			{Protocol: "tcp", PortRange: "22", Sources: &godo.Sources{Addresses: []string{"192.0.2.0/24", "2001:db8::/32"}}},
			{Protocol: "tcp", PortRange: "8000-9000", Sources: &godo.Sources{Tags: []string{tagName}}},
			{Protocol: "udp", PortRange: "53", Sources: &godo.Sources{DropletIDs: []int{l.droplets[1].ID}}},
			{Protocol: "icmp", Sources: &godo.Sources{Addresses: []string{"0.0.0.0/0"}}},
		},
		OutboundRules: []godo.OutboundRule{
			{Protocol: "tcp", PortRange: "all", Destinations: &godo.Destinations{Addresses: []string{"0.0.0.0/0", "::/0"}}},
		},
		DropletIDs: []int{l.droplets[0].ID},
	})
	must(t, "creating it", err)
	equal(t, "how many rules let in", len(made.InboundRules), 4)
	equal(t, "all ports", made.OutboundRules[0].PortRange, "0")
	extra := &godo.FirewallRulesRequest{InboundRules: []godo.InboundRule{
		{Protocol: "tcp", PortRange: "443", Sources: &godo.Sources{Addresses: []string{"0.0.0.0/0"}}},
	}}
	_, err = l.client.Firewalls.AddRules(l.ctx, made.ID, extra)
	must(t, "adding a rule", err)
	_, err = l.client.Firewalls.AddTags(l.ctx, made.ID, tagName)
	must(t, "adding a tag", err)
	_, err = l.client.Firewalls.AddDroplets(l.ctx, made.ID, l.droplets[2].ID)
	must(t, "adding a droplet", err)
	found, _, err := l.client.Firewalls.Get(l.ctx, made.ID)
	must(t, "finding it", err)
	equal(t, "how many rules let in", len(found.InboundRules), 5)
	equal(t, "how many droplets it has", len(found.DropletIDs), 2)
	equal(t, "how many tags it has", len(found.Tags), 1)
	of, _, err := l.client.Firewalls.ListByDroplet(l.ctx, l.droplets[1].ID, nil)
	must(t, "those of a droplet", err)
	equal(t, "how many a tagged droplet has", len(of), 1)
	_, err = l.client.Firewalls.RemoveRules(l.ctx, made.ID, extra)
	must(t, "removing a rule", err)
	_, err = l.client.Firewalls.RemoveTags(l.ctx, made.ID, tagName)
	must(t, "removing a tag", err)
	_, err = l.client.Firewalls.RemoveDroplets(l.ctx, made.ID, l.droplets[2].ID)
	must(t, "removing a droplet", err)
	updated, _, err := l.client.Firewalls.Update(l.ctx, made.ID, &godo.FirewallRequest{
		Name:         "godo-renamed",
		InboundRules: found.InboundRules[:1],
		DropletIDs:   []int{l.droplets[0].ID},
	})
	must(t, "updating it", err)
	equal(t, "how many rules let in", len(updated.InboundRules), 1)
	equal(t, "how many rules let out", len(updated.OutboundRules), 0)
	listed := all(t, 1, func(o *godo.ListOptions) ([]godo.Firewall, *godo.Response, error) {
		return l.client.Firewalls.List(l.ctx, o)
	})
	equal(t, "how many are listed", len(listed), 1)
	l.firewall = updated
}
