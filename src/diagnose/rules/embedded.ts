import { viewOf } from "../../codec/bytes.js";
import { type ByteSource, chunks, readExactly } from "../../codec/source.js";
import { ET } from "../../spec/constants.js";
import { fileTypeName, machineName } from "../../spec/names.js";

/** An ELF file inside of other bytes. */
export interface EmbeddedElf {
  /** File offset in bytes. */
  readonly offset: number;
  /** `EM_X86_64`, `ET_DYN`. */
  readonly machine: string;
  readonly type: string;
}

const HEADER = 64;
const STEP = 1 << 20;
const MAGIC = [0x7f, 0x45, 0x4c, 0x46] as const;

/** ELF headers that are right in themselves in a range of a file, at most `most`. Reads the range once. */
export function* embeddedElfs(
  source: ByteSource,
  offset: number,
  length: number,
  most: number,
): Generator<EmbeddedElf> {
  let found = 0;
  let base = offset;
  let rest = new Uint8Array(0);

  for (const piece of chunks(source, offset, length, "the data", STEP)) {
    // A magic that two pieces share begins in what is left of the first.
    const b = new Uint8Array(rest.length + piece.length);
    b.set(rest);
    b.set(piece, rest.length);

    for (let at = b.indexOf(MAGIC[0]); at >= 0 && at + MAGIC.length <= b.length; at = b.indexOf(MAGIC[0], at + 1)) {
      if (b[at + 1] !== MAGIC[1] || b[at + 2] !== MAGIC[2] || b[at + 3] !== MAGIC[3]) continue;
      const elf = plausible(source, base + at);
      if (elf) yield elf;
      if (elf && ++found === most) return;
    }

    rest = b.slice(Math.max(0, b.length - MAGIC.length + 1));
    base += b.length - rest.length;
  }
}

function plausible(source: ByteSource, offset: number): EmbeddedElf | null {
  if (offset + HEADER > source.size) return null;

  const b = readExactly(source, offset, HEADER, "an ELF header");
  const v = viewOf(b);
  const le = b[5] === 1;
  const wide = b[4] === 2;
  if (b[4]! < 1 || b[4]! > 2 || b[5]! < 1 || b[5]! > 2 || b[6] !== 1) return null;

  const type = v.getUint16(16, le);
  const machine = v.getUint16(18, le);
  const at = wide ? 52 : 40;

  if (
    type < ET.REL ||
    type > ET.CORE ||
    machine === 0 ||
    v.getUint32(20, le) !== 1 ||
    v.getUint16(at, le) !== (wide ? 64 : 52)
  ) {
    return null;
  }

  const phentsize = v.getUint16(at + 2, le);
  if (phentsize !== 0 && phentsize !== (wide ? 56 : 32)) return null;
  return { offset, machine: machineName(machine), type: fileTypeName(type) };
}
