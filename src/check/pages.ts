import { fail, hex } from "../error.js";
import type { ElfFile } from "../image/elf.js";
import { modulusOf, realignment } from "../image/headers/realign.js";
import { isDebugFile } from "../image/headers/sections.js";
import { ET, PF, PT } from "../spec/constants.js";
import { type SegmentExtent, segmentExtents, loadIndex, nonEmptyLoads, range } from "./extents.js";
import { neighbours } from "./loads.js";
import { failureOf } from "./readable.js";
import { type Finding, frozen, type Severity, type Violation } from "./rule.js";
import { assertElf } from "../input.js";

/** The answer of {@link pageFitness}. */
export interface PageFitness {
  /** Bytes, as asked for. */
  readonly pageSize: number;
  /** No problem is of level error. */
  readonly fit: boolean;
  /** The file is fit, or `raiseAlignment` can make it fit without moving an address. */
  readonly raisable: boolean;
  /**
   * What is wrong, with its numbers. An error: some loader refuses the file, or the program crashes. A warning: the
   * program runs, less protected.
   */
  readonly problems: readonly Finding[];
  /** Why `raiseAlignment` cannot help, in words. */
  readonly obstacles: readonly string[];
}

/** A rule of {@link pageFitness}: what holds in a file that is fit for pages of a size. */
export interface PageRule {
  /** Stable id. */
  readonly id: string;
  /** The severity of most problems. A problem that a loader copes with has another. */
  readonly severity: Severity;
  /** What holds in a file that is fit. */
  readonly sentence: string;
}

/** A rule with its test. */
interface TestedRule extends PageRule {
  test(elf: ElfFile, pageSize: number): Iterable<Problem>;
}

/** A place where a rule does not hold. */
interface Problem extends Violation {
  /** Only where it differs from the severity of the rule. */
  readonly severity?: Severity;
}

/** The rules whose problems `raiseAlignment` solves. */
const RAISED = ["page-align", "page-congruent"];

/** The most problems told: a broken file may have one at each of its program headers, and more of them help nobody. */
const MOST = 1000;

const LARGEST = 2 ** 30;

/**
 * Is the program or library fit for a system with pages of this size? Tests what kernels, glibc (`elf/dl-load.c`,
 * `elf/dl-reloc.c`), musl and bionic (`linker_phdr.cpp`) require of PT_LOAD and PT_GNU_RELRO. Android's own checks
 * (`check_elf_alignment.sh`, Android Studio, Play) only look at p_align and the end of PT_GNU_RELRO; this one looks at
 * what would share a page.
 *
 * @param pageSize bytes, a power of two from 4096 on: 16384 for Android, 65536 for the largest pages of arm64
 * @throws ElfError `BAD_EDIT` for another size, `RELOCATABLE`, `UNSUPPORTED` for core and separate debug files, and
 *   what reading the program headers throws
 * @example
 * const { fit, raisable, problems } = pageFitness(readElf(library), 16384);
 */
