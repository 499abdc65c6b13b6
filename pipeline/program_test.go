package pipeline_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"sluice/netio"
	"sluice/pipeline"
	"sluice/pipeline/pipelinetest"
)

// story is a module that notes what becomes of it.
type story struct {
	name, fail string // fail: in which step
	log        *[]string
}

// tell is what the modules of the test at hand write to and fail in.
var tell struct {
	log  []string
	fail string
}

func init() {
	for _, i := range []pipeline.Info{
		{ID: "a", Gives: []pipeline.Fact{pipeline.FactValid}},
		{ID: "b", Needs: []pipeline.Fact{pipeline.FactValid}, Gives: []pipeline.Fact{pipeline.FactRoute}},
		{ID: "c", Needs: []pipeline.Fact{pipeline.FactValid, pipeline.FactRoute}},
	} {
		i.New = func() pipeline.Module { return &story{name: i.ID, fail: tell.fail, log: &tell.log} }
		pipeline.Register(i)
	}
}

var errTold = errors.New("told to")

func (s *story) note(step string) error {
	*s.log = append(*s.log, s.name+" "+step)
	if s.fail == s.name+" "+step {
		return errTold
	}
	return nil
}

func (s *story) Provision(p *pipeline.Setup) error {
	if p.Log == nil || p.Loops != 1 || p.Stats == nil || p.Shared == nil || p.Local == nil || p.Profiles[pipeline.DefaultProfile] == nil {
		return errors.New("a part of the set-up is missing")
	}
	return s.note("provision")
}
func (s *story) Validate() error             { return s.note("validate") }
func (s *story) Start(context.Context) error { return s.note("start") }
func (s *story) Reload(context.Context)      { _ = s.note("reload") }
func (s *story) UserReload(context.Context)  { _ = s.note("user reload") }
func (s *story) Terminate(error)             { _ = s.note("terminate") }
func (s *story) Close() error                { return s.note("close") }

func (s *story) NewStage(*pipeline.LoopBuilder) (pipeline.Stage, error) {
	if err := s.note("stage"); err != nil {
		return nil, err
	}
	return forwarder{}, nil
}

// program builds one of the stages named, without loops that run.
func program(t *testing.T, fail string, names ...string) (*pipeline.Program, error) {
	t.Helper()
	n := pipelinetest.New(t, stages(forwarder{}))
	n.Spec.Stages = names
	tell.log, tell.fail = nil, fail
	return pipeline.Build(n.Spec, []*netio.Loop{nil})
}

func told(t *testing.T, what, want string) {
	t.Helper()
	if got := strings.Join(tell.log, ", "); got != want {
		t.Errorf("%s:\ngot  %s\nwant %s", what, got, want)
	}
	tell.log = nil
}

func TestLifeOfModules(t *testing.T) {
	p, err := program(t, "", "a", "b", "c:second")
	if err != nil {
		t.Fatal(err)
	}
	told(t, "build", "a validate, b validate, c validate, a provision, b provision, c provision, a stage, b stage, c stage")
	if err := p.Start(context.Background()); err != nil {
		t.Error(err)
	}
	told(t, "start", "a start, b start, c start")
	p.Reload(context.Background())
	told(t, "reload", "a reload, b reload, c reload")
	p.UserReload(context.Background())
	told(t, "user reload", "a user reload, b user reload, c user reload")
	p.Terminate(nil)
	told(t, "terminate", "c terminate, b terminate, a terminate")
	if err := p.Close(); err != nil {
		t.Error(err)
	}
	told(t, "close", "c close, b close, a close")
	if got := strings.Join(p.Stages(), " "); got != "a b c:second" {
		t.Errorf("stages %q", got)
	}
}

// An error of a module names it, and leaves nothing open.
func TestFaultsOfModules(t *testing.T) {
	for _, c := range []struct{ fail, log string }{
		{"b validate", "a validate, b validate, c close, b close, a close"},
		{"b provision", "a validate, b validate, c validate, a provision, b provision, c close, b close, a close"},
		{"b stage", "a validate, b validate, c validate, a provision, b provision, c provision, a stage, b stage, c close, b close, a close"},
	} {
		p, err := program(t, c.fail, "a", "b", "c")
		if p != nil || !errors.Is(err, errTold) || !strings.Contains(err.Error(), "stage.b: told to") {
			t.Errorf("%s: got %v, %v", c.fail, p, err)
		}
		told(t, c.fail, c.log)
	}
	p, err := program(t, "b start", "a", "b", "c")
	if err != nil {
		t.Fatal(err)
	}
	tell.log = nil
	if err := p.Start(context.Background()); !errors.Is(err, errTold) || !strings.Contains(err.Error(), "stage.b: start: ") {
		t.Errorf("start: got %v", err)
	}
	told(t, "start that fails", "a start, b start")
	p, _ = program(t, "b close", "a", "b", "c")
	tell.log = nil
	if err := p.Close(); !errors.Is(err, errTold) {
		t.Errorf("close: got %v", err)
	}
	told(t, "close that fails", "c close, b close, a close")
}

func TestFaultsOfChains(t *testing.T) {
	for _, c := range []struct {
		name   string
		stages []string
		want   []string
	}{
		{"one that is none", []string{"a", "nobody", "b"}, []string{`no stage "nobody" in this build (there are: [a b c`}},
		{"two that are none", []string{"x", "y:z"}, []string{`"x"`, `"y:z"`}},
		{"one twice", []string{"a", "b", "a"}, []string{`stage "a" is listed twice`}},
		{"wrong order", []string{"a", "c", "b"}, []string{`stage 2, c, needs "route", which no earlier stage gives (given by: b`}},
		{"all that is needed", []string{"c"}, []string{`stage 1, c, needs "valid"`, `stage 1, c, needs "route"`}},
	} {
		p, err := program(t, "", c.stages...)
		if err == nil {
			t.Errorf("%s: no error", c.name)
			p.Close()
			continue
		}
		for _, w := range c.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%s: got %v, want it to have %s", c.name, err, w)
			}
		}
		if strings.Contains(strings.Join(tell.log, " "), "provision") {
			t.Errorf("%s: modules were provisioned", c.name)
		}
	}
}

func TestRegisterRefuses(t *testing.T) {
	for name, i := range map[string]pipeline.Info{
		"a duplicate":    {ID: "a", New: func() pipeline.Module { return &story{} }},
		"no ID":          {New: func() pipeline.Module { return &story{} }},
		"no New":         {ID: "new"},
		"nothing at all": {},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: was registered", name)
				}
			}()
			pipeline.Register(i)
		}()
	}
}

// What modules share lives as long as one of them uses it.
func TestShared(t *testing.T) {
	s := pipeline.NewShared()
	made := 0
	use := func() (any, func()) { return s.Use("table", func() any { made++; return made }) }
	first, done1 := use()
	second, done2 := use()
	if first != second || made != 1 {
		t.Errorf("got %v and %v, made %d; want one", first, second, made)
	}
	done1()
	third, done3 := use()
	if third != first {
		t.Errorf("got %v while it is in use, want %v", third, first)
	}
	done2()
	done3()
	if fourth, _ := use(); fourth == first || made != 2 {
		t.Errorf("got %v when nobody used it any more, want a new one", fourth)
	}
}
