package gooddatatest

import "net/http"

// The paths that more than one place speaks of.
const (
	loginPath   = "/gdc/account/login"
	tokenPath   = "/gdc/account/token"
	profilePath = "/gdc/account/profile/"
	projectPath = "/gdc/projects/"
	groupPath   = "/gdc/userGroups/"
	domainPath  = "/gdc/domains/"
)

// handler answers a call.
type handler func(s *Server, c *call) answer

// open are the resources that need no token.
var open = map[string]handler{
	"GET /gdc/{$}":      (*Server).root,
	"GET /gdc":          (*Server).root,
	"GET /gdc/ping":     (*Server).ping,
	"POST " + loginPath: (*Server).login,
	"GET " + tokenPath:  (*Server).token,
	"/":                 (*Server).nowhere,
}

// closed are the resources that need a temporary token.
var closed = map[string]handler{
	"DELETE " + loginPath + "/{profile}":       (*Server).logout,
	"GET " + profilePath + "current":           (*Server).currentProfile,
	"GET " + profilePath + "{profile}":         (*Server).getProfile,
	"PUT " + profilePath + "{profile}":         (*Server).putProfile,
	"DELETE " + profilePath + "{profile}":      (*Server).deleteProfile,
	"GET /gdc/account/domains/{domain}/users":  (*Server).listAccounts,
	"POST /gdc/account/domains/{domain}/users": (*Server).createAccount,

	"GET " + projectPath + "{project}":                         (*Server).getProject,
	"GET /gdc/internal/projects/{project}/roles":               (*Server).internalRoles,
	"GET " + projectPath + "{project}/roles":                   (*Server).listRoles,
	"GET " + projectPath + "{project}/roles/{role}":            (*Server).getRole,
	"GET " + projectPath + "{project}/roles/{role}/users":      (*Server).roleUsers,
	"GET " + projectPath + "{project}/users":                   (*Server).listMembers,
	"POST " + projectPath + "{project}/users":                  (*Server).postMembers,
	"GET " + projectPath + "{project}/users/{user}":            (*Server).getMember,
	"DELETE " + projectPath + "{project}/users/{user}":         (*Server).deleteMember,
	"GET " + projectPath + "{project}/users/{user}/roles":      (*Server).memberRoles,
	"GET " + projectPath + "{project}/dataload/metadata":       (*Server).listMetadata,
	"GET " + projectPath + "{project}/dataload/metadata/{$}":   (*Server).listMetadata,
	"POST " + projectPath + "{project}/dataload/metadata":      (*Server).createMetadata,
	"POST " + projectPath + "{project}/dataload/metadata/{$}":  (*Server).createMetadata,
	"GET " + projectPath + "{project}/dataload/metadata/{key}": (*Server).getMetadata,
	"PUT " + projectPath + "{project}/dataload/metadata/{key}": (*Server).putMetadata,

	"GET /gdc/userGroups":                         (*Server).listGroups,
	"POST /gdc/userGroups":                        (*Server).createGroup,
	"GET " + groupPath + "{group}":                (*Server).getGroup,
	"PUT " + groupPath + "{group}":                (*Server).putGroup,
	"GET " + groupPath + "{group}/members":        (*Server).listGroupMembers,
	"POST " + groupPath + "{group}/modifyMembers": (*Server).modifyMembers,

	"GET " + domainPath + "{domain}/dataproducts":                              (*Server).listProducts,
	"GET " + domainPath + "{domain}/dataproducts/{product}":                    (*Server).getProduct,
	"GET " + domainPath + "{domain}/dataproducts/{product}/segments":           (*Server).listSegments,
	"GET " + domainPath + "{domain}/dataproducts/{product}/segments/{segment}": (*Server).getSegment,
	"GET " + domainPath + "{domain}/dataproducts/{product}/clients":            (*Server).listClients,
	"GET " + domainPath + "{domain}/dataproducts/{product}/clients/{client}":   (*Server).getClient,
	"GET " + domainPath + "{domain}/segments":                                  (*Server).listSegments,
	"GET " + domainPath + "{domain}/segments/{segment}":                        (*Server).getSegment,
	"GET " + domainPath + "{domain}/clients":                                   (*Server).listClients,
	"GET " + domainPath + "{domain}/clients/{client}":                          (*Server).getClient,
}

// route tells the mux all resources.
func (s *Server) route() {
	for pattern, handle := range open {
		s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			c := w.(*call)
			c.answer = s.typed(c, handle)
		})
	}
	for pattern, handle := range closed {
		s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			c := w.(*call)
			c.caller = s.sessions.use(c.token(ttHeader, ttCookie), s.now(), c.faults.TTUses)
			if c.caller == nil {
				c.answer = s.ttDead()
				return
			}
			c.answer = s.typed(c, handle)
		})
	}
}

// typed answers a call unless its body is of a kind that no resource reads.
func (s *Server) typed(c *call, handle handler) answer {
	if len(c.body) > 0 && !c.isJSON() {
		return c.javaError(http.StatusUnsupportedMediaType, "com.gooddata.commons.http.exception.HttpException",
			"gdc.http.client.status.415", "Unsupported media type %s", c.r.Header.Get("Content-Type"))
	}
	return handle(s, c)
}

func (s *Server) nowhere(c *call) answer { return c.notFound() }

func (s *Server) ping(*call) answer { return bare(http.StatusNoContent) }

func (s *Server) root(*call) answer {
	body := out(nil).raw(`{"about":{"summary":"Use links to navigate the services.","category":"GoodData API root","links":[`)
	for i, link := range [...][2]string{{loginPath, "login"}, {tokenPath, "token"}, {"/gdc/projects", "projects"}, {"/gdc/userGroups", "userGroups"}} {
		body = body.comma(i).raw(`{"link":`).text(link[0]).raw(`,"summary":"","category":`).text(link[1]).raw(`,"title":`).text(link[1]).raw(`}`)
	}
	return ok(body.raw(`]}}`))
}
