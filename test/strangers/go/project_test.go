package strangers

import (
	"testing"

	"github.com/digitalocean/godo"
)

func project(t *testing.T, l *life) {
	made, _, err := l.client.Projects.Create(l.ctx, &godo.CreateProjectRequest{
		Name:        "godo",
		Description: "of the strangers",
		Purpose:     "Service or API",
		Environment: "Development",
	})
	must(t, "creating it", err)
	updated, _, err := l.client.Projects.Update(l.ctx, made.ID, &godo.UpdateProjectRequest{Environment: "Staging"})
	must(t, "updating it", err)
	equal(t, "its name", updated.Name, "godo")
	equal(t, "its environment", updated.Environment, "Staging")
	assigned, _, err := l.client.Projects.AssignResources(l.ctx, made.ID, l.droplets[0], l.reserved, "do:domain:"+l.domain)
	must(t, "assigning", err)
	equal(t, "how many were assigned", len(assigned), 3)
	again, _, err := l.client.Projects.AssignResources(l.ctx, made.ID, l.droplets[0])
	must(t, "assigning once more", err)
	equal(t, "what that says", again[0].Status, "already_assigned")
	listed := all(t, 1, func(o *godo.ListOptions) ([]godo.ProjectResource, *godo.Response, error) {
		return l.client.Projects.ListResources(l.ctx, made.ID, o)
	})
	equal(t, "how many are in it", len(listed), 3)
	projects := all(t, 1, func(o *godo.ListOptions) ([]godo.Project, *godo.Response, error) {
		return l.client.Projects.List(l.ctx, o)
	})
	equal(t, "how many projects there are", len(projects), 2)
	standard, _, err := l.client.Projects.GetDefault(l.ctx)
	must(t, "the default project", err)
	equal(t, "whether it is the default", standard.IsDefault, true)
	l.project = updated
}
