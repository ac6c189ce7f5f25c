package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	rpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
)

const (
	logTimeout = 10 * time.Second
	// How much of a failed command's output its error shows.
	tailLines = 25
	tailBytes = 4 << 10
	// And how much of the command itself, which can be a whole script.
	longestCommand = 300
)

// engineLog is the part of the engine's client that messages go to.
type engineLog interface {
	Log(ctx context.Context, in *rpc.LogRequest, opts ...grpc.CallOption) (*emptypb.Empty, error)
}

type logger struct {
	engine engineLog
	urn    string
	redact redactor
}

func (l logger) send(severity rpc.LogSeverity, ephemeral bool, message string) {
	if l.engine == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), logTimeout)
	defer cancel()
	// A message the engine did not take must not fail the command it tells of.
	_, _ = l.engine.Log(ctx, &rpc.LogRequest{
		Severity: severity, Urn: l.urn, Ephemeral: ephemeral, Message: l.redact.replace(message),
	})
}

func (l logger) info(message string)    { l.send(rpc.LogSeverity_INFO, false, message) }
func (l logger) warning(message string) { l.send(rpc.LogSeverity_WARNING, false, message) }

// progress is shown while it is true and not kept.
func (l logger) progress(format string, values ...any) {
	l.send(rpc.LogSeverity_INFO, true, fmt.Sprintf(format, values...))
}

// output collects what a command prints, and passes it on to the engine's log line by line as it comes.
type output struct {
	lock             sync.Mutex
	stdout, stderr   stream
	together         bytes.Buffer
	log              logger
	logOut, logError bool
}

type stream struct {
	all  bytes.Buffer
	line bytes.Buffer
}

func newOutput(op operation) *output {
	out := &output{log: op.log}
	switch op.text("logging") {
	case "none":
	case "stdout":
		out.logOut = true
	case "stderr":
		out.logError = true
	default:
		out.logOut, out.logError = true, true
	}
	return out
}

type writerFunc func([]byte) (int, error)

func (write writerFunc) Write(data []byte) (int, error) { return write(data) }

func (o *output) stdoutWriter() writerFunc {
	return func(data []byte) (int, error) { return o.write(&o.stdout, o.logOut, data) }
}

func (o *output) stderrWriter() writerFunc {
	return func(data []byte) (int, error) { return o.write(&o.stderr, o.logError, data) }
}

func (o *output) write(to *stream, logged bool, data []byte) (int, error) {
	o.lock.Lock()
	defer o.lock.Unlock()
	to.all.Write(data)
	o.together.Write(data)
	if !logged {
		return len(data), nil
	}
	to.line.Write(data)
	for {
		end := bytes.IndexByte(to.line.Bytes(), '\n')
		if end < 0 {
			return len(data), nil
		}
		o.log.info(clean(string(to.line.Next(end + 1)[:end])))
	}
}

// flush logs the last lines where they have no end.
func (o *output) flush() {
	o.lock.Lock()
	defer o.lock.Unlock()
	for _, one := range []*stream{&o.stdout, &o.stderr} {
		if one.line.Len() > 0 {
			o.log.info(clean(one.line.String()))
			one.line.Reset()
		}
	}
}

func (o *output) properties() properties {
	o.lock.Lock()
	defer o.lock.Unlock()
	text := func(one *stream) resource.PropertyValue {
		return resource.NewProperty(strings.TrimSuffix(clean(one.all.String()), "\n"))
	}
	return properties{"stdout": text(&o.stdout), "stderr": text(&o.stderr)}
}

// tail is the end of all that was printed, for an error. Secrets go before it is cut, so that no half of one is left.
func (o *output) tail() string {
	o.lock.Lock()
	defer o.lock.Unlock()
	text := o.log.redact.replace(strings.TrimRight(clean(o.together.String()), "\n"))
	lines := strings.Split(text, "\n")
	shortened := len(lines) > tailLines
	if shortened {
		lines = lines[len(lines)-tailLines:]
	}
	text = strings.Join(lines, "\n")
	if len(text) > tailBytes {
		text, shortened = clean(text[len(text)-tailBytes:]), true
	}
	if shortened {
		text = "…\n" + text
	}
	return text
}

// clean makes the text fit for a protobuf string: commands print any bytes.
func clean(text string) string { return strings.ToValidUTF8(text, "\uFFFD") }

// failed is the error of a command that ended badly.
func (o *output) failed(how, command string) error {
	command = o.log.redact.replace(command)
	if len(command) > longestCommand {
		command = clean(command[:longestCommand]) + "…"
	}
	printed := o.tail()
	if printed == "" {
		return fmt.Errorf("%s: running %q, which printed nothing", how, command)
	}
	return fmt.Errorf("%s: running %q, whose output ended with:\n%s", how, command, printed)
}
