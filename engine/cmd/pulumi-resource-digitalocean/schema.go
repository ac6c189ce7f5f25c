package main

import (
	"context"
	"encoding/json"
	"fmt"

	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"

	"github.com/deploy4me/deploy4me/engine/internal/serve"
)

// GetSchema tells as much as `pulumi import` needs to write code: names, and what is required. The types are the SDK's.
func (p *provider) GetSchema(context.Context, *rpc.GetSchemaRequest) (*rpc.GetSchemaResponse, error) {
	anything := object{"$ref": "pulumi.json#/Any"}
	resources := object{}
	for token, row := range table {
		inputs, outputs, required := object{}, object{}, []string{}
		for _, f := range row.fields {
			outputs[f.name] = anything
			if !f.computed {
				inputs[f.name] = anything
			}
			if f.required {
				required = append(required, f.name)
			}
		}
		resources[token] = object{"inputProperties": inputs, "properties": outputs, "requiredInputs": required}
	}
	schema, err := json.Marshal(object{
		"name": "digitalocean", "version": serve.Version, "resources": resources,
		// «index/tag» is the module «index» in programs.
		"meta": object{"moduleFormat": "(.*)(?:/[^/]*)"},
	})
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	return &rpc.GetSchemaResponse{Schema: string(schema)}, nil
}
