package main

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// api is a DigitalOcean that answers what a test says, and remembers what it was asked.
type api struct {
	*httptest.Server
	lock     sync.Mutex
	requests []string
}

func serving(t *testing.T, answer http.HandlerFunc) (*client, *api) {
	t.Helper()
	a := &api{}
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.lock.Lock()
		a.requests = append(a.requests, r.Method+" "+r.URL.Path)
		a.lock.Unlock()
		answer(w, r)
	}))
	t.Cleanup(a.Close)
	c := newClient(a.URL, "dop_v1_token")
	c.pause = func(int) time.Duration { return 0 }
	return c, a
}

func (a *api) asked() []string {
	a.lock.Lock()
	defer a.lock.Unlock()
	return append([]string(nil), a.requests...)
}

func sendJSON(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}
}

func sendPage(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=UTF-8")
		w.WriteHeader(status)
		_, _ = w.Write([]byte("<!DOCTYPE html><title>Just a moment...</title>"))
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, but one with %q was expected", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error lacks %q:\n%v", part, err)
		}
	}
}

const notFound = `{"id":"not_found","message":"The resource you requested could not be found.","request_id":"r-1"}`

func TestTheAPIsOwn404IsGone(t *testing.T) {
	c, _ := serving(t, sendJSON(http.StatusNotFound, notFound))
	found, err := read(t.Context(), c, table["digitalocean:index/tag:Tag"], "blue", nil)
	if found != nil || err != nil {
		t.Errorf("found %v, error %v; want «gone»", found, err)
	}
}

func TestA404PageOfAProxyIsNotGone(t *testing.T) {
	c, _ := serving(t, sendPage(http.StatusNotFound))
	_, err := read(t.Context(), c, table["digitalocean:index/tag:Tag"], "blue", nil)
	wantError(t, err, "a page that is not JSON came back")
}

func TestARobotCheckAtStatus200IsAnError(t *testing.T) {
	c, _ := serving(t, sendPage(http.StatusOK))
	_, err := read(t.Context(), c, table["digitalocean:index/tag:Tag"], "blue", nil)
	wantError(t, err, "answered in its place")
}

func TestReadsAreTriedAgain(t *testing.T) {
	for _, status := range []int{http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway} {
		var c *client
		var a *api
		c, a = serving(t, func(w http.ResponseWriter, r *http.Request) {
			if len(a.asked()) < 3 {
				sendJSON(status, `{"id":"busy","message":"later"}`)(w, r)
				return
			}
			sendJSON(http.StatusOK, `{"tag":{"name":"blue"}}`)(w, r)
		})
		found, err := read(t.Context(), c, table["digitalocean:index/tag:Tag"], "blue", nil)
		must(t, err)
		if found["name"] != "blue" {
			t.Errorf("found %v", found)
		}
	}
}

func TestReadsAreNotTriedForever(t *testing.T) {
	c, a := serving(t, sendJSON(http.StatusInternalServerError, `{"message":"down","request_id":"r-2"}`))
	err := c.call(t.Context(), http.MethodGet, "/v2/tags/blue", nil, nil)
	wantError(t, err, "GET /v2/tags/blue with 500: down", "request r-2")
	if tried := len(a.asked()); tried != readAttempts {
		t.Errorf("tried %d times, want %d", tried, readAttempts)
	}
}

func TestASilentAPIEndsWithATimeout(t *testing.T) {
	ended := make(chan struct{})
	t.Cleanup(func() { close(ended) })
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		c, a := serving(t, func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-ended:
			case <-r.Context().Done():
			}
		})
		// A guard waits up to 2 minutes for a turn, and 150 s in which it tries again.
		if c.http.Timeout <= 270*time.Second {
			t.Errorf("a request may take %v only", c.http.Timeout)
		}
		c.http.Timeout = 100 * time.Millisecond
		wantError(t, c.call(t.Context(), method, "/v2/tags", nil, nil), "did not answer "+method+" /v2/tags", "Client.Timeout")
		if tried := len(a.asked()); tried != 1 {
			t.Errorf("%s: tried %d times", method, tried)
		}
	}
}

func TestARefusalIsNotTriedAgain(t *testing.T) {
	c, a := serving(t, sendJSON(http.StatusUnprocessableEntity, `{"message":"no such size"}`))
	wantError(t, c.call(t.Context(), http.MethodGet, "/v2/tags", nil, nil), "no such size")
	if tried := len(a.asked()); tried != 1 {
		t.Errorf("tried %d times", tried)
	}
}

