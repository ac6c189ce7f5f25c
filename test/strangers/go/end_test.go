package strangers

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/digitalocean/godo"
)

func errorTypes(t *testing.T, l *life) {
	refused := func(what string, err error, status int, message string) {
		t.Helper()
		var refusal *godo.ErrorResponse
		if !errors.As(err, &refusal) {
			t.Fatalf("%s: %v is no godo.ErrorResponse", what, err)
		}
		equal(t, what+": the status", refusal.Response.StatusCode, status)
		equal(t, what+": the message", refusal.Message, message)
		if refusal.RequestID == "" || refusal.RequestID != refusal.Response.Header.Get("x-request-id") {
			t.Fatalf("%s: the request is %q in the body", what, refusal.RequestID)
		}
	}
	_, _, err := l.client.Droplets.Get(l.ctx, 999_999_999)
	refused("404", err, http.StatusNotFound, "The resource you were accessing could not be found.")
	_, _, err = l.client.Droplets.Create(l.ctx, &godo.DropletCreateRequest{
		Name: "no_name", Region: region, Size: size, Image: godo.DropletCreateImage{Slug: image},
	})
	refused("422", err, http.StatusUnprocessableEntity,
		"Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)")
	_, _, err = client(t, "nobody").Account.Get(l.ctx)
	refused("401", err, http.StatusUnauthorized, "Unable to authenticate you")
	_, _, err = clientWith(t, "SANDBOX_READER_TOKEN").Tags.Create(l.ctx, &godo.TagCreateRequest{Name: "no"})
	refused("403", err, http.StatusForbidden, "You are not authorized to perform this operation")
	_, response, err := clientWith(t, "SANDBOX_SPENT_TOKEN").Account.Get(l.ctx)
	refused("429", err, http.StatusTooManyRequests, "Too many requests")
	if response.Header.Get("retry-after") == "" {
		t.Fatal("429: it does not say when to come back")
	}
	_, err = l.client.VPCs.Delete(l.ctx, l.vpc.ID)
	refused("a VPC that is not empty", err, http.StatusForbidden, "Can not delete VPC with members")
	_, err = l.client.Projects.Delete(l.ctx, l.project.ID)
	refused("a project that is not empty", err, http.StatusPreconditionFailed,
		"cannot delete a project with resources. move or remove the resources first")
}

func deletion(t *testing.T, l *life) {
	must(t, "the droplets", ignore(l.client.Droplets.DeleteByTag(l.ctx, tagName)))
	for _, droplet := range l.droplets {
		gone(t, "a droplet", func() (*godo.Response, error) {
			_, response, err := l.client.Droplets.Get(l.ctx, droplet.ID)
			return response, err
		})
	}
	must(t, "the volume's snapshot", ignore(l.client.Storage.DeleteSnapshot(l.ctx, l.volumeCopy.ID)))
	must(t, "the volume", ignore(l.client.Storage.DeleteVolume(l.ctx, l.volume.ID)))
	must(t, "the droplet's snapshot", ignore(l.client.Snapshots.Delete(l.ctx, godoID(l.snapshotID))))
	must(t, "the firewall", ignore(l.client.Firewalls.Delete(l.ctx, l.firewall.ID)))
	must(t, "the reserved IP", ignore(l.client.ReservedIPs.Delete(l.ctx, l.reserved.IP)))
	must(t, "the reserved IPv6", ignore(l.client.ReservedIPV6s.Delete(l.ctx, l.reserved6.IP)))
	must(t, "the domain", ignore(l.client.Domains.Delete(l.ctx, l.domain)))
	must(t, "the project", ignore(l.client.Projects.Delete(l.ctx, l.project.ID)))
	must(t, "the VPC", ignore(l.client.VPCs.Delete(l.ctx, l.vpc.ID)))
	must(t, "the tag", ignore(l.client.Tags.Delete(l.ctx, tagName)))
	must(t, "the key", ignore(l.client.Keys.DeleteByFingerprint(l.ctx, l.key.Fingerprint)))
}

// gone looks until something is not found any more: a droplet goes a moment after its deletion was answered.
func gone(t *testing.T, what string, look func() (*godo.Response, error)) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		response, err := look()
		if response != nil && response.StatusCode == http.StatusNotFound {
			return
		}
		must(t, what, err)
	}
	t.Fatalf("%s is still there", what)
}

func nothingLeft(t *testing.T, l *life) {
	total := func(what string, response *godo.Response, err error, want int) {
		t.Helper()
		must(t, what, err)
		equal(t, "how many "+what+" there are", response.Meta.Total, want)
	}
	_, response, err := l.client.Droplets.List(l.ctx, nil)
	total("droplets", response, err, 0)
	_, response, err = l.client.Keys.List(l.ctx, nil)
	total("keys", response, err, 0)
	_, response, err = l.client.Tags.List(l.ctx, nil)
	total("tags", response, err, 0)
	snapshots, _, err := l.client.Snapshots.List(l.ctx, nil)
	must(t, "snapshots", err)
	equal(t, "how many snapshots there are", len(snapshots), 0)
	_, response, err = l.client.Storage.ListVolumes(l.ctx, nil)
	total("volumes", response, err, 0)
	_, response, err = l.client.ReservedIPs.List(l.ctx, nil)
	total("reserved IPs", response, err, 0)
	_, response, err = l.client.ReservedIPV6s.List(l.ctx, nil)
	total("reserved IPv6", response, err, 0)
	_, response, err = l.client.Domains.List(l.ctx, nil)
	total("domains", response, err, 0)
	_, response, err = l.client.Firewalls.List(l.ctx, nil)
	total("firewalls", response, err, 0)
	_, response, err = l.client.Images.ListUser(l.ctx, nil)
	total("private images", response, err, 0)
	_, response, err = l.client.Projects.List(l.ctx, nil)
	total("projects", response, err, 1)
}

func ignore(_ *godo.Response, err error) error {
	return err
}
