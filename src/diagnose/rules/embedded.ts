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

/**
 * The ELF files in a range of a file, by headers that are right in themselves; at most `most`. Reads the range once.
 */
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
    // A magic across two pieces begins in what is left of the first.
    const bytes = new Uint8Array(rest.length + piece.length);
    bytes.set(rest);
    bytes.set(piece, rest.length);

    let at = bytes.indexOf(MAGIC[0]);
    while (at >= 0 && at + MAGIC.length <= bytes.length) {
      const elf = hasMagic(bytes, at) ? plausibleElf(source, base + at) : null;
      if (elf) {
        yield elf;
        found++;
        if (found === most) return;
      }
      at = bytes.indexOf(MAGIC[0], at + 1);
    }

    rest = bytes.slice(Math.max(0, bytes.length - MAGIC.length + 1));
    base += bytes.length - rest.length;
  }
}

const hasMagic = (bytes: Uint8Array, at: number): boolean =>
  bytes[at + 1] === MAGIC[1] && bytes[at + 2] === MAGIC[2] && bytes[at + 3] === MAGIC[3];

/** The file whose header is at an offset, if e_ident, e_type, e_machine, e_version and the sizes are possible. */
function plausibleElf(source: ByteSource, offset: number): EmbeddedElf | null {
  if (offset + HEADER > source.size) return null;

  const header = readExactly(source, offset, HEADER, "an ELF header");
  const view = viewOf(header);
  const [elfClass, byteOrder, identVersion] = header.subarray(4, 7);
  if (elfClass !== 1 && elfClass !== 2) return null;
  if ((byteOrder !== 1 && byteOrder !== 2) || identVersion !== 1) return null;

  const littleEndian = byteOrder === 1;
  const is64Bit = elfClass === 2;
  const type = view.getUint16(16, littleEndian);
  const machine = view.getUint16(18, littleEndian);
  const version = view.getUint32(20, littleEndian);
  if (type < ET.REL || type > ET.CORE || machine === 0 || version !== 1) return null;

  const ehsizeAt = is64Bit ? 52 : 40;
  const ehsize = view.getUint16(ehsizeAt, littleEndian);
  const phentsize = view.getUint16(ehsizeAt + 2, littleEndian);
  if (ehsize !== (is64Bit ? 64 : 52)) return null;
  if (phentsize !== 0 && phentsize !== (is64Bit ? 56 : 32)) return null;

  return { offset, machine: machineName(machine), type: fileTypeName(type) };
}
