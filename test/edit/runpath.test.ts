import { describe, expect, it } from "vitest";
import { check } from "../../src/check/check.js";
import { equalBytes } from "../../src/codec/bytes.js";
import { addNeeded, removeNeeded, replaceNeeded } from "../../src/edit/needed.js";
import { addRpath, addRunpath, setRpath, setRunpath } from "../../src/edit/runpath.js";
import {
  convertToRpath,
  convertToRunpath,
  removeRunpath,
  makeRunpathRelative,
  shrinkRunpath,
} from "../../src/edit/search-path.js";
import type { ShrinkRunpathOptions } from "../../src/edit/search-path/shrink.js";
import { readElf } from "../../src/image/read-elf.js";
import { patch } from "../../src/patch.js";
import type { Edit } from "../../src/edit/family.js";
import { EM, ET } from "../../src/spec/constants.js";
import { DT } from "../../src/spec/dynamic.js";
import { buildElf } from "../../src/testing/build-elf.js";
import { caught, ENCODINGS } from "../support/elf.js";

/** Patches, and expects what every patch must keep: no rule is broken, and the same patch again changes nothing. */
function patched(bytes: Uint8Array, ...edits: Edit[]) {
  const result = patch(bytes, edits);
  const elf = readElf(result.bytes);
  expect(check(elf).filter((f) => f.severity === "error")).toEqual([]);
  expect(equalBytes(patch(result.bytes, edits).bytes, result.bytes)).toBe(true);
  return { ...result, paths: [elf.rpath, elf.runpath], elf };
}

