package main

import (
	"context"
	"os"
	"slices"
	"strings"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

var settings = []string{"token", "apiEndpoint", "httpRetryMax", "httpRetryWaitMax", "httpRetryWaitMin",
	"requestsPerSecond", "spacesAccessId", "spacesEndpoint", "spacesSecretKey", "version", "pluginDownloadURL"}

func (p *provider) CheckConfig(_ context.Context, req *rpc.CheckRequest) (*rpc.CheckResponse, error) {
	response := &rpc.CheckResponse{Inputs: req.GetNews()}
	for name := range req.GetNews().GetFields() {
		if !slices.Contains(settings, name) && !strings.HasPrefix(name, "__") {
			response.Failures = append(response.Failures, &rpc.CheckFailure{
				Property: name, Reason: "is not a setting of the DigitalOcean provider",
			})
		}
	}
	return response, nil
}

// A new token or address never replaces anything: it is the same account.
func (p *provider) DiffConfig(_ context.Context, req *rpc.DiffRequest) (*rpc.DiffResponse, error) {
	response := &rpc.DiffResponse{Changes: rpc.DiffResponse_DIFF_NONE}
	olds, news := req.GetOldInputs().AsMap(), req.GetNews().AsMap()
	for _, name := range settings {
		if encode(olds[name]) != encode(news[name]) && name != "version" {
			response.Changes = rpc.DiffResponse_DIFF_SOME
			response.Diffs = append(response.Diffs, name)
		}
	}
	return response, nil
}

func (p *provider) Configure(_ context.Context, req *rpc.ConfigureRequest) (*rpc.ConfigureResponse, error) {
	given := req.GetArgs().AsMap()
	setting := func(name string, environment ...string) string {
		if value, ok := given[name].(string); ok && value != "" && value != unknown {
			return value
		}
		if value := req.GetVariables()["digitalocean:config:"+name]; value != "" {
			return value
		}
		for _, variable := range environment {
			if value := os.Getenv(variable); value != "" {
				return value
			}
		}
		return ""
	}
	p.api = newClient(setting("apiEndpoint", "DIGITALOCEAN_API_URL"),
		setting("token", "DIGITALOCEAN_TOKEN", "DIGITALOCEAN_ACCESS_TOKEN"))
	return &rpc.ConfigureResponse{SupportsPreview: true}, nil
}

// ready is asked before anything goes over the network.
func (p *provider) ready() error {
	if p.api == nil || p.api.token == "" {
		return status.Error(codes.InvalidArgument, "no DigitalOcean token: set the secret digitalocean:token "+
			"(pulumi config set --secret digitalocean:token) or the variable DIGITALOCEAN_TOKEN")
	}
	return nil
}
