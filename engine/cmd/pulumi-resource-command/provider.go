package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/deploy4me/deploy4me/engine/internal/serve"
)

type properties = resource.PropertyMap

type provider struct {
	rpc.UnimplementedResourceProviderServer
	log engineLog
	// cancelled ends every operation under way.
	cancelled context.Context
	cancel    context.CancelFunc
}

func newProvider(log engineLog) *provider {
	cancelled, cancel := context.WithCancel(context.Background())
	return &provider{log: log, cancelled: cancelled, cancel: cancel}
}

func (p *provider) GetPluginInfo(context.Context, *emptypb.Empty) (*rpc.PluginInfo, error) {
	return &rpc.PluginInfo{Version: serve.Version}, nil
}

func (p *provider) Cancel(context.Context, *emptypb.Empty) (*emptypb.Empty, error) {
	p.cancel()
	return &emptypb.Empty{}, nil
}

func (p *provider) GetSchema(context.Context, *rpc.GetSchemaRequest) (*rpc.GetSchemaResponse, error) {
	return &rpc.GetSchemaResponse{Schema: `{"name":"command"}`}, nil
}

func (p *provider) Attach(context.Context, *rpc.PluginAttach) (*emptypb.Empty, error) {
	return &emptypb.Empty{}, nil
}

func (p *provider) CheckConfig(_ context.Context, req *rpc.CheckRequest) (*rpc.CheckResponse, error) {
	return &rpc.CheckResponse{Inputs: req.GetNews()}, nil
}

func (p *provider) DiffConfig(context.Context, *rpc.DiffRequest) (*rpc.DiffResponse, error) {
	return &rpc.DiffResponse{Changes: rpc.DiffResponse_DIFF_NONE}, nil
}

// Secrets come marked, so that what a command prints can be kept as secret as what it was given.
func (p *provider) Configure(context.Context, *rpc.ConfigureRequest) (*rpc.ConfigureResponse, error) {
	return &rpc.ConfigureResponse{AcceptSecrets: true, SupportsPreview: true, AcceptResources: true}, nil
}

func (p *provider) Invoke(_ context.Context, req *rpc.InvokeRequest) (*rpc.InvokeResponse, error) {
	return nil, notServed("function", req.GetTok())
}

func notServed(what, token string) error {
	return status.Errorf(codes.Unimplemented, "the %s %s is not among those the embedded stand-in serves: install the "+
		"official plugin (`pulumi plugin install resource command`) on an open network and run again", what, token)
}

func kindOf(urn string) (kind, error) {
	token := string(resource.URN(urn).Type())
	served, known := kinds[token]
	if !known {
		return kind{}, notServed("resource type", token)
	}
	return served, nil
}

func unmarshal(fields *structpb.Struct) (properties, error) {
	return plugin.UnmarshalProperties(fields, plugin.MarshalOptions{
		KeepUnknowns: true, KeepSecrets: true, KeepResources: true, ComputeAssetHashes: true,
	})
}

func marshal(values properties) (*structpb.Struct, error) {
	return plugin.MarshalProperties(values, plugin.MarshalOptions{
		KeepUnknowns: true, KeepSecrets: true, KeepResources: true, ComputeAssetHashes: true,
	})
}

func (p *provider) Check(_ context.Context, req *rpc.CheckRequest) (*rpc.CheckResponse, error) {
	served, err := kindOf(req.GetUrn())
	if err != nil {
		return nil, err
	}
	news, err := unmarshal(req.GetNews())
	if err != nil {
		return nil, fmt.Errorf("inputs of %s: %w", req.GetUrn(), err)
	}
	checked, failures := served.check(news)
	inputs, err := marshal(checked)
	return &rpc.CheckResponse{Inputs: inputs, Failures: failures}, err
}

// Diff compares inputs only: a command has no state of its own to look at. Other triggers mean another resource; all
// other changes run the update command (or the create command again).
func (p *provider) Diff(_ context.Context, req *rpc.DiffRequest) (*rpc.DiffResponse, error) {
	if _, err := kindOf(req.GetUrn()); err != nil {
		return nil, err
	}
	olds, err := unmarshal(req.GetOldInputs())
	if err != nil {
		return nil, fmt.Errorf("old inputs of %s: %w", req.GetUrn(), err)
	}
	news, err := unmarshal(req.GetNews())
	if err != nil {
		return nil, fmt.Errorf("inputs of %s: %w", req.GetUrn(), err)
	}
	response := &rpc.DiffResponse{
		Changes: rpc.DiffResponse_DIFF_NONE, HasDetailedDiff: true, DetailedDiff: map[string]*rpc.PropertyDiff{},
	}
	differences := revealed(olds).Diff(revealed(news))
	if differences == nil {
		return response, nil
	}
	response.Changes = rpc.DiffResponse_DIFF_SOME
	for path, difference := range plugin.NewDetailedDiffFromObjectDiff(differences, true) {
		top := topOf(path)
		if !slices.Contains(response.Diffs, top) {
			response.Diffs = append(response.Diffs, top)
		}
		if top == "triggers" {
			difference = difference.ToReplace()
			response.Replaces = []string{top}
		}
		response.DetailedDiff[path] = &rpc.PropertyDiff{
			Kind: rpc.PropertyDiff_Kind(difference.Kind), InputDiff: difference.InputDiff, //nolint:gosec // a small enum
		}
	}
	slices.Sort(response.Diffs)
	return response, nil
}

