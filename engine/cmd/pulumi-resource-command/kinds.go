package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
)

// kind is one resource type: what it takes and what it does.
type kind struct {
	inputs   map[resource.PropertyKey]shape
	required []resource.PropertyKey
	// refuse finds what the shapes cannot tell. Its inputs carry no marks; any of them may be unknown.
	refuse func(inputs properties, fail func(property, reason string))

	create func(ctx context.Context, op operation) (outputs properties, err error)
	update func(ctx context.Context, op operation) (outputs properties, err error)
	remove func(ctx context.Context, op operation) error
	// foreseen are the outputs in a preview; command is what would run, empty for nothing.
	foreseen func(op operation, command string) properties
}

// shape says what a value ought to be, or nothing where it is that.
type shape func(value resource.PropertyValue) string

func isText(value resource.PropertyValue) string {
	if value.IsString() {
		return ""
	}
	return "a string"
}

func isFlag(value resource.PropertyValue) string {
	if value.IsBool() {
		return ""
	}
	return "true or false"
}

func isInteger(value resource.PropertyValue) string {
	if value.IsNumber() && value.NumberValue() == float64(int(value.NumberValue())) {
		return ""
	}
	return "an integer"
}

func isList(value resource.PropertyValue) string {
	if value.IsArray() {
		return ""
	}
	return "a list"
}

func isTexts(value resource.PropertyValue) string {
	if value.IsArray() && !slices.ContainsFunc(value.ArrayValue(), isNoText) {
		return ""
	}
	return "a list of strings"
}

func isVariables(value resource.PropertyValue) string {
	if !value.IsObject() {
		return "an object of strings"
	}
	for name, one := range value.ObjectValue() {
		if isNoText(one) {
			return fmt.Sprintf("an object of strings (%s is none)", name)
		}
	}
	return ""
}

func isNoText(value resource.PropertyValue) bool { return !value.IsString() && !value.IsComputed() }

func isLogging(value resource.PropertyValue) string {
	levels := []string{"none", "stdout", "stderr", "stdoutAndStderr"}
	if value.IsString() && slices.Contains(levels, value.StringValue()) {
		return ""
	}
	return "one of none, stdout, stderr, stdoutAndStderr"
}

func isConnection(value resource.PropertyValue) string {
	if value.IsObject() {
		return ""
	}
	return "a connection"
}

func isSource(value resource.PropertyValue) string {
	if value.IsAsset() || value.IsArchive() {
		return ""
	}
	return "an asset or an archive"
}

// commandInputs are shared by commands here and on other machines.
func commandInputs(own map[resource.PropertyKey]shape) map[resource.PropertyKey]shape {
	all := map[resource.PropertyKey]shape{
		"create": isText, "update": isText, "delete": isText, "stdin": isText, "environment": isVariables,
		"triggers": isList, "logging": isLogging, "addPreviousOutputInEnv": isFlag,
	}
	for name, expected := range own {
		all[name] = expected
	}
	return all
}

var kinds = map[string]kind{
	"command:remote:Command": commandKind(runRemote, kind{
		inputs:   commandInputs(map[resource.PropertyKey]shape{"connection": isConnection}),
		required: []resource.PropertyKey{"connection"},
		refuse:   refuseConnection,
	}),
	"command:local:Command": commandKind(runLocal, kind{
		inputs: commandInputs(map[resource.PropertyKey]shape{
			"dir": isText, "interpreter": isTexts, "archivePaths": isTexts, "assetPaths": isTexts,
		}),
		refuse: refusePaths,
	}),
	"command:remote:CopyToRemote": {
		inputs: map[resource.PropertyKey]shape{
			"connection": isConnection, "remotePath": isText, "source": isSource, "triggers": isList,
		},
		required: []resource.PropertyKey{"connection", "remotePath", "source"},
		refuse: func(inputs properties, fail func(property, reason string)) {
			refuseConnection(inputs, fail)
			refuseSource(inputs["source"], fail)
		},
		create: copyToRemote,
		update: func(ctx context.Context, op operation) (properties, error) {
			// Another key or proxy to the same machine is no reason to copy again.
			same := op.before["source"].DeepEquals(op.inputs["source"]) &&
				textOf(op.before, "remotePath") == op.text("remotePath") && hostOf(op.before) == hostOf(op.inputs)
			if same {
				return nil, nil
			}
			return copyToRemote(ctx, op)
		},
		remove:   func(context.Context, operation) error { return nil },
		foreseen: func(operation, string) properties { return nil },
	},
}

