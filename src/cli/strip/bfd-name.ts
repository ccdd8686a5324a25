import type { Header } from "../../image/elf.js";
import { cardOf } from "../../spec/machines/card-of.js";
import { PORTS } from "../../spec/machines/lists/ports.js";

/** The name that GNU strip prints for a file's format; of a machine without one here, BFD's name for any. */
export function formatName({
  class: elfClass,
  littleEndian,
  machine,
}: Pick<Header, "class" | "littleEndian" | "machine">): string {
  const own = cardOf(PORTS, machine)?.formats?.[littleEndian ? 0 : 1];
  return `elf${elfClass}-${own ?? (littleEndian ? "little" : "big")}`;
}
