package main

import (
	"slices"
	"strings"
	"testing"
)

// registered are the names in the IANA registry "SIP Header Fields", all 134 of
// March 2026, with their compact forms.
const registered = `Accept Accept-Contact/a Accept-Encoding Accept-Language Accept-Resource-Priority Additional-Identity Alert-Info
AlertMsg-Error Allow Allow-Events/u Answer-Mode Attestation-Info Authentication-Info Authorization Call-ID/i Call-Info
Cellular-Network-Info Contact/m Content-Disposition Content-Encoding/e Content-ID Content-Language Content-Length/l
Content-Type/c CSeq Date DC-Info Encryption Error-Info Event/o Expires Feature-Caps Flow-Timer From/f Geolocation
Geolocation-Error Geolocation-Routing Hide History-Info Identity/y Identity-Info Info-Package In-Reply-To Join Max-Breadth
Max-Forwards MIME-Version Min-Expires Min-SE Organization Origination-Id P-Access-Network-Info P-Answer-State
P-Asserted-Identity P-Asserted-Service P-Associated-URI P-Called-Party-ID P-Charge-Info P-Charging-Function-Addresses
P-Charging-Vector P-DCS-Trace-Party-ID P-DCS-OSPS P-DCS-Billing-Info P-DCS-LAES P-DCS-Redirect P-Early-Media
P-Media-Authorization P-Preferred-Identity P-Preferred-Service P-Private-Network-Indication P-Profile-Key
P-Refused-URI-List P-Served-User P-User-Database P-Visited-Network-ID Path Permission-Missing Policy-Contact Policy-ID
Priority Priority-Share Priority-Verstat Priv-Answer-Mode Privacy Proxy-Authenticate Proxy-Authorization Proxy-Require RAck
Reason Reason-Phrase Record-Route Recv-Info Refer-Events-At Refer-Sub Refer-To/r Referred-By/b Reject-Contact/j
Relayed-Charge Replaces Reply-To Request-Disposition/d Require Resource-Priority Resource-Share Response-Key
Response-Source Restoration-Info Retry-After Route RSeq Security-Client Security-Server Security-Verify Server
Service-Interact-Info Service-Route Session-Expires/x Session-ID SIP-ETag SIP-If-Match Subject/s Subscription-State
Supported/k Suppress-If-Match Target-Dialog Timestamp To/t Trigger-Consent Unsupported User-Agent User-to-User Via/v Warning
WWW-Authenticate`

// TestTableAgainstRegistry finds every row in the registry as it is written there,
// and every compact form of the registry in a row. What is registered and has no
// row is not read by anybody here: it passes as HeaderOther.
func TestTableAgainstRegistry(t *testing.T) {
	names := strings.Fields(registered)
	if len(names) != 134 {
		t.Errorf("registry: got %d names, want 134", len(names))
	}
	var compact []byte
	for _, r := range table {
		entry := r.name
		if r.compact != 0 {
			compact = append(compact, r.compact)
			if r.name != "Identity-Info" { // its compact form is that of RFC 4474 alone
				entry += "/" + string(r.compact)
			}
		}
		if !slices.Contains(names, entry) {
			t.Errorf("%s is not in the registry", entry)
		}
	}
	slices.Sort(compact)
	if got, want := string(compact), "abcdefijklmnorstuvxy"; got != want {
		t.Errorf("compact forms: got %s, want %s", got, want)
	}
	for _, entry := range names {
		name, form, ok := strings.Cut(entry, "/")
		if ok && !slices.ContainsFunc(table, func(r row) bool { return r.name == name && string(r.compact) == form }) {
			t.Errorf("%s: the compact form %s is missing", name, form)
		}
	}
}
