import { fail, hex } from "../error.js";
import type { ElfFile } from "../image/elf.js";
import { modulusOf, realignment } from "../image/headers/realign.js";
import { isDebugFile } from "../image/headers/sections.js";
import { ET, PF, PT } from "../spec/constants.js";
import { type SegmentExtent, extents, loadIndex, loads, range } from "./extents.js";
import { neighbours } from "./loads.js";
import { failure } from "./readable.js";
import type { Finding, Severity, Violation } from "./rule.js";

/** What {@link pageFitness} says of a file. */
export interface PageFitness {
  /** Bytes, as asked for. */
  readonly pageSize: number;
  /** No problem is of level error. */
  readonly fit: boolean;
  /** It is fit, or `raiseAlignment` can make it so without moving an address. */
  readonly raisable: boolean;
  /**
   * What is wrong, with its numbers. An error: some loader refuses the file, or the program crashes. A warning: it
   * runs, less protected.
   */
  readonly problems: readonly Finding[];
  /** Why `raiseAlignment` cannot help, in words. */
  readonly obstacles: readonly string[];
}

/** A rule of {@link pageFitness}: what holds in a file that is fit for pages of a size. */
export interface PageRule {
  /** Stable id. */
  readonly id: string;
  /** Of most problems; one that a loader copes with has another. */
  readonly severity: Severity;
  /** What holds in a file that is fit. */
  readonly sentence: string;
}

/** A rule with its test. */
interface TestedRule extends PageRule {
  test(elf: ElfFile, pageSize: number): Iterable<Problem>;
}

/** Where a rule does not hold, with a severity where it is not the rule's. */
interface Problem extends Violation {
  readonly severity?: Severity;
}

/** Problems that `raiseAlignment` does away with. */
const RAISED = ["page-align", "page-congruent"];

/** A broken file may have a problem at each of its program headers; more than this tell nobody more. */
const MOST = 1000;

const LARGEST = 2 ** 30;

/**
 * Is the program or library fit for a system with pages of this size? What kernels, glibc (`elf/dl-load.c`,
 * `elf/dl-reloc.c`), musl and bionic (`linker_phdr.cpp`) ask of PT_LOAD and PT_GNU_RELRO; where Android's own checks
 * (`check_elf_alignment.sh`, Android Studio, Play) only look at p_align and the end of PT_GNU_RELRO, this looks at what
 * would share a page.
 *
 * @param pageSize bytes, a power of two from 4096 on: 16384 for Android, 65536 for the largest pages of arm64
 * @throws ElfError `BAD_EDIT` for another size, `RELOCATABLE`, `UNSUPPORTED` for core and separate debug files, and
 *   what reading the program headers throws
 * @example
 * const { fit, raisable, problems } = pageFitness(readElf(library), 16384);
 */
export function pageFitness(elf: ElfFile, pageSize: number): PageFitness {
  if (!Number.isInteger(Math.log2(pageSize)) || pageSize < 4096 || pageSize > LARGEST) {
    fail("BAD_EDIT", `pageFitness: ${String(pageSize)} is no page size: a power of two from 4096 on`, {
      edit: "pageFitness",
    });
  }

  refuseUnloadable(elf);
  const problems = [...findings(elf, pageSize)];
  const errors = problems.filter((p) => p.severity === "error");
  const fit = errors.length === 0;
  const obstacles = fit
    ? []
    : [
        ...errors.filter((p) => !RAISED.includes(p.rule)).map((p) => `${p.at}: ${p.message}`),
        ...realignment(elf, pageSize).obstacles,
      ];

  return { pageSize, fit, raisable: obstacles.length === 0, problems, obstacles };
}

function refuseUnloadable(elf: ElfFile): void {
  const { type } = elf.header;
  if (type === ET.REL) {
    fail("RELOCATABLE", "this is a relocatable object (ET_REL): a linker reads it, no loader does", {});
  }
  if (type !== ET.EXEC && type !== ET.DYN) {
    fail("UNSUPPORTED", `e_type ${type} is neither a program nor a library`, { what: `e_type ${type}` });
  }
  if (isDebugFile(elf)) {
    fail("UNSUPPORTED", "this is a separate debug file: no loader maps it", { what: "a separate debug file" });
  }
}

