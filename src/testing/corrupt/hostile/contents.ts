import { viewOf } from "../../../codec/bytes.js";
import { Nhdr } from "../../../codec/records.js";
import { PT, SHF } from "../../../spec/constants.js";
import { type FaultyFile, NothingToBreak, raise, wanted } from "../faulty-file.js";
import type { HostileRecipe } from "../recipe.js";

const NOTE = "a PT_NOTE";
const UNLOADED = "section headers, one of a section that is not loaded and has 24 bytes or more";

/** A section becomes a compressed one. Elf32_Chdr has three words, Elf64_Chdr a word more and two xwords. */
function compress(f: FaultyFile, type: number, size: bigint): void {
  const index = wanted(f.spareSections.find((i) => f.section(i).size >= 24));
  const section = f.section(index);
  const { class: c, littleEndian } = f.elf.header;
  const data = viewOf(f.bytes);
  raise(section, "flags", (section.flags & SHF.COMPRESSED) === 0 ? SHF.COMPRESSED : 0);
  f.setWord(section.offset, type);
  if (c === 64) data.setBigUint64(section.offset + 8, size, littleEndian);
  else f.setWord(section.offset + 4, Number(BigInt.asUintN(32, size)));
}

function firstNote(f: FaultyFile): ReturnType<(typeof Nhdr)["view"]> {
  const { offset, filesz } = f.only(PT.NOTE);
  if (filesz < 12) throw new NothingToBreak();
  return f.record(Nhdr, offset) as ReturnType<(typeof Nhdr)["view"]>;
}

/** What sections and notes say of themselves. */
export const contentRecipes = /* @__PURE__ */ (() =>
  ({
    "compressed-size-huge": {
      sentence: "A section is said to be compressed, to 2^62 bytes when it is not (ch_size).",
      needs: UNLOADED,
      change: (f) => compress(f, 1, 2n ** 62n),
    },
    "compressed-type-unknown": {
      sentence: "A section is said to be compressed in a way that nobody knows (ch_type).",
      needs: UNLOADED,
      change: (f) => compress(f, 0x7777, 16n),
    },
    "compressed-empty": {
      sentence: "A section is said to be compressed, and has no bytes for a header.",
      needs: UNLOADED,
      change(f) {
        compress(f, 1, 0n);
        f.section(wanted(f.spareSections.find((i) => f.section(i).size >= 24))).size = 1;
      },
    },
    "note-name-huge": {
      sentence: "n_namesz of the first note is 2^32-1.",
      needs: NOTE,
      change: (f) => (firstNote(f).namesz = 0xffff_ffff),
    },
    "note-description-huge": {
      sentence: "n_descsz of the first note is 2^32-1.",
      needs: NOTE,
      change: (f) => (firstNote(f).descsz = 0xffff_ffff),
    },
    "note-zeros": {
      sentence: "PT_NOTE holds zeros: notes without owner and description.",
      needs: NOTE,
      change(f) {
        const { offset, filesz } = f.only(PT.NOTE);
        f.bytes.fill(0, offset, offset + filesz);
      },
    },
  }) as const satisfies Record<string, HostileRecipe>)();
