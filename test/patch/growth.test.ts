import { describe, expect, it } from "vitest";
import { replaceNeeded } from "../../src/edit/needed.js";
import { addRunpath, setRpath, setRunpath } from "../../src/edit/runpath.js";
import { removeRunpath } from "../../src/edit/search-path.js";
import { setInterpreter } from "../../src/edit/interpreter.js";
import { readElf } from "../../src/image/read-elf.js";
import { patch } from "../../src/patch.js";
import { stripUnneeded } from "../../src/strip/strip.js";
import { dynamicFixtures, fixture, GREETING, runProgram, scratch } from "../support/fixtures.js";
import { itWithTools } from "../support/tools.js";

const files = scratch();
const all = [
  ...new Set([
    "x86_64-glibc-static",
    "x86_64-musl-static-pie",
    "x86_64-object.o",
    ...dynamicFixtures.map((f) => f.name),
  ]),
];

describe("no change, no difference", () => {
  it.each(all)("%s without edits", (name) => {
    const before = fixture(name);
    const { bytes, changed, changes, plan } = patch(before, []);
    expect(changed).toBe(false);
    expect(Buffer.compare(bytes, before)).toBe(0);
    expect(changes).toEqual([]);
    expect(plan.pieces).toEqual([{ kind: "input", at: 0, from: 0, size: before.length }]);
  });

  it("an edit that says what is there already changes nothing", () => {
    const before = fixture("x86_64-glibc-pie-runpath");
    const r = patch(before, [
      setRunpath("/opt/elfwright/fixture/lib"),
      addRunpath("/opt/elfwright/fixture/lib"),
      setInterpreter("/lib64/ld-linux-x86-64.so.2"),
      replaceNeeded({ "libc.so.6": "libc.so.6" }),
    ]);
    expect(r.changed).toBe(false);
    expect(Buffer.compare(r.bytes, before)).toBe(0);
  });

  it("never writes to its input, a Buffer gives a Buffer, an array gives an array", () => {
    const before = fixture("x86_64-glibc-pie");
    const copy = Buffer.from(before);
    const r = patch(before, [setRunpath("/x".repeat(3000)), setInterpreter("/a/b/c/ld.so"), stripUnneeded()]);
    expect(Buffer.compare(before, copy)).toBe(0);
    expect(Buffer.isBuffer(r.bytes)).toBe(true);
    const plain = patch(new Uint8Array(before), [setRunpath("/x")]).bytes;
    expect(Object.getPrototypeOf(plain)).toBe(Uint8Array.prototype);
  });
});

describe("what costs nothing", () => {
  const before = fixture("x86_64-glibc-pie-runpath");

  it("a shorter runpath is written over the old one", () => {
    const { bytes, plan } = patch(before, [setRunpath("$ORIGIN/lib")]);
    expect(bytes.length).toBe(before.length);
    expect(readElf(bytes).runpath).toBe("$ORIGIN/lib");
    expect(plan.placements.map((p) => [p.region, p.strategy])).toEqual([
      [".dynstr", "in-place"],
      [".dynamic", "in-place"],
    ]);
  });

  it("a string that is in .dynstr already, also as the end of another", () => {
    const { bytes } = patch(before, [setRunpath("fixture/lib")]);
    expect(bytes.length).toBe(before.length);
    expect(readElf(bytes).runpath).toBe("fixture/lib");
  });

  it("a spare dynamic entry takes a new tag", () => {
    const plain = fixture("x86_64-glibc-pie");
    const { bytes, plan } = patch(plain, [setRunpath("libc.so.6")]);
    expect(bytes.length).toBe(plain.length);
    expect(plan.placements.map((p) => [p.region, p.strategy])).toEqual([[".dynamic", "in-place"]]);
  });

  it("DT_RPATH and DT_RUNPATH turn into each other in place", () => {
    const rpath = patch(before, [setRpath("/opt/elfwright/fixture/lib")]).bytes;
    expect(rpath.length).toBe(before.length);
    expect([readElf(rpath).rpath, readElf(rpath).runpath]).toEqual(["/opt/elfwright/fixture/lib", null]);
    expect(Buffer.compare(patch(rpath, [setRunpath("/opt/elfwright/fixture/lib")]).bytes, before)).toBe(0);
  });

  it("removal", () => {
    const { bytes } = patch(before, [removeRunpath()]);
    expect(bytes.length).toBe(before.length);
    expect(readElf(bytes).runpath).toBe(null);
  });

  it("a shorter interpreter, and the longer one again", () => {
    const short = patch(before, [setInterpreter("/lib/ld.so")]).bytes;
    expect(short.length).toBe(before.length);
    expect(readElf(short).interpreter).toBe("/lib/ld.so");
    expect(Buffer.compare(patch(short, [setInterpreter("/lib64/ld-linux-x86-64.so.2")]).bytes, before)).toBe(0);
  });

  it("a string that something else uses is not written over", () => {
    // libc.so.6 is DT_NEEDED and the file of the version needs: renaming both frees it, renaming none does not.
    const named = patch(before, [setRunpath("libc.so.6")]).bytes;
    const { bytes } = patch(named, [setRunpath("/lib")]);
    expect(readElf(bytes).needed).toEqual(["libc.so.6"]);
    expect(readElf(bytes).versionNeeds.map((n) => n.file)).toEqual(["libc.so.6"]);
    expect(readElf(bytes).runpath).toBe("/lib");
  });
});

describe("twenty patches", () => {
  const f = dynamicFixtures.find((f) => f.name === "x86_64-glibc-pie")!;
  itWithTools([f.interpreter], "of alternating longer values keep the program running, and grow it by little", () => {
    const original = fixture(f.name);
    const elf = readElf(original);
    let bytes = original;
    const strings = new Set<string>();

    for (let i = 0; i < 20; i++) {
      const runpath = `/opt/elfwright/${"longer/".repeat(3 * i)}${i % 2}`;
      const interpreter = `/${"lib64/../".repeat(i + 1)}lib64/ld-linux-x86-64.so.2`;
      strings.add(runpath).add(interpreter);
      bytes = patch(bytes, [setRunpath(runpath), setInterpreter(interpreter)]).bytes;
      const path = files.write("twenty", bytes);
      expect(runProgram(f, path)).toMatchObject({ status: 0, stdout: GREETING(1), stderr: "" });
    }

    const distinct = [...strings].reduce((n, s) => n + s.length + 1, 0);
    const limit = distinct + elf.dynamic!.strings!.size + elf.dynamic!.size + 4096;
    expect(bytes.length - original.length).toBeLessThanOrEqual(limit);
  });

  itWithTools([f.interpreter], "that go to and fro between two values grow it once", () => {
    const values = [`/opt/${"a/".repeat(900)}`, `/opt/${"b/".repeat(1500)}`];
    let bytes = fixture(f.name);
    const sizes: number[] = [];
    for (let i = 0; i < 20; i++) {
      bytes = patch(bytes, [setRunpath(values[i % 2]!)]).bytes;
      sizes.push(bytes.length);
      expect(runProgram(f, files.write("fro", bytes))).toMatchObject({ status: 0, stdout: GREETING(1) });
    }
    expect(new Set(sizes.slice(2))).toEqual(new Set([sizes[1]]));
  });
});
