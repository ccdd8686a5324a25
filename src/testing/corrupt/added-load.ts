import { PF, PT, SHF, SHT } from "../../spec/constants.js";
import { type FaultyFile, NothingToBreak } from "./faulty-file.js";

/** A PT_LOAD that a file gets instead of a program header that it can spare. */
export interface AddedLoad {
  readonly vaddr: bigint;
  /** Default: zeros alone, nothing of the file. */
  readonly offset?: number;
  readonly filesz?: number;
  readonly memsz: number;
  /** Default: writable. */
  readonly flags?: number;
  /** Default: 4 KiB. */
  readonly align?: number;
  /** Whether a section covers its end, as rules want of a file with sections. Default: true. */
  readonly covered?: boolean;
  /** Whether it stands before all other PT_LOADs. Default: behind them. */
  readonly first?: boolean;
}

const PAGE = 0x1000n;
const LARGEST_PAGE = 0x10000n;

/** The end of the highest PT_LOAD. */
export function memoryEnd(file: FaultyFile): bigint {
  let end = 0n;
  for (const i of file.loads) {
    const load = file.segment(i);
    const own = load.exact("vaddr") + load.exact("memsz");
    if (own > end) end = own;
  }
  return end;
}

/** The start of a page that is far from all PT_LOADs, for pages of any size. */
export function freeAddress(file: FaultyFile): bigint {
  const end = memoryEnd(file);
  const address = end - (end % LARGEST_PAGE) + 2n * LARGEST_PAGE;
  if (file.elf.header.class === 32 && address >= 0xffff_0000n) throw new NothingToBreak();
  return address;
}

/**
 * Makes a PT_LOAD of a program header that the file can spare, and where the file has sections, a spare one a part of
 * it: zeros behind its file bytes. Says where in the table it stands.
 */
export function addLoad(file: FaultyFile, load: AddedLoad): number {
  const { loads } = file;
  const from = file.spareSegment;
  const { vaddr, memsz, filesz = 0, flags = PF.R | PF.W, align = Number(PAGE) } = load;
  // A PT_LOAD without file bytes has an offset all the same, congruent to its address.
  const offset = load.offset ?? Number(vaddr % BigInt(align));

  const segment = file.segment(from);
  Object.assign(segment, { type: PT.LOAD, flags, offset, filesz, memsz, align });
  segment.setExact("vaddr", vaddr);
  segment.setExact("paddr", vaddr);

  if (file.elf.header.shnum > 0 && (load.covered ?? true)) coverEnd(file, vaddr + BigInt(filesz), memsz - filesz);

  const last = loads.at(-1) ?? from;
  const first = loads[0] ?? from;
  let to = from;
  if (load.first) to = first;
  else if (from < last) to = last;
  file.moveSegment(from, to);
  return to;
}

/** Makes a spare section one of zeros. */
export function coverEnd(file: FaultyFile, addr: bigint, size: number, flags: number = SHF.ALLOC | SHF.WRITE): void {
  const index = file.spareSections[0];
  if (index === undefined || size <= 0) throw new NothingToBreak();
  file.reuseSection(index, { type: SHT.NOBITS, flags, addr, size });
}