export function pageFitness(elf: ElfFile, pageSize: number): PageFitness {
  assertElf("pageFitness", elf);
  if (!Number.isInteger(Math.log2(pageSize)) || pageSize < 4096 || pageSize > LARGEST) {
    fail("BAD_EDIT", `pageFitness: ${String(pageSize)} is no page size: a power of two from 4096 on`, {
      edit: "pageFitness",
    });
  }

  refuseUnloadable(elf);
  const problems = [...findings(elf, pageSize)];
  const errors = problems.filter((p) => p.severity === "error");
  if (errors.length === 0) return { pageSize, fit: true, raisable: true, problems, obstacles: [] };

  const unsolved = errors.filter((p) => !RAISED.includes(p.rule));
  const obstacles = [...unsolved.map((p) => `${p.at}: ${p.message}`), ...realignment(elf, pageSize).obstacles];
  return { pageSize, fit: false, raisable: obstacles.length === 0, problems, obstacles };
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
export const pageRules: readonly PageRule[] = /* @__PURE__ */ frozen(testedRules);

function* findings(elf: ElfFile, pageSize: number): Generator<Finding> {
  let count = 0;
  for (const { id, severity, test } of testedRules) {
    for (const problem of test(elf, pageSize)) {
      count++;
      if (count > MOST) return;
      yield { rule: id, severity, ...problem };
    }
  }
}

function* relroProblems(elf: ElfFile, page: bigint): Generator<Problem> {
  const relro = segmentExtents(elf, PT.GNU_RELRO);
  if (relro.length === 0) return;

  const loadOf = loadIndex(elf);
  const rounding = roundingOf(elf);
  for (const segment of relro) {
    yield* beforeRelro(segment, page, loadOf);

    const behind = behindRelro(segment, page, loadOf, rounding);
    yield* rounding === "down" ? warnings(behind) : behind;

    yield* pastLoad(segment, page, loadOf, rounding);
    if (rounding !== "up") yield* warnings(unprotected(segment, page, loadOf));
  }
}

function* warnings(violations: Iterable<Violation>): Generator<Problem> {
  for (const violation of violations) yield { severity: "warning", ...violation };
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
  for (const { align, at } of segmentExtents(elf, PT.LOAD)) {
    if (align > 1n && (align & (align - 1n)) !== 0n) {
      yield { message: `p_align ${hex(align)} is not a power of two`, at };
    } else if (align < page) {
      yield { message: `p_align ${hex(align)} is smaller than a page of ${hex(page)}`, at };
    }
  }
}

/** glibc: "ELF load command address/offset not page-aligned". mmap maps whole pages of a file only. */
function* incongruent(elf: ElfFile, pageSize: number): Generator<Violation> {
  for (const { vaddr, offset, align, at } of segmentExtents(elf, PT.LOAD)) {
    const modulus = modulusOf(align, pageSize);
    if ((vaddr - offset) % modulus !== 0n) {
      yield {
        message: `p_vaddr ${hex(vaddr)} and p_offset ${hex(offset)} are not congruent modulo ${hex(modulus)}`,
        at,
      };
    }
  }
}

/** A page has one protection and comes from one place in the file: those of the PT_LOAD that is mapped last. */
function* shared(elf: ElfFile, page: bigint): Generator<Violation> {
  for (const { below, load } of neighbours(elf)) {
    const last = endOf(below) - 1n;
    if (load.vaddr / page <= last / page) {
      yield {
        message:
          `it starts at ${hex(load.vaddr)} in the page at ${hex(floor(last, page))} (${hex(page)} bytes), ` +
          `in which ${below.at} ends at ${hex(last)}`,
        at: load.at,
      };
    }
  }
}

/** Kernels map nothing at address 0 (vm.mmap_min_addr). */
function* atZero(elf: ElfFile, page: bigint): Generator<Violation> {
  if (elf.header.type !== ET.EXEC) return;

  for (const { vaddr, at } of nonEmptyLoads(elf)) {
    if (vaddr < page) {
      yield {
        message: `its first page of ${hex(page)} would begin at address 0, where kernels let no program map anything`,
        at,
      };
    }
  }
}

type FindLoad = (address: bigint) => SegmentExtent | undefined;
const endOf = (segment: SegmentExtent): bigint => segment.vaddr + segment.memsz;
const isWritable = (load: SegmentExtent): boolean => (load.flags & PF.W) !== 0;

/** Every loader rounds the start of PT_GNU_RELRO down. */
function* beforeRelro(relro: SegmentExtent, page: bigint, loadOf: FindLoad): Generator<Violation> {
  const start = floor(relro.vaddr, page);
  const load = relro.vaddr > start ? loadOf(relro.vaddr - 1n) : undefined;
  if (!load || !isWritable(load)) return;

  const from = max(start, load.vaddr);
  const size = relro.vaddr - from;
  yield {
    message:
      `loaders also make the ${size} writable bytes ${range(from, size)} of ${load.at} read-only, ` +
      "which lie before it in its first page: the program crashes when it writes to them",
    at: relro.at,
  };
}

/** A page with protected and writable bytes is protected as a whole, or not at all. */
function* behindRelro(relro: SegmentExtent, page: bigint, loadOf: FindLoad, rounding: Rounding): Generator<Violation> {
  const end = endOf(relro);
  const load = end % page === 0n ? undefined : loadOf(end);
  if (!load || !isWritable(load)) return;

  const outcomes: string[] = [];
  if (rounding !== "down") {
    outcomes.push("bionic makes them read-only, too, so that the program crashes when it writes to them");
  }
  if (rounding !== "up") outcomes.push("glibc and musl leave that whole page writable");

  const size = min(ceil(end, page), endOf(load)) - end;
  yield {
    message:
      `it ends at ${hex(end)}, inside a page of ${hex(page)}, ` +
      `and the ${size} bytes ${range(end, size)} of ${load.at} behind it are writable: ${outcomes.join("; ")}`,
    at: relro.at,
  };
}

/** mprotect fails where nothing is mapped, and loaders give up. Old lld pads p_memsz to the page size it was told. */
function* pastLoad(relro: SegmentExtent, page: bigint, loadOf: FindLoad, rounding: Rounding): Generator<Violation> {
  const load = loadOf(relro.vaddr);
  if (!load || relro.memsz === 0n) return;

  const end = endOf(relro);
  const protectedEnd = rounding === "down" ? floor(end, page) : ceil(end, page);
  const mappedEnd = ceil(endOf(load), page);
  if (protectedEnd <= mappedEnd || loadOf(end - 1n)) return;

  yield {
    message:
      `it ends at ${hex(end)}, ${protectedEnd - mappedEnd} bytes behind the last page of ${load.at} ` +
      `(${hex(mappedEnd)}): loaders cannot protect what is not mapped`,
    at: relro.at,
  };
}

/** Where nothing writable follows, bionic protects the whole last page. glibc and musl leave it writable. */
function* unprotected(relro: SegmentExtent, page: bigint, loadOf: FindLoad): Generator<Violation> {
  const end = endOf(relro);
  const load = loadOf(relro.vaddr);
  const behind = loadOf(end);
  if (!load || (behind && isWritable(behind))) return;

  const from = max(floor(end, page), relro.vaddr);
  const size = min(end, endOf(load)) - from;
  if (size <= 0n) return;

  yield {
    message: `glibc and musl protect whole pages only, so its last ${size} bytes ${range(from, size)} stay writable`,
    at: relro.at,
  };
}

/**
 * What the loader makes of the end of PT_GNU_RELRO: bionic rounds it up to a whole page; glibc, musl and FreeBSD's
 * ld-elf round it down.
 */
type Rounding = "up" | "down" | undefined;

/** A file name with a version, which no library of Android has, or that of musl. */
const NOT_ANDROID = /\.so\.\d|^libc\.musl-/;

/** Told by Android's note, by PT_INTERP, or by the names of libraries. Undefined where none of them tells. */
function roundingOf(elf: ElfFile): Rounding {
  let rounding: Rounding;
  failureOf(() => {
    const { interpreter } = elf;
    if (elf.notes.some((note) => note.owner === "Android")) rounding = "up";
    else if (interpreter !== null) rounding = /\/linker\w*$/.test(interpreter) ? "up" : "down";
    else if ([...elf.needed, elf.soname ?? ""].some((name) => NOT_ANDROID.test(name))) rounding = "down";
  });

  return rounding;
}
