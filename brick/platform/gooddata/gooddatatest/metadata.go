package gooddatatest

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
)

// metadata appends one key and its value.
func (o out) metadata(key, value string) out {
	return o.raw(`{"metadataItem":{"key":`).text(key).raw(`,"value":`).text(value).raw(`}}`)
}

func (s *Server) listMetadata(c *call) answer {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p, refused := s.pathProject(c, true)
	if refused != nil {
		return *refused
	}
	o := out(nil).raw(`{"metadataItems":{"items":[`)
	for i, key := range slices.Sorted(maps.Keys(p.data)) {
		o = o.comma(i).metadata(key, p.data[key])
	}
	return ok(o.raw(`]}}`))
}

func (s *Server) getMetadata(c *call) answer {
	s.mu.RLock()
	defer s.mu.RUnlock()
	p, refused := s.pathProject(c, true)
	if refused != nil {
		return *refused
	}
	key := c.r.PathValue("key")
	value, found := p.data[key]
	if !found {
		return c.notFound()
	}
	return ok(out(nil).metadata(key, value))
}

func (c *call) readMetadata() (key, value string, refused *answer) {
	var in struct {
		MetadataItem struct {
			Key   string `json:"key"`
			Value string `json:"value"`
		} `json:"metadataItem"`
	}
	if err := c.decode(&in); err != nil || in.MetadataItem.Key == "" {
		return "", "", refuse(c.malformed("", "metadataItem"))
	}
	return in.MetadataItem.Key, in.MetadataItem.Value, nil
}

func (s *Server) createMetadata(c *call) answer {
	key, value, bad := c.readMetadata()
	if bad != nil {
		return *bad
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p, refused := s.pathProject(c, true)
	if refused != nil {
		return *refused
	}
	if _, taken := p.data[key]; taken {
		return c.javaError(http.StatusConflict, "com.gooddata.commons.http.exception.ConflictException",
			"gdc.http.client.status.409", "Key %s already exists", key)
	}
	p.data[key] = value
	a := ok(out(nil).metadata(key, value)).with("Location", p.uri()+"/dataload/metadata/"+url.PathEscape(key))
	a.status = http.StatusCreated
	return a
}

func (s *Server) putMetadata(c *call) answer {
	key, value, bad := c.readMetadata()
	if bad != nil {
		return *bad
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p, refused := s.pathProject(c, true)
	if refused != nil {
		return *refused
	}
	if _, found := p.data[key]; !found || key != c.r.PathValue("key") {
		return c.notFound()
	}
	p.data[key] = value
	return bare(http.StatusNoContent)
}
