package strangers

import (
	"slices"
	"testing"

	"github.com/digitalocean/godo"
)

func volume(t *testing.T, l *life) {
	made, _, err := l.client.Storage.CreateVolume(l.ctx, &godo.VolumeCreateRequest{
		Region:          region,
		Name:            "godo",
		Description:     "of the strangers",
		SizeGigaBytes:   1,
		FilesystemType:  "ext4",
		FilesystemLabel: "godo",
		Tags:            []string{tagName},
	})
	must(t, "creating it", err)
	equal(t, "its file system", made.FilesystemType, "ext4")
	equal(t, "its URN", made.URN(), "do:volume:"+made.ID)
	action, _, err := l.client.StorageActions.Attach(l.ctx, made.ID, l.droplets[0].ID)
	must(t, "attaching it", err)
	equal(t, "the type of the action", action.Type, "attach_volume")
	awaitAction(t, l, action.ID)
	attached, _, err := l.client.Storage.GetVolume(l.ctx, made.ID)
	must(t, "finding it", err)
	if !slices.Equal(attached.DropletIDs, []int{l.droplets[0].ID}) {
		t.Fatalf("it is attached to %v", attached.DropletIDs)
	}
	droplet, _, err := l.client.Droplets.Get(l.ctx, l.droplets[0].ID)
	must(t, "finding the droplet", err)
	if !slices.Contains(droplet.VolumeIDs, made.ID) {
		t.Fatalf("the droplet has %v", droplet.VolumeIDs)
	}
	action, _, err = l.client.StorageActions.Resize(l.ctx, made.ID, 2, region)
	must(t, "resizing it", err)
	awaitAction(t, l, action.ID)
	action, _, err = l.client.StorageActions.DetachByDropletID(l.ctx, made.ID, l.droplets[0].ID)
	must(t, "detaching it", err)
	awaitAction(t, l, action.ID)
	found, _, err := l.client.Storage.GetVolume(l.ctx, made.ID)
	must(t, "finding it", err)
	equal(t, "its size", found.SizeGigaBytes, int64(2))
	equal(t, "how many droplets have it", len(found.DropletIDs), 0)
	named, _, err := l.client.Storage.ListVolumes(l.ctx, &godo.ListVolumeParams{Name: "godo", Region: region})
	must(t, "finding it by name", err)
	equal(t, "how many have the name", len(named), 1)
	seen := all(t, 1, func(o *godo.ListOptions) ([]godo.Action, *godo.Response, error) {
		return l.client.StorageActions.List(l.ctx, made.ID, o)
	})
	if len(seen) < 3 {
		t.Fatalf("only %d actions are remembered", len(seen))
	}
	l.volume = found
}

func volumeSnapshot(t *testing.T, l *life) {
	made, _, err := l.client.Storage.CreateSnapshot(l.ctx, &godo.SnapshotCreateRequest{
		VolumeID: l.volume.ID,
		Name:     "godo-volume",
		Tags:     []string{tagName},
	})
	must(t, "making it", err)
	equal(t, "what it is of", made.ResourceID, l.volume.ID)
	equal(t, "what kind that is", made.ResourceType, "volume")
	of := all(t, 1, func(o *godo.ListOptions) ([]godo.Snapshot, *godo.Response, error) {
		return l.client.Storage.ListSnapshots(l.ctx, l.volume.ID, o)
	})
	equal(t, "how many the volume has", len(of), 1)
	found, _, err := l.client.Storage.GetSnapshot(l.ctx, made.ID)
	must(t, "finding it", err)
	equal(t, "its name", found.Name, "godo-volume")
	copied, _, err := l.client.Storage.CreateVolume(l.ctx, &godo.VolumeCreateRequest{
		Name:          "godo-copy",
		SizeGigaBytes: 3,
		SnapshotID:    made.ID,
		Region:        region,
	})
	must(t, "making a volume from it", err)
	equal(t, "its size, which is the snapshot's", copied.SizeGigaBytes, int64(2))
	_, err = l.client.Storage.DeleteVolume(l.ctx, copied.ID)
	must(t, "deleting that", err)
	l.volumeCopy = found
}
