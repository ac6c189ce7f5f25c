// Package serve starts a plugin's gRPC server the way the Pulumi engine expects it: the port on standard output, an end
// when the engine goes away or interrupts.
package serve

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/util/rpcutil"
	"google.golang.org/grpc"
)

// Version is the plugin's own version, set when it is built (-ldflags -X).
var Version = "0.0.0-dev"

// Run serves what register puts on the server until the engine is gone. The engine's address is the plugin's argument.
func Run(register func(server *grpc.Server, engine string) error) {
	if err := run(register); err != nil {
		fmt.Fprintf(os.Stderr, "fatal: %v\n", err)
		os.Exit(1)
	}
}

func run(register func(server *grpc.Server, engine string) error) error {
	flags := flag.NewFlagSet(os.Args[0], flag.ContinueOnError)
	// The engine passes flags meant for the official hosts; the ones that mean nothing here are accepted and unused.
	_ = flags.String("tracing", "", "unused")
	_ = flags.String("root", "", "unused")
	_ = flags.Bool("logtostderr", false, "unused")
	_ = flags.Bool("logflow", false, "unused")
	_ = flags.Int("v", 0, "unused")
	if err := flags.Parse(os.Args[1:]); err != nil {
		return err
	}
	engine := flags.Arg(0)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if engine != "" {
		if err := rpcutil.Healthcheck(ctx, engine, 5*time.Minute, cancel); err != nil {
			return fmt.Errorf("the engine at %s does not answer: %w", engine, err)
		}
	}
	done := make(chan bool)
	go func() {
		<-ctx.Done()
		close(done)
	}()
	handle, err := rpcutil.ServeWithOptions(rpcutil.ServeOptions{
		Cancel: done,
		Init:   func(server *grpc.Server) error { return register(server, engine) },
	})
	if err != nil {
		return err
	}
	fmt.Printf("%d\n", handle.Port)
	return <-handle.Done
}
