package main

import (
	"cmp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

const (
	redacted = "[secret]"
	// Shorter secrets protect nothing and would tear holes into every text.
	shortestSecret = 4
	// A line of a secret script is a secret too, but not its every «fi».
	shortestSecretLine = 12
)

// redactor takes secret inputs out of texts for people.
type redactor struct{ replacer *strings.Replacer }

func newRedactor(all ...properties) redactor {
	var secrets []string
	for _, values := range all {
		for name, value := range values {
			if name == "connection" {
				// Marked as a whole, but an address, a port or «root» is nothing to hide.
				secrets = append(secrets, credentials(reveal(value))...)
			} else {
				secrets = append(secrets, marked(value, false)...)
			}
		}
	}
	var words []string
	for _, secret := range secrets {
		if len(secret) >= shortestSecret {
			words = append(words, secret)
		}
		for line := range strings.Lines(secret) {
			if line = strings.TrimSpace(line); len(line) >= shortestSecretLine {
				words = append(words, line)
			}
		}
	}
	// The longest first: a replacer takes the first that fits.
	slices.SortFunc(words, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	var pairs []string
	for _, word := range slices.Compact(words) {
		pairs = append(pairs, word, redacted)
	}
	return redactor{replacer: strings.NewReplacer(pairs...)}
}

func (r redactor) replace(text string) string {
	if r.replacer == nil {
		return text
	}
	return r.replacer.Replace(text)
}

func credentials(connection resource.PropertyValue) []string {
	if !connection.IsObject() {
		return nil
	}
	fields := connection.ObjectValue()
	out := []string{textOf(fields, "privateKey"), textOf(fields, "privateKeyPassword"), textOf(fields, "password")}
	return append(out, credentials(fields["proxy"])...)
}

// marked lists the strings that are secret or inside of something secret.
func marked(value resource.PropertyValue, secret bool) []string {
	var out []string
	switch {
	case value.IsSecret():
		return marked(value.SecretValue().Element, true)
	case value.IsString():
		if secret {
			out = append(out, value.StringValue())
		}
	case value.IsArray():
		for _, one := range value.ArrayValue() {
			out = append(out, marked(one, secret)...)
		}
	case value.IsObject():
		for _, one := range value.ObjectValue() {
			out = append(out, marked(one, secret)...)
		}
	}
	return out
}
