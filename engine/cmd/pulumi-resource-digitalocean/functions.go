package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/structpb"
)

// function answers one lookup of a program.
type function func(ctx context.Context, c *client, args object) (object, error)

var functions = map[string]function{
	"digitalocean:index/getSizes:getSizes":           listing("/v2/sizes", "sizes", nil),
	"digitalocean:index/getRegions:getRegions":       listing("/v2/regions", "regions", nil),
	"digitalocean:index/getDroplets:getDroplets":     listing("/v2/droplets", "droplets", flatDroplet),
	"digitalocean:index/getDroplet:getDroplet":       getDroplet,
	"digitalocean:index/getImage:getImage":           getImage,
	"digitalocean:index/getAccount:getAccount":       single("/v2/account", "account", ""),
	"digitalocean:index/getVpc:getVpc":               single("/v2/vpcs/", "vpc", "id"),
	"digitalocean:index/getDomain:getDomain":         single("/v2/domains/", "domain", "name"),
	"digitalocean:index/getReservedIp:getReservedIp": getReservedIP,
}

func (p *provider) Invoke(ctx context.Context, req *rpc.InvokeRequest) (*rpc.InvokeResponse, error) {
	serve, known := functions[req.GetTok()]
	if !known {
		return nil, status.Errorf(codes.Unimplemented, "the function %s is not among those the embedded stand-in serves: "+
			"install the official plugin (`pulumi plugin install resource digitalocean`) on an open network and run again",
			req.GetTok())
	}
	if err := p.ready(); err != nil {
		return nil, err
	}
	result, err := serve(ctx, p.api, req.GetArgs().AsMap())
	if err != nil {
		return nil, err
	}
	answer, err := structpb.NewStruct(result)
	return &rpc.InvokeResponse{Return: answer}, err
}

// listing reads a whole collection and applies the filters and sorts the official data sources know.
func listing(path, envelope string, shape func(object) object) function {
	return func(ctx context.Context, c *client, args object) (object, error) {
		items, err := c.list(ctx, path, envelope, nil)
		if err != nil {
			return nil, err
		}
		found := []any{}
		for _, item := range items {
			if shape != nil {
				item = shape(item)
			} else {
				item, _ = deep(item, camel).(object)
			}
			if matches(item, args["filters"]) {
				found = append(found, item)
			}
		}
		sortBy(found, args["sorts"])
		out := object{"id": envelope, envelope: found}
		for _, key := range []string{"filters", "sorts"} {
			if given := args[key]; given != nil {
				out[key] = given
			}
		}
		return out, nil
	}
}

func matches(item object, filters any) bool {
	list, _ := filters.([]any)
	for _, one := range list {
		filter, _ := one.(object)
		wanted, _ := filter["values"].([]any)
		if !matchesOne(item[camel(text(filter, "key"))], wanted, filter["all"] == true, text(filter, "matchBy")) {
			return false
		}
	}
	return true
}

func matchesOne(value any, wanted []any, all bool, matchBy string) bool {
	candidates, isList := value.([]any)
	if !isList {
		candidates = []any{value}
	}
	hit := func(want any) bool {
		return slices.ContainsFunc(candidates, func(have any) bool {
			if matchBy == "substring" {
				return strings.Contains(fmt.Sprint(have), fmt.Sprint(want))
			}
			return fmt.Sprint(have) == fmt.Sprint(want)
		})
	}
	if all {
		return !slices.ContainsFunc(wanted, func(want any) bool { return !hit(want) })
	}
	return slices.ContainsFunc(wanted, hit)
}

func sortBy(items []any, sorts any) {
	list, _ := sorts.([]any)
	slices.SortStableFunc(items, func(a, b any) int {
		for _, one := range list {
			rule, _ := one.(object)
			key := camel(text(rule, "key"))
			left, _ := a.(object)
			right, _ := b.(object)
			order := compare(left[key], right[key])
			if text(rule, "direction") == "desc" {
				order = -order
			}
			if order != 0 {
				return order
			}
		}
		return 0
	})
}

func compare(a, b any) int {
	if x, ok := a.(float64); ok {
		if y, ok := b.(float64); ok {
			switch {
			case x < y:
				return -1
			case x > y:
				return 1
			}
			return 0
		}
	}
	return strings.Compare(fmt.Sprint(a), fmt.Sprint(b))
}

// flatDroplet is a droplet as the official data sources show it.
func flatDroplet(answer object) object {
	out := droplet.toState(answer, object{})
	out["id"] = answer["id"]
	out["urn"] = out["dropletUrn"]
	delete(out, "dropletUrn")
	return out
}

func getDroplet(ctx context.Context, c *client, args object) (object, error) {
	found, err := listing("/v2/droplets", "droplets", flatDroplet)(ctx, c, nil)
	if err != nil {
		return nil, err
	}
	droplets, _ := found["droplets"].([]any)
	var matching []object
	for _, one := range droplets {
		item, _ := one.(object)
		tags, _ := item["tags"].([]any)
		switch {
		case args["id"] != nil && text(item, "id") != text(args, "id"):
		case args["name"] != nil && item["name"] != args["name"]:
		case args["tag"] != nil && !slices.Contains(tags, args["tag"]):
		default:
			matching = append(matching, item)
		}
	}
	if len(matching) != 1 {
		return nil, fmt.Errorf("%d droplets match %s: getDroplet needs exactly one", len(matching), encode(args))
	}
	return matching[0], nil
}

func getImage(ctx context.Context, c *client, args object) (object, error) {
	name := text(args, "slug")
	if name == "" {
		name = text(args, "id")
	}
	if name == "" {
		return nil, status.Error(codes.InvalidArgument, "getImage takes a slug or an id here, for example debian-13-x64")
	}
	var answer object
	if err := c.call(ctx, http.MethodGet, "/v2/images/"+url.PathEscape(name), nil, &answer); err != nil {
		return nil, err
	}
	image, _ := answer["image"].(object)
	out, _ := deep(image, camel).(object)
	out["image"] = name
	out["private"] = out["public"] == false
	return out, nil
}

// single reads one object by an argument; an empty argument means there is only one.
func single(path, envelope, argument string) function {
	return func(ctx context.Context, c *client, args object) (object, error) {
		var answer object
		location := path
		if argument != "" {
			if text(args, argument) == "" {
				return nil, status.Errorf(codes.InvalidArgument, "the lookup of a %s takes %q here", envelope, argument)
			}
			location += url.PathEscape(text(args, argument))
		}
		if err := c.call(ctx, http.MethodGet, location, nil, &answer); err != nil {
			return nil, err
		}
		inner, _ := answer[envelope].(object)
		out, _ := deep(inner, camel).(object)
		if out == nil {
			return nil, fmt.Errorf("DigitalOcean's answer to GET %s has no %q", location, envelope)
		}
		if _, named := out["id"]; !named {
			out["id"] = text(args, argument)
		}
		return out, nil
	}
}

func getReservedIP(ctx context.Context, c *client, args object) (object, error) {
	var answer object
	location := reservedIP.location(text(args, "ipAddress"))
	if err := c.call(ctx, http.MethodGet, location, nil, &answer); err != nil {
		return nil, err
	}
	out := reservedIP.toState(reservedIP.open(answer), object{})
	out["id"] = out["ipAddress"]
	out["urn"] = out["reservedIpUrn"]
	return out, nil
}
