package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// hooks are the calls of one resource that are not the plain create, read, update and delete of a collection.
type hooks struct {
	create func(ctx context.Context, c *client, r resource, inputs object) (id string, answer object, err error)
	// read answers nil for «gone».
	read   func(ctx context.Context, c *client, r resource, id string, known object) (answer object, err error)
	update func(ctx context.Context, c *client, r resource, id string, olds, news object) error
	remove func(ctx context.Context, c *client, r resource, id string, state object) error
}

func (r resource) location(id string) string { return r.path + "/" + url.PathEscape(id) }

func (r resource) open(answer object) object {
	if r.envelope == "" {
		return answer
	}
	inner, _ := answer[r.envelope].(object)
	return inner
}

func create(ctx context.Context, c *client, r resource, inputs object) (string, object, error) {
	if r.hooks.create != nil {
		return r.hooks.create(ctx, c, r, inputs)
	}
	var answer object
	if err := c.call(ctx, http.MethodPost, r.path, r.toRequest(inputs), &answer); err != nil {
		return "", nil, err
	}
	made := r.open(answer)
	id := r.id(made)
	if id == "" {
		return "", nil, fmt.Errorf("DigitalOcean's answer to POST %s names no id", r.path)
	}
	return id, made, nil
}

func read(ctx context.Context, c *client, r resource, id string, known object) (object, error) {
	if r.hooks.read != nil {
		return r.hooks.read(ctx, c, r, id, known)
	}
	var answer object
	err := c.call(ctx, http.MethodGet, r.location(id), nil, &answer)
	if isGone(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	found := r.open(answer)
	if found == nil {
		return nil, fmt.Errorf("DigitalOcean's answer to GET %s has no %q", r.location(id), r.envelope)
	}
	return found, nil
}

func update(ctx context.Context, c *client, r resource, id string, olds, news object) error {
	if r.hooks.update != nil {
		return r.hooks.update(ctx, c, r, id, olds, news)
	}
	body := r.toRequest(news)
	for _, f := range r.fields {
		// What can't change isn't sent: the API refuses some of these fields outside of a create.
		if f.forceNew {
			delete(body, f.key())
		}
		if _, was := olds[f.name]; was && !f.computed && !f.forceNew && news[f.name] == nil {
			body[f.key()] = emptyLike(olds[f.name])
		}
	}
	return c.call(ctx, r.updateMethod, r.location(id), body, nil)
}

// emptyLike takes a setting back: the API reads an absent field as «leave it».
func emptyLike(value any) any {
	switch value.(type) {
	case string:
		return ""
	case []any:
		return []any{}
	case bool:
		return false
	default:
		return nil
	}
}

func remove(ctx context.Context, c *client, r resource, id string, state object) error {
	var err error
	if r.hooks.remove != nil {
		err = r.hooks.remove(ctx, c, r, id, state)
	} else {
		err = c.call(ctx, http.MethodDelete, r.location(id), nil, nil)
	}
	if isGone(err) {
		return nil
	}
	return err
}

// until calls check every half second (later every three) until it says done or the time is over.
func until(ctx context.Context, limit time.Duration, what string, check func() (done bool, err error)) error {
	start := time.Now()
	for {
		done, err := check()
		if err != nil || done {
			return err
		}
		pause := 500 * time.Millisecond
		if time.Since(start) > time.Minute {
			pause = 3 * time.Second
		}
		if time.Since(start)+pause > limit {
			return fmt.Errorf("%s took longer than %s", what, limit)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", what, ctx.Err())
		case <-time.After(pause):
		}
	}
}

// act runs an action on a droplet or a reserved IP and waits for its end.
func act(ctx context.Context, c *client, path string, body object) error {
	var answer struct {
		Action struct {
			ID     int64  `json:"id"`
			Status string `json:"status"`
		} `json:"action"`
	}
	if err := c.call(ctx, http.MethodPost, path, body, &answer); err != nil {
		return err
	}
	what := fmt.Sprintf("the action %v on %s", body["type"], path)
	return until(ctx, 10*time.Minute, what, func() (bool, error) {
		if answer.Action.Status == "errored" {
			return false, fmt.Errorf("%s (number %d) ended as errored", what, answer.Action.ID)
		}
		if answer.Action.Status == "completed" {
			return true, nil
		}
		return false, c.call(ctx, http.MethodGet, fmt.Sprintf("/v2/actions/%d", answer.Action.ID), nil, &answer)
	})
}

// A VPC's members leave a moment after their droplets are gone; the API refuses to delete an occupied one until then.
func removeVpc(ctx context.Context, c *client, r resource, id string, _ object) error {
	return until(ctx, 2*time.Minute, "waiting for the VPC's members to leave", func() (bool, error) {
		err := c.call(ctx, http.MethodDelete, r.location(id), nil, nil)
		var answer *apiError
		if errors.As(err, &answer) && !answer.html &&
			(answer.Status == http.StatusConflict || answer.Status == http.StatusForbidden) &&
			strings.Contains(strings.ToLower(answer.Message), "member") {
			return false, nil
		}
		return err == nil, err
	})
}
