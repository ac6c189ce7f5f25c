package strangers

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/digitalocean/godo"
	"github.com/digitalocean/godo/util"
)

func dropletsBoot(t *testing.T, l *life) {
	first, response, err := l.client.Droplets.Create(l.ctx, &godo.DropletCreateRequest{
		Name:       "first",
		Region:     region,
		Size:       size,
		Image:      godo.DropletCreateImage{Slug: image},
		SSHKeys:    []godo.DropletCreateSSHKey{{ID: l.key.ID}, {Fingerprint: l.key.Fingerprint}},
		IPv6:       true,
		Monitoring: true,
		UserData:   userData,
		Tags:       []string{tagName},
		VPCUUID:    l.vpc.ID,
	})
	must(t, "creating one", err)
	equal(t, "its status", first.Status, "new")
	equal(t, "the number of links to actions", len(response.Links.Actions), 1)
	must(t, "waiting for it", util.WaitForActive(l.ctx, l.client, response.Links.Actions[0].HREF))
	more, response, err := l.client.Droplets.CreateMultiple(l.ctx, &godo.DropletMultiCreateRequest{
		Names:   []string{"second", "third"},
		Region:  region,
		Size:    size,
		Image:   godo.DropletCreateImage{Slug: image},
		Tags:    []string{tagName},
		VPCUUID: l.vpc.ID,
	})
	must(t, "creating two", err)
	equal(t, "how many there are", len(more), 2)
	equal(t, "the number of links to actions", len(response.Links.Actions), 2)
	for _, link := range response.Links.Actions {
		awaitAction(t, l, link.ID)
	}
	l.droplets = nil
	for _, id := range []int{first.ID, more[0].ID, more[1].ID} {
		droplet, _, err := l.client.Droplets.Get(l.ctx, id)
		must(t, "finding it", err)
		l.droplets = append(l.droplets, *droplet)
	}
	checkDroplet(t, l, l.droplets[0])
}

func checkDroplet(t *testing.T, l *life, droplet godo.Droplet) {
	t.Helper()
	equal(t, "its status", droplet.Status, "active")
	equal(t, "its size", droplet.SizeSlug, size)
	equal(t, "its image", droplet.Image.Slug, image)
	equal(t, "its VPC", droplet.VPCUUID, l.vpc.ID)
	equal(t, "its URN", droplet.URN(), "do:droplet:"+godoID(droplet.ID))
	for _, feature := range []string{"ipv6", "monitoring", "private_networking"} {
		if !slices.Contains(droplet.Features, feature) {
			t.Fatalf("%s is missing in %v", feature, droplet.Features)
		}
	}
	public, err := droplet.PublicIPv4()
	must(t, "its public address", err)
	private, err := droplet.PrivateIPv4()
	must(t, "its private address", err)
	public6, err := droplet.PublicIPv6()
	must(t, "its IPv6 address", err)
	if public == "" || private == "" || public6 == "" {
		t.Fatalf("an address is missing: %q %q %q", public, private, public6)
	}
	if _, err := strconv.Atoi(godoID(droplet.ID)); err != nil || droplet.Created == "" {
		t.Fatalf("created at %q", droplet.Created)
	}
}

func dropletPages(t *testing.T, l *life) {
	listed := all(t, 1, func(o *godo.ListOptions) ([]godo.Droplet, *godo.Response, error) {
		return l.client.Droplets.List(l.ctx, o)
	})
	equal(t, "how many are listed", len(listed), 3)
	tagged := all(t, 2, func(o *godo.ListOptions) ([]godo.Droplet, *godo.Response, error) {
		return l.client.Droplets.ListByTag(l.ctx, tagName, o)
	})
	equal(t, "how many have the tag", len(tagged), 3)
	named, _, err := l.client.Droplets.ListByName(l.ctx, "second", nil)
	must(t, "listing by name", err)
	equal(t, "how many have the name", len(named), 1)
	equal(t, "its number", named[0].ID, l.droplets[1].ID)
	members := all(t, 1, func(o *godo.ListOptions) ([]*godo.VPCMember, *godo.Response, error) {
		return l.client.VPCs.ListMembers(l.ctx, l.vpc.ID, nil, o)
	})
	equal(t, "how many are in the VPC", len(members), 3)
}

// await looks at an action until it is through. godo's own waiting looks only every five seconds; it is held by the
// first droplet.
func await(t *testing.T, l *life, what string, action *godo.Action, err error) {
	t.Helper()
	must(t, what, err)
	if action.ResourceType == "" || action.RegionSlug != region {
		t.Fatalf("%s: the action is %+v", what, action)
	}
	awaitAction(t, l, action.ID)
}

func awaitAction(t *testing.T, l *life, id int) {
	t.Helper()
	for {
		action, _, err := l.client.Actions.Get(l.ctx, id)
		must(t, "an action", err)
		if action.Status != godo.ActionInProgress {
			equal(t, "the status of a "+action.Type, action.Status, godo.ActionCompleted)
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func godoID(id int) string {
	return strconv.Itoa(id)
}
