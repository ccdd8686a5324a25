import { describe } from "vitest";
import { itWithTools, must, run } from "../../support/tools.js";
import { type Case, LONG, programJobs, TOOLS, workbench } from "./case.js";

const bench = workbench();

const CGO = `package main

// static int twice(int x) { return 2 * x; }
import "C"
import "fmt"

func main() { fmt.Println("go", C.twice(21)) }
`;
const USER = `package main

import (
	"fmt"
	"os/user"
)

func main() { u, _ := user.Current(); fmt.Println("go", u != nil) }
`;

/** A Go program. The build cache is the user's own, so that the standard library is compiled once. */
function go(
  name: string,
  source: string,
  expected: string,
  flags: readonly string[],
  without: Case["without"] = {},
): Case {
  const path = bench.files.path(name);
  const file = bench.files.write(`${name}.go`, Buffer.from(source));
  must("go", ["build", ...flags, "-o", path, file], { env: { GO111MODULE: "off", CGO_ENABLED: "1" } });
  return { path, expected, run: (p) => run(p, []), without };
}

describe("Go's own ET_EXEC, whose tables stand in a read-only and executable segment", () => {
  itWithTools([...TOOLS, "go"], "#7 a program linked by Go itself", () => {
    const c = go("user", USER, "go true\n", []);
    bench.patchelfBreaks(c, ["--set-rpath", LONG], "patched", /SIGSEGV/);
    bench.chains(c, programJobs());
  });
  itWithTools([...TOOLS, "go"], "#7 cgo, linked by Go itself", () => {
    const c = go("internal", CGO, "go 42\n", ["-ldflags=-linkmode=internal"]);
    bench.patchelfBreaks(c, ["--set-rpath", LONG], "patched", /SIGSEGV/);
    bench.chains(c, programJobs());
  });
  itWithTools([...TOOLS, "go"], "#1 #7 cgo, linked by GNU ld", () => {
    const c = go("external", CGO, "go 42\n", ["-ldflags=-linkmode=external"]);
    bench.patchelfBreaks(c, ["--set-rpath", LONG], "strip", /SIGSEGV/);
    bench.chains(c, programJobs());
  });
  itWithTools([...TOOLS, "go"], "#2 #7 a PIE", () => {
    const c = go("pie", CGO, "go 42\n", ["-buildmode=pie"]);
    bench.patchelfBreaks(c, ["--set-rpath", LONG], "llvm-strip", /SIGSEGV/);
    bench.chains(c, programJobs());
  });
});
