import { describe, expect, it } from "vitest";
import { encodeText, equalBytes } from "../../src/codec/bytes.js";
import { crc32 } from "../../src/codec/crc32.js";
import { readElf } from "../../src/image/read-elf.js";
import { isDebugFile } from "../../src/image/headers/sections.js";
import { patch } from "../../src/patch.js";
import { onlyKeepDebug } from "../../src/strip/only-keep-debug.js";
import { buildDebugFile, debugLinkSection } from "../../src/testing/build-debug-file.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { caught, ENCODINGS } from "../support/elf.js";

const KINDS: Readonly<Record<string, BuildOptions>> = {
  plain: {},
  rich: {
    soname: "libx.so",
    symbols: [{ name: "f" }, { name: "g", type: 1 }],
    notes: [{ section: ".note.x", owner: "x", type: 1, description: new Uint8Array(5) }],
    debugInfo: 300,
    initArray: [],
  },
  static: { type: "exec", dynamic: false, debugInfo: 7 },
  "without notes": { buildId: null, nullSegments: 2 },
  "with its section headers first": { sectionTable: "start" },
  "with little room": { slack: 9 },
};

describe.each(ENCODINGS)("a debug file ($label)", (e) => {
  it.each(Object.entries(KINDS))("%s is what onlyKeepDebug makes", (_, options) => {
    const bytes = buildDebugFile({ ...e, ...options });
    expect(isDebugFile(readElf(bytes))).toBe(true);
    const made = patch(buildElf({ ...e, ...options }), [onlyKeepDebug()]).bytes;
    expect(equalBytes(bytes, made)).toBe(true);
  });

  it("is found by its name and its sum", () => {
    const debug = buildDebugFile({ ...e });
    const file = readElf(buildElf({ ...e, sections: [debugLinkSection("a.debug", debug)] }));
    const { offset, size } = file.sections.find((s) => s.name === ".gnu_debuglink")!.header;
    const link = file.source.read(offset, size) as Uint8Array;
    expect(link.subarray(0, 8)).toEqual(encodeText("a.debug\0"));
    expect(new DataView(link.buffer, link.byteOffset).getUint32(8, e.littleEndian)).toBe(crc32(debug));
  });
});

it("is refused of files that have none", () => {
  for (const options of [{ type: "rel" }, { type: "core" }, { sectionHeaders: false }] as const) {
    expect(caught(() => buildDebugFile(options)).code).toBe("BAD_EDIT");
  }
  expect(caught(() => debugLinkSection("x", encodeText("no ELF file"))).code).toBe("BAD_EDIT");
});
