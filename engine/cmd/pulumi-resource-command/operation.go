package main

import (
	"errors"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"google.golang.org/protobuf/types/known/structpb"
)

// operation is one create, update or delete of one resource.
type operation struct {
	// given are the inputs as the engine sent them, secrets marked.
	given properties
	// inputs are the same with nothing marked.
	inputs properties
	// before is what the last create or update left.
	before properties
	log    logger
	redact redactor
}

func (p *provider) operation(urn string, given, before *structpb.Struct) (operation, error) {
	inputs, err := unmarshal(given)
	if err != nil {
		return operation{}, fmt.Errorf("inputs of %s: %w", urn, err)
	}
	olds, err := unmarshal(before)
	if err != nil {
		return operation{}, fmt.Errorf("state of %s: %w", urn, err)
	}
	redact := newRedactor(inputs, olds)
	return operation{
		given: inputs, inputs: revealed(inputs), before: revealed(olds), redact: redact,
		log: logger{engine: p.log, urn: urn, redact: redact},
	}, nil
}

// text is a string among the inputs; empty where it is absent or not known yet.
func (op operation) text(name resource.PropertyKey) string { return textOf(op.inputs, name) }

func textOf(values properties, name resource.PropertyKey) string {
	if value, ok := values[name]; ok && value.IsString() {
		return value.StringValue()
	}
	return ""
}

func listOf(values properties, name resource.PropertyKey) []string {
	var out []string
	if value, ok := values[name]; ok && value.IsArray() {
		for _, one := range value.ArrayValue() {
			if one.IsString() {
				out = append(out, one.StringValue())
			}
		}
	}
	return out
}

func mapOf(values properties, name resource.PropertyKey) map[string]string {
	out := map[string]string{}
	if value, ok := values[name]; ok && value.IsObject() {
		for key, one := range value.ObjectValue() {
			if one.IsString() {
				out[string(key)] = one.StringValue()
			}
		}
	}
	return out
}

// state is what the engine keeps: the inputs and the outputs. What a command prints may repeat any of its inputs, so
// an output is secret as soon as one input is (the official plugin does the same).
func (op operation) state(outputs properties) properties {
	state := properties{}
	secret := false
	for name, value := range op.given {
		state[name] = value
		secret = secret || value.ContainsSecrets()
	}
	for name, value := range outputs {
		if secret && !value.IsComputed() {
			value = resource.MakeSecret(value)
		}
		state[name] = value
	}
	return state
}

// failure is the error the user sees; no secret input is ever part of it.
func (op operation) failure(err error) error { return errors.New(op.redact.replace(err.Error())) }

// revealed is the same with the marks of secrets taken away.
func revealed(values properties) properties {
	out := properties{}
	for name, value := range values {
		out[name] = reveal(value)
	}
	return out
}

func reveal(value resource.PropertyValue) resource.PropertyValue {
	switch {
	case value.IsSecret():
		return reveal(value.SecretValue().Element)
	case value.IsArray():
		out := make([]resource.PropertyValue, len(value.ArrayValue()))
		for i, one := range value.ArrayValue() {
			out[i] = reveal(one)
		}
		return resource.NewProperty(out)
	case value.IsObject():
		return resource.NewProperty(revealed(value.ObjectValue()))
	default:
		return value
	}
}
