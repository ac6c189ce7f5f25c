// Package strangers runs a whole life cycle over the sandbox's API with godo, DigitalOcean's own client for Go. The
// server is a process of its own; where it is and whom it lets in is in the environment.
package strangers

import (
	"context"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/digitalocean/godo"
	"golang.org/x/oauth2"
)

const (
	region    = "fra1"
	size      = "s-1vcpu-1gb"
	image     = "debian-13-x64"
	tagName   = "godo"
	userData  = "#cloud-config\nruncmd:\n  - [touch, /run/godo]\n"
	publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFqhVzK2jZbGxxq4XyVsm2eE3lHqLr2Yb1cQ8yqSgV8m godo@example"
)

// life is what one step leaves for the next.
type life struct {
	ctx      context.Context
	client   *godo.Client
	key      *godo.Key
	vpc      *godo.VPC
	droplets []godo.Droplet
	// snapshotID is the number of the first droplet's snapshot.
	snapshotID int
	volume     *godo.Volume
	volumeCopy *godo.Snapshot
	reserved   *godo.ReservedIP
	reserved6  *godo.ReservedIPV6
	domain     string
	firewall   *godo.Firewall
	project    *godo.Project
}

// TestLifeCycle goes step by step: what one makes, the next ones use. After a step that failed there is no next one.
func TestLifeCycle(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	l := &life{ctx: ctx, client: clientWith(t, "SANDBOX_TOKEN")}
	steps := []struct {
		name string
		run  func(*testing.T, *life)
	}{
		{"account", account},
		{"catalogue", catalogue},
		{"SSH key", sshKey},
		{"tag", tag},
		{"VPC", vpc},
		{"droplets boot", dropletsBoot},
		{"droplets are listed page by page", dropletPages},
		{"a tag is put on a droplet and taken away", tagging},
		{"droplet actions", dropletActions},
		{"droplet snapshot", dropletSnapshot},
		{"volume", volume},
		{"volume snapshot", volumeSnapshot},
		{"reserved IP", reservedIP},
		{"reserved IPv6", reservedIPv6},
		{"domain", domain},
		{"firewall", firewall},
		{"project", project},
		{"actions", actions},
		{"billing", billing},
		{"errors", errorTypes},
		{"everything is deleted", deletion},
		{"nothing is left", nothingLeft},
	}
	for _, step := range steps {
		if !t.Run(step.name, func(t *testing.T) { step.run(t, l) }) {
			t.FailNow()
		}
	}
}

// clientWith makes a client without retries: an error is seen as it came.
func clientWith(t *testing.T, variable string) *godo.Client {
	t.Helper()
	return client(t, os.Getenv(variable))
}

func client(t *testing.T, token string) *godo.Client {
	t.Helper()
	source := oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token})
	base := &http.Client{Transport: &oauth2.Transport{Source: source}, Timeout: 20 * time.Second}
	made, err := godo.New(base, godo.SetBaseURL(os.Getenv("SANDBOX_URL")))
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// must ends the step when there is an error.
func must(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// equal ends the step when something is not as it has to be.
func equal[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Fatalf("%s is %v, not %v", what, got, want)
	}
}

// all goes through the pages of a collection as godo's documentation says: by the links of each answer.
func all[T any](t *testing.T, perPage int, list func(*godo.ListOptions) ([]T, *godo.Response, error)) []T {
	t.Helper()
	var found []T
	options := &godo.ListOptions{PerPage: perPage}
	for {
		page, response, err := list(options)
		must(t, "a page", err)
		if len(page) > perPage {
			t.Fatalf("a page of %d has %d", perPage, len(page))
		}
		found = append(found, page...)
		if response.Links == nil || response.Links.IsLastPage() {
			// godo forgets the number of some collections.
			if response.Meta != nil && response.Meta.Total != len(found) {
				t.Fatalf("%d were listed, the last answer says %d", len(found), response.Meta.Total)
			}
			return found
		}
		current, err := response.Links.CurrentPage()
		must(t, "the links", err)
		options.Page = current + 1
	}
}
