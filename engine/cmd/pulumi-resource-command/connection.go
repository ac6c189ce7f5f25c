package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

var hopShapes = map[resource.PropertyKey]shape{
	"host": isText, "port": isInteger, "user": isText, "hostKey": isText, "password": isText, "privateKey": isText,
	"privateKeyPassword": isText, "agentSocketPath": isText, "dialErrorLimit": isInteger, "perDialTimeout": isInteger,
}

// hopDefaults are those of the official plugin: ten errors, fifteen seconds for each attempt.
func hopDefaults(given properties) properties {
	out := given.Copy()
	for name, value := range map[resource.PropertyKey]resource.PropertyValue{
		"user": resource.NewProperty("root"), "port": resource.NewProperty(22.0),
		"dialErrorLimit": resource.NewProperty(10.0), "perDialTimeout": resource.NewProperty(15.0),
	} {
		if !out.HasValue(name) {
			out[name] = value
		}
	}
	return out
}

func refuseConnection(inputs properties, fail func(property, reason string)) {
	connection := inputs["connection"]
	if !connection.IsObject() {
		return
	}
	fields := connection.ObjectValue()
	refuseHop("connection", fields, fail)
	if proxy := fields["proxy"]; proxy.IsObject() {
		refuseHop("connection.proxy", proxy.ObjectValue(), fail)
	} else if !proxy.IsNull() && !proxy.IsComputed() {
		fail("connection.proxy", "must be a connection")
	}
}

func refuseHop(path string, fields properties, fail func(property, reason string)) {
	for _, name := range fields.StableKeys() {
		value := fields[name]
		expected, known := hopShapes[name]
		switch {
		case name == "proxy" && path == "connection":
		case !known:
			fail(path+"."+string(name), "is not a property of a connection")
		case value.IsNull() || value.IsComputed():
		default:
			if wanted := expected(value); wanted != "" {
				fail(path+"."+string(name), "must be "+wanted)
			}
		}
	}
	if !fields.HasValue("host") {
		fail(path+".host", "is required")
	}
	switch key := fields["hostKey"]; {
	case key.IsNull():
		fail(path+".hostKey", missingHostKey)
	case key.IsString():
		if _, err := parseHostKey(key.StringValue()); err != nil {
			fail(path+".hostKey", err.Error())
		}
	}
}

const missingHostKey = "is required: no machine is trusted on first use, so give the machine's public host key, " +
	"for example «ssh-ed25519 AAAA…»"

func parseHostKey(line string) (ssh.PublicKey, error) {
	key, _, _, _, err := ssh.ParseAuthorizedKey([]byte(line))
	if err != nil {
		return nil, errors.New("must be a public key as sshd writes it, for example «ssh-ed25519 AAAA…»")
	}
	return key, nil
}

// hop is one SSH server on the way, and how to get in.
type hop struct {
	address string
	config  *ssh.ClientConfig
	// limit is how many errors are accepted before the next one is the last; negative for no limit.
	limit int
	// timeout bounds one attempt, the handshake included; 0 for no bound.
	timeout time.Duration
	close   func()
}

// way is how a machine is reached: directly, or through a proxy.
type way struct {
	target hop
	proxy  *hop
}

func parseWay(inputs properties) (way, error) {
	connection := inputs["connection"]
	if !connection.IsObject() {
		return way{}, errors.New("no connection to the machine is given")
	}
	fields := connection.ObjectValue()
	target, err := parseHop(fields)
	if err != nil {
		return way{}, fmt.Errorf("connection: %w", err)
	}
	if !fields["proxy"].IsObject() {
		return way{target: target}, nil
	}
	proxy, err := parseHop(fields["proxy"].ObjectValue())
	if err != nil {
		target.close()
		return way{}, fmt.Errorf("connection.proxy: %w", err)
	}
	return way{target: target, proxy: &proxy}, nil
}

func hostOf(inputs properties) string {
	if connection := inputs["connection"]; connection.IsObject() {
		return textOf(connection.ObjectValue(), "host")
	}
	return ""
}

func (w way) close() {
	w.target.close()
	if w.proxy != nil {
		w.proxy.close()
	}
}

