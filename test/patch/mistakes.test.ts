import { describe, expect, it } from "vitest";
import {
  addDebugLink,
  addNeeded,
  bindSymbols,
  check,
  clearFlags,
  collectLibraries,
  compareMaps,
  describeElf,
  diagnose,
  diffElf,
  type Edit,
  exportedSymbols,
  interpositions,
  keepSymbols,
  layoutMap,
  mapSvg,
  mapText,
  pageFitness,
  parseEdit,
  patch,
  plan,
  raiseAlignment,
  readElf,
  readHardening,
  removeNeeded,
  removeSections,
  renameDynamicSymbols,
  replaceNeeded,
  resolveLibraries,
  setFlags,
  setInterpreter,
  setRunpath,
  setSoname,
  setSymbolVersion,
  stripUnneeded,
  symbolVersions,
  unusedLibraries,
  whyLoaded,
} from "../../src/index.js";
import { patchFileSync, resolveFileLibraries } from "../../src/node/index.js";
import { parseTarget, tables } from "../../src/targets/index.js";
import { caught } from "../support/elf.js";
import { fixture, scratch } from "../support/fixtures.js";

const bytes = fixture("x86_64-glibc-pie");
const elf = readElf(bytes);
const files = scratch();

/** Calls without types, as from JavaScript. */
const call = (f: unknown, ...args: unknown[]): unknown => (f as (...all: unknown[]) => unknown)(...args);

/** An edit as JSON prints it. */
const plain = (edit: Edit): unknown => JSON.parse(JSON.stringify(edit));

describe("what is meant is done", () => {
  it.each<[string, Edit, Edit]>([
    ["patchelf's order of two names", replaceNeeded("a", "b"), replaceNeeded({ a: "b" })],
    ["a map of names", call(replaceNeeded, new Map([["a", "b"]])) as Edit, replaceNeeded({ a: "b" })],
    ["two symbols", renameDynamicSymbols("a", "b"), renameDynamicSymbols({ a: "b" })],
    ["several libraries", addNeeded("a", "b"), addNeeded(["a", "b"])],
    ["several libraries with options", addNeeded("a", "b", { first: true }), addNeeded(["a", "b"], { first: true })],
    ["options that are undefined", addNeeded("a", undefined), addNeeded(["a"], {})],
    ["a list of flags", setFlags(["DF_1_NOW", "DF_1_PIE"]), setFlags("DF_1_NOW", "DF_1_PIE")],
    ["a list of sections", removeSections([".a", ".b"], { force: true }), removeSections(".a", ".b", { force: true })],
    ["one symbol", keepSymbols("main"), keepSymbols(["main"])],
    ["several directories", setRunpath("$ORIGIN", "/opt"), setRunpath("$ORIGIN:/opt")],
  ])("%s", (_, edit, same) => {
    expect(plain(edit)).toEqual(plain(same));
  });

  it("one edit, and lists in a list", () => {
    const [first, second] = [setRunpath("/opt"), stripUnneeded()];
    const expected = patch(bytes, [first, second]).bytes;
    expect(call(patch, bytes, [[first], second])).toMatchObject({ bytes: expected });
    expect(patch(bytes, first).bytes).toEqual(patch(bytes, [first]).bytes);
  });
});

