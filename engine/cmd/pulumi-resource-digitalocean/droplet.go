package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

const (
	dropletTimeout = 15 * time.Minute
	// How long a droplet that was just created may be unknown.
	unknownAtFirst = 30 * time.Second
)

var droplet = resource{
	path: "/v2/droplets", envelope: "droplet", id: byKey("id"), autoName: true,
	fields: []field{
		{name: "name"},
		{name: "image", required: true, forceNew: true, toAPI: numberWhereNumeric, fromAPI: imageOf},
		{name: "size", required: true, api: "size", fromAPI: func(a object) any { return a["size_slug"] }},
		{name: "region", optionalComputed: true, forceNew: true, fromAPI: regionOf},
		{name: "sshKeys", forceNew: true, writeOnly: true, set: true, toAPI: eachNumberWhereNumeric},
		{name: "userData", forceNew: true, writeOnly: true},
		{name: "vpcUuid", optionalComputed: true, forceNew: true},
		{name: "publicNetworking", forceNew: true, writeOnly: true},
		{name: "dropletAgent", api: "with_droplet_agent", forceNew: true, writeOnly: true},
		{name: "monitoring", forceNew: true, fromAPI: hasFeature("monitoring")},
		{name: "backups", fromAPI: hasFeature("backups")},
		{name: "ipv6", fromAPI: hasFeature("ipv6")},
		{name: "tags", set: true},
		{name: "volumeIds", api: "volumes", set: true, optionalComputed: true, fromAPI: func(a object) any { return a["volume_ids"] }},
		{name: "resizeDisk", noSend: true},
		{name: "gracefulShutdown", noSend: true},
		{name: "privateNetworking", optionalComputed: true, fromAPI: hasFeature("private_networking")},
		{name: "ipv6Address", optionalComputed: true, noSend: true, fromAPI: address("v6", "public")},
		{name: "ipv4Address", computed: true, fromAPI: address("v4", "public")},
		{name: "ipv4AddressPrivate", computed: true, fromAPI: address("v4", "private")},
		{name: "createdAt", computed: true},
		{name: "disk", computed: true},
		{name: "memory", computed: true},
		{name: "vcpus", computed: true},
		{name: "locked", computed: true},
		{name: "status", computed: true},
		{name: "priceHourly", computed: true, fromAPI: price("price_hourly")},
		{name: "priceMonthly", computed: true, fromAPI: price("price_monthly")},
		{name: "dropletUrn", computed: true, fromAPI: func(a object) any { return "do:droplet:" + text(a, "id") }},
	},
	hooks: hooks{create: createDroplet, update: updateDroplet, remove: removeDroplet},
}

// Slugs and ids share a field: DigitalOcean tells them apart by their JSON type.
func numberWhereNumeric(value any) any {
	if word, ok := value.(string); ok {
		if number, err := strconv.ParseInt(word, 10, 64); err == nil {
			return number
		}
	}
	return value
}

func eachNumberWhereNumeric(value any) any {
	list, ok := value.([]any)
	if !ok {
		return value
	}
	out := make([]any, len(list))
	for i, one := range list {
		out[i] = numberWhereNumeric(one)
	}
	return out
}

func imageOf(answer object) any {
	image, _ := answer["image"].(object)
	if slug := text(image, "slug"); slug != "" {
		return slug
	}
	return text(image, "id")
}

func regionOf(answer object) any {
	region, _ := answer["region"].(object)
	return region["slug"]
}

func hasFeature(name string) func(object) any {
	return func(answer object) any {
		features, _ := answer["features"].([]any)
		return slices.Contains(features, any(name))
	}
}

func address(family, kind string) func(object) any {
	return func(answer object) any {
		networks, _ := answer["networks"].(object)
		list, _ := networks[family].([]any)
		for _, one := range list {
			if network, ok := one.(object); ok && network["type"] == kind {
				return network["ip_address"]
			}
		}
		return ""
	}
}

func price(key string) func(object) any {
	return func(answer object) any {
		size, _ := answer["size"].(object)
		return size[key]
	}
}

