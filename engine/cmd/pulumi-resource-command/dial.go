package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/ssh"
)

const (
	firstPause   = 100 * time.Millisecond
	longestPause = 5 * time.Second
	// A machine that has died says nothing; these tell it from one that is busy.
	keepaliveEvery = 15 * time.Second
	keepaliveLimit = 4
)

// reached is an open connection to the machine at the end of a way.
type reached struct {
	*ssh.Client
	proxy *ssh.Client
	// lost is set once the machine no longer answers.
	lost atomic.Bool
	stop context.CancelFunc
}

func (r *reached) Close() {
	r.stop()
	_ = r.Client.Close()
	if r.proxy != nil {
		_ = r.proxy.Close()
	}
}

// dial tries each hop until it answers or its limit of errors is passed.
func (w way) dial(ctx context.Context, log logger) (*reached, error) {
	out := &reached{}
	var err error
	if w.proxy == nil {
		out.Client, err = persist(ctx, log, w.target, "connecting to", func(ctx context.Context) (*ssh.Client, error) {
			return w.target.direct(ctx)
		})
	} else {
		out.Client, err = w.through(ctx, log, out)
	}
	if err != nil {
		if out.proxy != nil {
			_ = out.proxy.Close()
		}
		return nil, err
	}
	watch, stop := context.WithCancel(context.Background())
	out.stop = stop
	go out.keepAlive(watch)
	return out, nil
}

// through takes a new connection to the proxy whenever the last one is gone: a proxy may restart while the machine
// behind it comes up.
func (w way) through(ctx context.Context, log logger, out *reached) (*ssh.Client, error) {
	openProxy := func() error {
		proxy, err := persist(ctx, log, *w.proxy, "connecting to the proxy", w.proxy.direct)
		if err != nil {
			return fmt.Errorf("proxy: %w", err)
		}
		out.proxy = proxy
		return nil
	}
	if err := openProxy(); err != nil {
		return nil, err
	}
	what := fmt.Sprintf("connecting through %s to", w.proxy.address)
	return persist(ctx, log, w.target, what, func(ctx context.Context) (*ssh.Client, error) {
		if _, _, err := out.proxy.SendRequest("keepalive@openssh.com", true, nil); err != nil {
			_ = out.proxy.Close()
			if err := openProxy(); err != nil {
				return nil, err
			}
		}
		connection, err := out.proxy.DialContext(ctx, "tcp", w.target.address)
		if err != nil {
			return nil, err
		}
		return w.target.handshake(ctx, connection)
	})
}

// persist repeats attempts, each bounded by the hop's timeout, with growing pauses between them.
func persist(
	ctx context.Context, log logger, to hop, what string, attempt func(context.Context) (*ssh.Client, error),
) (*ssh.Client, error) {
	pause := firstPause
	for failed := 0; ; {
		bounded, cancel := ctx, context.CancelFunc(func() {})
		if to.timeout > 0 {
			bounded, cancel = context.WithTimeout(ctx, to.timeout)
		}
		client, err := attempt(bounded)
		if err != nil && ctx.Err() == nil && bounded.Err() != nil {
			err = fmt.Errorf("no answer within %s (perDialTimeout)", to.timeout)
		}
		cancel()
		if err == nil {
			return client, nil
		}
		failed++
		if ctx.Err() != nil {
			return nil, fmt.Errorf("%s %s was given up: %w (the last attempt: %w)", what, to.address, ctx.Err(), err)
		}
		if to.limit >= 0 && failed > to.limit {
			return nil, fmt.Errorf("%s %s failed %d times (dialErrorLimit %d), at last with: %w",
				what, to.address, failed, to.limit, err)
		}
		log.progress("%s %s: attempt %d failed, trying again", what, to.address, failed)
		select {
		case <-ctx.Done():
		case <-time.After(pause):
		}
		pause = min(pause*3/2, longestPause)
	}
}

func (h hop) direct(ctx context.Context) (*ssh.Client, error) {
	var dialer net.Dialer
	connection, err := dialer.DialContext(ctx, "tcp", h.address)
	if err != nil {
		return nil, err
	}
	return h.handshake(ctx, connection)
}

// handshake ends with the context too: a server that accepts and says nothing would hold it forever.
func (h hop) handshake(ctx context.Context, connection net.Conn) (*ssh.Client, error) {
	stop := context.AfterFunc(ctx, func() { _ = connection.Close() })
	defer stop()
	client, channels, requests, err := ssh.NewClientConn(connection, h.address, h.config)
	if err != nil {
		_ = connection.Close()
		return nil, err
	}
	if ctx.Err() != nil {
		_ = client.Close()
		return nil, ctx.Err()
	}
	return ssh.NewClient(client, channels, requests), nil
}

// keepAlive closes the connection when the machine has not answered for a minute, so that no command waits for ever.
func (r *reached) keepAlive(ctx context.Context) {
	ticker := time.NewTicker(keepaliveEvery)
	defer ticker.Stop()
	var waiting atomic.Int32
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if waiting.Add(1) > keepaliveLimit {
			r.lost.Store(true)
			_ = r.Client.Close()
			return
		}
		go func() {
			// Any answer counts, also «unknown request».
			if _, _, err := r.SendRequest("keepalive@openssh.com", true, nil); err == nil {
				waiting.Store(0)
			}
		}()
	}
}

// broken says why a command has no exit code.
func (r *reached) broken(ctx context.Context, address string, err error) error {
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Errorf("the command on %s was ended: it took longer than the resource's custom timeout", address)
	case ctx.Err() != nil:
		return fmt.Errorf("the command on %s was ended: the operation was cancelled", address)
	case r.lost.Load():
		return fmt.Errorf("%s stopped answering while the command ran", address)
	default:
		return fmt.Errorf("the connection to %s broke while the command ran: %w", address, err)
	}
}