func parseHop(given properties) (hop, error) {
	fields := hopDefaults(given)
	host := textOf(fields, "host")
	if host == "" {
		return hop{}, errors.New("host is empty")
	}
	if textOf(fields, "hostKey") == "" {
		return hop{}, errors.New("hostKey " + missingHostKey)
	}
	pinned, err := parseHostKey(textOf(fields, "hostKey"))
	if err != nil {
		return hop{}, fmt.Errorf("hostKey %w", err)
	}
	methods, release, err := authentication(fields)
	if err != nil {
		return hop{}, err
	}
	address := net.JoinHostPort(host, strconv.Itoa(integerOf(fields, "port")))
	return hop{
		address: address,
		config: &ssh.ClientConfig{
			User:              textOf(fields, "user"),
			Auth:              methods,
			HostKeyAlgorithms: algorithmsOf(pinned),
			HostKeyCallback: func(_ string, _ net.Addr, presented ssh.PublicKey) error {
				if string(presented.Marshal()) == string(pinned.Marshal()) {
					return nil
				}
				return &hostKeyError{address: address, pinned: pinned, presented: presented}
			},
		},
		limit:   integerOf(fields, "dialErrorLimit"),
		timeout: time.Duration(integerOf(fields, "perDialTimeout")) * time.Second,
		close:   release,
	}, nil
}

func integerOf(values properties, name resource.PropertyKey) int {
	if value := values[name]; value.IsNumber() {
		return int(value.NumberValue())
	}
	return 0
}

// algorithmsOf is what may be negotiated: the pinned key's own, so that a server cannot offer another of its keys.
func algorithmsOf(pinned ssh.PublicKey) []string {
	if pinned.Type() == ssh.KeyAlgoRSA {
		return []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}
	}
	return []string{pinned.Type()}
}

// hostKeyError: another machine answers at this address, or the machine was made anew.
type hostKeyError struct {
	address           string
	pinned, presented ssh.PublicKey
}

func (e *hostKeyError) Error() string {
	return fmt.Sprintf("%s presented the host key %s, but %s is pinned: another machine answers there, or it was made "+
		"anew and the pinned key is old", e.address, ssh.FingerprintSHA256(e.presented), ssh.FingerprintSHA256(e.pinned))
}

// authentication is by key, by password, by agent, in this order. An agent that was not asked for is used only where
// nothing else is given.
func authentication(fields properties) ([]ssh.AuthMethod, func(), error) {
	var methods []ssh.AuthMethod
	release := func() {}
	if key := textOf(fields, "privateKey"); key != "" {
		signer, err := parsePrivateKey(key, textOf(fields, "privateKeyPassword"))
		if err != nil {
			return nil, release, err
		}
		methods = append(methods, ssh.PublicKeys(signer))
	}
	if password := textOf(fields, "password"); password != "" {
		methods = append(methods, ssh.Password(password), ssh.KeyboardInteractive(
			func(_, _ string, questions []string, _ []bool) ([]string, error) {
				answers := make([]string, len(questions))
				for i := range answers {
					answers[i] = password
				}
				return answers, nil
			}))
	}
	socket := textOf(fields, "agentSocketPath")
	if socket == "" && len(methods) == 0 {
		socket = os.Getenv("SSH_AUTH_SOCK")
	}
	if socket != "" {
		connection, err := net.DialTimeout("unix", socket, 5*time.Second)
		if err != nil {
			return nil, release, fmt.Errorf("the SSH agent does not answer: %w", err)
		}
		release = func() { _ = connection.Close() }
		methods = append(methods, ssh.PublicKeysCallback(agent.NewClient(connection).Signers))
	}
	if len(methods) == 0 {
		return nil, release, errors.New("no privateKey, no password and no SSH agent to log in with")
	}
	return methods, release, nil
}

func parsePrivateKey(key, password string) (ssh.Signer, error) {
	var signer ssh.Signer
	var err error
	if password != "" {
		signer, err = ssh.ParsePrivateKeyWithPassphrase([]byte(key), []byte(password))
	} else {
		signer, err = ssh.ParsePrivateKey([]byte(key))
	}
	var missing *ssh.PassphraseMissingError
	if errors.As(err, &missing) {
		return nil, errors.New("privateKey is encrypted: give privateKeyPassword")
	}
	if err != nil {
		return nil, fmt.Errorf("privateKey cannot be read: %w", err)
	}
	return signer, nil
}
