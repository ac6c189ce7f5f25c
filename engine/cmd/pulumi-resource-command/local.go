package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

func refusePaths(inputs properties, fail func(property, reason string)) {
	for _, name := range []string{"assetPaths", "archivePaths"} {
		if len(listOf(inputs, resource.PropertyKey(name))) > 0 {
			fail(name, "is not served by the embedded stand-in: install the official plugin (`pulumi plugin install "+
				"resource command`) on an open network and run again")
		}
	}
}

// runLocal runs a command on this machine, with /bin/sh -c unless the program names another interpreter.
func runLocal(ctx context.Context, op operation, command string, previous properties) (properties, error) {
	interpreter := listOf(op.inputs, "interpreter")
	if len(interpreter) == 0 {
		interpreter = []string{"/bin/sh", "-c"}
	}
	process := exec.CommandContext(ctx, interpreter[0], append(interpreter[1:], command)...)
	process.Dir = op.text("dir")
	process.Env = os.Environ()
	for name, value := range mapOf(op.inputs, "environment") {
		process.Env = append(process.Env, name+"="+value)
	}
	for key, name := range previousVariables {
		if value := textOf(previous, key); value != "" {
			process.Env = append(process.Env, name+"="+value)
		}
	}
	process.Stdin = strings.NewReader(op.text("stdin"))
	out := newOutput(op)
	process.Stdout, process.Stderr = out.stdoutWriter(), out.stderrWriter()
	// A group of its own, so that a cancelled command takes what it started with it.
	process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	process.Cancel = func() error {
		group := -process.Process.Pid
		time.AfterFunc(grace, func() { _ = syscall.Kill(group, syscall.SIGKILL) })
		return syscall.Kill(group, syscall.SIGTERM)
	}
	err := process.Run()
	out.flush()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return out.properties(), nil
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, out.failed("the command was ended: it took longer than the resource's custom timeout", command)
	case ctx.Err() != nil:
		return nil, out.failed("the command was ended: the operation was cancelled", command)
	case errors.As(err, &exit):
		return nil, out.failed(fmt.Sprintf("the command ended with %s", exit.ProcessState), command)
	default:
		return nil, fmt.Errorf("could not run %s: %w", interpreter[0], err)
	}
}
