package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	defaultEndpoint = "https://api.digitalocean.com"
	largestAnswer   = 32 << 20
	// Longer than a guard in between waits for its turn, for an answer, and for what it looks up before it sends a create again: a client
	// that gives up first is told of a failure while the request is carried out. DigitalOcean's own clients wait for as long as it takes
	// (godo and its Terraform provider set no timeout).
	requestTimeout = 5 * time.Minute
	// Only reads are tried again: a create sent twice is a second billed droplet.
	readAttempts = 4
	// Unless the API refused it because of its burst limit and said when to come back: then nothing was done, and a
	// write is sent again as well.
	limitedAttempts = 5
	// The burst limit is one of a minute. What lasts for longer is an error to report.
	longestWait = 65 * time.Second
)

// object is one JSON object of the API.
type object = map[string]any

// client speaks DigitalOcean's API v2.
type client struct {
	endpoint string
	token    string
	http     *http.Client
	pause    func(attempt int) time.Duration
}

func newClient(endpoint, token string) *client {
	if endpoint == "" {
		endpoint = defaultEndpoint
	}
	return &client{
		endpoint: strings.TrimRight(endpoint, "/"),
		token:    token,
		http:     &http.Client{Timeout: requestTimeout},
		pause:    func(attempt int) time.Duration { return time.Duration(attempt) * 500 * time.Millisecond },
	}
}

// apiError is an answer of the API that is not a success. The token is never part of it.
type apiError struct {
	Method, Path string
	Status       int
	ID           string `json:"id"`
	Message      string `json:"message"`
	RequestID    string `json:"request_id"`
	// RetryAfter is how long the API asks to wait; zero when it does not say.
	RetryAfter time.Duration `json:"-"`
	// html is set when something in front of the API answered, a robot check for example.
	html bool
}

func (e *apiError) Error() string {
	text := fmt.Sprintf("DigitalOcean answered %s %s with %d: %s", e.Method, e.Path, e.Status, e.Message)
	if e.RequestID != "" {
		text += " (request " + e.RequestID + ")"
	}
	return text
}

// isGone is true only for the API's own 404: a page of a proxy proves nothing about a resource.
func isGone(err error) bool {
	var answer *apiError
	return errors.As(err, &answer) && answer.Status == http.StatusNotFound && !answer.html
}

// isRefused is true when the API understood the request and won't carry it out as things are.
func isRefused(err error) bool {
	var answer *apiError
	return errors.As(err, &answer) && answer.Status == http.StatusUnprocessableEntity && !answer.html
}

// call sends one request. body and into may be nil.
func (c *client) call(ctx context.Context, method, path string, body any, into any) error {
	for attempt := 1; ; attempt++ {
		sent := time.Now()
		err := c.once(ctx, method, path, body, into)
		// What was not answered in the time that a request may take is not asked for again.
		if err == nil || attempt >= attemptsAfter(method, err) || time.Since(sent) >= c.http.Timeout {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(c.waitAfter(err, attempt+1)):
		}
	}
}

// attemptsAfter says how often a request is sent in all that met this error.
func attemptsAfter(method string, err error) int {
	if isBurstLimit(err) {
		return limitedAttempts
	}
	if method == http.MethodGet && worthAnotherTry(err) {
		return readAttempts
	}
	return 1
}

func (c *client) waitAfter(err error, next int) time.Duration {
	var answer *apiError
	if isBurstLimit(err) && errors.As(err, &answer) {
		return answer.RetryAfter
	}
	return c.pause(next)
}

func isBurstLimit(err error) bool {
	var answer *apiError
	return errors.As(err, &answer) && answer.Status == http.StatusTooManyRequests && !answer.html &&
		answer.RetryAfter > 0 && answer.RetryAfter <= longestWait
}

func worthAnotherTry(err error) bool {
	var answer *apiError
	if errors.As(err, &answer) {
		return answer.Status == http.StatusTooManyRequests || answer.Status >= 500
	}
	var network *url.Error
	return errors.As(err, &network) && !errors.Is(err, context.Canceled)
}

func (c *client) once(ctx context.Context, method, path string, body any, into any) error {
	var reader io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("%s %s: %w", method, path, err)
		}
		reader = bytes.NewReader(encoded)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.endpoint+path, reader)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	request.Header.Set("Accept", "application/json")
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := c.http.Do(request)
	if err != nil {
		return fmt.Errorf("DigitalOcean's API did not answer %s %s: %w", method, path, err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, largestAnswer))
	if err != nil {
		return fmt.Errorf("DigitalOcean's answer to %s %s broke off: %w", method, path, err)
	}
	return decode(method, path, response, answer, into)
}

func decode(method, path string, response *http.Response, answer []byte, into any) error {
	failure := &apiError{Method: method, Path: path, Status: response.StatusCode}
	if seconds, err := strconv.Atoi(response.Header.Get("Retry-After")); err == nil && seconds > 0 {
		failure.RetryAfter = time.Duration(seconds) * time.Second
	}
	isJSON := strings.Contains(response.Header.Get("Content-Type"), "json")
	if response.StatusCode == http.StatusNoContent {
		return nil
	}
	if !isJSON && len(bytes.TrimSpace(answer)) > 0 {
		failure.html = true
		failure.Message = "a page that is not JSON came back; something between here and the API answered in its place, " +
			"try again later or from another network"
		return failure
	}
	if response.StatusCode >= 300 {
		if err := json.Unmarshal(answer, failure); err != nil || failure.Message == "" {
			failure.Message = http.StatusText(response.StatusCode)
		}
		failure.html = !isJSON
		return failure
	}
	if into == nil || len(bytes.TrimSpace(answer)) == 0 {
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(answer))
	if err := decoder.Decode(into); err != nil {
		return fmt.Errorf("DigitalOcean's answer to %s %s is not what its documentation says: %w", method, path, err)
	}
	return nil
}

// list follows the pages of a collection. path must not have a query of its own but may have one in query.
func (c *client) list(ctx context.Context, path, envelope string, query url.Values) ([]object, error) {
	var all []object
	for page := 1; ; page++ {
		parameters := url.Values{"per_page": {"200"}, "page": {fmt.Sprint(page)}}
		for key, values := range query {
			parameters[key] = values
		}
		var answer object
		if err := c.call(ctx, http.MethodGet, path+"?"+parameters.Encode(), nil, &answer); err != nil {
			return nil, err
		}
		items, _ := answer[envelope].([]any)
		for _, item := range items {
			if one, ok := item.(object); ok {
				all = append(all, one)
			}
		}
		links, _ := answer["links"].(object)
		pages, _ := links["pages"].(object)
		if _, more := pages["next"]; !more || len(items) == 0 {
			return all, nil
		}
	}
}
