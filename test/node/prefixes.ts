import { equalBytes } from "../../src/codec/bytes.js";
import { type Edit, type ElfFile, isElfError, patch, type PatchOptions, plan, PT, readElf } from "../../src/index.js";
import { symbolVersions } from "../../src/image/dynamic/versions.js";
import { type Order, orderWrites } from "../../src/node/order/order.js";
import { findUnfinished, undoBytes } from "../../src/node/unfinished.js";
import { readPieces } from "../support/pieces.js";
import { ehdr } from "../support/elf.js";
import type { Range } from "../../src/pieces/ranges.js";
import { bytesSource } from "../../src/codec/source.js";

/** What kernels and loaders see of a file, as text that can be compared. Places of tables are left out. */
export function seen(bytes: Uint8Array): string {
  const own = new Uint8Array(bytes);
  Object.assign(ehdr(own), { shoff: 0, shnum: 0, shstrndx: 0 });
  const elf = readElf(own);
  const h = elf.header;
  const d = elf.dynamic;
  const stays = elf.segments.filter((s) => ![PT.LOAD, PT.NULL, PT.PHDR, PT.DYNAMIC].includes(s.type as never));
  const notes = stays.filter((s) => s.type === PT.NOTE || s.type === PT.GNU_PROPERTY);

  return JSON.stringify(
    {
      header: [h.class, h.littleEndian, h.type, h.machine, h.flags, h.entry, h.osabi, h.abiVersion],
      interpreter: elf.interpreter,
      notes: notes.map((s) => Buffer.from(bytes.subarray(s.offset, s.offset + s.filesz)).toString("hex")),
      segments: stays.filter((s) => !notes.includes(s) && s.type !== PT.INTERP).map((s) => [s.type, s.flags, s.memsz]),
      entries: d?.entries.map((e) => [e.tag, e.kind === "value" || e.kind === "string" ? textOf(elf, e.index) : ""]),
      symbols: elf.dynamicSymbols?.exact && [...elf.dynamicSymbols],
      versions: elf.dynamicSymbols?.exact && [...elf.dynamicSymbols].map((s) => symbolVersions(elf)(s.index)),
      needs: elf.versionNeeds.map((n) => [n.file, n.versions.map((v) => [v.name, v.hash, v.flags, v.index])]),
      defined: elf.versionDefinitions.map((v) => [v.index, v.flags, v.names]),
    },
    (_, value: unknown) => (typeof value === "bigint" ? String(value) : value),
  );
}

function textOf(elf: ElfFile, index: number): unknown {
  const e = elf.dynamic!.entries[index]!;
  return e.kind === "string" ? elf.dynamic!.text(e) : e.value;
}

const isLoaded = (bytes: Uint8Array): boolean => {
  try {
    const elf = readElf(bytes);
    return [2, 3].includes(elf.header.type) && elf.segments.some((s) => s.type === PT.LOAD) && seen(bytes) !== "";
  } catch (e) {
    if (isElfError(e)) return false;
    throw e;
  }
};

/** The ranges, in order, in which two files differ within the first one's size. */
function differing(before: Uint8Array, after: Uint8Array): Range[] {
  const out: { start: number; end: number }[] = [];
  for (let at = 0; at < Math.min(before.length, after.length); at++) {
    if (before[at] === after[at]) continue;
    const last = out.at(-1);
    if (last && at - last.end < 200) last.end = at + 1;
    else out.push({ start: at, end: at + 1 });
  }
  return out;
}

/** What {@link tryPrefixes} has found. */
export interface Tried {
  readonly order: Order;
  readonly after: Uint8Array;
  readonly complaints: readonly string[];
  /** The files that a kill can leave; none unless they are asked for. */
  readonly states: readonly { readonly what: string; readonly bytes: Uint8Array }[];
}

/**
 * Makes every file that a kill can leave while a patch is written in place, and looks at each: does it load as before
 * or as after, does it lead back to the old file? Undefined where the patch changes nothing or is refused.
 *
 * @param keeps are these files in the result?
 */
export function tryPrefixes(
  before: Uint8Array,
  edits: readonly Edit[],
  options: PatchOptions = {},
  keeps = false,
): Tried | undefined {
  let after: Uint8Array;
  try {
    after = patch(before, edits, options).bytes;
  } catch (e) {
    if (isElfError(e)) return undefined;
    throw e;
  }
  if (equalBytes(before, after)) return undefined;

  const order = orderWrites(bytesSource(before), plan(before, edits, options), differing(before, after));
  const { behind, steps, end } = order;
  const undo = undoBytes(steps, before.length, end);
  const complaints: string[] = [];
  const states: Tried["states"][number][] = [];

  const file = new Uint8Array(undo.at + undo.bytes.length);
  file.set(before);
  const loads = isLoaded(before);
  const [old, now] = loads ? [seen(before), seen(after)] : ["", ""];
  let hasTurned = false;
  const look = (what: string) => {
    if (loads) {
      let state: string;
      try {
        state = seen(file);
      } catch (e) {
        if (!isElfError(e)) throw e;
        state = e.message;
      }
      if (state === now && (hasTurned || state !== old)) hasTurned = true;
      else if (state !== old || hasTurned) complaints.push(`${what}: loads as a third file: ${state.slice(0, 200)}`);
    }

    if (keeps) states.push({ what, bytes: file.slice() });
    const found = findUnfinished(bytesSource(file));
    if (!found) complaints.push(`${what}: is not found to be unfinished`);
    else if (!equalBytes(readPieces(bytesSource(file), found.pieces, 0, found.size), before)) {
      complaints.push(`${what}: leads back to another file`);
    }
  };

  file.set(undo.bytes.subarray(undo.foot), undo.at + undo.foot);
  look("with a foot");
  // The kernel may have written some pages only.
  for (let at = 0; at < undo.foot; at += 4096) {
    file.set(undo.bytes.subarray(at, Math.min(undo.foot, at + 4096)), undo.at + at);
    if (at === 0 || undo.foot - at <= 8192) look(`with ${at} bytes of the old ones`);
  }
  for (const { at, size, source, from } of behind) file.set(source.read(from, size), at);
  look("with new bytes behind the end");

  // Where very many pages change, nothing looks at most of them.
  const every = Math.ceil(steps.length / 60);
  for (const [i, { at, bytes }] of steps.entries()) {
    file.set(bytes, at);
    if (i % every === 0 || i >= steps.length - 3)
      look(`after step ${i + 1} of ${steps.length} (${bytes.length} at ${at})`);
  }
  if (!equalBytes(file.subarray(0, after.length), after)) complaints.push("the result is another one");
  return { order, after, complaints, states };
}
