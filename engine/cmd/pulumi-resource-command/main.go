// Command pulumi-resource-command stands in for the official Command plugin where that cannot be had. It serves exactly
// the resource types Deploy4Me's components use (kinds.go); the official plugin wins whenever it is there. It behaves
// as the official one in all but one thing: it never connects to a machine whose host key is not pinned.
package main

import (
	"fmt"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/deploy4me/deploy4me/engine/internal/serve"
)

func main() {
	serve.Run(func(server *grpc.Server, engine string) error {
		var log engineLog
		if engine != "" {
			connection, err := grpc.NewClient(engine, grpc.WithTransportCredentials(insecure.NewCredentials()))
			if err != nil {
				return fmt.Errorf("the engine at %s: %w", engine, err)
			}
			log = rpc.NewEngineClient(connection)
		}
		rpc.RegisterResourceProviderServer(server, newProvider(log))
		return nil
	})
}
