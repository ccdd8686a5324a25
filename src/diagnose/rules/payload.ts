import { toLatin1 } from "../../codec/bytes.js";
import { readExactly } from "../../codec/source.js";
import { hex } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import { overlayKind } from "../../image/headers/overlay-kind.js";
import type { Facts } from "../facts.js";
import { type EmbeddedElf, embeddedElfs } from "./embedded.js";
import { inWords, type Rule } from "./rule.js";

/** Without `scan`, no more than this is read of what follows the end of the ELF file. */
const QUICK = 1 << 20;
const MOST_EMBEDDED = 20;

/** What is in the file beside the program itself. */
export const payloadRules: readonly Rule[] = [
  {
    id: "packed",
    severity: "warning",
    sentence: "The program is packed: all other findings are about its unpacker.",
    advice: "Unpack it first (upx -d), and diagnose the result.",
    *test({ packer, evidence }) {
      if (packer === null) return;

      const offset = evidence.find((e) => e.about === "packer" && e.offset !== null)?.offset ?? null;
      const where = offset === null ? "" : ` (its mark is at ${hex(offset)})`;
      yield {
        message:
          `it is packed with ${packer}${where}: ` +
          "C library, needs and hardening of the program inside are not to be seen",
        names: [packer],
      };
    },
  },
  {
    id: "overlay",
    severity: "note",
    sentence: "Bytes follow the end of the ELF file.",
    advice:
      "Do not run GNU strip on it, which drops these bytes without a word, nor a tool that appends to it, " +
      "if the program looks for them from its end; elfwright refuses, or keeps them if it is told to (--overlay).",
    *test({ elf }) {
      const { overlay, header } = elf;
      // Where no section header can be used, what they describe is behind the end that is known.
      const mayBeSections = header.brokenSections !== null && overlayKind(elf) === null;
      if (!overlay || mayBeSections) return;

      const { size, offset } = overlay;
      yield { message: `${size} bytes follow the end of the ELF file at ${hex(offset)}: ${overlayInWords(elf)}` };
    },
  },
  {
    id: "single-executable",
    severity: "note",
    sentence: "The program holds a Node.js application.",
    advice: "Strip the program before the application is put in, not afterwards.",
    *test({ elf }) {
      for (const { owner, description, offset } of elf.notes) {
        if (owner !== "NODE_SEA_BLOB") continue;
        yield {
          message:
            `it holds a Node.js application of ${description.length} bytes (single executable application) ` +
            `in a note at ${hex(offset)}`,
        };
      }
    },
  },
  {
    id: "embedded-elf",
    severity: "note",
    sentence: "The file holds other ELF files.",
    advice: "Diagnose them, too: if the program unpacks and loads them, they have to fit the system as well.",
    *test(facts) {
      const found = [...embedded(facts)].map((e) => `${e.machine} ${e.type} at ${hex(e.offset)}`);
      if (found.length > 0) yield { message: `ELF files are inside of it: ${inWords(found)}` };
    },
  },
];

/** ELF files in what follows the end; with `scan`, in the whole file. */
function* embedded({ elf, scan }: Facts): Generator<EmbeddedElf> {
  const { overlay, source } = elf;
  if (scan) {
    yield* embeddedElfs(source, 1, source.size - 1, MOST_EMBEDDED);
  } else if (overlay) {
    yield* embeddedElfs(source, overlay.offset, Math.min(overlay.size, QUICK), MOST_EMBEDDED);
  }
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

function overlayInWords(elf: ElfFile): string {
  const kind = overlayKind(elf);
  const what = kind === null ? "nothing tells what they are" : (WORDS[kind] ?? `${kind} data`);
  return isAppImage(elf) ? `an AppImage, ${what}` : what;
}

/** AppImage has a mark of its own in the padding of e_ident. */
const isAppImage = (elf: ElfFile): boolean =>
  /^AI[\x01\x02]$/.test(toLatin1(readExactly(elf.source, 8, 3, "the ELF header")));
