package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/protobuf/proto"
)

const (
	generator       = "pulumi-nodejs-generator"
	generateTimeout = time.Minute
)

// GenerateProgram writes the code that `pulumi import` shows, in a process of its own.
func (h *host) GenerateProgram(
	ctx context.Context, req *rpc.GenerateProgramRequest,
) (*rpc.GenerateProgramResponse, error) {
	own, err := os.Executable()
	if err != nil {
		return nil, err
	}
	asked, err := proto.Marshal(req)
	if err != nil {
		return nil, fmt.Errorf("the request: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, generateTimeout)
	defer cancel()
	command := exec.CommandContext(ctx, filepath.Join(filepath.Dir(own), generator))
	command.Stdin = bytes.NewReader(asked)
	answer, err := command.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil, fmt.Errorf("generating code: %s", strings.TrimSpace(string(exit.Stderr)))
	}
	if err != nil {
		return nil, fmt.Errorf("generating code (`--generate-code=false` imports without): %w", err)
	}
	var response rpc.GenerateProgramResponse
	if err := proto.Unmarshal(answer, &response); err != nil {
		return nil, fmt.Errorf("the generated code: %w", err)
	}
	return &response, nil
}
