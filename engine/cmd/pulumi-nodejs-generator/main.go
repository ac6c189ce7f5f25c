// Command pulumi-nodejs-generator writes the TypeScript that `pulumi import` shows for what it imported. The language
// host starts it when it is asked to: the code generators are large, and no other operation should wait for them.
//
// It reads a GenerateProgramRequest on standard input and writes a GenerateProgramResponse to standard output.
package main

import (
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/pkg/v3/codegen/hcl2/syntax"
	"github.com/pulumi/pulumi/pkg/v3/codegen/nodejs"
	"github.com/pulumi/pulumi/pkg/v3/codegen/pcl"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/proto"
)

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) error {
	asked, err := io.ReadAll(in)
	if err != nil {
		return fmt.Errorf("the request on standard input: %w", err)
	}
	var req rpc.GenerateProgramRequest
	if err := proto.Unmarshal(asked, &req); err != nil {
		return fmt.Errorf("the request on standard input: %w", err)
	}
	response, err := generate(&req)
	if err != nil {
		return err
	}
	answer, err := proto.Marshal(response)
	if err != nil {
		return fmt.Errorf("the answer: %w", err)
	}
	_, err = out.Write(answer)
	return err
}

func generate(req *rpc.GenerateProgramRequest) (*rpc.GenerateProgramResponse, error) {
	parser := syntax.NewParser()
	for _, name := range slices.Sorted(maps.Keys(req.GetSource())) {
		if err := parser.ParseFile(strings.NewReader(req.GetSource()[name]), name); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if parser.Diagnostics.HasErrors() {
		return &rpc.GenerateProgramResponse{Diagnostics: plugin.HclDiagnosticsToRPCDiagnostics(parser.Diagnostics)}, nil
	}
	loader, err := schema.NewLoaderClient(req.GetLoaderTarget())
	if err != nil {
		return nil, fmt.Errorf("the engine's schemas: %w", err)
	}
	var options []pcl.BindOption
	if !req.GetStrict() {
		options = pcl.NonStrictBindOptions()
	}
	program, found, err := pcl.BindProgram(parser.Files, schema.NewCachedLoader(loader), options...)
	if err != nil || program == nil {
		return &rpc.GenerateProgramResponse{Diagnostics: plugin.HclDiagnosticsToRPCDiagnostics(found)}, err
	}
	source, more, err := nodejs.GenerateProgram(program)
	if err != nil {
		return nil, fmt.Errorf("writing TypeScript: %w", err)
	}
	return &rpc.GenerateProgramResponse{
		Source: source, Diagnostics: plugin.HclDiagnosticsToRPCDiagnostics(append(found, more...)),
	}, nil
}
