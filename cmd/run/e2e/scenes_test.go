//go:build e2e

package e2e_test

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/template"
	"time"
)

// A part is what one sipp plays: a template of testdata/sipp/scenes, and its
// parameters.
type part struct {
	name   string
	params map[string]string
}

// play returns a part; params are names and values in turn.
func play(name string, params ...string) part {
	p := part{name, map[string]string{}}
	for i := 0; i+1 < len(params); i += 2 {
		p.params[params[i]] = params[i+1]
	}
	return p
}

// A callee is a sipp that is called.
type callee struct {
	part           // none: nobody is there, and must not be called
	contact string // parameters of its Contact at the registrar
	unknown bool   // it does not register
}

// called returns a callee that registers with these Contact parameters.
func called(contact string, p part) callee { return callee{part: p, contact: contact} }

// A sippScene is a call, or an attempt to make one, of which every message is
// laid down. Callees register as one user, whom the caller calls.
type sippScene struct {
	name    string
	over    []string // transports: of both sides, or "udp to tcp"; UDP if nil
	change  func(*settings)
	servers func(*testing.T) *server // start if nil
	caller  part
	callees []callee
	aor     string // of the callees; default: bob@localhost
	once    bool   // the sipps repeat nothing on their own: one that would does nothing else meanwhile
	metrics map[string]float64
}

// defaults are the parameters that a part takes from here if it has no own.
var defaults = map[string]string{
	"uri": "sip:bob@localhost", "version": "SIP/2.0", "hops": "70", "header": "X-Scene: ordinary",
	"delay": "0", "has": "SIP/2.0", "reason": "CANCEL", "routes": "one",
}

// isRefused is a caller that is refused with a status, in a response that a
// regular expression matches.
func isRefused(status, has string, params ...string) part {
	return play("is refused", append([]string{"status", status, "has", has}, params...)...)
}

// scenesAtOnce bounds how many scenes are played at a time: each is a server
// and up to four sipps.
var scenesAtOnce = make(chan struct{}, 4)

// playScenes plays every scene over each of its transports.
func playScenes(t *testing.T, scenes []sippScene) {
	for i := range scenes {
		sc := &scenes[i]
		over := sc.over
		if over == nil {
			over = []string{"udp"}
		}
		for _, transport := range over {
			t.Run(sc.name+"/"+transport, func(t *testing.T) {
				t.Parallel()
				scenesAtOnce <- struct{}{}
				defer func() { <-scenesAtOnce }()
				sc.perform(t, transport)
			})
		}
	}
}

// perform plays the scene over a transport, or two.
func (sc *sippScene) perform(t *testing.T, over string) {
	from, to, changes := strings.Cut(over, " to ")
	if !changes {
		to = from
	}
	s := sc.start(t)
	common := maps.Clone(defaults)
	ports := make([]int, len(sc.callees))
	for i := range sc.callees {
		ports[i] = freePort(t)
		common[fmt.Sprintf("callee%d", i+1)] = contactURI(ports[i], to)
	}
	var contacts []string
	var callees []*sipp
	for i, c := range sc.callees {
		if c.name != "" {
			callees = append(callees, sc.startPart(t, c.part, common, to, ports[i]))
			s.until(t, soon, "sipp listens", func() bool { return bound(to, ports[i]) })
		}
		if !c.unknown {
			contacts = append(contacts, "<"+contactURI(ports[i], to)+">"+c.contact)
		}
	}
	if contacts != nil {
		registerAt(t, s, cmp.Or(sc.aor, "bob@localhost"), contacts)
	}
	caller := sc.startPart(t, sc.caller, common, from, freePort(t), s.udp)
	caller.checkScene(soon + processTime)
	for _, c := range callees {
		c.checkScene(processTime)
	}
	sc.checkMetrics(t, s)
}

// startPart starts the sipp that plays p.
func (sc *sippScene) startPart(t *testing.T, p part, common map[string]string, transport string, port int, server ...string) *sipp {
	t.Helper()
	file := render(t, p, common)
	args := []string{"-trace_msg", "-message_file", file + ".messages"}
	if sc.once {
		args = append(args, "-nr")
	}
	args = append(args, server...)
	return startSipp(t, file, transport, port, 1, args...)
}

