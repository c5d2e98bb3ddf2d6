package web

import (
	"net/http"
)

func (s *Server) describe() ([]byte, error) { return []byte("{}"), nil }

func (s *Server) showOpenAPI(w http.ResponseWriter, r *http.Request) error { return nil }

func (s *Server) showDocs(w http.ResponseWriter, r *http.Request) error { return nil }
