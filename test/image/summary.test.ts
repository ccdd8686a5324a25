import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { isElfError } from "../../src/error.js";
import { readElf } from "../../src/image/read-elf.js";
import { patch, plan } from "../../src/patch.js";
import { setInterpreter } from "../../src/edit/interpreter.js";
import { setRunpath } from "../../src/edit/runpath.js";
import { PT } from "../../src/spec/constants.js";
import { fixture } from "../support/fixtures.js";
import { caught } from "../support/elf.js";

const bytes = fixture("x86_64-glibc-pie");
const arrayBuffer = (): ArrayBuffer => new Uint8Array(bytes).buffer;

describe("a file in a few words", () => {
  it("is what JSON and console.log show", () => {
    const elf = readElf(bytes);
    const summary = {
      class: 64,
      byteOrder: "little",
      type: "ET_DYN",
      machine: "EM_X86_64",
      linkage: "dynamic",
      interpreter: "/lib64/ld-linux-x86-64.so.2",
      needed: ["libc.so.6"],
      runpath: null,
      rpath: null,
      soname: null,
      segments: elf.segments.length,
      sections: elf.sections.length,
      size: bytes.length,
      problems: [],
    };

    expect(JSON.parse(JSON.stringify(elf))).toEqual(summary);
    expect(JSON.parse(JSON.stringify({ elf }))).toEqual({ elf: summary });
    expect(inspect(elf)).toMatch(/^ElfFile \{[^]*needed: \[ 'libc\.so\.6' \]/);
    expect(Object.keys(elf)).toEqual(["source", "header"]);
  });

  it("says what cannot be read, and throws nothing", () => {
    const broken = new Uint8Array(arrayBuffer());
    const { header, segments } = readElf(broken);
    const at = header.phoff + header.phentsize * segments.findIndex((s) => s.type === PT.INTERP);
    // p_offset.
    new DataView(broken.buffer).setBigUint64(at + 8, 1n << 40n, true);

    const { interpreter, problems } = readElf(broken).toJSON();
    expect(interpreter).toBeNull();
    expect(problems.join()).toContain("TRUNCATED");
  });
});

describe("what is read", () => {
  const foreign = (): Uint8Array => new DataView(arrayBuffer()) as unknown as Uint8Array;
  const cases: readonly (readonly [string, () => Uint8Array | ArrayBufferLike])[] = [
    ["a Uint8Array", () => new Uint8Array(arrayBuffer())],
    ["a Buffer", () => bytes],
    ["an ArrayBuffer", arrayBuffer],
    ["a view of another kind", foreign],
    ["a SharedArrayBuffer", shared],
  ];

  function shared(): SharedArrayBuffer {
    const buffer = new SharedArrayBuffer(bytes.length);
    new Uint8Array(buffer).set(bytes);
    return buffer;
  }

  it.each(cases)("%s", (_, make) => {
    expect(readElf(make()).needed).toEqual(["libc.so.6"]);
    expect(plan(make(), []).changed).toBe(false);
  });

  it("patch gives bytes back for an ArrayBuffer", () => {
    const { bytes: out } = patch(arrayBuffer(), setRunpath("/opt"));
    expect(Object.getPrototypeOf(out)).toBe(Uint8Array.prototype);
    expect(readElf(out).runpath).toBe("/opt");
  });

  it.each<[string, unknown, RegExp]>([
    ["a path", "/bin/ls", /not a string: read the file first, or use a function of elfwright\/node/],
    ["a promise", Promise.resolve(bytes), /await it/],
    ["a Response", { arrayBuffer: () => Promise.resolve(arrayBuffer()) }, /await it, or its arrayBuffer\(\), first/],
    ["nothing", undefined, /not undefined$/],
    ["null", null, /not null$/],
    ["a number", 5, /not a number$/],
    ["an object", {}, /not an object$/],
  ])("%s is refused by a sentence", (_, input, message) => {
    const error = caught(() => readElf(input as Uint8Array));
    expect(error).toMatchObject({ code: "BAD_INPUT" });
    expect(error.message).toMatch(message);
    expect(caught(() => patch(input as Uint8Array, [])).message).toMatch(/^BAD_INPUT: patch takes the bytes of a file/);
  });
});

describe("edits", () => {
  it("one needs no list", () => {
    expect(patch(bytes, setRunpath("/opt")).bytes).toEqual(patch(bytes, [setRunpath("/opt")]).bytes);
  });

  it("a second one behind the first is refused", () => {
    const two = () => patch(bytes, setRunpath("/opt"), setInterpreter("/lib/ld.so") as never);
    expect(caught(two)).toMatchObject({ code: "BAD_EDIT", detail: { edit: "setInterpreter" } });
    expect(caught(two).message).toContain("several edits go into one list");
  });

  it.each([undefined, null, "setRunpath", 7, {}])("%j is none", (edits) => {
    expect(caught(() => patch(bytes, edits as never))).toMatchObject({ code: "BAD_EDIT" });
  });
});

it("isElfError narrows the detail by the code", () => {
  try {
    readElf(new Uint8Array(3));
  } catch (e) {
    if (!isElfError(e)) throw e;
    // Compiles only where the union is told apart by code.
    const offset: number | undefined = e.code === "NOT_ELF" || e.code === "TRUNCATED" ? e.detail.offset : undefined;
    expect(offset).toBe(0);
  }
  expect.assertions(1);
});