describe.each(ENCODINGS)("$label", (e) => {
  const rpath = buildElf({ ...e, rpath: "/a:/b" });
  const runpath = buildElf({ ...e, runpath: "/a:/b" });
  const both = buildElf({ ...e, rpath: "/old", runpath: "/a:/b" });
  const none = buildElf(e);

  it.each<[string, Uint8Array, Edit[], (string | null)[]]>([
    ["DT_RPATH", rpath, [convertToRunpath()], [null, "/a:/b"]],
    ["DT_RUNPATH", runpath, [convertToRpath()], ["/a:/b", null]],
    ["DT_RUNPATH", runpath, [convertToRunpath()], [null, "/a:/b"]],
    ["both: ld.so's counts", both, [convertToRpath()], ["/a:/b", null]],
    ["both: what is ignored stays", both, [convertToRunpath()], ["/old", "/a:/b"]],
    ["none", none, [convertToRunpath()], [null, null]],
    ["DT_RPATH", rpath, [convertToRunpath(), addRunpath("/c")], [null, "/a:/b:/c"]],
    ["DT_RUNPATH", runpath, [addRpath("/c"), convertToRpath()], ["/a:/b:/c", null]],
    ["none", none, [setRpath("/c"), convertToRpath()], ["/c", null]],
  ])("%s: %3$j", (_, bytes, edits, paths) => {
    const result = patched(bytes, ...edits);
    expect(result.paths).toEqual(paths);
    expect(equalBytes(patch(bytes, [...edits].reverse()).bytes, result.bytes)).toBe(true);
  });

  it("a conversion alone writes one tag and nothing else", () => {
    const { bytes, elf } = patched(rpath, convertToRunpath());
    const differs = [...bytes.keys()].filter((i) => bytes[i] !== rpath[i]);

    const entry = elf.dynamic!.entries.find((x) => x.tag === DT.RUNPATH)!;
    const at = elf.dynamic!.offset + entry.index * (e.class === 64 ? 16 : 8);
    const word = e.class / 8;
    expect(bytes.length).toBe(rpath.length);
    expect(differs).toEqual([at + (e.littleEndian ? 0 : word - 1)]);
  });

  it.each<[Uint8Array, Edit, boolean]>([
    [none, convertToRpath(), true],
    [none, makeRunpathRelative({ root: "/", origin: "/" }), true],
    [none, shrinkRunpath({ lookup: () => undefined }), true],
    [runpath, convertToRunpath(), true],
    [runpath, convertToRpath(), false],
    [rpath, convertToRpath(), true],
    [rpath, convertToRunpath(), false],
    [both, convertToRunpath(), true],
  ])("case %#: an edit that finds nothing to do is a note", (bytes, edit, noted) => {
    const result = patch(bytes, [edit]);
    expect(result.notes.map((n) => n.note)).toEqual(noted ? ["NOT_FOUND"] : []);
    expect(result.changed).toBe(!noted);
  });

  it.each<[Edit, Edit]>([
    [convertToRpath(), convertToRunpath()],
    [setRunpath("/x"), convertToRpath()],
    [convertToRunpath(), addRpath("/x")],
    [removeRunpath(), convertToRunpath()],
    [removeRunpath(), shrinkRunpath({ lookup: () => undefined })],
    [makeRunpathRelative({ root: "/", origin: "/" }), removeRunpath()],
    [makeRunpathRelative({ root: "/", origin: "/" }), makeRunpathRelative({ root: "/", origin: "/bin" })],
  ])("case %#: contradicting edits are refused", (a, b) => {
    for (const edits of [
      [a, b],
      [b, a],
    ]) {
      expect(caught(() => patch(runpath, edits)).code).toBe("BAD_EDIT");
    }
  });

  const library = buildElf({ ...e, soname: "lib" });
  const { machine } = readElf(none).header;
  const files: Readonly<Record<string, Uint8Array>> = {
    "/a/libx": library,
    "/b/libx": library,
    "/b/liby": library,
    "/c/libz": library,
    "/c/libx": library,
    "/app/lib/liby": library,
    "/text/libx": new TextEncoder().encode("INPUT(libx.so.1) and some words\n"),
    "/short/libx": library.subarray(0, 19),
    "/header/libx": library.subarray(0, 64),
    "/empty/libx": new Uint8Array(0),
    "/object/libx": buildElf({ ...e, type: ET.REL }),
    "/machine/libx": buildElf({ ...e, soname: "lib", machine: EM.MIPS }),
    "/class/libx": buildElf({ ...e, class: e.class === 64 ? 32 : 64, machine, soname: "lib" }),
    "/order/libx": buildElf({ ...e, byteOrder: !e.littleEndian ? "little" : "big", machine, soname: "lib" }),
    "/exec/libx": buildElf({ ...e, type: ET.EXEC }),
  };
  const lookup: ShrinkRunpathOptions["lookup"] = (directory, name) => files[`${directory}/${name}`];
  const needs = (path: string, needed = ["libx", "liby"]) => buildElf({ ...e, runpath: path, needed });
  const shrunk = (path: string, options: Partial<ShrinkRunpathOptions> = {}, ...more: Edit[]) =>
    patched(needs(path), shrinkRunpath({ lookup, ...options }), ...more).elf.runpath;

  it.each([
    ["/a:/b:/c", "/a:/b"],
    ["/b:/a", "/b"],
    ["/none:/a", "/a"],
    ["/none", ""],
    ["/a:/a:/b", "/a:/b"],
    ["/text:/short:/empty:/object:/machine:/class:/order:/a", "/a"],
    ["/header:/a", "/header"],
    ["/exec:/a", "/exec"],
    ["$ORIGIN:rel::/none:/a", "$ORIGIN:rel::/a"],
    [":/none", ""],
    [":/a", ":/a"],
    ["/opt/$LIB:/x/${PLATFORM}:/$ORIGINAL:/a", "/opt/$LIB:/x/${PLATFORM}:/a"],
  ])("shrinks %j to %j", (path, result) => {
    expect(shrunk(path)).toBe(result);
  });

  it.each([
    [["/a", "/c"], "/a"],
    [["/"], "/a:/b"],
    [["/aa"], ""],
    [[], ""],
    [["/b/"], ""],
    [["/b"], "/b"],
  ])("allowed prefixes %j are compared as text", (allowedPrefixes, result) => {
    expect(shrunk("/a:/b", { allowedPrefixes })).toBe(result);
    expect(shrunk("$ORIGIN:/a:/b", { allowedPrefixes })).toBe(result === "" ? "$ORIGIN" : `$ORIGIN:${result}`);
  });

  it("with an origin $ORIGIN is looked at, too", () => {
    expect(shrunk("$ORIGIN/lib:${ORIGIN}/none:$ORIGIN/../b:/a", { origin: "/app" })).toBe("$ORIGIN/lib:/a");
    expect(shrunk("$ORIGIN/lib:/b", { origin: "/app", allowedPrefixes: ["/b"] })).toBe("$ORIGIN/lib:/b");
  });

  it("asks for what is not found yet, and for no name that ld.so takes for a path", () => {
    const asked: string[] = [];
    const noting: ShrinkRunpathOptions["lookup"] = (directory, name) => {
      asked.push(`${directory}/${name}`);
      return lookup(directory, name);
    };

    patch(needs("/b:/c:/d", ["libx", "dir/liby", "libz"]), [shrinkRunpath({ lookup: noting })]);
    expect(asked).toEqual(["/b/libx", "/b/libz", "/c/libz"]);
  });

  it("takes the libraries that the file needs after the patch, whatever the order of the edits", () => {
    expect(shrunk("/a:/b:/c", {}, addNeeded("libz"))).toBe("/a:/b:/c");
    expect(shrunk("/a:/b:/c", {}, removeNeeded("libx"))).toBe("/b");

    const renaming = [replaceNeeded({ libx: "libz" }), shrinkRunpath({ lookup })] as const;
    const result = patched(needs("/a:/b:/c"), ...renaming);
    expect(result.elf.runpath).toBe("/b:/c");
    expect(equalBytes(patch(needs("/a:/b:/c"), [...renaming].reverse()).bytes, result.bytes)).toBe(true);
  });

  it("a path that has nothing to lose keeps the file as it is, DT_RPATH and an ignored one too", () => {
    const shrink = shrinkRunpath({ lookup });
    const needing = (paths: { rpath?: string; runpath?: string }) => buildElf({ ...e, ...paths, needed: ["libx"] });

    for (const bytes of [needs("/a:/b"), needing({ rpath: "/a" }), needing({ rpath: "/none", runpath: "/a" })]) {
      expect(patch(bytes, [shrink]).changed).toBe(false);
    }

    expect(patched(needing({ rpath: "/a:/none" }), shrink).paths).toEqual(["/a", null]);
    expect(patched(needing({ rpath: "/old", runpath: "/a:/none" }), shrink).paths).toEqual(["/old", "/a"]);
  });

  it("shrinks what is set, added and made relative in the same patch", () => {
    expect(shrunk("/a", {}, setRunpath("/none:/b"))).toBe("/b");
    expect(shrunk("/a", {}, addRunpath("/b:/c"))).toBe("/a:/b");

    const relative = makeRunpathRelative({ root: "/app", origin: "/app/bin" });
    expect(shrunk("/none:/app/lib:/b", {}, relative, addRunpath("/c"))).toBe("$ORIGIN/../lib:/b");

    const without = buildElf({ ...e, needed: ["libx"] });
    expect(patched(without, setRunpath("/none"), shrinkRunpath({ lookup })).changed).toBe(false);
    expect(patched(without, addRpath("/none:/a"), shrinkRunpath({ lookup })).paths).toEqual(["/a", null]);
  });

  it.each([
    ["/r/lib", "$ORIGIN/../lib"],
    ["/r/bin", "$ORIGIN"],
    ["/r/bin/", "$ORIGIN"],
    ["/r", "$ORIGIN/.."],
    ["/r/bin/../x//./y", "$ORIGIN/../x/y"],
    ["/r/bin/sub", "$ORIGIN/sub"],
    ["/rr:/usr/lib:/r/../usr", "/rr:/usr/lib:/r/../usr"],
    ["$ORIGIN:rel::/r/$LIB:/r/lib", "$ORIGIN:rel::/r/$LIB:$ORIGIN/../lib"],
    ["$ORIGIN/../lib:/r/lib:/r/bin/../lib", "$ORIGIN/../lib"],
    ["/x:/x", "/x:/x"],
  ])("%j within /r, seen from /r/bin, is %j", (path, result) => {
    const { elf } = patched(buildElf({ ...e, runpath: path }), makeRunpathRelative({ root: "/r", origin: "/r/bin/" }));
    expect(elf.runpath).toBe(result);
  });

  it("drops what is outside if asked, keeps the tag, and takes added directories, too", () => {
    const place = { root: "/r", origin: "/r/bin" } as const;
    const outside = buildElf({ ...e, rpath: "/x:/r/lib:$ORIGIN" });

    const dropping = patched(outside, makeRunpathRelative({ ...place, outside: "drop" }));
    expect(dropping.paths).toEqual(["$ORIGIN/../lib:$ORIGIN", null]);

    const adding = patched(runpath, addRunpath(["/r/lib", "/c"]), makeRunpathRelative(place));
    expect(adding.paths).toEqual([null, "/a:/b:$ORIGIN/../lib:/c"]);

    const fromRoot = patched(runpath, makeRunpathRelative({ root: "/", origin: "/usr/bin" }));
    expect(fromRoot.paths).toEqual([null, "$ORIGIN/../../a:$ORIGIN/../../b"]);
  });

  it("resolves directories first, and leaves one alone that a path cannot name", () => {
    const targets: Readonly<Record<string, string>> = {
      "/link": "/r/lib",
      "/r/out": "/usr",
      "/r/odd": "/r/a:b",
      "/r/token": "/r/$LIB",
    };
    const before = buildElf({ ...e, runpath: "/link:/r/out:/r/odd:/r/token:/r/x" });
    const edit = makeRunpathRelative({ root: "/r", origin: "/r/bin", resolve: (d) => targets[d] });

    expect(patched(before, edit).elf.runpath).toBe("$ORIGIN/../lib:/r/out:/r/odd:/r/token:$ORIGIN/../x");
  });
});