// start starts the server of the scene.
func (sc *sippScene) start(t *testing.T) *server {
	if sc.servers != nil {
		return sc.servers(t)
	}
	return start(t, func(c *settings) {
		patient(c)
		if sc.change != nil {
			sc.change(c)
		}
	})
}

// contactURI is where the callee on a port is reached.
func contactURI(port int, transport string) string {
	return fmt.Sprintf("sip:callee@127.0.0.1:%d;transport=%s", port, transport)
}

// registerAt registers contacts of other phones.
func registerAt(t *testing.T, s *server, aor string, contacts []string) {
	t.Helper()
	p := newPhone(t, s, "udp")
	m := p.newRequest("REGISTER", "sip:localhost")
	m.replace("To", "<sip:"+aor+">")
	for _, c := range contacts {
		m.add("Contact", c)
	}
	m.add("Expires", "600")
	p.send(p.out, m)
	p.response(m, 200)
}

// checkMetrics compares what the server counted. Whatever the scene, it could
// use all that it was sent. All sipps have ended: what is not counted by now is
// at most the last that one of them has sent.
func (sc *sippScene) checkMetrics(t *testing.T, s *server) {
	t.Helper()
	want := map[string]float64{
		"sluice_sip_malformed_total": 0, "sluice_sip_responses_foreign_total": 0, "sluice_sip_responses_late_total": 0,
		"sluice_sip_cancels_total": 0, "sluice_sip_branches_failed_total": 0, "sluice_sip_loops_total": 0,
	}
	maps.Copy(want, sc.metrics)
	for _, name := range slices.Sorted(maps.Keys(want)) {
		s.count(t, name, want[name])
	}
}

// checkScene waits for the end and checks that the call went as laid down.
func (p *sipp) checkScene(limit time.Duration) {
	p.t.Helper()
	c := p.wait(limit)
	want := map[string]int{
		"SuccessfulCall(C)": 1, "FailedCall(C)": 0, "FailedUnexpectedMessage(C)": 0, "OutOfCallMsgs(C)": 0,
		"DeadCallMsgs(C)": 0, "FatalErrors(C)": 0,
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if n, found := c[name]; n != want[name] || !found {
			p.t.Errorf("sipp %s: %s: got %d, want %d (reported: %v)", p.cmd.Args[2], name, n, want[name], found)
		}
	}
	p.logErrors()
	if p.t.Failed() {
		text, _ := os.ReadFile(p.cmd.Args[2] + ".messages")
		p.t.Logf("messages of sipp %s:\n%s", p.cmd.Args[2], text[:min(len(text), 20000)])
	}
}

// A sipMessage says what a message of a template differs in.
type sipMessage struct {
	Method, Status string
	Seq            int
	Headers        []string
}

// render writes the scenario of a part to a file and returns its name.
func render(t *testing.T, p part, common map[string]string) string {
	t.Helper()
	tmpl := template.New("").Funcs(template.FuncMap{
		"param": func(name string) (string, error) {
			v, ok := p.params[name]
			if !ok {
				v, ok = common[name]
			}
			if !ok {
				return "", fmt.Errorf("part %q has no parameter %q", p.name, name)
			}
			return v, nil
		},
		"request": func(method string, seq int, headers ...string) sipMessage {
			return sipMessage{Method: method, Seq: seq, Headers: headers}
		},
		"status": func(status string, headers ...string) sipMessage {
			return sipMessage{Status: status, Headers: headers}
		},
	})
	template.Must(tmpl.ParseGlob(filepath.Join(scenarios, "scenes", "*.tmpl")))
	var b strings.Builder
	fmt.Fprintf(&b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<scenario name=%q>\n", p.name)
	if err := tmpl.ExecuteTemplate(&b, p.name, nil); err != nil {
		t.Fatal(err)
	}
	b.WriteString("</scenario>\n")
	file := filepath.Join(t.TempDir(), strings.ReplaceAll(p.name, " ", "_")+".xml")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
