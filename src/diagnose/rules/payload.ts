import { toLatin1 } from "../../codec/bytes.js";
import { readExactly } from "../../codec/source.js";
import { hex } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import { overlayKind } from "../../image/headers/overlay-kind.js";
import type { Facts } from "../facts.js";
import { type EmbeddedElf, embeddedElfs } from "./embedded.js";
import { list, type Rule } from "./rule.js";

/** Without being asked, no more than this is read of what follows the end. */
const QUICK = 1 << 20;
const MOST_EMBEDDED = 20;

/** What is in the file beside the program itself. */
export const payloadRules: readonly Rule[] = [
  {
    id: "packed",
    severity: "warning",
    sentence: "The program is packed: what is said of it holds for its unpacker.",
    advice: "Unpack it first (upx -d), and diagnose what comes out.",
    *test({ packer, evidence }) {
      const at = evidence.find((e) => e.about === "packer" && e.offset !== null)?.offset;
      if (packer !== null) {
        yield {
          message: `it is packed with ${packer}${at === undefined || at === null ? "" : ` (its mark is at ${hex(at)})`}: C library, needs and hardening of the program inside are not to be seen`,
          names: [packer],
        };
      }
    },
  },
  {
    id: "overlay",
    severity: "note",
    sentence: "Bytes follow the end of the ELF file.",
    advice:
      "Do not run GNU strip on it, which drops them without a word, nor a tool that appends to it, where the program looks for them from its end; elfwright refuses, or keeps them where it is told to (--overlay).",
    *test({ elf }) {
      const o = elf.overlay;
      if (o) yield { message: `${o.size} bytes follow the end of the ELF file at ${hex(o.offset)}: ${inWords(elf)}` };
    },
  },
  {
    id: "single-executable",
    severity: "note",
    sentence: "A program with a Node.js application inside.",
    advice: "Strip the program before the application is put in, not afterwards.",
    *test({ elf }) {
      for (const n of elf.notes) {
        if (n.owner === "NODE_SEA_BLOB") {
          yield {
            message: `it holds a Node.js application of ${n.description.length} bytes (single executable application) in a note at ${hex(n.offset)}`,
          };
        }
      }
    },
  },
  {
    id: "embedded-elf",
    severity: "note",
    sentence: "Other ELF files are inside of this one.",
    advice: "Diagnose them, too: a program that unpacks and loads them needs them to fit the system as well.",
    *test(f) {
      const found = [...embedded(f)];
      if (found.length > 0) {
        yield {
          message: `ELF files are inside of it: ${list(found.map((e) => `${e.machine} ${e.type} at ${hex(e.offset)}`))}`,
        };
      }
    },
  },
];

/** In what follows the end; where it was asked for, in the whole file. */
function* embedded({ elf, scan }: Facts): Generator<EmbeddedElf> {
  const { overlay, source } = elf;
  if (scan) yield* embeddedElfs(source, 1, source.size - 1, MOST_EMBEDDED);
  else if (overlay) yield* embeddedElfs(source, overlay.offset, Math.min(overlay.size, QUICK), MOST_EMBEDDED);
}

const WORDS: Readonly<Record<string, string>> = {
  squashfs: "a squashfs file system",
  dwarfs: "a DwarFS file system",
  zip: "a zip archive",
  "7z": "a 7z archive",
  elf: "another ELF file",
  "module-signature": "a kernel module's signature",
  bun: "an application for bun",
  deno: "an application for deno",
  nexe: "an application for Node.js (nexe)",
  pyinstaller: "a PyInstaller archive",
};

function inWords(elf: ElfFile): string {
  const kind = overlayKind(elf);
  const what = kind === null ? "nothing tells what they are" : (WORDS[kind] ?? `${kind} data`);
  // AppImage's own mark stands in the padding of e_ident.
  return /^AI[\x01\x02]$/.test(toLatin1(readExactly(elf.source, 8, 3, "the ELF header")))
    ? `an AppImage, ${what}`
    : what;
}
