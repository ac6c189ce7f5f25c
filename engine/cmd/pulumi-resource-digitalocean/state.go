package main

import (
	"encoding/json"
	"slices"
	"strings"
)

// toRequest is what the API is sent for a set of inputs. Null means «not set».
func (r resource) toRequest(inputs object) object {
	body := object{}
	for _, f := range r.fields {
		value, given := inputs[f.name]
		if !given || value == nil || f.computed || f.noSend {
			continue
		}
		if f.toAPI != nil {
			body[f.key()] = f.toAPI(value)
		} else {
			body[f.key()] = deep(value, snake)
		}
	}
	return body
}

// toState is what programs see of an object the API answered. Fields the API never answers keep what was sent.
func (r resource) toState(answer, inputs object) object {
	state := object{}
	for _, f := range r.fields {
		var value any
		switch {
		case f.fromAPI != nil:
			value = f.fromAPI(answer)
		case f.writeOnly || f.noSend:
			value = inputs[f.name]
		default:
			value = deep(answer[f.key()], camel)
		}
		if value == nil && !f.computed {
			value = inputs[f.name]
		}
		if value != nil {
			state[f.name] = value
		}
	}
	return state
}

// toInputs is what the program would have to say to get this state: after a refresh it shows drift, after an import it
// is what the program should contain. A field the program left open stays open.
func (r resource) toInputs(state, old object, imported bool) object {
	inputs := object{}
	for _, f := range r.fields {
		if f.computed {
			continue
		}
		before, said := old[f.name]
		now, known := state[f.name]
		switch {
		case f.writeOnly || f.noSend:
			if said {
				inputs[f.name] = before
			} else if imported && f.required && known {
				inputs[f.name] = now
			}
		case !known:
			continue
		case said && same(f, before, now):
			inputs[f.name] = before
		case said, imported && !isZero(now):
			inputs[f.name] = now
		case !imported && !f.optionalComputed && !isZero(now):
			// Somebody set by hand what the program leaves at its default.
			inputs[f.name] = now
		}
	}
	return inputs
}

func isZero(value any) bool {
	switch value := value.(type) {
	case nil:
		return true
	case string:
		return value == ""
	case bool:
		return !value
	case float64:
		return value == 0
	case []any:
		return len(value) == 0
	}
	return false
}

// same compares two values of a field; an absent one equals the zero value.
func same(f field, a, b any) bool {
	if isZero(a) && isZero(b) {
		return true
	}
	return canonical(f, a) == canonical(f, b)
}

func canonical(f field, value any) string {
	if list, ok := value.([]any); ok && f.set {
		parts := make([]string, len(list))
		for i, one := range list {
			parts[i] = encode(sortedInside(one))
		}
		slices.Sort(parts)
		return strings.Join(parts, "\n")
	}
	return encode(value)
}

// sortedInside orders the lists inside one element of a set, so that only their content counts.
func sortedInside(value any) any {
	element, ok := value.(object)
	if !ok {
		return value
	}
	out := object{}
	for key, inner := range element {
		if list, ok := inner.([]any); ok {
			parts := make([]string, len(list))
			for i, one := range list {
				parts[i] = encode(one)
			}
			slices.Sort(parts)
			out[key] = parts
		} else if !isZero(inner) {
			out[key] = inner
		}
	}
	return out
}

func encode(value any) string {
	encoded, err := json.Marshal(value)
	if err != nil {
		panic(err) // values come from JSON or protobuf structs, which always encode
	}
	return string(encoded)
}
