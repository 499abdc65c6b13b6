// Command sluice is the SIP edge server with the stages that come with it.
//
// A build with other stages is a copy of this file with other imports.
package main

import (
	"os"

	"sluice/cmd/run"

	_ "sluice/stages/looseroute"
	_ "sluice/stages/maxforwards"
	_ "sluice/stages/registrar"
	_ "sluice/stages/route"
	_ "sluice/stages/sanity"
	_ "sluice/stages/target"
)

func main() { os.Exit(run.Main()) }
