import { wordSize } from "../codec/encoding.js";
import { Rel, Rela, Sym } from "../codec/records.js";
import { hex } from "../error.js";
import type { ElfFile, Segment } from "../image/elf.js";
import { DF_1, ET, PF, PT } from "../spec/constants.js";
import { DT } from "../spec/dynamic.js";
import { defaultsToExecutableStack, entryIsDescriptor, SMALLEST_PAGE } from "../spec/machines.js";
import type { CheckRule, Violation } from "./rule.js";

/** Kernels map whole pages: an address in a page that a PT_LOAD begins is mapped. */
const PAGE = BigInt(SMALLEST_PAGE);

const isIn = (address: bigint, start: bigint, size: bigint): boolean =>
  start / PAGE <= address / PAGE && address / PAGE <= (start + size - 1n) / PAGE;

/**
 * Does e_entry matter? Libraries have any; those that can be started (libc.so.6) have a DT_SONAME. 0 is no entry point
 * (gABI): only what is a program for sure needs one, not firmware and not a library with a PT_INTERP.
 */
function entryMatters(elf: ElfFile): boolean {
  const { linkage, header } = elf;
  if (linkage === "shared-library" || elf.soname !== null || entryIsDescriptor(header)) return false;
  if (header.entry !== 0n) return true;

  const isPie = ((elf.dynamic?.get(DT.FLAGS_1) ?? 0n) & BigInt(DF_1.PIE)) !== 0n;
  return linkage === "dynamic" && (header.type === ET.EXEC || isPie);
}

/** The PT_LOADs that an address lies in. A kernel or a boot loader, which has no loader itself, begins at a p_paddr. */
function loadsAt({ segments, linkage }: ElfFile, address: bigint): Segment[] {
  return segments.filter((s) => {
    const size = s.exact("memsz");
    if (s.type !== PT.LOAD || size === 0n) return false;
    return isIn(address, s.exact("vaddr"), size) || (linkage === "static" && isIn(address, s.exact("paddr"), size));
  });
}

/**
 * Linux maps all that can be read as executable in 32-bit programs without PT_GNU_STACK, on machines whose stacks were
 * executable once (elf_read_implies_exec).
 */
const readImpliesExecute = ({ header, segments }: ElfFile): boolean =>
  header.class === 32 && !segments.some((s) => s.type === PT.GNU_STACK) && defaultsToExecutableStack(header.machine);

function* entryOutside(elf: ElfFile): Generator<Violation> {
  if (!entryMatters(elf)) return;

  const { entry } = elf.header;
  const loads = loadsAt(elf, entry);
  if (loads.length === 0) {
    yield { message: `${hex(entry)} lies in no PT_LOAD`, at: "e_entry" };
  } else if (!loads.some((load) => load.flags & PF.X) && !readImpliesExecute(elf)) {
    const load = `PT_LOAD ${hex(loads[0]!.exact("vaddr"))}`;
    yield { message: `${hex(entry)} lies in ${load}, which is not executable`, at: "e_entry" };
  }
}

/** What a tag has to be a multiple of, in bytes. */
type Size = readonly [name: string, tag: number, size: number];

function* wrongSizes(
  { dynamic }: ElfFile,
  what: string,
  sizes: readonly Size[],
  isWrong: (value: bigint, size: bigint) => boolean,
): Generator<Violation> {
  for (const [name, tag, size] of sizes) {
    const value = dynamic?.get(tag);
    if (value !== undefined && isWrong(value, BigInt(size))) {
      yield { message: `it is ${value}, ${what} ${size} bytes`, at: name };
    }
  }
}

const isOther = (value: bigint, size: bigint): boolean => value !== size;
const isNoMultiple = (value: bigint, size: bigint): boolean => value % size !== 0n;

function* relocationSizes(elf: ElfFile): Generator<Violation> {
  const { header, dynamic } = elf;
  const word = wordSize(header);
  const rel = Rel.size(header.class);
  const rela = Rela.size(header.class);
  const form = dynamic?.get(DT.PLTREL);
  const inPlt = form === BigInt(DT.REL) ? rel : rela;

  const entries: readonly Size[] = [
    ["DT_RELAENT", DT.RELAENT, rela],
    ["DT_RELENT", DT.RELENT, rel],
    ["DT_RELRENT", DT.RELRENT, word],
    ["DT_ANDROID_RELRENT", DT.ANDROID_RELRENT, word],
  ];
  const tables: readonly Size[] = [
    ["DT_RELASZ", DT.RELASZ, rela],
    ["DT_RELSZ", DT.RELSZ, rel],
    ["DT_RELRSZ", DT.RELRSZ, word],
    ["DT_ANDROID_RELRSZ", DT.ANDROID_RELRSZ, word],
    ...(form === undefined ? [] : [["DT_PLTRELSZ", DT.PLTRELSZ, inPlt] as const]),
  ];
  yield* wrongSizes(elf, "but an entry has", entries, isOther);
  yield* wrongSizes(elf, "no multiple of an entry's", tables, isNoMultiple);
}

function* otherSizes(elf: ElfFile): Generator<Violation> {
  const word = wordSize(elf.header);
  const arrays: readonly Size[] = [
    ["DT_INIT_ARRAYSZ", DT.INIT_ARRAYSZ, word],
    ["DT_FINI_ARRAYSZ", DT.FINI_ARRAYSZ, word],
    ["DT_PREINIT_ARRAYSZ", DT.PREINIT_ARRAYSZ, word],
  ];
  yield* wrongSizes(elf, "but a symbol has", [["DT_SYMENT", DT.SYMENT, Sym.size(elf.header.class)]], isOther);
  yield* wrongSizes(elf, "no multiple of an address's", arrays, isNoMultiple);
}

/** What a start depends on and no edit changes: where it begins, and the sizes of what loaders work through. */
export const startRules: readonly CheckRule[] = [
  {
    id: "entry-executable",
    severity: "error",
    sentence: "The entry point of a program lies in an executable PT_LOAD.",
    test: entryOutside,
  },
  {
    id: "relocation-size",
    severity: "error",
    sentence: "The sizes of relocations are those of their kind, and the sizes of their tables are multiples of them.",
    test: relocationSizes,
  },
  {
    id: "entry-size",
    severity: "warning",
    sentence: "DT_SYMENT is the size of a symbol; the sizes of arrays of functions are multiples of an address.",
    test: otherSizes,
  },
];
