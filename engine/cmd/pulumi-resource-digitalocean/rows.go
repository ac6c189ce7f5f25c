package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

var firewall = resource{
	path: "/v2/firewalls", envelope: "firewall", id: byKey("id"), updateMethod: http.MethodPut, autoName: true,
	fields: []field{
		{name: "name"},
		{name: "dropletIds", set: true},
		{name: "tags", set: true},
		{name: "inboundRules", set: true, toAPI: rulesToAPI("source", "sources"), fromAPI: rulesFromAPI("inbound_rules", "source", "sources")},
		{name: "outboundRules", set: true, toAPI: rulesToAPI("destination", "destinations"), fromAPI: rulesFromAPI("outbound_rules", "destination", "destinations")},
		{name: "createdAt", computed: true},
		// Transient by nature: reading them back would show drift where there is none.
		{name: "status", computed: true, fromAPI: func(object) any { return "succeeded" }},
		{name: "pendingChanges", computed: true, fromAPI: func(object) any { return []any{} }},
	},
}

// The peers of a rule stand side by side in programs (sourceAddresses, sourceTags, …) and one level down in the API.
var peers = map[string]string{
	"Addresses": "addresses", "DropletIds": "droplet_ids", "Tags": "tags",
	"LoadBalancerUids": "load_balancer_uids", "KubernetesIds": "kubernetes_ids",
}

func rulesToAPI(prefix, nested string) func(any) any {
	return func(value any) any {
		list, _ := value.([]any)
		out := make([]any, 0, len(list))
		for _, one := range list {
			rule, _ := one.(object)
			inner := object{}
			for suffix, key := range peers {
				if given, ok := rule[prefix+suffix]; ok && !isZero(given) {
					inner[key] = given
				}
			}
			sent := object{"protocol": rule["protocol"], nested: inner}
			if ports := text(rule, "portRange"); ports != "" {
				sent["ports"] = ports
			}
			out = append(out, sent)
		}
		return out
	}
}

func rulesFromAPI(key, prefix, nested string) func(object) any {
	return func(answer object) any {
		list, _ := answer[key].([]any)
		out := make([]any, 0, len(list))
		for _, one := range list {
			sent, _ := one.(object)
			rule := object{"protocol": sent["protocol"]}
			// The API answers 0 for «all ports»; for ICMP there are none.
			if ports := text(sent, "ports"); ports != "" && sent["protocol"] != "icmp" {
				if ports == "0" {
					ports = "all"
				}
				rule["portRange"] = ports
			}
			inner, _ := sent[nested].(object)
			for suffix, from := range peers {
				if given, ok := inner[from]; ok && !isZero(given) {
					rule[prefix+suffix] = given
				}
			}
			out = append(out, rule)
		}
		return out
	}
}

var reservedIP = resource{
	path: "/v2/reserved_ips", envelope: "reserved_ip", id: byKey("ip"),
	fields: []field{
		{name: "region", required: true, forceNew: true, fromAPI: regionOf},
		{name: "dropletId", optionalComputed: true, fromAPI: assignedTo},
		{name: "ipAddress", api: "ip", optionalComputed: true, forceNew: true, noSend: true, fromAPI: func(a object) any { return a["ip"] }},
		{name: "reservedIpUrn", computed: true, fromAPI: func(a object) any { return "do:reservedip:" + text(a, "ip") }},
	},
	hooks: hooks{
		create: func(ctx context.Context, c *client, r resource, inputs object) (string, object, error) {
			var answer object
			if err := c.call(ctx, http.MethodPost, r.path, object{"region": inputs["region"]}, &answer); err != nil {
				return "", nil, err
			}
			made := r.open(answer)
			id := r.id(made)
			if droplet, given := inputs["dropletId"]; given {
				if err := act(ctx, c, r.location(id)+"/actions", object{"type": "assign", "droplet_id": droplet}); err != nil {
					return id, made, err
				}
			}
			return id, made, nil
		},
		update: func(ctx context.Context, c *client, r resource, id string, _, news object) error {
			return assign(ctx, c, id, news["dropletId"])
		},
		remove: func(ctx context.Context, c *client, r resource, id string, state object) error {
			if droplet, _ := state["dropletId"].(float64); droplet != 0 {
				// Refused, it is assigned to nothing any more, and the state is out of date: as the official provider takes it (its resourceDigitalOceanReservedIPDelete).
				if err := assign(ctx, c, id, nil); err != nil && !isGone(err) && !isRefused(err) {
					return err
				}
			}
			return c.call(ctx, http.MethodDelete, r.location(id), nil, nil)
		},
	},
}

func assignedTo(answer object) any {
	droplet, _ := answer["droplet"].(object)
	return droplet["id"]
}

func assign(ctx context.Context, c *client, ip string, droplet any) error {
	actions := "/v2/reserved_ips/" + url.PathEscape(ip) + "/actions"
	if isZero(droplet) {
		return act(ctx, c, actions, object{"type": "unassign"})
	}
	return act(ctx, c, actions, object{"type": "assign", "droplet_id": droplet})
}

