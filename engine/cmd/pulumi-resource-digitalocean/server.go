package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/deploy4me/deploy4me/engine/internal/serve"
)

// unknown stands for a value that a preview cannot know yet.
const unknown = plugin.UnknownStringValue

// defaults is the input that remembers which others were not the program's own (as the official bridge does it).
const defaults = "__defaults"

type provider struct {
	rpc.UnimplementedResourceProviderServer
	api *client
}

func newProvider() *provider { return &provider{} }

func (p *provider) GetPluginInfo(context.Context, *emptypb.Empty) (*rpc.PluginInfo, error) {
	return &rpc.PluginInfo{Version: serve.Version}, nil
}

func (p *provider) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

func (p *provider) Attach(context.Context, *rpc.PluginAttach) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

func rowOf(urn string) (resource, error) {
	parts := strings.Split(urn, "::")
	kind := urn
	if len(parts) >= 3 {
		kind = parts[2][strings.LastIndex(parts[2], "$")+1:]
	}
	row, known := table[kind]
	if !known {
		return resource{}, status.Errorf(codes.Unimplemented, "the resource type %s is not among those the embedded "+
			"stand-in serves: install the official plugin (`pulumi plugin install resource digitalocean`) on an open "+
			"network and run again", kind)
	}
	return row, nil
}

func (p *provider) Check(_ context.Context, req *rpc.CheckRequest) (*rpc.CheckResponse, error) {
	row, err := rowOf(req.GetUrn())
	if err != nil {
		return nil, err
	}
	olds, news := req.GetOlds().AsMap(), req.GetNews().AsMap()
	delete(news, defaults)
	response := &rpc.CheckResponse{}
	fail := func(property, reason string) {
		response.Failures = append(response.Failures, &rpc.CheckFailure{Property: property, Reason: reason})
	}
	for name := range news {
		if f, known := row.field(name); !known {
			fail(name, "is not a property of this resource, or the embedded stand-in does not serve it: "+
				"the official DigitalOcean plugin may")
		} else if f.computed {
			fail(name, "is an output: it cannot be set")
		}
	}
	for _, f := range row.fields {
		if _, given := news[f.name]; f.required && !given {
			fail(f.name, "is required")
		}
	}
	if _, given := news["name"]; row.autoName && !given {
		news["name"] = autoName(req, olds)
		news[defaults] = []any{"name"}
	}
	response.Inputs, err = structpb.NewStruct(news)
	return response, err
}

// autoName keeps the name a resource has, and gives a new one the resource's own with a random ending.
func autoName(req *rpc.CheckRequest, olds object) string {
	if name, kept := olds["name"].(string); kept && olds[defaults] != nil {
		return name
	}
	parts := strings.Split(req.GetUrn(), "::")
	seed := sha256.Sum256(append([]byte(req.GetUrn()), req.GetRandomSeed()...))
	return parts[len(parts)-1] + "-" + hex.EncodeToString(seed[:])[:7]
}

func (p *provider) Diff(_ context.Context, req *rpc.DiffRequest) (*rpc.DiffResponse, error) {
	row, err := rowOf(req.GetUrn())
	if err != nil {
		return nil, err
	}
	olds, news := req.GetOldInputs().AsMap(), req.GetNews().AsMap()
	response := &rpc.DiffResponse{
		Changes: rpc.DiffResponse_DIFF_NONE, HasDetailedDiff: true, DetailedDiff: map[string]*rpc.PropertyDiff{},
	}
	for _, f := range row.fields {
		_, said := news[f.name]
		if f.computed || slices.Contains(req.GetIgnoreChanges(), f.name) || same(f, olds[f.name], news[f.name]) {
			continue
		}
		if !said && f.optionalComputed {
			continue
		}
		response.Changes = rpc.DiffResponse_DIFF_SOME
		response.Diffs = append(response.Diffs, f.name)
		replaces := f.forceNew || row.updateMethod == "" && row.hooks.update == nil
		if replaces {
			response.Replaces = append(response.Replaces, f.name)
		}
		response.DetailedDiff[f.name] = &rpc.PropertyDiff{Kind: kindOf(olds[f.name], news[f.name], replaces), InputDiff: true}
	}
	// A name the program chose itself would be taken twice if the new resource came first.
	if len(response.Replaces) > 0 && row.autoName && news[defaults] == nil && encode(olds["name"]) == encode(news["name"]) {
		response.DeleteBeforeReplace = true
	}
	return response, nil
}

func kindOf(before, after any, replaces bool) rpc.PropertyDiff_Kind {
	switch {
	case before == nil && replaces:
		return rpc.PropertyDiff_ADD_REPLACE
	case before == nil:
		return rpc.PropertyDiff_ADD
	case after == nil && replaces:
		return rpc.PropertyDiff_DELETE_REPLACE
	case after == nil:
		return rpc.PropertyDiff_DELETE
	case replaces:
		return rpc.PropertyDiff_UPDATE_REPLACE
	default:
		return rpc.PropertyDiff_UPDATE
	}
}

