package config

import (
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"os"
)

// maxFile bounds the size of a configuration file.
const maxFile = 1 << 20

// byteOrderMark is what some editors begin a file in UTF-8 with.
var byteOrderMark = []byte("\xef\xbb\xbf")

//go:embed default.toml
var defaultFile []byte

// standing are the profiles that are there without being in the file.
var standing = []string{"default_proxy", "proxy_in_dialog", "proxy_to_users", "proxy_out"}

// Load reads the file at path; see [Parse].
func Load(path string) (*Config, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("configuration: %w", err)
	}
	return Parse(path, data)
}

// Parse decodes a configuration; name stands for it in errors. The error is
// [Errors] with everything that is wrong with it. Unless it is no TOML at all,
// there is a Config even then, not to be run but so that the stages may decode
// their sections and their faults be reported in the same go; see
// [Config.Join].
func Parse(name string, data []byte) (*Config, error) {
	if len(data) > maxFile {
		return nil, Errors{{File: name, Reason: fmt.Sprintf("is larger than %d bytes", maxFile)}}
	}
	data = bytes.TrimPrefix(data, byteOrderMark)
	root, faults, whole := parseTree(name, data)
	cfg := &Config{File: name, root: root}
	c := converter{file: name, whole: whole, known: cfg.known, errs: faults}
	c.root(root, cfg, "")
	if !whole {
		return nil, c.errs.err()
	}
	cfg.addProfiles()
	c.errs = append(c.errs, libraryFaults(name, data)...)
	return cfg, c.errs.err()
}

// addProfiles adds the standing profiles that the file does not have.
func (c *Config) addProfiles() {
	if c.Proxy == nil {
		c.Proxy = make(map[string]Proxy) // what the file has there is no table
	}
	for _, name := range standing {
		if _, ok := c.Proxy[name]; !ok {
			c.Proxy[name] = c.Proxy["default_proxy"]
		}
	}
}

// Default returns the embedded configuration, which is served when no file is
// given.
func Default() *Config {
	c, err := Parse("default.toml", defaultFile)
	if err != nil {
		panic("config: the embedded default is broken: " + err.Error())
	}
	return c
}

// DefaultText returns the text of the embedded configuration.
func DefaultText() string { return string(defaultFile) }