var reservedIPAssignment = resource{
	path: "/v2/reserved_ips", envelope: "reserved_ip",
	fields: []field{
		{name: "ipAddress", required: true, forceNew: true, fromAPI: func(a object) any { return a["ip"] }},
		{name: "dropletId", required: true, forceNew: true, fromAPI: assignedTo},
	},
	hooks: hooks{
		create: func(ctx context.Context, c *client, r resource, inputs object) (string, object, error) {
			ip := text(inputs, "ipAddress")
			if err := assign(ctx, c, ip, inputs["dropletId"]); err != nil {
				return "", nil, err
			}
			return fmt.Sprintf("%s-%s", text(inputs, "dropletId"), ip),
				object{"ip": ip, "droplet": object{"id": inputs["dropletId"]}}, nil
		},
		read: func(ctx context.Context, c *client, r resource, id string, known object) (object, error) {
			ip := text(known, "ipAddress")
			if ip == "" {
				// Import: «address,droplet» as the official provider takes it.
				ip, _, _ = strings.Cut(id, ",")
			}
			var answer object
			err := c.call(ctx, http.MethodGet, r.location(ip), nil, &answer)
			if isGone(err) {
				return nil, nil
			}
			if err != nil {
				return nil, err
			}
			found := r.open(answer)
			// An address that is assigned to nothing, or to another droplet, is not this assignment.
			now := assignedTo(found)
			if now == nil || (known["dropletId"] != nil && text(object{"id": now}, "id") != text(known, "dropletId")) {
				return nil, nil
			}
			return found, nil
		},
		remove: func(ctx context.Context, c *client, r resource, id string, state object) error {
			// Where the address has moved on already, unassigning would cut off its new droplet.
			now, err := r.hooks.read(ctx, c, r, id, state)
			if err != nil || now == nil {
				return err
			}
			return assign(ctx, c, text(state, "ipAddress"), nil)
		},
	},
}

var project = resource{
	path: "/v2/projects", envelope: "project", id: byKey("id"), updateMethod: http.MethodPut, autoName: true,
	fields: []field{
		{name: "name"},
		{name: "description"},
		{name: "purpose", optionalComputed: true},
		{name: "environment"},
		{name: "isDefault"},
		{name: "resources", set: true, optionalComputed: true, noSend: true, fromAPI: func(a object) any { return a["resources"] }},
		{name: "createdAt", computed: true},
		{name: "updatedAt", computed: true},
		{name: "ownerId", computed: true},
		{name: "ownerUuid", computed: true},
	},
	hooks: hooks{
		create: func(ctx context.Context, c *client, r resource, inputs object) (string, object, error) {
			body := r.toRequest(inputs)
			if body["purpose"] == nil {
				body["purpose"] = "Web Application"
			}
			var answer object
			if err := c.call(ctx, http.MethodPost, r.path, body, &answer); err != nil {
				return "", nil, err
			}
			made := r.open(answer)
			id := r.id(made)
			if err := moveInto(ctx, c, id, nil, inputs["resources"]); err != nil {
				return id, made, err
			}
			made["resources"] = inputs["resources"]
			return id, made, nil
		},
		read: func(ctx context.Context, c *client, r resource, id string, _ object) (object, error) {
			plain := r
			plain.hooks.read = nil
			found, err := read(ctx, c, plain, id, nil)
			if found == nil || err != nil {
				return nil, err
			}
			members, err := c.list(ctx, r.location(id)+"/resources", "resources", nil)
			if err != nil {
				return nil, err
			}
			urns := []any{}
			for _, member := range members {
				urns = append(urns, text(member, "urn"))
			}
			found["resources"] = urns
			return found, nil
		},
		update: func(ctx context.Context, c *client, r resource, id string, olds, news object) error {
			body := r.toRequest(news)
			for key, value := range map[string]any{"description": "", "purpose": "Web Application", "environment": "", "is_default": false} {
				if body[key] == nil {
					body[key] = value
				}
			}
			if err := c.call(ctx, r.updateMethod, r.location(id), body, nil); err != nil {
				return err
			}
			return moveInto(ctx, c, id, olds["resources"], news["resources"])
		},
		remove: func(ctx context.Context, c *client, r resource, id string, state object) error {
			// A project with members cannot be deleted; they go back to the default one.
			if err := moveInto(ctx, c, id, state["resources"], nil); err != nil {
				return err
			}
			return c.call(ctx, http.MethodDelete, r.location(id), nil, nil)
		},
	},
}

// moveInto puts new members into a project and those that left into the default one.
func moveInto(ctx context.Context, c *client, id string, before, after any) error {
	olds, _ := before.([]any)
	news, _ := after.([]any)
	only := func(these, those []any) []any {
		var out []any
		for _, one := range these {
			if !slices.Contains(those, one) {
				out = append(out, one)
			}
		}
		return out
	}
	for target, members := range map[string][]any{id: only(news, olds), "default": only(olds, news)} {
		if len(members) == 0 {
			continue
		}
		path := "/v2/projects/" + url.PathEscape(target) + "/resources"
		if err := c.call(ctx, http.MethodPost, path, object{"resources": members}, nil); err != nil {
			return err
		}
	}
	return nil
}