func topOf(path string) string {
	if end := strings.IndexAny(path, ".["); end > 0 {
		return path[:end]
	}
	return path
}

func (p *provider) Create(ctx context.Context, req *rpc.CreateRequest) (*rpc.CreateResponse, error) {
	served, err := kindOf(req.GetUrn())
	if err != nil {
		return nil, err
	}
	op, err := p.operation(req.GetUrn(), req.GetProperties(), nil)
	if err != nil {
		return nil, err
	}
	if req.GetPreview() {
		state, err := marshal(op.state(served.foreseen(op, op.text("create"))))
		return &rpc.CreateResponse{Properties: state}, err
	}
	id, err := resource.NewUniqueHex(resource.URN(req.GetUrn()).Name(), 8, 0)
	if err != nil {
		return nil, err
	}
	ctx, done := p.bounded(ctx, req.GetTimeout())
	defer done()
	outputs, err := served.create(ctx, op)
	if err != nil {
		return nil, op.failure(err)
	}
	state, err := marshal(op.state(outputs))
	return &rpc.CreateResponse{Id: id, Properties: state}, err
}

// Read answers what is known: there is nothing on the machine that could tell what a command did.
func (p *provider) Read(_ context.Context, req *rpc.ReadRequest) (*rpc.ReadResponse, error) {
	if _, err := kindOf(req.GetUrn()); err != nil {
		return nil, err
	}
	if len(req.GetInputs().GetFields()) == 0 && len(req.GetProperties().GetFields()) == 0 {
		return nil, status.Errorf(codes.Unimplemented, "a command cannot be imported: nothing on the machine tells what "+
			"it did (%s)", req.GetUrn())
	}
	return &rpc.ReadResponse{Id: req.GetId(), Properties: req.GetProperties(), Inputs: req.GetInputs()}, nil
}

func (p *provider) Update(ctx context.Context, req *rpc.UpdateRequest) (*rpc.UpdateResponse, error) {
	served, err := kindOf(req.GetUrn())
	if err != nil {
		return nil, err
	}
	op, err := p.operation(req.GetUrn(), req.GetNews(), req.GetOlds())
	if err != nil {
		return nil, err
	}
	if req.GetPreview() {
		command := op.text("update")
		if command == "" {
			command = op.text("create")
		}
		state, err := marshal(op.state(served.foreseen(op, command)))
		return &rpc.UpdateResponse{Properties: state}, err
	}
	ctx, done := p.bounded(ctx, req.GetTimeout())
	defer done()
	outputs, err := served.update(ctx, op)
	if err != nil {
		return nil, op.failure(err)
	}
	state, err := marshal(op.state(outputs))
	return &rpc.UpdateResponse{Properties: state}, err
}

func (p *provider) Delete(ctx context.Context, req *rpc.DeleteRequest) (*emptypb.Empty, error) {
	served, err := kindOf(req.GetUrn())
	if err != nil {
		return nil, err
	}
	op, err := p.operation(req.GetUrn(), req.GetProperties(), req.GetProperties())
	if err != nil {
		return nil, err
	}
	ctx, done := p.bounded(ctx, req.GetTimeout())
	defer done()
	if err := served.remove(ctx, op); err != nil {
		return nil, op.failure(err)
	}
	return &emptypb.Empty{}, nil
}

// bounded ends with the request, with the engine's cancellation, or after the resource's custom timeout, in seconds.
func (p *provider) bounded(ctx context.Context, seconds float64) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(p.cancelled, cancel)
	timed, cancelTimer := ctx, context.CancelFunc(func() {})
	if seconds > 0 {
		timed, cancelTimer = context.WithTimeout(ctx, time.Duration(seconds*float64(time.Second)))
	}
	return timed, func() { cancelTimer(); stop(); cancel() }
}
