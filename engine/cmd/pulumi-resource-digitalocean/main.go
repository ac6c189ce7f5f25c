// Command pulumi-resource-digitalocean stands in for the official DigitalOcean plugin where that cannot be had. It
// serves exactly the resource types and functions Deploy4Me's components use (table.go, functions.go); the official
// plugin wins whenever it is there, and programs cannot tell the difference.
package main

import (
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"

	"github.com/deploy4me/deploy4me/engine/internal/serve"
)

func main() {
	serve.Run(func(server *grpc.Server, _ string) error {
		rpc.RegisterResourceProviderServer(server, newProvider())
		return nil
	})
}
