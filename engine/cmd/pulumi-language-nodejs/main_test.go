package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// project is a folder with what npm would bring. node is the script that stands in for Node; it runs with /bin/sh.
func project(t *testing.T, node string) string {
	t.Helper()
	folder := t.TempDir()
	runner := filepath.Join(folder, "node_modules", "@pulumi", "pulumi", "cmd", "run", "index.js")
	must(t, os.MkdirAll(filepath.Dir(runner), 0o700))
	must(t, os.WriteFile(runner, nil, 0o600))
	if node != "" {
		bin := filepath.Join(folder, "node_modules", ".bin")
		must(t, os.MkdirAll(bin, 0o700))
		must(t, os.WriteFile(filepath.Join(bin, "node"), []byte("#!/bin/sh\n"+node), 0o700)) //nolint:gosec // a program
	}
	return folder
}

func request(folder string) *rpc.RunRequest {
	return &rpc.RunRequest{
		Pwd: folder, MonitorAddress: "127.0.0.1:1", Organization: "organization", Project: "wiki", Stack: "dev", Parallel: 4,
		Info: &rpc.ProgramInfo{RootDirectory: folder, EntryPoint: "programs"}, Args: []string{"--flag"},
	}
}

func TestTheRunnerIsToldWhereTheEngineIs(t *testing.T) {
	arguments := argumentsOf(request("/project"), "/runner", "127.0.0.1:2")
	want := []string{
		"/runner", "--monitor=127.0.0.1:1", "--engine=127.0.0.1:2", "--organization=organization", "--project=wiki",
		"--stack=dev", "--pwd=/project", "--parallel=4", "--root-directory=/project", "programs", "--flag",
	}
	if !slices.Equal(arguments, want) {
		t.Errorf("got  %q\nwant %q", arguments, want)
	}
}

func TestAPreviewIsADryRunBeforeTheProgram(t *testing.T) {
	req := request("/project")
	req.DryRun = true
	arguments := argumentsOf(req, "/runner", "")
	if slices.Index(arguments, "--dry-run") > slices.Index(arguments, "programs") || !slices.Contains(arguments, "--dry-run") {
		t.Errorf("got %q", arguments)
	}
}

func TestWithoutAnEntryPointTheFolderIsTheProgram(t *testing.T) {
	req := request("/project")
	req.Info.EntryPoint, req.Args = "", nil
	if arguments := argumentsOf(req, "/runner", ""); arguments[len(arguments)-1] != "." {
		t.Errorf("got %q", arguments)
	}
}

func TestConfigurationGoesThroughTheEnvironmentOnly(t *testing.T) {
	req := request("/project")
	req.Config = map[string]string{"wiki:password": "sesame"}
	req.ConfigSecretKeys = []string{"wiki:password"}
	environment, err := environmentOf(req)
	must(t, err)
	for _, want := range []string{`PULUMI_CONFIG={"wiki:password":"sesame"}`, `PULUMI_CONFIG_SECRET_KEYS=["wiki:password"]`} {
		if !slices.Contains(environment, want) {
			t.Errorf("the environment lacks %s", want)
		}
	}
	if strings.Contains(strings.Join(argumentsOf(req, "/runner", ""), " "), "sesame") {
		t.Error("a secret is on the command line")
	}
}

func TestTheProjectsOwnNodeIsPreferred(t *testing.T) {
	folder := project(t, "exit 0")
	below := filepath.Join(folder, "programs", "deep")
	must(t, os.MkdirAll(below, 0o700))
	node, err := findNode(below)
	must(t, err)
	if node != filepath.Join(folder, "node_modules", ".bin", "node") {
		t.Errorf("found %s", node)
	}
}

func TestWithoutDependenciesTheErrorSaysWhatToRun(t *testing.T) {
	h := &host{}
	_, err := h.Run(t.Context(), request(t.TempDir()))
	if err == nil || !strings.Contains(err.Error(), "npm ci") {
		t.Errorf("error: %v", err)
	}
}

func TestTheProgramsExitCodeIsTheOutcome(t *testing.T) {
	rows := map[string]struct {
		bail  bool
		error string
	}{
		"exit 0":  {},
		"exit 32": {bail: true},
		"exit 1":  {error: "the program exited with code 1"},
	}
	for script, want := range rows {
		response, err := (&host{}).Run(t.Context(), request(project(t, script)))
		must(t, err)
		if response.GetBail() != want.bail || response.GetError() != want.error {
			t.Errorf("%s: %v", script, response)
		}
	}
}

func TestANodeThatCannotBeRunIsAnError(t *testing.T) {
	_, err := outcome(&exec.Error{Name: "node", Err: errors.New("no such file")}, "node")
	if err == nil || !strings.Contains(err.Error(), "could not run the program with node") {
		t.Errorf("error: %v", err)
	}
}

// A handshake moves the engine's address; the runner must get the new one.
func TestTheHandshakeTellsTheEnginesAddress(t *testing.T) {
	folder := project(t, `for argument; do case $argument in --engine=*) echo "$argument" > "$0.engine";; esac; done`)
	h := &host{engine: "127.0.0.1:1"}
	_, err := h.Handshake(t.Context(), &rpc.LanguageHandshakeRequest{EngineAddress: "127.0.0.1:9"})
	must(t, err)
	_, err = h.Run(t.Context(), request(folder))
	must(t, err)
	told, err := os.ReadFile(filepath.Join(folder, "node_modules", ".bin", "node.engine"))
	must(t, err)
	if strings.TrimSpace(string(told)) != "--engine=127.0.0.1:9" {
		t.Errorf("told %s", told)
	}
}
