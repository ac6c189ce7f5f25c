package strangers

import (
	"errors"
	"net/http"
	"slices"
	"testing"

	"github.com/digitalocean/godo"
)

func dropletActions(t *testing.T, l *life) {
	id := l.droplets[0].ID
	on := l.client.DropletActions
	look := func() *godo.Droplet {
		t.Helper()
		droplet, _, err := l.client.Droplets.Get(l.ctx, id)
		must(t, "finding the droplet", err)
		return droplet
	}
	action, _, err := on.PowerOff(l.ctx, id)
	equal(t, "the type of the action", action.Type, "power_off")
	locked(t, l, id)
	await(t, l, "switching it off", action, err)
	equal(t, "its status", look().Status, "off")
	action, _, err = on.Rename(l.ctx, id, "renamed")
	await(t, l, "renaming it", action, err)
	equal(t, "its name", look().Name, "renamed")
	action, _, err = on.Resize(l.ctx, id, "s-1vcpu-2gb", false)
	await(t, l, "resizing it", action, err)
	equal(t, "its size", look().SizeSlug, "s-1vcpu-2gb")
	equal(t, "its disk, which stays", look().Disk, 25)
	action, _, err = on.PowerOn(l.ctx, id)
	await(t, l, "switching it on", action, err)
	action, _, err = on.Reboot(l.ctx, id)
	await(t, l, "rebooting it", action, err)
	action, _, err = on.Shutdown(l.ctx, id)
	await(t, l, "shutting it down", action, err)
	action, _, err = on.PowerOn(l.ctx, id)
	await(t, l, "switching it on", action, err)
	action, _, err = on.PowerCycle(l.ctx, id)
	await(t, l, "pulling its plug", action, err)
	action, _, err = on.PasswordReset(l.ctx, id)
	await(t, l, "resetting its password", action, err)
	action, _, err = on.RebuildByImageSlug(l.ctx, l.droplets[1].ID, image)
	await(t, l, "rebuilding the second", action, err)
	action, _, err = on.EnableIPv6(l.ctx, l.droplets[1].ID)
	await(t, l, "giving the second IPv6", action, err)
	action, _, err = on.EnableBackups(l.ctx, l.droplets[1].ID)
	await(t, l, "having backups made of the second", action, err)
	action, _, err = on.DisableBackups(l.ctx, l.droplets[1].ID)
	await(t, l, "having no backups made of it", action, err)
	byTag, _, err := on.PowerCycleByTag(l.ctx, tagName)
	equal(t, "how many have the tag", len(byTag), 3)
	for _, one := range byTag {
		await(t, l, "pulling the plug of all with a tag", &one, err)
	}
	equal(t, "its status", look().Status, "active")
	seen := all(t, 2, func(o *godo.ListOptions) ([]godo.Action, *godo.Response, error) {
		return l.client.Droplets.Actions(l.ctx, id, o)
	})
	types := make([]string, 0, len(seen))
	for _, one := range slices.Backward(seen) {
		types = append(types, one.Type)
	}
	want := []string{"create", "power_off", "rename", "resize", "power_on", "reboot", "shutdown", "power_on", "power_cycle",
		"password_reset", "power_cycle"}
	if !slices.Equal(types, want) {
		t.Fatalf("its actions are %v, not %v", types, want)
	}
}

// locked holds that nothing else can be begun while an action is in progress.
func locked(t *testing.T, l *life, id int) {
	t.Helper()
	_, _, err := l.client.DropletActions.Reboot(l.ctx, id)
	var refusal *godo.ErrorResponse
	if !errors.As(err, &refusal) || refusal.Response.StatusCode != http.StatusUnprocessableEntity {
		t.Fatalf("a busy droplet answers %v", err)
	}
	equal(t, "the refusal", refusal.Message, "Droplet already has a pending event.")
}

func dropletSnapshot(t *testing.T, l *life) {
	id := l.droplets[0].ID
	action, _, err := l.client.DropletActions.Snapshot(l.ctx, id, "godo-droplet")
	await(t, l, "making it", action, err)
	of, _, err := l.client.Droplets.Snapshots(l.ctx, id, nil)
	must(t, "those of the droplet", err)
	equal(t, "how many the droplet has", len(of), 1)
	l.snapshotID = of[0].ID
	droplet, _, err := l.client.Droplets.Get(l.ctx, id)
	must(t, "finding the droplet", err)
	if !slices.Contains(droplet.SnapshotIDs, l.snapshotID) {
		t.Fatalf("%d is not in %v", l.snapshotID, droplet.SnapshotIDs)
	}
	snapshot, _, err := l.client.Snapshots.Get(l.ctx, godoID(l.snapshotID))
	must(t, "finding it", err)
	equal(t, "what it is of", snapshot.ResourceID, godoID(id))
	listed := all(t, 1, func(o *godo.ListOptions) ([]godo.Snapshot, *godo.Response, error) {
		return l.client.Snapshots.ListDroplet(l.ctx, o)
	})
	equal(t, "how many are listed", len(listed), 1)
	private := all(t, 1, func(o *godo.ListOptions) ([]godo.Image, *godo.Response, error) {
		return l.client.Images.ListUser(l.ctx, o)
	})
	equal(t, "how many private images there are", len(private), 1)
	renamed, _, err := l.client.Images.Update(l.ctx, l.snapshotID, &godo.ImageUpdateRequest{Name: "godo-image"})
	must(t, "renaming the image", err)
	equal(t, "its name", renamed.Name, "godo-image")
	equal(t, "its type", renamed.Type, "snapshot")
	action, _, err = l.client.DropletActions.RebuildByImageID(l.ctx, l.droplets[2].ID, l.snapshotID)
	await(t, l, "rebuilding another from it", action, err)
	rebuilt, _, err := l.client.Droplets.Get(l.ctx, l.droplets[2].ID)
	must(t, "finding that", err)
	equal(t, "its image", rebuilt.Image.ID, l.snapshotID)
	_, _, err = l.client.DropletActions.Restore(l.ctx, id, l.snapshotID)
	if err == nil {
		t.Fatal("a droplet was restored from what is no backup")
	}
}
