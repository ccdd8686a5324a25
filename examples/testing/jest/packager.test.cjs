// @ts-check
const { parseTarget } = require("elfwright/targets");
const { elfMatchers } = require("elfwright/testing/jest");
const { library, program } = require("../fixtures.cjs");
const { packAll, packLibrary, packProgram } = require("../packager.cjs");

expect.extend(elfMatchers);

describe("a packed program", () => {
  const packed = packProgram(program);

  it("starts with the system's loader, and finds its libraries beside it", () => {
    expect(packed).toHaveInterpreter("/lib64/ld-linux-x86-64.so.2");
    expect(packed).toHaveRunpath("$ORIGIN/../lib");
  });

  it("needs the libraries that are shipped", () => {
    expect(packed).toNeed("libssl.so.3", "libapp.so.2");
    expect(packed).not.toNeed("libssl.so.1.1");
  });

  it("runs on CentOS 7", () => {
    expect(packed).toRequireGlibcAtMost("2.17");
    expect(packed).toRunOn(parseTarget("centos7"));
  });

  it("is the program that was built", () => {
    expect(packed).toBeSameProgramAs(program, {
      except: ["interpreter", "needed", "search-path", "symtab", "debug", "sections"],
    });
  });

  it("is laid out as loaders and strip want it", () => {
    expect(packed).toPassLayoutChecks();
  });

  it("has no fault that it had not before", () => {
    expect(packed).toIntroduceNoFindings(program);
  });

  it("is the same each time", () => {
    expect(program).toBeReproducible(packProgram);
  });

  it("is what it was in the last release", () => {
    expect(packed).toMatchElfSnapshot();
  });
});

describe("a packed library", () => {
  const packed = packLibrary(library, "libapp.so.2");

  it("has the name that programs ask for, and its functions", () => {
    expect(packed).toHaveSoname("libapp.so.2");
    expect(packed).toDefineSymbol("app_start");
  });

  it("is the same in a pipeline", async () => {
    const all = await packAll(program, library);
    expect(all.library).toEqualElf(packed);
  });
});
