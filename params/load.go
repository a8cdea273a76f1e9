package params

import "users-brick/brick"

// Source is the document with the params.
type Source struct {
	Name string // as findings name it, such as params.json; empty means params
	Text []byte // nil when all params come from the environment; empty is a fault

	// Kept says that the text was kept beside a plan by [Params.Redacted]. Of
	// the environment only credentials count then, and they win over those of
	// the text, which has no secrets.
	Kept bool
}

// Load returns the effective params of a document and an environment, with all
// that was noticed, ordered by source, line and column. When the findings hold
// more than warnings (see [brick.Findings.Err]) the params must not be used;
// they are never nil.
//
// Lowest first, these lay over each other: the document; BRICK_PARAM_<name>;
// HIDDEN_BRICK_PARAM_<name>; gd_encoded_params; gd_encoded_hidden_params; keys
// of the form a|b|c. Variables replace a param as a whole, and a warning names
// both when the values differ; the later ones merge objects. A variable with
// _FILE at its end names the file that holds the value, which read returns.
//
// Below all of these lie the variables GDC_PROJECT_ID and, for the platform
// gooddata, GDC_HOSTNAME, GDC_PASSWORD and the like: see [GoodData].
//
// environ has the form of os.Environ. modes are those that sync_mode may name.
func Load(src Source, modes []brick.Mode, environ []string, read ReadFile) (*Params, brick.Findings) {
	n := &notes{}
	fields := Fields()
	around := surroundings{vars: variables(environ), read: read, kept: src.Kept}
	if src.Kept {
		around.vars = credentials(around.vars)
	}
	if src.Name == "" {
		src.Name = "params"
	}
	r := newReader(fields, modes, place{source: src.Name}, around, n)
	if document := document(src, n); document != nil {
		if src.Text != nil {
			r.whole = document.at
		}
		d := newDecoder(fields, n)
		root := d.decode([]layer{
			{root: document},
			{root: around.params(paramPrefix, fields, n), over: true},
			{root: around.params(hiddenParamPrefix, fields, n), over: true},
		})
		r.read(root, d.used)
		r.p.named = r.namedColumns()
		r.chooseProject()
		r.choosePlatform()
		r.lint()
	}
	r.p.Input.hidden, r.p.Platform.hidden = r.p.hidden, r.p.hidden
	n.found.Sort()
	return r.p, n.found
}

// document returns the object that the document holds, and nil with a finding
// when it holds none.
func document(src Source, n *notes) *node {
	if src.Text == nil {
		return &node{form: isObject}
	}
	root := parser{base: place{source: src.Name}, notes: n}.parse(src.Text)
	if root != nil && root.form != isObject {
		n.fail(root.at, `write {"input_source": "users.csv", …}`, "the params are an object, not %s", root.form)
		return nil
	}
	return root
}
