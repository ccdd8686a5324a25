import { type ElfFile, PF, type Placement, PT, type Segment } from "../../src/index.js";
import { followed, type Move } from "./moves.js";
import type { SegmentPairs } from "./pairs.js";
import type { Wish } from "./wishes.js";

type Field = "offset" | "vaddr" | "paddr" | "align" | "flags" | "filesz" | "memsz";

const hex = (n: number | bigint): string => `0x${n.toString(16)}`;

/** The first bytes of a segment that a patch appends. */
const MARK = "elfwright:tables";

/**
 * The page of a segment, from 4 KiB to the largest of any system (64 KiB). What begins earlier inside its page shares
 * the page with nothing new.
 */
function pageOf(p: Segment): bigint {
  const align = p.exact("align");
  if (align >= 0x10000n) return 0x10000n;
  return align > 4096n ? align : 4096n;
}

/** Program headers that describe memory must keep its place and its rights; the others must follow their table. */
export function compareHeaders(
  a: ElfFile,
  b: ElfFile,
  after: Buffer,
  w: Wish,
  moves: readonly Move[],
  placements: readonly Placement[],
  { pairs, added, complaints }: SegmentPairs,
): string[] {
  /** The first byte of a range that is not zero and that no placement names. */
  function unplaced(start: number, end: number): string | undefined {
    for (let at = start; at < end; at++) {
      if (after[at] !== 0 && !placements.some((p) => p.offset <= at && at < p.offset + p.size)) return hex(at);
    }
    return undefined;
  }

  const out = [...complaints];
  for (const [p, q] of pairs) {
    const wrong = p.type === PT.LOAD ? memory(p, q, after, unplaced) : described(a, b, p, q, w, moves);
    if (wrong.length > 0) {
      out.push(`program header of type ${hex(p.type)} at ${hex(p.exact("vaddr"))}: ${wrong.join(", ")}`);
    }
  }

  for (const s of added) {
    if (s.type !== PT.LOAD) continue;

    const isMarked = after.toString("latin1", s.offset, s.offset + MARK.length) === MARK;
    const odd = unplaced(s.offset + (isMarked ? MARK.length : 0), s.offset + s.filesz);
    if (odd !== undefined) out.push(`the new PT_LOAD has a byte at ${odd} that no placement names`);
    if (s.flags & PF.X) out.push("the new PT_LOAD is executable");
  }

  return out;
}

const changed = (p: Segment, q: Segment, ...fields: Field[]): string[] =>
  fields.filter((f) => p.exact(f) !== q.exact(f));

/** A segment may begin earlier, by as much in the file as in memory, and in the same page. */
function earlier(p: Segment, q: Segment, page = pageOf(p)): string[] {
  const by = p.exact("vaddr") - q.exact("vaddr");
  if (by === 0n) return changed(p, q, "offset", "paddr");

  const isWhole = p.exact("offset") - q.exact("offset") === by && p.exact("paddr") - q.exact("paddr") === by;
  const isInPage = q.exact("vaddr") / page === p.exact("vaddr") / page;
  return by > 0n && isWhole && isInPage ? [] : ["it begins elsewhere"];
}

/**
 * A PT_LOAD must map what it mapped. Where it grew, its new bytes must be those that placements name, and its .bss must
 * be zero.
 */
function memory(
  p: Segment,
  q: Segment,
  after: Buffer,
  unplaced: (start: number, end: number) => string | undefined,
): string[] {
  const wrong = [...earlier(p, q), ...changed(p, q, "align", "flags")];
  const end = q.offset + q.filesz;
  if (end < p.offset + p.filesz || q.exact("vaddr") + q.exact("memsz") < p.exact("vaddr") + p.exact("memsz")) {
    wrong.push("it shrank");
  }

  const odd = unplaced(q.offset, p.offset) ?? unplaced(p.offset + p.filesz, end);
  if (odd !== undefined) wrong.push(`it grew over byte ${odd}, which no placement names`);
  for (let at = p.offset + p.filesz; at < Math.min(end, p.offset + p.memsz); at++) {
    if (after[at] !== 0) return [...wrong, `its .bss is not zero at ${hex(at)}`];
  }

  return wrong;
}

/** The fields of a program header other than PT_LOAD that are not what they should be. */
function described(a: ElfFile, b: ElfFile, p: Segment, q: Segment, w: Wish, moves: readonly Move[]): string[] {
  if (p.type === PT.PHDR) {
    const hasGrown = b.header.phnum !== a.header.phnum;
    const size = hasGrown ? BigInt(b.header.phnum * a.header.phentsize) : p.exact("filesz");
    const wrong = changed(p, q, "offset", "vaddr", "paddr", "align", "flags");
    return q.exact("filesz") === size ? wrong : [...wrong, "filesz"];
  }
  if (p.type === PT.GNU_STACK) {
    const wrong = changed(p, q, "offset", "vaddr", "paddr", "align", "filesz", "memsz");
    return w.execstack === undefined ? [...wrong, ...changed(p, q, "flags")] : wrong;
  }

  const wrong = changed(p, q, "align", "flags");
  if (p.type === PT.GNU_RELRO) {
    const ends = (s: Segment) => s.exact("vaddr") + s.exact("memsz");
    const load = a.segments.find((s) => s.type === PT.LOAD && s.exact("vaddr") === p.exact("vaddr"));
    return [...wrong, ...earlier(p, q, load ? pageOf(load) : 1n), ...(ends(p) === ends(q) ? [] : ["its end"])];
  }

  if (p.type !== PT.INTERP && p.type !== PT.DYNAMIC) wrong.push(...changed(p, q, "filesz", "memsz"));
  if (p.type === PT.TLS || p.exact("filesz") === 0n) return [...wrong, ...changed(p, q, "offset", "vaddr", "paddr")];

  if (q.exact("vaddr") !== followed(moves, p.exact("vaddr"))) wrong.push("vaddr");
  if (q.exact("vaddr") - p.exact("vaddr") !== q.exact("paddr") - p.exact("paddr")) wrong.push("paddr");
  return wrong;
}
