import { alignUp, viewOf } from "../../codec/bytes.js";
import { Dyn, Phdr } from "../../codec/records.js";
import { bytesSource, readExactly } from "../../codec/source.js";
import { PF, PT } from "../../spec/constants.js";
import { PAGE } from "./draft.js";
import { type LoadHeader, type Part, touches } from "./loading.js";
import type { Behind, Headers, Turn } from "./turn.js";

/** Copies behind the end of the file, and headers that lead to them. */
export interface Beside {
  readonly behind: readonly Behind[];
  /** What lies between the offsets of segments and those of their copies. */
  readonly shifts: readonly bigint[];
  /** Makes of the new headers those that lead to the copies. */
  headers(now: Headers): Headers;
}

/** No table of a loader needs a larger alignment. */
const ALIGN = 64;

/**
 * Copies of the tables that change in their places, and of the dynamic section, behind the end of the file, where the
 * last PT_LOAD maps them. Undefined if that cannot be.
 */
export function besideTables({ after, source, target, shared }: Turn): Beside | undefined {
  const { elf, dynamic, table } = after;
  const d = elf.dynamic;
  const last = lastLoad(after.loads);
  if (!last || BigInt(last.filesz) !== last.memsz || table.end > PAGE) return undefined;

  const tables = after.parts.filter((p) => touches(shared, p.offset, p.offset + p.size));
  const copiesDynamic =
    dynamic !== null && (touches(shared, dynamic.start, dynamic.end) || tables.some((p) => p.entry !== undefined));
  // What leads from its own place to somewhere else means another place in a copy.
  const isFixed = copiesDynamic && d!.entries.some((e) => e.kind === "self-relative");
  const keepsRights = !copiesDynamic || !(last.flags & PF.X) || last.flags & PF.W;
  if (isFixed || !keepsRights || tables.some((p) => !p.moves)) return undefined;

  const start = alignUp(Math.max(source.size, target.size), ALIGN);
  let end = start;
  const placed = new Map<Part, number>();
  for (const p of tables) {
    placed.set(p, end);
    end = alignUp(end + p.size, ALIGN);
  }
  const dynamicAt = end;
  if (copiesDynamic) end += dynamic.end - dynamic.start;

  const addressOf = (offset: number) => last.vaddr + BigInt(offset - last.offset);
  const bytes = new Uint8Array(end - start);
  for (const [p, at] of placed) bytes.set(readExactly(target, p.offset, p.size, "a table"), at - start);
  if (copiesDynamic) {
    const own = bytes.subarray(dynamicAt - start);
    own.set(readExactly(target, dynamic.start, own.length, "the dynamic section"));
    const entries = Dyn.table(own, elf.header);
    for (const [p, at] of placed) {
      if (p.entry !== undefined) entries[p.entry]!.setExact("val", addressOf(at));
    }
  }

  const lead = (view: ReturnType<typeof Phdr.view>, offset: number) => {
    const moved = addressOf(offset) - view.exact("vaddr");
    view.setExact("paddr", view.exact("paddr") + moved);
    view.setExact("vaddr", addressOf(offset));
    view.setExact("offset", BigInt(offset));
  };

  return {
    behind: [{ at: start, size: bytes.length, source: bytesSource(bytes), from: 0 }],
    shifts: [],
    headers(now) {
      const { phentsize } = elf.header;
      const view = (index: number) => Phdr.view(viewOf(now.table), index * phentsize, elf.header);
      for (const [p, at] of placed) {
        if (p.segment !== undefined) lead(view(p.segment), at);
      }
      const own = elf.segments.findIndex((s) => s.exact("vaddr") === d?.address && s.type === PT.DYNAMIC);
      if (copiesDynamic) lead(view(own), dynamicAt);

      const size = BigInt(end - last.offset);
      const load = view(last.index);
      load.setExact("filesz", size);
      load.setExact("memsz", size);
      if (copiesDynamic) load.flags |= PF.W;
      return now;
    },
  };
}

const lastLoad = (loads: readonly LoadHeader[]): LoadHeader | undefined =>
  loads.reduce<LoadHeader | undefined>(
    (last, l) => (!last || l.vaddr + l.memsz > last.vaddr + last.memsz ? l : last),
    undefined,
  );
