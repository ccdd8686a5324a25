import { concat } from "../../src/codec/bytes.js";
import type { Encoding } from "../../src/codec/encoding.js";
import { renameDynamicSymbols, setRunpath } from "../../src/index.js";
import { PT, STB, STT } from "../../src/spec/constants.js";
import { buildElf } from "../../src/testing/build-elf.js";
import type { BuildOptions } from "../../src/testing/build-options.js";
import { Damaged } from "../verify/damaged.js";

export const LONG = "/opt/elfwright/".repeat(20);
export const HUGE = "/opt/elfwright/".repeat(300);

/** Edits that leave all tables where they are, let one grow, and want a new segment. */
export const IN_PLACE = () => setRunpath("/opt/lab");
export const GROWN = () => setRunpath(LONG);
export const MOVED = () => setRunpath(HUGE);
/** The dynamic symbols get another order. */
export const RENAMED = () => renameDynamicSymbols({ own: "another_name", object: "thing", malloc: "my_malloc" });

/** Nothing that a proof compares is missing. */
const RICH: BuildOptions = {
  soname: "libself.so.1",
  interpreter: "/lib/ld.so.1",
  needed: ["libc.so.6", "libm.so.6"],
  runpath: "/opt/lib",
  hash: "both",
  got: true,
  symbols: [
    { name: "malloc", defined: false, version: "V_2" },
    { name: "sin", defined: false, version: "M_1" },
    { name: "own", version: "OWN_1" },
    { name: "other", version: "OWN_1", hidden: true },
    { name: "object", type: STT.OBJECT },
    { name: "inner", binding: STB.LOCAL },
  ],
  versionNeeds: [
    { file: "libc.so.6", versions: ["V_1", "V_2"] },
    { file: "libm.so.6", versions: ["M_1"] },
  ],
  versions: [{ name: "OWN_1" }],
  relocations: [{ symbol: "malloc", type: 6 }, { symbol: "own", type: 6, addend: 4 }, { type: 8 }],
  notes: [{ section: ".note.own", owner: "Own", type: 7, description: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) }],
  debugInfo: 1200,
  headerGap: 200,
  nullSegments: 6,
};

/** Pages as x86 has them, and little room, so that a file is small. */
export const SMALL: BuildOptions = { slack: 600, pageSize: 4096 };

/** A file with everything, program headers for thread-local storage and unwinding among it. */
export function richFile(e: Encoding, options: BuildOptions = SMALL): Uint8Array {
  const { class: c, littleEndian } = e;
  const file = new Damaged(
    Buffer.from(buildElf({ ...RICH, class: c, byteOrder: littleEndian ? "little" : "big", ...options })),
  );
  if (options.sectionHeaders !== false) {
    const code = file.section(".text");
    for (let i = 0; i < code.size; i++) file.bytes[code.offset + i] = 1 + (i % 251);

    const { offset, addr } = file.section(".data");
    for (const type of [PT.TLS, PT.GNU_EH_FRAME]) {
      const place = { offset, vaddr: addr, paddr: addr, filesz: 8, memsz: 8, align: 8 };
      Object.assign(
        file.segment((p) => p.type === PT.NULL),
        { type, flags: 4, ...place },
      );
    }
    const comment = file.section(".comment");
    Object.assign(
      file.segment((p) => p.type === PT.NULL),
      {
        type: 0x60001234,
        offset: comment.offset,
        filesz: comment.size,
        memsz: comment.size,
      },
    );
  }
  return concat([file.bytes]);
}
