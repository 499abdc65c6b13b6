package pipeline_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sluice/netio"
	"sluice/parser"
	"sluice/parser/sip"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
	_ "sluice/stages/looseroute"
	_ "sluice/stages/maxforwards"
	"sluice/stages/route"
	_ "sluice/stages/sanity"
	_ "sluice/stages/target"
)

type routeSettings struct{}

func (routeSettings) Decode(dst any) error {
	dst.(*route.Route).Rule = []route.Rule{{NextHop: "sip:" + bob}}
	return nil
}

func TestProbe(t *testing.T) {
	files, _ := filepath.Glob("../parser/sip/testdata/torture/*/*.dat")
	for _, f := range files {
		raw, _ := os.ReadFile(f)
		texts := []string{string(raw)}
		if strings.Contains(f, "5118") {
			texts = append(texts, strings.ReplaceAll(string(raw), "\n", "\r\n"))
		}
		for i, text := range texts {
			var m sip.Message
			e := m.Index([]byte(text))
			views := ""
			add := func(n string, e parser.Err) {
				if e != parser.OK {
					views += fmt.Sprintf("%s: %v; ", n, e)
				}
			}
			_, e1 := m.TopVia()
			_, e2 := m.RequestURI()
			_, e3 := m.From()
			_, e4 := m.To()
			_, e5 := m.CSeq()
			_, e6 := m.MaxForwards()
			_, e7 := m.ContentLength()
			_, e8 := m.TopRoute()
			add("via", e1)
			add("uri", e2)
			add("from", e3)
			add("to", e4)
			add("cseq", e5)
			add("mf", e6)
			add("cl", e7)
			add("route", e8)
			if d := m.Duplicate(); d >= 0 {
				views += fmt.Sprint("dup ", d)
			}
			n := pipelinetest.New(t, nil, pipelinetest.Options{Stages: []string{"sanity", "max-forwards", "loose-route", "route", "target"},
				Decode: func(s string) pipeline.Settings {
					if s == "route" {
						return routeSettings{}
					}
					return nil
				}})
			n.FromUDP(alice, text)
			out := ""
			for _, p := range n.Sent() {
				out += p.To + " " + pipelinetest.StartLine(p.Text) + "; "
			}
			n.Advance(300 * time.Second)
			n.Idle()
			n.Sent()
			p := connect(n, netio.TCP, "192.0.2.1:40001")
			p.feed(text)
			out += "\n      TCP shut=" + fmt.Sprint(p.h.Shut(p.c)) + " "
			for _, l := range strings.Split(string(p.h.Written(p.c)), "\r\n") {
				if strings.HasPrefix(l, "SIP/2.0 ") {
					out += l + "; "
				}
			}
			for _, p := range n.Sent() {
				out += p.To + " " + pipelinetest.StartLine(p.Text) + "; "
			}
			fmt.Printf("%s/%d: %v at %d head %d/%d | %s\n    UDP %s\n", filepath.Base(f), i, e, m.ErrOffset(), m.HeadLen(), len(text), views, out)
		}
	}
}
