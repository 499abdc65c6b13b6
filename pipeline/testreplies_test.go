package pipeline_test

import "sluice/parser/sip"

var (
	badURI   = sip.BadRequest
	notFound = sip.NotFound
)