const testedRules: readonly TestedRule[] = [
  {
    id: "page-align",
    severity: "error",
    sentence: "p_align of every PT_LOAD is a power of two and at least a page.",
    test: (elf, pageSize) => misaligned(elf, BigInt(pageSize)),
  },
  {
    id: "page-congruent",
    severity: "error",
    sentence: "p_vaddr and p_offset of every PT_LOAD are congruent modulo p_align and the page size.",
    test: incongruent,
  },
  {
    id: "page-shared",
    severity: "error",
    sentence: "No two PT_LOADs share a page.",
    test: (elf, pageSize) => shared(elf, BigInt(pageSize)),
  },
  {
    id: "page-zero",
    severity: "error",
    sentence: "No page of a program begins at address 0.",
    test: (elf, pageSize) => atZero(elf, BigInt(pageSize)),
  },
  {
    id: "page-relro",
    severity: "error",
    sentence: "PT_GNU_RELRO begins and ends with a page, or nothing writable is next to it there.",
    test: (elf, pageSize) => relroProblems(elf, BigInt(pageSize)),
  },
];

/**
 * The rules of {@link pageFitness}, in the order in which it tests them.
 *
 * @example
 * pageRules.find((r) => r.id === "page-shared")!.sentence // "No two PT_LOADs share a page."
 */
export const pageRules: readonly PageRule[] = testedRules;

function* findings(elf: ElfFile, pageSize: number): Generator<Finding> {
  let count = 0;
  for (const { id, severity, test } of testedRules) {
    for (const problem of test(elf, pageSize)) {
      if (++count > MOST) return;
      yield { rule: id, severity, ...problem };
    }
  }
}

function* relroProblems(elf: ElfFile, page: bigint): Generator<Problem> {
  const relro = extents(elf, PT.GNU_RELRO);
  if (relro.length === 0) return;

  const find = loadIndex(elf);
  const rounding = roundingOf(elf);
  for (const r of relro) {
    yield* beforeRelro(r, page, find);
    yield* rounding === "down" ? warnings(behindRelro(r, page, find, rounding)) : behindRelro(r, page, find, rounding);
    yield* pastLoad(r, page, find, rounding);
    if (rounding !== "up") yield* warnings(unprotected(r, page, find));
  }
}

function* warnings(violations: Iterable<Violation>): Generator<Problem> {
  for (const v of violations) yield { severity: "warning", ...v };
}

const floor = (n: bigint, page: bigint): bigint => n - (n % page);
const ceil = (n: bigint, page: bigint): bigint => floor(n + page - 1n, page);
const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/**
 * glibc before 2.35: "ELF load command alignment not page-aligned"; bionic: "program alignment cannot be smaller than
 * system page size".
 */
function* misaligned(elf: ElfFile, page: bigint): Generator<Violation> {
  for (const { align, at } of extents(elf, PT.LOAD)) {
    if (align > 1n && (align & (align - 1n)) !== 0n) {
      yield { message: `p_align ${hex(align)} is not a power of two`, at };
    } else if (align < page) {
      yield { message: `p_align ${hex(align)} is smaller than a page of ${hex(page)}`, at };
    }
  }
}

/** glibc: "ELF load command address/offset not page-aligned"; mmap takes whole pages of a file only. */
function* incongruent(elf: ElfFile, pageSize: number): Generator<Violation> {
  for (const { vaddr, offset, align, at } of extents(elf, PT.LOAD)) {
    const modulus = modulusOf(align, pageSize);
    if ((vaddr - offset) % modulus !== 0n) {
      yield {
        message: `p_vaddr ${hex(vaddr)} and p_offset ${hex(offset)} are not congruent modulo ${hex(modulus)}`,
        at,
      };
    }
  }
}

/** A page has one protection and comes from one place of the file: the PT_LOAD that is mapped last wins. */
function* shared(elf: ElfFile, page: bigint): Generator<Violation> {
  for (const { below, load } of neighbours(elf)) {
    const last = below.vaddr + below.memsz - 1n;
    if (load.vaddr / page <= last / page) {
      yield {
        message: `it starts at ${hex(load.vaddr)} in the page at ${hex(floor(last, page))} (${hex(page)} bytes), in which ${below.at} ends at ${hex(last)}`,
        at: load.at,
      };
    }
  }
}

