import type { Header } from "../../image/elf.js";
import { cardOf } from "../../spec/machines/card-of.js";
import { PORTS } from "../../spec/machines/lists/ports.js";

/**
 * The name that GNU strip prints for a file's format. A machine whose card has none gets BFD's name for any machine.
 */
export function formatName(header: Pick<Header, "class" | "littleEndian" | "machine">): string {
  const [index, byteOrder] = header.littleEndian ? ([0, "little"] as const) : ([1, "big"] as const);
  const name = cardOf(PORTS, header.machine)?.formats?.[index] ?? byteOrder;
  return `elf${header.class}-${name}`;
}
