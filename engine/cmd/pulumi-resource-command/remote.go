package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/ssh"
)

// How long a cancelled command may take to end by itself.
const grace = 3 * time.Second

// runRemote runs a command by SSH, with a shell of the machine's choice.
func runRemote(ctx context.Context, op operation, command string, previous properties) (properties, error) {
	to, err := parseWay(op.inputs)
	if err != nil {
		return nil, err
	}
	defer to.close()
	client, err := to.dial(ctx, op.log)
	if err != nil {
		return nil, err
	}
	defer client.Close()
	session, err := client.NewSession()
	if err != nil {
		return nil, fmt.Errorf("%s opens no session: %w", to.target.address, err)
	}
	defer session.Close()
	if err := setEnvironment(session, op, previous); err != nil {
		return nil, err
	}
	out := newOutput(op)
	session.Stdout, session.Stderr = out.stdoutWriter(), out.stderrWriter()
	stdin, err := session.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("standard input of the command on %s: %w", to.target.address, err)
	}
	if err := session.Start(command); err != nil {
		return nil, fmt.Errorf("%s starts no command: %w", to.target.address, err)
	}
	go func() {
		// A command may end without having read its input; that is not a failure.
		_, _ = io.Copy(stdin, strings.NewReader(op.text("stdin")))
		_ = stdin.Close()
	}()
	stop := context.AfterFunc(ctx, func() {
		_ = session.Signal(ssh.SIGTERM)
		time.AfterFunc(grace, func() { _ = client.Client.Close() })
	})
	defer stop()
	err = session.Wait()
	out.flush()
	var exit *ssh.ExitError
	switch {
	case err == nil:
		return out.properties(), nil
	case ctx.Err() == nil && errors.As(err, &exit):
		return nil, out.failed(howItEnded(to.target.address, exit), command)
	default:
		return nil, out.failed(client.broken(ctx, to.target.address, err).Error(), command)
	}
}

func howItEnded(address string, exit *ssh.ExitError) string {
	if signal := exit.Signal(); signal != "" {
		return fmt.Sprintf("the command on %s was killed by SIG%s", address, signal)
	}
	return fmt.Sprintf("the command on %s ended with exit code %d", address, exit.ExitStatus())
}

// setEnvironment fails where the server refuses a variable the program asked for; the previous output is only offered.
func setEnvironment(session *ssh.Session, op operation, previous properties) error {
	variables := mapOf(op.inputs, "environment")
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		if err := session.Setenv(name, variables[name]); err != nil {
			return fmt.Errorf("the SSH server refuses the environment variable %q: %w. Allow it there with AcceptEnv, or "+
				"put it into the command: %s=value command", name, err, name)
		}
	}
	for key, name := range previousVariables {
		if value := textOf(previous, key); value != "" {
			if err := session.Setenv(name, value); err != nil {
				op.log.warning(fmt.Sprintf("the SSH server refuses %s: allow it there with AcceptEnv, or set "+
					"addPreviousOutputInEnv to false", name))
			}
		}
	}
	return nil
}