/** Kernels map nothing at address 0 (vm.mmap_min_addr). */
function* atZero(elf: ElfFile, page: bigint): Generator<Violation> {
  if (elf.header.type !== ET.EXEC) return;
  for (const l of loads(elf)) {
    if (l.vaddr < page) {
      yield {
        message: `its first page of ${hex(page)} would begin at address 0, where kernels let no program map anything`,
        at: l.at,
      };
    }
  }
}

type Find = (address: bigint) => SegmentExtent | undefined;
const endOf = (l: SegmentExtent): bigint => l.vaddr + l.memsz;

/** Every loader rounds the start of PT_GNU_RELRO down. */
function* beforeRelro(r: SegmentExtent, page: bigint, find: Find): Generator<Violation> {
  const start = floor(r.vaddr, page);
  const l = r.vaddr > start ? find(r.vaddr - 1n) : undefined;
  if (!l || !(l.flags & PF.W)) return;
  const from = max(start, l.vaddr);
  yield {
    message: `loaders also make the ${r.vaddr - from} writable bytes ${range(from, r.vaddr - from)} of ${l.at} read-only, which lie before it in its first page: the program crashes when it writes to them`,
    at: r.at,
  };
}

/** A page with both kinds of bytes: protected whole, or not at all. */
function* behindRelro(r: SegmentExtent, page: bigint, find: Find, rounding: Rounding): Generator<Violation> {
  const end = endOf(r);
  const l = end % page === 0n ? undefined : find(end);
  if (!l || !(l.flags & PF.W)) return;

  const size = min(ceil(end, page), endOf(l)) - end;
  const outcome = [
    ...(rounding === "down"
      ? []
      : ["bionic makes them read-only, too, so that the program crashes when it writes to them"]),
    ...(rounding === "up" ? [] : ["glibc and musl leave that whole page writable"]),
  ];
  yield {
    message: `it ends at ${hex(end)}, inside a page of ${hex(page)}, and the ${size} bytes ${range(end, size)} of ${l.at} behind it are writable: ${outcome.join("; ")}`,
    at: r.at,
  };
}

/** mprotect fails where nothing is mapped, and loaders give up: old lld pads p_memsz to the page size it was told. */
function* pastLoad(r: SegmentExtent, page: bigint, find: Find, rounding: Rounding): Generator<Violation> {
  const l = find(r.vaddr);
  const end = endOf(r);
  const rounded = rounding === "down" ? floor(end, page) : ceil(end, page);
  if (!l || r.memsz === 0n || rounded <= ceil(endOf(l), page) || find(end - 1n)) return;
  yield {
    message: `it ends at ${hex(end)}, ${rounded - ceil(endOf(l), page)} bytes behind the last page of ${l.at} (${hex(ceil(endOf(l), page))}): loaders cannot protect what is not mapped`,
    at: r.at,
  };
}

/** Where nothing writable follows, bionic protects the last page whole; glibc and musl leave it writable. */
function* unprotected(r: SegmentExtent, page: bigint, find: Find): Generator<Violation> {
  const end = endOf(r);
  const l = find(r.vaddr);
  const last = find(end);
  if (!l || (last && last.flags & PF.W)) return;

  const from = max(floor(end, page), r.vaddr);
  const to = min(end, endOf(l));
  if (from < to) {
    yield {
      message: `glibc and musl protect whole pages only, so its last ${to - from} bytes ${range(from, to - from)} stay writable`,
      at: r.at,
    };
  }
}

/**
 * What the loader makes of the end of PT_GNU_RELRO: bionic rounds it up to a whole page; glibc, musl and FreeBSD's
 * ld-elf round it down.
 */
type Rounding = "up" | "down" | undefined;

/** Told by Android's note, PT_INTERP, or names with a version, which no library of Android has; else undefined. */
function roundingOf(elf: ElfFile): Rounding {
  let rounding: Rounding;
  failure(() => {
    const { interpreter } = elf;
    if (elf.notes.some((n) => n.owner === "Android")) rounding = "up";
    else if (interpreter !== null) rounding = /\/linker\w*$/.test(interpreter) ? "up" : "down";
    else if ([...elf.needed, elf.soname ?? ""].some((n) => /\.so\.\d|^libc\.musl-/.test(n))) rounding = "down";
  });
  return rounding;
}