func createDroplet(ctx context.Context, c *client, r resource, inputs object) (string, object, error) {
	var answer object
	if err := c.call(ctx, http.MethodPost, r.path, r.toRequest(inputs), &answer); err != nil {
		return "", nil, err
	}
	made := r.open(answer)
	id := r.id(made)
	if id == "" {
		return "", nil, fmt.Errorf("DigitalOcean's answer to POST %s names no droplet id", r.path)
	}
	seen, start := false, time.Now()
	err := until(ctx, dropletTimeout, "waiting for droplet "+id+" to become active", func() (bool, error) {
		if err := c.call(ctx, http.MethodGet, r.location(id), nil, &answer); err != nil {
			// Just created droplets are unknown for a moment; one whose creation failed goes away again.
			if isGone(err) && !seen && time.Since(start) < unknownAtFirst {
				return false, nil
			}
			return false, err
		}
		seen = true
		made = r.open(answer)
		return made["status"] == "active", nil
	})
	// The id goes back with the error: a droplet that exists must never be forgotten.
	return id, made, err
}

func updateDroplet(ctx context.Context, c *client, r resource, id string, olds, news object) error {
	actions := r.location(id) + "/actions"
	changed := func(name string) bool {
		f, _ := r.field(name)
		return !same(f, olds[name], news[name])
	}
	if changed("name") {
		if err := act(ctx, c, actions, object{"type": "rename", "name": news["name"]}); err != nil {
			return err
		}
	}
	if changed("size") {
		if err := resize(ctx, c, actions, news); err != nil {
			return err
		}
	}
	if changed("backups") {
		kind := "disable_backups"
		if news["backups"] == true {
			kind = "enable_backups"
		}
		if err := act(ctx, c, actions, object{"type": kind}); err != nil {
			return err
		}
	}
	if changed("ipv6") {
		if news["ipv6"] != true {
			return fmt.Errorf("IPv6 of droplet %s cannot be switched off again: replace the droplet", id)
		}
		if err := act(ctx, c, actions, object{"type": "enable_ipv6"}); err != nil {
			return err
		}
	}
	if changed("volumeIds") {
		return fmt.Errorf("changing the volumes of droplet %s takes the official DigitalOcean plugin", id)
	}
	return retag(ctx, c, id, olds["tags"], news["tags"])
}

// resize needs the droplet off; it is switched on again in any case.
func resize(ctx context.Context, c *client, actions string, news object) error {
	if err := act(ctx, c, actions, object{"type": "power_off"}); err != nil {
		return err
	}
	disk := news["resizeDisk"] != false
	failure := act(ctx, c, actions, object{"type": "resize", "size": news["size"], "disk": disk})
	if err := act(ctx, c, actions, object{"type": "power_on"}); err != nil {
		return err
	}
	return failure
}

func retag(ctx context.Context, c *client, id string, before, after any) error {
	olds, _ := before.([]any)
	news, _ := after.([]any)
	body := object{"resources": []object{{"resource_id": id, "resource_type": "droplet"}}}
	for _, tag := range news {
		if slices.Contains(olds, tag) {
			continue
		}
		if err := c.call(ctx, http.MethodPost, "/v2/tags", object{"name": tag}, nil); err != nil {
			return err
		}
		if err := c.call(ctx, http.MethodPost, fmt.Sprintf("/v2/tags/%v/resources", tag), body, nil); err != nil {
			return err
		}
	}
	for _, tag := range olds {
		if slices.Contains(news, tag) {
			continue
		}
		err := c.call(ctx, http.MethodDelete, fmt.Sprintf("/v2/tags/%v/resources", tag), body, nil)
		if err != nil && !isGone(err) {
			return err
		}
	}
	return nil
}

func removeDroplet(ctx context.Context, c *client, r resource, id string, state object) error {
	if state["gracefulShutdown"] == true {
		if err := act(ctx, c, r.location(id)+"/actions", object{"type": "shutdown"}); err != nil && !isGone(err) {
			return err
		}
	}
	if err := c.call(ctx, http.MethodDelete, r.location(id), nil, nil); err != nil {
		return err
	}
	return until(ctx, dropletTimeout, "waiting for droplet "+id+" to be gone", func() (bool, error) {
		err := c.call(ctx, http.MethodGet, r.location(id), nil, nil)
		if isGone(err) {
			return true, nil
		}
		return false, err
	})
}
