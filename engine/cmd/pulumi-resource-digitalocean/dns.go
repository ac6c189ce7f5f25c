package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

var dnsRecord = resource{
	envelope: "domain_record", id: byKey("id"), updateMethod: http.MethodPut,
	fields: []field{
		{name: "domain", required: true, forceNew: true, noSend: true, fromAPI: func(a object) any { return a["domain"] }},
		{name: "type", required: true, forceNew: true},
		{name: "name", required: true},
		{name: "value", api: "data", required: true},
		{name: "ttl", optionalComputed: true},
		{name: "priority"},
		{name: "port"},
		{name: "weight"},
		{name: "flags"},
		{name: "tag"},
		{name: "fqdn", computed: true, fromAPI: func(a object) any {
			if text(a, "name") == "@" {
				return text(a, "domain")
			}
			return text(a, "name") + "." + text(a, "domain")
		}},
	},
	hooks: hooks{
		create: func(ctx context.Context, c *client, r resource, inputs object) (string, object, error) {
			var answer object
			if err := c.call(ctx, http.MethodPost, recordsOf(inputs), r.toRequest(inputs), &answer); err != nil {
				return "", nil, err
			}
			made := r.open(answer)
			made["domain"] = inputs["domain"]
			return r.id(made), made, nil
		},
		read: func(ctx context.Context, c *client, r resource, id string, known object) (object, error) {
			domain, id, err := recordID(id, known)
			if err != nil {
				return nil, err
			}
			var answer object
			err = c.call(ctx, http.MethodGet, recordsOf(object{"domain": domain})+"/"+url.PathEscape(id), nil, &answer)
			if isGone(err) {
				return nil, nil
			}
			if err != nil {
				return nil, err
			}
			found := r.open(answer)
			found["domain"] = domain
			return found, nil
		},
		update: func(ctx context.Context, c *client, r resource, id string, _, news object) error {
			return c.call(ctx, r.updateMethod, recordsOf(news)+"/"+url.PathEscape(id), r.toRequest(news), nil)
		},
		remove: func(ctx context.Context, c *client, _ resource, id string, state object) error {
			return c.call(ctx, http.MethodDelete, recordsOf(state)+"/"+url.PathEscape(id), nil, nil)
		},
	},
}

func recordsOf(inputs object) string {
	return "/v2/domains/" + url.PathEscape(text(inputs, "domain")) + "/records"
}

// recordID takes the official import form «domain,id» apart; a known record has its domain in the state.
func recordID(id string, known object) (domain, record string, err error) {
	if domain, record, found := strings.Cut(id, ","); found {
		return domain, record, nil
	}
	if domain := text(known, "domain"); domain != "" {
		return domain, id, nil
	}
	return "", "", fmt.Errorf("import a DNS record as «domain,id», for example example.com,12345678; got %q", id)
}
