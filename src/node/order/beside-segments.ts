import { alignDown, alignUp } from "../../codec/bytes.js";
import { Phdr } from "../../codec/records.js";
import { headerView } from "../../image/headers/header.js";
import { mergedRanges, type Range, subtractRanges } from "../../pieces/ranges.js";
import type { Beside } from "./beside-tables.js";
import { Draft, PAGE } from "./draft.js";
import { type Load, touches } from "./loading.js";
import type { Behind, Headers, Turn } from "./turn.js";

/** The largest page that a system maps segments by, in bytes. */
const LARGEST_PAGE = 1 << 16;

/** A PT_LOAD and the copy of the pages that hold it. */
interface Copied extends Range {
  readonly load: Load;
  readonly at: number;
}

/**
 * Copies of the segments in which something changes that is read before and after, behind the end of the file.
 * Undefined if that cannot be. A copy of the program header table lies in that of its segment, and the ELF header leads
 * there: so one write of a few bytes turns to all copies at once.
 */
export function besideSegments({ after, target, shared }: Turn, behind: readonly Behind[]): Beside | undefined {
  const { elf, loads, table } = after;
  const holds = (l: Load, start: number, end: number) => l.offset <= start && end <= l.offset + l.filesz;
  const withTable = loads.find((l) => holds(l, table.start, table.end));

  const isCopied = (l: Load) => touches(shared, l.offset, l.offset + l.filesz) || (l === withTable && table.end > PAGE);
  const copied: Copied[] = [];
  let end = Math.max(target.size, ...behind.map((b) => b.at + b.size));
  for (const load of loads.filter(isCopied)) {
    const page = Math.min(Math.max(load.align, PAGE), LARGEST_PAGE);
    const align = Math.max(load.align, PAGE);
    const start = alignDown(load.offset, page);
    const to = Math.min(target.size, alignUp(load.offset + load.filesz, page));
    const at = alignUp(end, align) + (start % align);
    copied.push({ load, at, start, end: to });
    end = at + to - start;
  }

  const inLoads = copied.map(({ load }) => ({ start: load.offset, end: load.offset + load.filesz }));
  const isTooFar = elf.header.class === 32 && end > 0xffff_ffff;
  if (copied.length === 0 || isTooFar || subtractRanges(shared, mergedRanges(inLoads)).length > 0) return undefined;

  const tableCopy = copied.find((c) => c.load === withTable);
  // A draft of the new file, whose table leads to the copies.
  const draft = new Draft(target);
  const own = draft.read(table.start, table.end - table.start).slice();
  for (const view of Phdr.table(own, elf.header, elf.header.phentsize)) {
    const c = copied.find(({ load }) => view.filesz > 0 && holds(load, view.offset, view.offset + view.filesz));
    if (c) view.offset += c.at - c.start;
  }
  if (tableCopy) draft.write(table.start, own);

  return {
    behind: copied.map((c) => ({ at: c.at, size: c.end - c.start, source: draft, from: c.start })),
    shifts: copied.map((c) => BigInt(c.at - c.start)),
    headers({ header, at }): Headers {
      if (!tableCopy) return { header, table: own, at };

      const moved = at + tableCopy.at - tableCopy.start;
      headerView(header, elf.header).phoff = moved;
      return { header, table: own, at: moved };
    },
  };
}
