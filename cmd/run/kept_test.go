package run

import (
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sluice/cmd/run/config"
)

// applied are the keys of [server] that a reload changes. A key that is new has
// to be here, or in keptKeys, and in the manual.
var applied = []string{
	"domains", "name", "max_message_size", "max_head_size", "max_body_size", "max_connections_per_source", "max_messages_per_source",
	"ban_after", "ban_time", "unlimited_sources", "max_parked", "park_timeout", "head_timeout", "message_timeout", "idle_timeout_in",
	"idle_timeout_out", "crlf_keepalive", "keep", "accept_aliases", "offer_alias", "drain_timeout",
}

// TestKeptKeys: every key of [server] either takes effect with a reload or is
// known to keep its value, and each of these is told by its own field.
func TestKeptKeys(t *testing.T) {
	schema := reflect.TypeFor[config.Server]()
	for i := range schema.NumField() {
		name := schema.Field(i).Tag.Get("toml")
		var was, is config.Server
		if field := reflect.ValueOf(&is).Elem().Field(i); field.CanInt() {
			field.SetInt(7)
		} else if field.Kind() == reflect.String {
			field.SetString("x")
		}
		var told []string
		for _, k := range keptKeys {
			if k.changed(&was, &is) {
				told = append(told, k.name)
			}
		}
		want := []string{name}
		if slices.Contains(applied, name) {
			want = nil
		}
		if !slices.Equal(told, want) {
			t.Errorf("%s changes: got %q as kept, want %q", name, told, want)
		}
	}
}

func TestMaxTransactionsMaySink(t *testing.T) {
	was, is := config.Server{MaxTransactions: 10}, config.Server{MaxTransactions: 9}
	if got := later(&was, &is); got != "" {
		t.Errorf("got %q to be left to the next start, want nothing", got)
	}
	is.MaxTransactions, is.MaxConnections = 11, 1
	if got, want := later(&was, &is), "server.max_connections, server.max_transactions"; got != want {
		t.Errorf("got %q to be left to the next start, want %q", got, want)
	}
}

// TestKeptKeysInManual: the manual names the same keys, in the same order.
func TestKeptKeysInManual(t *testing.T) {
	text, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "What can be changed by starting the server anew only:")
	paragraph, _, _ := strings.Cut(rest, "\n\n")
	var got, want []string
	for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(paragraph, -1) {
		got = append(got, m[1])
	}
	for _, k := range keptKeys {
		want = append(want, k.name)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
}
