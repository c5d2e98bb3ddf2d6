package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// apiClient speaks to a running service as anybody outside does.
type apiClient struct {
	base  string
	token string
	http  *http.Client
}

func newAPIClient(base, token string, h *http.Client) *apiClient {
	return &apiClient{base: strings.TrimSuffix(base, "/"), token: token, http: h}
}

// as is the same service for the bearer of another token.
func (c *apiClient) as(token string) *apiClient {
	return &apiClient{base: c.base, token: token, http: c.http}
}

// apiError is an answer that says no.
type apiError struct {
	Method, Path string
	Status       int
	Title        string `json:"title"`
	Detail       string `json:"detail"`
	Fields       []struct{ Name, Problem string }
}

func (e *apiError) Error() string {
	text := fmt.Sprintf("%s %s: %d %s", e.Method, e.Path, e.Status, strings.TrimSpace(e.Title+" "+e.Detail))
	for _, f := range e.Fields {
		text += "; " + f.Name + " " + f.Problem
	}
	return text
}

// statusOf is the status with which the service said no; 0 when it said nothing.
func statusOf(err error) int {
	if e, ok := errors.AsType[*apiError](err); ok {
		return e.Status
	}
	return 0
}

// do sends in as JSON and reads the answer into out; both may be nil. An answer outside 2xx is an apiError.
func (c *apiClient) do(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("%s %s: %w", method, path, err)
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, 64<<20))
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		e := &apiError{Method: method, Path: path, Status: resp.StatusCode}
		if json.Unmarshal(text, e) != nil {
			e.Title = http.StatusText(resp.StatusCode)
		}
		return e
	}
	if out == nil || len(text) == 0 {
		return nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return fmt.Errorf("%s %s: read the answer: %w", method, path, err)
	}
	return nil
}
