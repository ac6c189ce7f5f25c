package strangers

import (
	"slices"
	"testing"

	"github.com/digitalocean/godo"
)

func account(t *testing.T, l *life) {
	account, response, err := l.client.Account.Get(l.ctx)
	must(t, "the account", err)
	equal(t, "its status", account.Status, "active")
	if account.UUID == "" || account.Team == nil || account.DropletLimit == 0 {
		t.Fatalf("something is missing: %+v", account)
	}
	equal(t, "the limit of requests", response.Rate.Limit, 5000)
	if response.Rate.Remaining >= 5000 || response.Rate.Reset.IsZero() {
		t.Fatalf("the rate is %+v", response.Rate)
	}
}

func catalogue(t *testing.T, l *life) {
	regions := all(t, 5, func(o *godo.ListOptions) ([]godo.Region, *godo.Response, error) {
		return l.client.Regions.List(l.ctx, o)
	})
	at := slices.IndexFunc(regions, func(r godo.Region) bool { return r.Slug == region })
	if at < 0 || !regions[at].Available || !slices.Contains(regions[at].Sizes, size) {
		t.Fatalf("%s is not open for %s", region, size)
	}
	sizes := all(t, 20, func(o *godo.ListOptions) ([]godo.Size, *godo.Response, error) {
		return l.client.Sizes.List(l.ctx, o)
	})
	at = slices.IndexFunc(sizes, func(s godo.Size) bool { return s.Slug == size })
	if at < 0 || sizes[at].PriceMonthly != 6 || sizes[at].Memory != 1024 {
		t.Fatalf("%s is not as it has to be", size)
	}
	images := all(t, 1, func(o *godo.ListOptions) ([]godo.Image, *godo.Response, error) {
		return l.client.Images.ListDistribution(l.ctx, o)
	})
	if !slices.ContainsFunc(images, func(i godo.Image) bool { return i.Slug == image }) {
		t.Fatalf("%s is not among the %d images", image, len(images))
	}
	one, _, err := l.client.Images.GetBySlug(l.ctx, image)
	must(t, "the image by its slug", err)
	same, _, err := l.client.Images.GetByID(l.ctx, one.ID)
	must(t, "the image by its number", err)
	equal(t, "its distribution", same.Distribution, "Debian")
}

func sshKey(t *testing.T, l *life) {
	made, _, err := l.client.Keys.Create(l.ctx, &godo.KeyCreateRequest{Name: "godo", PublicKey: publicKey})
	must(t, "creating it", err)
	found, _, err := l.client.Keys.GetByFingerprint(l.ctx, made.Fingerprint)
	must(t, "finding it by fingerprint", err)
	equal(t, "its number", found.ID, made.ID)
	renamed, _, err := l.client.Keys.UpdateByID(l.ctx, made.ID, &godo.KeyUpdateRequest{Name: "godo renamed"})
	must(t, "renaming it", err)
	equal(t, "its name", renamed.Name, "godo renamed")
	keys := all(t, 1, func(o *godo.ListOptions) ([]godo.Key, *godo.Response, error) {
		return l.client.Keys.List(l.ctx, o)
	})
	equal(t, "the number of keys", len(keys), 1)
	equal(t, "the key", keys[0].PublicKey, publicKey)
	l.key = made
}

func tag(t *testing.T, l *life) {
	for _, name := range []string{tagName, "second", "third"} {
		made, _, err := l.client.Tags.Create(l.ctx, &godo.TagCreateRequest{Name: name})
		must(t, "creating it", err)
		equal(t, "its name", made.Name, name)
	}
	tags := all(t, 1, func(o *godo.ListOptions) ([]godo.Tag, *godo.Response, error) {
		return l.client.Tags.List(l.ctx, o)
	})
	equal(t, "the number of tags", len(tags), 3)
	for _, name := range []string{"second", "third"} {
		_, err := l.client.Tags.Delete(l.ctx, name)
		must(t, "deleting it", err)
	}
	found, _, err := l.client.Tags.Get(l.ctx, tagName)
	must(t, "finding it", err)
	equal(t, "how many have it", found.Resources.Count, 0)
}

func tagging(t *testing.T, l *life) {
	_, _, err := l.client.Tags.Create(l.ctx, &godo.TagCreateRequest{Name: "extra"})
	must(t, "creating it", err)
	resources := []godo.Resource{{ID: godoID(l.droplets[0].ID), Type: godo.DropletResourceType}}
	_, err = l.client.Tags.TagResources(l.ctx, "extra", &godo.TagResourcesRequest{Resources: resources})
	must(t, "tagging", err)
	found, _, err := l.client.Tags.Get(l.ctx, "extra")
	must(t, "finding it", err)
	equal(t, "how many have it", found.Resources.Droplets.Count, 1)
	tagged, _, err := l.client.Droplets.ListByTag(l.ctx, "extra", nil)
	must(t, "listing by tag", err)
	equal(t, "how many are listed", len(tagged), 1)
	_, err = l.client.Tags.UntagResources(l.ctx, "extra", &godo.UntagResourcesRequest{Resources: resources})
	must(t, "taking it away", err)
	_, err = l.client.Tags.Delete(l.ctx, "extra")
	must(t, "deleting it", err)
}

func actions(t *testing.T, l *life) {
	seen := all(t, 10, func(o *godo.ListOptions) ([]godo.Action, *godo.Response, error) {
		return l.client.Actions.List(l.ctx, o)
	})
	if len(seen) < 10 {
		t.Fatalf("only %d actions are remembered", len(seen))
	}
	one, _, err := l.client.Actions.Get(l.ctx, seen[len(seen)-1].ID)
	must(t, "the first action", err)
	equal(t, "its type", one.Type, "create")
	equal(t, "its status", one.Status, godo.ActionCompleted)
	if one.StartedAt == nil || one.CompletedAt == nil || one.CompletedAt.Before(one.StartedAt.Time) {
		t.Fatalf("it began at %v and ended at %v", one.StartedAt, one.CompletedAt)
	}
}

func billing(t *testing.T, l *life) {
	balance, _, err := l.client.Balance.Get(l.ctx)
	must(t, "the balance", err)
	if balance.MonthToDateUsage == "" || balance.GeneratedAt.IsZero() {
		t.Fatalf("something is missing: %+v", balance)
	}
	_, _, err = l.client.Invoices.List(l.ctx, nil)
	must(t, "the invoices", err)
	_, _, err = l.client.BillingHistory.List(l.ctx, nil)
	must(t, "the billing history", err)
}
