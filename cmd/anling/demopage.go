package main

import (
	"context"
	"html/template"
	"net/http"

	"anling/internal/fault"
	"anling/registry"
	"anling/web"
)

// buttons lets whoever looks at the demo press an elder's button. The web server is made before the city is
// built; nobody can press until both are.
type buttons struct{ city *city }

// offer gives the web server what only the demo has.
func (b *buttons) offer() *web.Demo {
	return &web.Demo{Page: b, Press: func(ctx context.Context, elder registry.ElderID) (web.Pressed, error) {
		if b.city == nil {
			return web.Pressed{}, fault.New(fault.Retry, "the city is still being built")
		}
		return b.city.Press(ctx, elder)
	}}
}

// demoPage is a button that anybody may press, without scripts.
var demoPage = template.Must(template.New("demo").Parse(`<!doctype html>
<html lang="zh">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>安铃演示 · Anling demo</title>
<link rel="stylesheet" href="/assets/page.css">
</head>
<body>
<main>
<header>安铃演示 · Anling demo</header>
<section class="hero asked">
<h1>替一位老人按下按钮</h1>
<p class="small">Press an elder's button, then follow the alert on the console and answer as family or helper on the phone wall.</p>
</section>
<form class="answers" method="post" action="/demo">
<p class="note"><label for="elder">谁按按钮 · Whose button</label></p>
<p class="where"><select id="elder" name="elder"><option value="">随便谁 · anybody</option>
{{range .}}<option value="{{.ID}}">{{.Name}} — {{.Address}}</option>
{{end}}</select></p>
<button class="go" type="submit">按下求助按钮 · Press</button>
</form>
<p><a class="call" href="/console/">控制台 · Console</a></p>
<p><a class="call" href="/phones">电话墙 · Phone wall</a></p>
</main>
</body>
</html>
`))

// ServeHTTP is http.Handler's: the demo's own page.
func (b *buttons) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if b.city == nil {
		http.Error(w, "the city is still being built", http.StatusServiceUnavailable)
		return
	}
	switch r.Method {
	case http.MethodPost:
		b.press(w, r)
	case http.MethodGet, http.MethodHead:
		b.show(w)
	default:
		http.Error(w, "this method is not known here", http.StatusMethodNotAllowed)
	}
}

func (b *buttons) show(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	var elders []registry.Elder
	for _, e := range b.city.elders {
		if b.city.tokens[e.ID] != "" {
			elders = append(elders, e)
		}
	}
	if err := demoPage.Execute(w, elders); err != nil {
		return // whoever asked has gone
	}
}

// press presses, and leads to the console, where the alert is by then.
func (b *buttons) press(w http.ResponseWriter, r *http.Request) {
	if _, err := b.city.Press(r.Context(), registry.ElderID(r.FormValue("elder"))); err != nil {
		http.Error(w, fault.MessageOf(err), http.StatusServiceUnavailable)
		return
	}
	http.Redirect(w, r, "/console/", http.StatusSeeOther)
}
