// Command pulumi-language-nodejs runs a compiled Node.js program for the Pulumi engine. It stands in for the official
// language host where that cannot be had, and does only what deploying such a program needs.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/deploy4me/deploy4me/engine/internal/serve"
)

// The SDK's runner exits with this code after it has shown the user what went wrong (cmd/run in @pulumi/pulumi).
const exitAlreadyReported = 32

type host struct {
	rpc.UnimplementedLanguageRuntimeServer
	engine string
}

func main() {
	serve.Run(func(server *grpc.Server, engine string) error {
		rpc.RegisterLanguageRuntimeServer(server, &host{engine: engine})
		return nil
	})
}

func (h *host) Handshake(_ context.Context, req *rpc.LanguageHandshakeRequest) (*rpc.LanguageHandshakeResponse, error) {
	if address := req.GetEngineAddress(); address != "" {
		h.engine = address
	}
	return &rpc.LanguageHandshakeResponse{}, nil
}

func (h *host) GetPluginInfo(context.Context, *emptypb.Empty) (*rpc.PluginInfo, error) {
	return &rpc.PluginInfo{Version: serve.Version}, nil
}

// Plugins are found by the version each package's SDK asks for, so nothing is required up front.
func (h *host) GetRequiredPackages(
	context.Context, *rpc.GetRequiredPackagesRequest,
) (*rpc.GetRequiredPackagesResponse, error) {
	return &rpc.GetRequiredPackagesResponse{}, nil
}

func (h *host) GetRequiredPlugins(
	context.Context, *rpc.GetRequiredPluginsRequest,
) (*rpc.GetRequiredPluginsResponse, error) {
	return &rpc.GetRequiredPluginsResponse{}, nil
}

func (h *host) RuntimeOptionsPrompts(
	context.Context, *rpc.RuntimeOptionsRequest,
) (*rpc.RuntimeOptionsResponse, error) {
	return &rpc.RuntimeOptionsResponse{}, nil
}

func (h *host) About(context.Context, *rpc.AboutRequest) (*rpc.AboutResponse, error) {
	node, err := findNode(".")
	if err != nil {
		return nil, err
	}
	version, err := exec.Command(node, "--version").Output()
	if err != nil {
		return nil, fmt.Errorf("%s --version: %w", node, err)
	}
	return &rpc.AboutResponse{Executable: node, Version: string(version)}, nil
}

func (h *host) InstallDependencies(
	req *rpc.InstallDependenciesRequest, _ grpc.ServerStreamingServer[rpc.InstallDependenciesResponse],
) error {
	if _, err := findRunner(req.GetInfo().GetProgramDirectory()); err != nil {
		return fmt.Errorf("%w: run `npm ci` first", err)
	}
	return nil
}

// Run runs the program in a process of its own and waits for it. When the engine cancels, the process gets a SIGTERM.
func (h *host) Run(ctx context.Context, req *rpc.RunRequest) (*rpc.RunResponse, error) {
	runner, err := findRunner(req.GetPwd())
	if err != nil {
		return nil, fmt.Errorf("%w: run `npm ci` in the project's folder", err)
	}
	node, err := findNode(req.GetPwd())
	if err != nil {
		return nil, err
	}
	environment, err := environmentOf(req)
	if err != nil {
		return nil, err
	}
	command := exec.CommandContext(ctx, node, argumentsOf(req, runner, h.engine)...)
	command.Dir = req.GetPwd()
	command.Env = environment
	command.Stdout = os.Stdout
	command.Stderr = os.Stderr
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	command.WaitDelay = 10 * time.Second
	return outcome(command.Run(), node)
}

func outcome(err error, node string) (*rpc.RunResponse, error) {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return &rpc.RunResponse{}, nil
	case !errors.As(err, &exit):
		return nil, fmt.Errorf("could not run the program with %s: %w", node, err)
	case exit.ExitCode() == exitAlreadyReported:
		return &rpc.RunResponse{Bail: true}, nil
	default:
		return &rpc.RunResponse{Error: fmt.Sprintf("the program exited with code %d", exit.ExitCode())}, nil
	}
}

func argumentsOf(req *rpc.RunRequest, runner, engine string) []string {
	arguments := []string{
		runner,
		"--monitor=" + req.GetMonitorAddress(),
		"--engine=" + engine,
		"--organization=" + req.GetOrganization(),
		"--project=" + req.GetProject(),
		"--stack=" + req.GetStack(),
		"--pwd=" + req.GetPwd(),
		"--parallel=" + strconv.Itoa(int(req.GetParallel())),
		"--root-directory=" + req.GetInfo().GetRootDirectory(),
	}
	if req.GetDryRun() {
		arguments = append(arguments, "--dry-run")
	}
	program := req.GetInfo().GetEntryPoint()
	if program == "" {
		program = "."
	}
	return append(append(arguments, program), req.GetArgs()...)
}

// Configuration goes through the environment: values can be secrets, and arguments are visible to everyone.
func environmentOf(req *rpc.RunRequest) ([]string, error) {
	config, err := json.Marshal(req.GetConfig())
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	keys := req.GetConfigSecretKeys()
	if keys == nil {
		keys = []string{}
	}
	secrets, err := json.Marshal(keys)
	if err != nil {
		return nil, fmt.Errorf("names of secret configuration: %w", err)
	}
	return append(os.Environ(),
		"PULUMI_CONFIG="+string(config),
		"PULUMI_CONFIG_SECRET_KEYS="+string(secrets),
		"PULUMI_NODEJS_TYPESCRIPT=false",
	), nil
}

// findNode prefers the Node the project brings (npm package `node`) to the one on PATH.
func findNode(from string) (string, error) {
	if own, err := findUpwards(from, filepath.Join("node_modules", ".bin", "node")); err == nil {
		return own, nil
	}
	node, err := exec.LookPath("node")
	if err != nil {
		return "", fmt.Errorf("no Node.js: neither node_modules/.bin/node at or above %s nor node on PATH", from)
	}
	return node, nil
}

func findRunner(from string) (string, error) {
	return findUpwards(from, filepath.Join("node_modules", "@pulumi", "pulumi", "cmd", "run", "index.js"))
}

func findUpwards(from, wanted string) (string, error) {
	folder, err := filepath.Abs(from)
	if err != nil {
		return "", err
	}
	for {
		candidate := filepath.Join(folder, wanted)
		if _, err := os.Stat(candidate); err == nil {
			return candidate, nil
		}
		parent := filepath.Dir(folder)
		if parent == folder {
			return "", fmt.Errorf("no %s at or above %s", wanted, from)
		}
		folder = parent
	}
}