it.each([
  () => shrinkRunpath({ lookup: () => undefined, allowedPrefixes: ["/a", ""] }),
  () => shrinkRunpath({ lookup: () => undefined, origin: "bin" }),
  () => makeRunpathRelative({ root: "r", origin: "/r/bin" }),
  () => makeRunpathRelative({ root: "/r", origin: "bin" }),
  () => makeRunpathRelative({ root: "/r", origin: "/rr/bin" }),
  () => makeRunpathRelative({ root: "/r", origin: "/r/../bin" }),
])("case %#: an edit that is wrong in itself is refused", (make) => {
  expect(caught(make).code).toBe("BAD_EDIT");
});

it("prints as JSON what JSON can carry, and refuses what came back without its lookup", () => {
  const shrink = shrinkRunpath({ lookup: () => undefined, allowedPrefixes: ["/opt"], origin: "/bin" });
  const relative = makeRunpathRelative({ root: "/r", origin: "/r/bin", resolve: () => undefined });
  expect(JSON.stringify([shrink, relative])).toBe(
    '[{"edit":"shrinkRunpath","allowedPrefixes":["/opt"],"origin":"/bin"},' +
      '{"edit":"makeRunpathRelative","root":"/r","origin":"/r/bin","outside":"keep"}]',
  );

  const back = JSON.parse(JSON.stringify(shrink)) as Edit;
  expect(caught(() => patch(buildElf({ runpath: "/a" }), [back])).code).toBe("BAD_EDIT");
});

it("a path that is not UTF-8 converts, but is not taken apart", () => {
  const bytes = buildElf({ rpath: "/a:/Q" });
  bytes[Buffer.from(bytes).indexOf("/a:/Q") + 4] = 0xff;

  expect(readElf(patch(bytes, [convertToRunpath()]).bytes).runpath).toContain("/a:/");
  for (const edit of [shrinkRunpath({ lookup: () => undefined }), makeRunpathRelative({ root: "/", origin: "/" })]) {
    expect(caught(() => patch(bytes, [edit])).code).toBe("MALFORMED");
  }
});
