import { alignDown, alignUp } from "../../codec/bytes.js";
import { Phdr } from "../../codec/records.js";
import { headerView } from "../../image/headers/header.js";
import { mergedRanges, type Range, subtractRanges } from "../../pieces/ranges.js";
import type { Beside } from "./beside-tables.js";
import { Draft, PAGE } from "./draft.js";
import { type LoadHeader, touches } from "./loading.js";
import type { Headers, Turn } from "./turn.js";

/** The largest page that a system maps segments by, in bytes. */
const LARGEST_PAGE = 1 << 16;

/** Pages with PT_LOADs, and how far behind them their copy stands. */
interface Copied extends Range {
  readonly shift: number;
}

/**
 * Copies of the segments in which something changes that is read before and after, behind the end of the file.
 * Undefined if that cannot be. Where the segment of the program header table is copied, the table's own copy leads to
 * the copies, and the ELF header to that: so one write of a few bytes turns to all at once. (Kernels find the table in
 * memory through the PT_LOAD that holds it in the file; qemu-user, which does not, cannot run such a state.)
 */
export function besideSegments({ after, source, target, shared }: Turn): Beside | undefined {
  const { elf, loads, table } = after;
  const ranges = loads.map(({ offset, filesz }) => ({ start: offset, end: offset + filesz }));
  const changing = loads.filter((_, i) => touches(shared, ranges[i]!.start, ranges[i]!.end));
  if (changing.length === 0 || subtractRanges(shared, mergedRanges(ranges)).length > 0) return undefined;

  if (table.end > PAGE) changing.push(...loads.filter((l) => holds(l, table) && !changing.includes(l)));
  const copied = apart(changing, Math.max(source.size, target.size), target.size);
  const last = Math.max(...copied.map((c) => c.end + c.shift));
  if (elf.header.class === 32 && last > 0xffff_ffff) return undefined;

  // A draft of the new file, whose table leads to the copies.
  const draft = new Draft(target);
  const own = draft.read(table.start, table.end - table.start).slice();
  for (const view of Phdr.table(own, elf.header, elf.header.phentsize)) {
    const { offset, filesz } = view;
    if (filesz > 0) view.offset += shiftOf(copied, offset, offset + filesz);
  }
  const tableShift = shiftOf(copied, table.start, table.end);
  if (tableShift > 0) draft.write(table.start, own);

  return {
    behind: copied.map((c) => ({ at: c.start + c.shift, size: c.end - c.start, source: draft, from: c.start })),
    shifts: copied.map((c) => BigInt(c.shift)),
    headers({ header, at }): Headers {
      if (tableShift > 0) headerView(header, elf.header).phoff += tableShift;
      return { header, table: own, at: at + tableShift };
    },
  };
}

const holds = (l: LoadHeader, r: Range): boolean => l.offset <= r.start && r.end <= l.offset + l.filesz;

const shiftOf = (copied: readonly Copied[], start: number, end: number): number =>
  copied.find((c) => c.start <= start && end <= c.end)?.shift ?? 0;

/** Each of these segments for itself. */
function apart(loads: readonly LoadHeader[], from: number, size: number): Copied[] {
  const copied: Copied[] = [];
  let end = from;
  for (const { offset, filesz, align } of loads) {
    const page = Math.min(Math.max(align, PAGE), LARGEST_PAGE);
    const start = alignDown(offset, page);
    const to = Math.min(size, alignUp(offset + filesz, page));
    // A PT_LOAD that begins in the last page of another one is copied with the whole page.
    const shift = alignUp(end - start, Math.max(align, PAGE));
    copied.push({ start, end: to, shift });
    end = to + shift;
  }
  return copied;
}
