// @ts-check
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { parseTarget } from "elfwright/targets";
import {
  assertDefinesSymbol,
  assertEqualElf,
  assertInterpreter,
  assertIntroducesNoFindings,
  assertNeeds,
  assertPassesLayoutChecks,
  assertReproducible,
  assertRequiresGlibcAtMost,
  assertRunpath,
  assertRunsOn,
  assertSameProgram,
  assertSoname,
  assertSummary,
} from "elfwright/testing";
import fixtures from "../fixtures.cjs";
import packager from "../packager.cjs";

const { library, program } = fixtures;
const { packAll, packLibrary, packProgram } = packager;

describe("a packed program", () => {
  const packed = packProgram(program);

  it("starts with the system's loader, and finds its libraries beside it", () => {
    assertInterpreter(packed, "/lib64/ld-linux-x86-64.so.2");
    assertRunpath(packed, "$ORIGIN/../lib");
  });

  it("needs the libraries that are shipped", () => {
    assertNeeds(packed, "libssl.so.3", "libapp.so.2");
    assertNeeds.not(packed, "libssl.so.1.1");
  });

  it("runs on CentOS 7", () => {
    assertRequiresGlibcAtMost(packed, "2.17");
    assertRunsOn(packed, parseTarget("centos7"));
  });

  it("is the program that was built", () => {
    assertSameProgram(packed, program, {
      except: ["interpreter", "needed", "search-path", "symtab", "debug", "sections"],
    });
  });

  it("is laid out as loaders and strip want it", () => {
    assertPassesLayoutChecks(packed);
  });

  it("has no fault that it had not before", () => {
    assertIntroducesNoFindings(packed, program);
  });

  it("is the same each time", () => {
    assertReproducible(program, packProgram);
  });

  it("is what it was in the last release", () => {
    const snapshot = new URL("program.txt", import.meta.url);
    assertSummary(packed, readFileSync(snapshot, "utf8"));
  });
});

describe("a packed library", () => {
  const packed = packLibrary(library, "libapp.so.2");

  it("has the name that programs ask for, and its functions", () => {
    assertSoname(packed, "libapp.so.2");
    assertDefinesSymbol(packed, "app_start");
  });

  it("is the same in a pipeline", async () => {
    const all = await packAll(program, library);
    assertEqualElf(all.library, packed);
  });
});
