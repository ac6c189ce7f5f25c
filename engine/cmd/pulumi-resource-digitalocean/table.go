package main

import (
	"fmt"
	"strings"
	"unicode"
)

// field is one property of a resource: its name in programs and how it behaves. The API's name is the same in snake
// case unless api says otherwise.
type field struct {
	name     string
	api      string
	required bool
	forceNew bool
	// computed fields are only read.
	computed bool
	// optionalComputed fields can be set; where they are not, the API chooses.
	optionalComputed bool
	// set: the order of the elements means nothing.
	set bool
	// writeOnly fields are never answered by the API; what was sent is kept.
	writeOnly bool
	// noSend fields steer the plugin itself.
	noSend bool
	// toAPI and fromAPI convert where more than the case of names differs.
	toAPI   func(any) any
	fromAPI func(answer object) any
}

func (f field) key() string {
	if f.api != "" {
		return f.api
	}
	return snake(f.name)
}

// resource is one row of the table: where it lives in the API and what it is made of.
type resource struct {
	// path of the collection, for example /v2/droplets.
	path string
	// envelope around one object, for example "droplet"; empty for none.
	envelope string
	// id of an object answered by the API.
	id     func(answer object) string
	fields []field
	// updateMethod is PUT or PATCH; empty where every change is a replacement.
	updateMethod string
	// autoName: a missing name becomes the resource's own with a random ending.
	autoName bool
	// hooks replace the generic call where the API has its own way.
	hooks hooks
}

func (r resource) field(name string) (field, bool) {
	for _, f := range r.fields {
		if f.name == name {
			return f, true
		}
	}
	return field{}, false
}

func text(answer object, key string) string {
	switch value := answer[key].(type) {
	case nil:
		return ""
	case string:
		return value
	case float64:
		return fmt.Sprintf("%.0f", value)
	default:
		return fmt.Sprint(value)
	}
}

func byKey(key string) func(object) string {
	return func(answer object) string { return text(answer, key) }
}

// Fields as in @pulumi/digitalocean 4.80.1; what replaces a resource as in the official provider.
var table = map[string]resource{
	"digitalocean:index/sshKey:SshKey": {
		path: "/v2/account/keys", envelope: "ssh_key", id: byKey("id"), updateMethod: "PUT", autoName: true,
		fields: []field{
			{name: "name"},
			{name: "publicKey", required: true, forceNew: true},
			{name: "fingerprint", computed: true},
		},
	},
	"digitalocean:index/vpc:Vpc": {
		path: "/v2/vpcs", envelope: "vpc", id: byKey("id"), updateMethod: "PATCH", autoName: true,
		fields: []field{
			{name: "name"},
			{name: "region", required: true, forceNew: true},
			{name: "description"},
			{name: "ipRange", optionalComputed: true, forceNew: true},
			{name: "createdAt", computed: true},
			{name: "default", computed: true},
			{name: "vpcUrn", api: "urn", computed: true},
		},
		hooks: hooks{remove: removeVpc},
	},
	"digitalocean:index/tag:Tag": {
		path: "/v2/tags", envelope: "tag", id: byKey("name"), autoName: true,
		fields: []field{
			{name: "name", forceNew: true},
			{name: "totalResourceCount", computed: true, fromAPI: tagCount("")},
			{name: "dropletsCount", computed: true, fromAPI: tagCount("droplets")},
			{name: "imagesCount", computed: true, fromAPI: tagCount("images")},
			{name: "volumesCount", computed: true, fromAPI: tagCount("volumes")},
			{name: "volumeSnapshotsCount", computed: true, fromAPI: tagCount("volume_snapshots")},
			{name: "databasesCount", computed: true, fromAPI: tagCount("databases")},
		},
	},
	"digitalocean:index/domain:Domain": {
		path: "/v2/domains", envelope: "domain", id: byKey("name"),
		fields: []field{
			{name: "name", required: true, forceNew: true},
			{name: "ipAddress", forceNew: true, writeOnly: true},
			{name: "ttl", computed: true},
			{name: "domainUrn", computed: true, fromAPI: func(a object) any { return "do:domain:" + text(a, "name") }},
		},
	},
	"digitalocean:index/dnsRecord:DnsRecord":                       dnsRecord,
	"digitalocean:index/droplet:Droplet":                           droplet,
	"digitalocean:index/firewall:Firewall":                         firewall,
	"digitalocean:index/reservedIp:ReservedIp":                     reservedIP,
	"digitalocean:index/reservedIpAssignment:ReservedIpAssignment": reservedIPAssignment,
	"digitalocean:index/project:Project":                           project,
}

func tagCount(kind string) func(object) any {
	return func(answer object) any {
		resources, _ := answer["resources"].(object)
		if kind != "" {
			resources, _ = resources[kind].(object)
		}
		if count, ok := resources["count"].(float64); ok {
			return count
		}
		return 0.0
	}
}

func snake(name string) string {
	var out strings.Builder
	for i, letter := range name {
		if unicode.IsUpper(letter) {
			if i > 0 {
				out.WriteByte('_')
			}
			letter = unicode.ToLower(letter)
		}
		out.WriteRune(letter)
	}
	return out.String()
}

func camel(name string) string {
	parts := strings.Split(name, "_")
	for i := 1; i < len(parts); i++ {
		if parts[i] != "" {
			parts[i] = strings.ToUpper(parts[i][:1]) + parts[i][1:]
		}
	}
	return strings.Join(parts, "")
}

// deep renames the keys of nested objects.
func deep(value any, rename func(string) string) any {
	switch value := value.(type) {
	case object:
		out := object{}
		for key, inner := range value {
			if inner != nil {
				out[rename(key)] = deep(inner, rename)
			}
		}
		return out
	case []any:
		out := make([]any, len(value))
		for i, inner := range value {
			out[i] = deep(inner, rename)
		}
		return out
	default:
		return value
	}
}