describe("an edit that is none is refused with the right form", () => {
  it.each<[string, () => unknown, RegExp]>([
    ["one name of two", () => call(replaceNeeded, "a"), /replaceNeeded\("old", "new"\)/],
    ["no name", () => addNeeded(), /no library is given/],
    ["a number among names", () => call(addNeeded, "a", 5), /5 is no library's name/],
    ["a bigint", () => call(addNeeded, 5n), /5 is no library's name/],
    ["a pattern of JavaScript", () => call(removeSections, /debug/), /is no section's name or pattern/],
    ["no section", () => removeSections(), /no section is given/],
    ["no directory", () => setRunpath(), /no directory is given; "" empties the path/],
    ["a list of no directory", () => setRunpath([]), /no directory is given/],
    ["an option that is none", () => call(addNeeded, "a", { fist: true }), /no option "fist"; it has first, move/],
    ["a choice that is none", () => call(removeNeeded, "a", { uses: "weak" }), /"drop" or "weaken", not "weak"/],
    ["a file for options", () => call(setSymbolVersion, "a", "V", "libc.so.6"), /options are an object, \{ file: … \}/],
    ["null for options", () => call(setSymbolVersion, "a", "V", null), /not null/],
    ["a flag without its prefix", () => call(setFlags, "NOW"), /DF_1_NOW is meant/],
    ["a flag of both kinds", () => call(clearFlags, "ORIGIN"), /DF_ORIGIN or DF_1_ORIGIN is meant/],
    ["a number as text", () => call(raiseAlignment, "16384"), /"16384" is neither/],
    ["bytes for a name", () => call(setSoname, bytes), /bytes is no name/],
    ["bytes for a path", () => call(setInterpreter, bytes, "/lib/ld.so"), /bytes is no path/],
    ["a name for a debug file", () => call(addDebugLink, "a.debug", "a.debug"), /neither the bytes of the debug file/],
    ["a promise for one", () => call(addDebugLink, "a.debug", Promise.resolve(bytes)), /neither the bytes/],
    ["a list to parse", () => parseEdit([{ edit: "stripDebug" }]), /list\.map\(parseEdit\)/],
    ["a text to parse", () => parseEdit('{"edit":"stripDebug"}'), /JSON\.parse\(text\)/],
    ["a function that is not called", () => call(patch, bytes, [stripUnneeded]), /stripUnneeded, which is not called/],
    ["bytes for edits", () => call(patch, bytes, bytes), /^BAD_EDIT: bytes is no edit/],
    ["a second edit", () => call(patch, bytes, setRunpath("/a"), stripUnneeded()), /several edits go into one list/],
    ["a second list", () => call(patch, bytes, [setRunpath("/a")], [stripUnneeded()]), /go into one list/],
  ])("%s", (_, use, message) => {
    const error = caught(use);
    expect(error).toMatchObject({ code: "BAD_EDIT" });
    expect(error.message).toMatch(message);
    expect(error.message.length).toBeLessThan(400);
  });
});

describe("an argument that is none is refused with the right form", () => {
  const path = files.write("program", bytes);
  const tree = { root: {}, objects: [] };
  const edits = [setRunpath("/opt")];

  it.each<[string, () => unknown, RegExp]>([
    ["check(bytes)", () => call(check, bytes), /^BAD_INPUT: check takes an ElfFile, not an object: check\(readElf\(/],
    ["diagnose(bytes)", () => call(diagnose, bytes), /diagnose\(readElf\(bytes\)\)/],
    ["describeElf(bytes)", () => call(describeElf, bytes), /describeElf\(readElf\(bytes\)\)/],
    ["layoutMap(bytes)", () => call(layoutMap, bytes), /layoutMap\(readElf\(bytes\)\)/],
    ["compareMaps(map)", () => call(compareMaps, layoutMap(elf), layoutMap(elf)), /takes an ElfFile/],
    ["readHardening(bytes)", () => call(readHardening, bytes), /readHardening\(readElf\(bytes\)\)/],
    ["pageFitness(bytes)", () => call(pageFitness, bytes, 16384), /pageFitness\(readElf\(bytes\)\)/],
    ["exportedSymbols(bytes)", () => call(exportedSymbols, bytes), /exportedSymbols\(readElf\(bytes\)\)/],
    ["symbolVersions(bytes)", () => call(symbolVersions, bytes), /symbolVersions\(readElf\(bytes\)\)/],
    ["diffElf(elf)", () => call(diffElf, elf), /takes an ElfFile, not undefined/],
    ["mapText(elf)", () => call(mapText, elf), /mapText\(layoutMap\(elf\)\)/],
    ["mapSvg(elf)", () => call(mapSvg, elf), /mapSvg\(layoutMap\(elf\)\)/],
    ["whyLoaded(path)", () => call(whyLoaded, path, "libz"), /whyLoaded\(resolveFileLibraries\(path\)\)/],
    ["bindSymbols(path)", () => call(bindSymbols, path), /bindSymbols\(resolveFileLibraries\(path\)\)/],
    ["unusedLibraries(path)", () => call(unusedLibraries, path), /a tree of libraries, not a string/],
    ["collectLibraries(path)", () => call(collectLibraries, path), /a tree of libraries, not a string/],
    ["interpositions(tree, name)", () => call(interpositions, tree, "x.so"), /takes an ElfFile, not a string/],
    ["resolveLibraries(path)", () => call(resolveLibraries, path), /options are an object/],
    ["resolveFileLibraries(bytes)", () => call(resolveFileLibraries, bytes), /takes a path, not an object/],
    [
      "a target for options",
      () => call(diagnose, elf, parseTarget("centos7")),
      /diagnose has no option "name"; it has target/,
    ],
    ["a name for a target", () => call(diagnose, elf, { target: "centos7" }), /parseTarget\("centos7"\)/],
    ["a name for options", () => call(diagnose, elf, "centos7"), /options are an object, \{ target: … \}/],
    ["tables of another name", () => call(diagnose, elf, { table: tables }), /no option "table"/],
    ["a directory for options", () => call(collectLibraries, tree, "lib"), /\{ directory: … \}, not a string/],
    ["an ElfFile for bytes", () => call(patch, elf, edits), /give its \.source/],
    ["a result for bytes", () => call(readElf, patch(bytes, edits)), /give its \.bytes/],
    ["a URL for bytes", () => call(readElf, new URL("file:///bin/ls")), /read the file first/],
    ["an option of patch", () => call(plan, bytes, edits, { overlap: "keep" }), /no option "overlap"; it has overlay/],
    ["a choice of patch", () => call(plan, bytes, edits, { overlay: "kep" }), /overlay.*"keep"/],
    ["an output for options", () => call(patchFileSync, path, edits, "out"), /\{ overlay: … \}, not a string/],
    ["a dry run, written wrong", () => call(patchFileSync, path, edits, { dryrun: true }), /it has .*dryRun/],
    ["a backup of no name", () => call(patchFileSync, path, edits, { backup: true }), /such as "\.orig"/],
    ["null for options", () => call(patchFileSync, path, edits, null), /not null/],
    ["a layer of sysroot", () => call(resolveFileLibraries, path, { sysRoot: "/" }), /no option "sysRoot"/],
  ])("%s", (_, use, message) => {
    const error = caught(use);
    expect(error).toMatchObject({ code: "BAD_INPUT" });
    expect(error.message).toMatch(message);
    expect(readElf(bytes).runpath).toBeNull();
  });

  it("nothing is written", () => {
    expect(patchFileSync(path, [], { dryRun: true }).sizeBefore).toBe(bytes.length);
    expect(readElf(fixture("x86_64-glibc-pie")).needed).toEqual(elf.needed);
  });
});