func (p *provider) Create(ctx context.Context, req *rpc.CreateRequest) (*rpc.CreateResponse, error) {
	row, err := rowOf(req.GetUrn())
	if err != nil {
		return nil, err
	}
	inputs := req.GetProperties().AsMap()
	if req.GetPreview() {
		properties, err := structpb.NewStruct(foreseen(row, inputs, nil))
		return &rpc.CreateResponse{Properties: properties}, err
	}
	if err := p.ready(); err != nil {
		return nil, err
	}
	id, answer, err := create(ctx, p.api, row, withoutDefaults(inputs))
	if err != nil && id == "" {
		return nil, err
	}
	properties, convertErr := structpb.NewStruct(row.toState(answer, inputs))
	if convertErr != nil {
		return nil, fmt.Errorf("state of %s: %w", id, convertErr)
	}
	if err != nil {
		return nil, halfMade(id, properties, req.GetProperties(), err)
	}
	return &rpc.CreateResponse{Id: id, Properties: properties}, nil
}

// halfMade keeps what was made in the state although the operation failed: the next up repairs or removes it.
func halfMade(id string, properties, inputs *structpb.Struct, cause error) error {
	detail := &rpc.ErrorResourceInitFailed{Id: id, Properties: properties, Inputs: inputs, Reasons: []string{cause.Error()}}
	failure, err := status.New(codes.Unknown, cause.Error()).WithDetails(detail)
	if err != nil {
		return cause
	}
	return failure.Err()
}

// foreseen is what a preview can tell: the inputs, what is known already, and «unknown» for the rest.
func foreseen(row resource, inputs, state object) object {
	out := object{}
	for _, f := range row.fields {
		value, given := inputs[f.name]
		known, kept := state[f.name]
		switch {
		case given:
			out[f.name] = value
		case kept:
			out[f.name] = known
		case state == nil && (f.computed || f.optionalComputed):
			out[f.name] = unknown
		}
	}
	return out
}

func withoutDefaults(inputs object) object {
	out := object{}
	for name, value := range inputs {
		if name != defaults {
			out[name] = value
		}
	}
	return out
}

func (p *provider) Read(ctx context.Context, req *rpc.ReadRequest) (*rpc.ReadResponse, error) {
	row, err := rowOf(req.GetUrn())
	if err != nil {
		return nil, err
	}
	if err := p.ready(); err != nil {
		return nil, err
	}
	known, inputs := req.GetProperties().AsMap(), req.GetInputs().AsMap()
	answer, err := read(ctx, p.api, row, req.GetId(), known)
	if err != nil {
		return nil, err
	}
	if answer == nil {
		return &rpc.ReadResponse{}, nil
	}
	imported := len(inputs) == 0
	state := row.toState(answer, known)
	fresh := row.toInputs(state, inputs, imported)
	if kept, ok := inputs[defaults]; ok {
		fresh[defaults] = kept
	}
	properties, err := structpb.NewStruct(state)
	if err != nil {
		return nil, fmt.Errorf("state of %s: %w", req.GetId(), err)
	}
	read, err := structpb.NewStruct(fresh)
	if err != nil {
		return nil, fmt.Errorf("inputs of %s: %w", req.GetId(), err)
	}
	id := req.GetId()
	if _, record, found := strings.Cut(id, ","); found && row.id != nil {
		id = record
	}
	return &rpc.ReadResponse{Id: id, Properties: properties, Inputs: read}, nil
}

func (p *provider) Update(ctx context.Context, req *rpc.UpdateRequest) (*rpc.UpdateResponse, error) {
	row, err := rowOf(req.GetUrn())
	if err != nil {
		return nil, err
	}
	state, news := req.GetOlds().AsMap(), req.GetNews().AsMap()
	if req.GetPreview() {
		properties, err := structpb.NewStruct(foreseen(row, news, state))
		return &rpc.UpdateResponse{Properties: properties}, err
	}
	if err := p.ready(); err != nil {
		return nil, err
	}
	olds := req.GetOldInputs().AsMap()
	if err := update(ctx, p.api, row, req.GetId(), withoutDefaults(olds), withoutDefaults(news)); err != nil {
		return nil, err
	}
	answer, err := read(ctx, p.api, row, req.GetId(), news)
	if err != nil {
		return nil, err
	}
	if answer == nil {
		return nil, status.Errorf(codes.NotFound, "%s vanished while it was updated: run pulumi refresh", req.GetId())
	}
	properties, err := structpb.NewStruct(row.toState(answer, news))
	return &rpc.UpdateResponse{Properties: properties}, err
}

func (p *provider) Delete(ctx context.Context, req *rpc.DeleteRequest) (*emptypb.Empty, error) {
	row, err := rowOf(req.GetUrn())
	if err != nil {
		return nil, err
	}
	if err := p.ready(); err != nil {
		return nil, err
	}
	return &emptypb.Empty{}, remove(ctx, p.api, row, req.GetId(), req.GetProperties().AsMap())
}
