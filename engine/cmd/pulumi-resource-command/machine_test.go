package main

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
)

// machine is an SSH server in this process that really runs commands, forwards connections and serves files.
type machine struct {
	host, port string
	// connections counts those accepted.
	connections atomic.Int32
	listener    net.Listener
	config      *ssh.ServerConfig
	acceptEnv   []string
	lock        sync.Mutex
	open        []net.Conn
}

type option func(*machine)

func withHostKeys(keys ...ssh.Signer) option {
	return func(m *machine) {
		for _, key := range keys {
			m.config.AddHostKey(key)
		}
	}
}

func acceptingEnvironment(names ...string) option { return func(m *machine) { m.acceptEnv = names } }

func at(address string) option {
	return func(m *machine) { m.host, m.port, _ = net.SplitHostPort(address) }
}

// login opens every machine of a test run.
var login = func() ed25519.PrivateKey {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		panic(err)
	}
	return private
}()

func loginPEM(t *testing.T, password string) string {
	t.Helper()
	var block *pem.Block
	var err error
	if password == "" {
		block, err = ssh.MarshalPrivateKey(login, "")
	} else {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(login, "", []byte(password))
	}
	must(t, err)
	return string(pem.EncodeToMemory(block))
}

func ed25519Key(t *testing.T) ssh.Signer {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	signer, err := ssh.NewSignerFromKey(private)
	must(t, err)
	return signer
}

func ecdsaKey(t *testing.T) ssh.Signer {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	signer, err := ssh.NewSignerFromKey(private)
	must(t, err)
	return signer
}

func publicLine(key ssh.Signer) string { return string(ssh.MarshalAuthorizedKey(key.PublicKey())) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func startMachine(t *testing.T, options ...option) *machine {
	t.Helper()
	signer, err := ssh.NewSignerFromKey(login)
	must(t, err)
	m := &machine{host: "127.0.0.1", port: "0", config: &ssh.ServerConfig{
		PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
			if bytes.Equal(key.Marshal(), signer.PublicKey().Marshal()) {
				return &ssh.Permissions{}, nil
			}
			return nil, errors.New("unknown key")
		},
	}}
	for _, apply := range options {
		apply(m)
	}
	listener, err := net.Listen("tcp", net.JoinHostPort(m.host, m.port))
	must(t, err)
	m.listener = listener
	_, m.port, _ = net.SplitHostPort(listener.Addr().String())
	go m.serve()
	t.Cleanup(m.stop)
	return m
}

// stop is what the outside sees of a machine that goes down.
func (m *machine) stop() {
	_ = m.listener.Close()
	m.lock.Lock()
	defer m.lock.Unlock()
	for _, connection := range m.open {
		_ = connection.Close()
	}
}

func (m *machine) serve() {
	for {
		connection, err := m.listener.Accept()
		if err != nil {
			return
		}
		m.connections.Add(1)
		m.lock.Lock()
		m.open = append(m.open, connection)
		m.lock.Unlock()
		go func() {
			server, channels, requests, err := ssh.NewServerConn(connection, m.config)
			if err != nil {
				_ = connection.Close()
				return
			}
			defer server.Close()
			go ssh.DiscardRequests(requests)
			for channel := range channels {
				switch channel.ChannelType() {
				case "session":
					go m.session(channel)
				case "direct-tcpip":
					go forward(channel)
				default:
					_ = channel.Reject(ssh.UnknownChannelType, "")
				}
			}
		}()
	}
}

func forward(channel ssh.NewChannel) {
	var target struct {
		Host       string
		Port       uint32
		OriginHost string
		OriginPort uint32
	}
	if err := ssh.Unmarshal(channel.ExtraData(), &target); err != nil {
		_ = channel.Reject(ssh.ConnectionFailed, err.Error())
		return
	}
	far, err := net.Dial("tcp", net.JoinHostPort(target.Host, strconv.Itoa(int(target.Port))))
	if err != nil {
		_ = channel.Reject(ssh.ConnectionFailed, err.Error())
		return
	}
	near, requests, err := channel.Accept()
	if err != nil {
		_ = far.Close()
		return
	}
	go ssh.DiscardRequests(requests)
	go func() { _, _ = io.Copy(far, near); _ = far.Close() }()
	_, _ = io.Copy(near, far)
	_ = near.Close()
}

func (m *machine) session(offered ssh.NewChannel) {
	channel, requests, err := offered.Accept()
	if err != nil {
		return
	}
	environment := os.Environ()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for request := range requests {
		switch request.Type {
		case "env":
			var variable struct{ Name, Value string }
			_ = ssh.Unmarshal(request.Payload, &variable)
			accepted := strings.Contains(" "+strings.Join(m.acceptEnv, " ")+" ", " "+variable.Name+" ")
			if accepted {
				environment = append(environment, variable.Name+"="+variable.Value)
			}
			_ = request.Reply(accepted, nil)
		case "exec":
			var command struct{ Line string }
			_ = ssh.Unmarshal(request.Payload, &command)
			_ = request.Reply(true, nil)
			go run(ctx, channel, command.Line, environment)
		case "signal":
			cancel()
		case "subsystem":
			_ = request.Reply(true, nil)
			server, err := sftp.NewServer(channel)
			if err == nil {
				go func() { _ = server.Serve(); _ = channel.Close() }()
			}
		default:
			_ = request.Reply(false, nil)
		}
	}
}

func run(ctx context.Context, channel ssh.Channel, line string, environment []string) {
	command := exec.CommandContext(ctx, "/bin/sh", "-c", line)
	command.Env, command.Stdout, command.Stderr = environment, channel, channel.Stderr()
	stdin, err := command.StdinPipe()
	if err == nil {
		go func() { _, _ = io.Copy(stdin, channel); _ = stdin.Close() }()
		err = command.Run()
	}
	status := struct{ Code uint32 }{0}
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		status.Code = uint32(exit.ExitCode()) //nolint:gosec // an exit code
	}
	_, _ = channel.SendRequest("exit-status", false, ssh.Marshal(status))
	_ = channel.Close()
}
