import { readArchive } from "../../../src/archive/read.js";
import { readIndex } from "../../../src/archive/symbol-index.js";
import { toSource } from "../../../src/codec/source.js";
import { isElfError, readElf } from "../../../src/index.js";
import { contents } from "../../support/contents.js";
import { compareWithInput, compareWithTool } from "./compare.js";
import type { Stripped } from "./tools.js";

interface Member {
  readonly name: string;
  readonly bytes: Buffer;
}

/** The members without the symbol index and the table of names. */
function filesOf(archive: Buffer): Member[] {
  const files = readArchive(toSource(archive)).members.filter((m) => m.kind === "file");
  return files.map((m) => ({ name: m.name, bytes: Buffer.from(m.content.read(0, m.size)) }));
}

function isElf(bytes: Buffer): boolean {
  try {
    readElf(bytes);
    return true;
  } catch (e) {
    if (isElfError(e)) return false;
    throw e;
  }
}

/** The machine of the first member that is an ELF file; undefined where none is. */
export function archiveMachine(archive: Buffer): number | undefined {
  const first = filesOf(archive).find((m) => isElf(m.bytes));
  return first && readElf(first.bytes).header.machine;
}

/** What the symbol index says: `symbol in member`, in order. */
function indexOf(file: Buffer): string[] {
  const archive = readArchive(toSource(file));
  const entries = readIndex(archive)?.entries ?? [];
  const names = new Map(archive.members.map((m) => [m.offset, m.name]));
  return entries.map((e) => `${Buffer.from(e.name).toString("latin1")} in ${names.get(e.member)}`);
}

/** Compares each member as an object of its own, with that of the input and that of the other tool. */
export function compareArchives(before: Buffer, ours: Buffer, theirs: Stripped | string): string[] {
  const was = filesOf(before);
  const now = filesOf(ours);
  const others = typeof theirs === "string" ? [] : filesOf(theirs.bytes);
  const tool = typeof theirs === "string" ? "" : theirs.tool;

  const list = (members: readonly Member[]) => members.map((m) => m.name).join(" ");
  if (list(was) !== list(now)) return [`members: they are ${list(now).slice(0, 200)}`];

  const out: string[] = [];
  now.forEach((member, i) => {
    const other = others[i];
    const stripped = other?.name === member.name ? { tool, bytes: other.bytes } : undefined;
    out.push(...compareMembers(was[i]!.bytes, member, stripped));
  });

  const index = indexOf(ours);
  const oldIndex = indexOf(before);
  const stale = index.filter((entry) => !oldIndex.includes(entry));
  if (index.length !== oldIndex.length || stale.length > 0) {
    const few = stale.slice(0, 3).join(", ");
    out.push(`index: it has ${index.length} symbols (had ${oldIndex.length}), new ones are ${few}`);
  }

  return out;
}

function compareMembers(old: Buffer, { name, bytes }: Member, theirs: Stripped | undefined): string[] {
  if (!isElf(old)) return old.equals(bytes) ? [] : [`members: ${name}, which is no ELF file, has other bytes`];

  const was = contents(old);
  const now = contents(bytes);
  const found = compareWithInput(was, now);
  if (theirs) found.push(...compareWithTool(bytes, theirs, now, was));
  return found.map((f) => `${f} (in ${name})`);
}
