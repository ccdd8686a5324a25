import { DT } from "../../spec/dynamic.js";
import { wordSize } from "../../codec/encoding.js";
import type { ElfFile } from "../../image/elf.js";
import type { Evidence } from "../diagnosis.js";

/** Makes evidence about one thing. */
export const evidenceOf =
  (about: Evidence["about"]) =>
  (kind: string, says: string, text: string, offset: number | null = null): Evidence => ({
    about,
    kind,
    says,
    text,
    offset,
  });

/** File offset of the DT_NEEDED entry with this name. */
export function neededOffset(elf: ElfFile, name: string): number | null {
  const { dynamic } = elf;
  if (!dynamic) return null;

  const entry = dynamic.entries.find((e) => e.tag === DT.NEEDED && dynamic.text(e) === name);
  return entry ? dynamic.offset + entry.index * 2 * wordSize(elf.header) : null;
}