// runner runs a command and answers what it printed. previous is what the last one printed, or nil for none.
type runner func(ctx context.Context, op operation, command string, previous properties) (properties, error)

// commandKind chooses the command for each event of a resource's life, as the official plugin does.
func commandKind(run runner, row kind) kind {
	silent := properties{"stdout": resource.NewProperty(""), "stderr": resource.NewProperty("")}
	row.create = func(ctx context.Context, op operation) (properties, error) {
		if command := op.text("create"); command != "" {
			return run(ctx, op, command, nil)
		}
		return silent, nil
	}
	row.update = func(ctx context.Context, op operation) (properties, error) {
		command := op.text("update")
		if command == "" {
			command = op.text("create")
		}
		if command == "" {
			return printed(op.before), nil
		}
		return run(ctx, op, command, op.remembered())
	}
	row.remove = func(ctx context.Context, op operation) error {
		command := op.text("delete")
		if command == "" {
			return nil
		}
		_, err := run(ctx, op, command, op.remembered())
		return err
	}
	row.foreseen = func(op operation, command string) properties {
		if command == "" && !op.inputs["create"].IsComputed() && !op.inputs["update"].IsComputed() {
			if op.before["stdout"].IsString() {
				return printed(op.before)
			}
			return silent
		}
		unknown := resource.MakeComputed(resource.NewProperty(""))
		return properties{"stdout": unknown, "stderr": unknown}
	}
	return row
}

func printed(state properties) properties {
	return properties{
		"stdout": resource.NewProperty(textOf(state, "stdout")),
		"stderr": resource.NewProperty(textOf(state, "stderr")),
	}
}

// remembered is what the last command printed, where the next one is to know it.
func (op operation) remembered() properties {
	if wanted, said := op.inputs["addPreviousOutputInEnv"]; said && wanted.IsBool() && !wanted.BoolValue() {
		return nil
	}
	return printed(op.before)
}

// previousVariables are the names the official plugin hands the previous output on under.
var previousVariables = map[resource.PropertyKey]string{
	"stdout": "PULUMI_COMMAND_STDOUT", "stderr": "PULUMI_COMMAND_STDERR",
}

// check answers the inputs with their defaults, and what is wrong with them.
func (k kind) check(news properties) (properties, []*rpc.CheckFailure) {
	var failures []*rpc.CheckFailure
	fail := func(property, reason string) {
		failures = append(failures, &rpc.CheckFailure{Property: property, Reason: reason})
	}
	plain := revealed(news)
	for _, name := range news.StableKeys() {
		expected, known := k.inputs[name]
		value := plain[name]
		switch {
		case !known:
			fail(string(name), "is not a property of this resource, or the embedded stand-in does not serve it: "+
				"the official Command plugin may")
		case value.IsNull() || value.IsComputed():
		default:
			if wanted := expected(value); wanted != "" {
				fail(string(name), "must be "+wanted)
			}
		}
	}
	for _, name := range k.required {
		if value, given := plain[name]; !given || value.IsNull() {
			fail(string(name), "is required")
		}
	}
	if len(failures) > 0 {
		return news, failures
	}
	if k.refuse != nil {
		k.refuse(plain, fail)
	}
	return k.withDefaults(news), failures
}

// withDefaults writes down the same defaults as the official plugin, so that state made with one fits the other.
func (k kind) withDefaults(news properties) properties {
	out := news.Copy()
	if _, known := k.inputs["addPreviousOutputInEnv"]; known && !out.HasValue("addPreviousOutputInEnv") {
		out["addPreviousOutputInEnv"] = resource.NewProperty(true)
	}
	if connection := reveal(out["connection"]); connection.IsObject() {
		fields := hopDefaults(connection.ObjectValue())
		if proxy := fields["proxy"]; proxy.IsObject() {
			fields["proxy"] = resource.NewProperty(hopDefaults(proxy.ObjectValue()))
		}
		out["connection"] = resource.MakeSecret(resource.NewProperty(fields))
	}
	return out
}