// A create that is sent twice is a second billed droplet.
func TestACreateIsNeverSentTwice(t *testing.T) {
	answers := map[string]http.HandlerFunc{
		"busy":      sendJSON(http.StatusTooManyRequests, `{"message":"slow down"}`),
		"broken":    sendJSON(http.StatusBadGateway, `{"message":"bad gateway"}`),
		"challenge": sendPage(http.StatusServiceUnavailable),
		"cut off": func(w http.ResponseWriter, _ *http.Request) {
			connection, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				_ = connection.Close()
			}
		},
	}
	for name, answer := range answers {
		t.Run(name, func(t *testing.T) {
			c, a := serving(t, answer)
			_, _, err := create(t.Context(), c, droplet, object{"name": "wiki"})
			wantError(t, err, "/v2/droplets")
			if sent := len(a.asked()); sent != 1 {
				t.Errorf("sent %d times", sent)
			}
		})
	}
}

// What the burst limit refuses was not done: it is sent again, a write as well, when the API says that it may be.
func TestABurstLimitIsWaitedFor(t *testing.T) {
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
		t.Run(method, func(t *testing.T) {
			var c *client
			var a *api
			c, a = serving(t, func(w http.ResponseWriter, r *http.Request) {
				if len(a.asked()) == 1 {
					w.Header().Set("Retry-After", "1")
					sendJSON(http.StatusTooManyRequests, `{"message":"Too many requests"}`)(w, r)
					return
				}
				sendJSON(http.StatusOK, `{}`)(w, r)
			})
			start := time.Now()
			must(t, c.call(t.Context(), method, "/v2/tags", nil, nil))
			if waited := time.Since(start); waited < time.Second || len(a.asked()) != 2 {
				t.Errorf("sent %d times, the last one after %v", len(a.asked()), waited)
			}
		})
	}
}

func TestALimitThatLastsForLongIsAnError(t *testing.T) {
	c, a := serving(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "3600")
		sendJSON(http.StatusTooManyRequests, `{"message":"come back in an hour"}`)(w, r)
	})
	wantError(t, c.call(t.Context(), http.MethodPost, "/v2/tags", nil, nil), "429: come back in an hour")
	if sent := len(a.asked()); sent != 1 {
		t.Errorf("sent %d times", sent)
	}
}

func TestNoErrorTellsTheToken(t *testing.T) {
	for _, answer := range []http.HandlerFunc{sendJSON(http.StatusUnauthorized, `{"message":"Unable to authenticate"}`), sendPage(403)} {
		c, _ := serving(t, answer)
		err := c.call(t.Context(), http.MethodGet, "/v2/account", nil, nil)
		wantError(t, err, "/v2/account")
		if strings.Contains(err.Error(), c.token) {
			t.Errorf("the token is in: %v", err)
		}
	}
}

func TestAnAnswerThatIsNoJSONObjectIsAnError(t *testing.T) {
	c, _ := serving(t, sendJSON(http.StatusOK, `{"tag":`))
	_, err := read(t.Context(), c, table["digitalocean:index/tag:Tag"], "blue", nil)
	wantError(t, err, "not what its documentation says")
}

func TestListsFollowTheirPages(t *testing.T) {
	c, a := serving(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("page") == "1" {
			sendJSON(200, `{"sizes":[{"slug":"small"}],"links":{"pages":{"next":"…"}}}`)(w, r)
			return
		}
		sendJSON(200, `{"sizes":[{"slug":"large"}],"links":{}}`)(w, r)
	})
	all, err := c.list(t.Context(), "/v2/sizes", "sizes", nil)
	must(t, err)
	if len(all) != 2 || len(a.asked()) != 2 {
		t.Errorf("found %v with %v", all, a.asked())
	}
}

func TestAVpcIsDeletedOnceItsMembersHaveLeft(t *testing.T) {
	var c *client
	var a *api
	c, a = serving(t, func(w http.ResponseWriter, r *http.Request) {
		if len(a.asked()) < 2 {
			sendJSON(http.StatusForbidden, `{"message":"Can not delete VPC with members"}`)(w, r)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	must(t, remove(t.Context(), c, table["digitalocean:index/vpc:Vpc"], "v-1", nil))
}

func TestADropletThatFailsOnItsWayIsNotForgotten(t *testing.T) {
	c, _ := serving(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			sendJSON(http.StatusAccepted, `{"droplet":{"id":42,"status":"new"}}`)(w, r)
			return
		}
		sendPage(http.StatusForbidden)(w, r)
	})
	id, _, err := create(t.Context(), c, droplet, object{"name": "wiki"})
	var answer *apiError
	if id != "42" || !errors.As(err, &answer) {
		t.Errorf("id %q, error %v", id, err)
	}
}
