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

/** Members without symbol index and table of names, whose bytes are a view of the archive's. */
const filesOf = (archive: Buffer): Member[] =>
  readArchive(toSource(archive))
    .members.filter((m) => m.kind === "file")
    .map((m) => ({ name: m.name, bytes: Buffer.from(m.content.read(0, m.size)) }));

function isElf(bytes: Buffer): boolean {
  try {
    readElf(bytes);
    return true;
  } catch (e) {
    if (isElfError(e)) return false;
    throw e;
  }
}

/** The machine of the first member that is ELF; undefined where none is. */
export const archiveMachine = (archive: Buffer): number | undefined => {
  const first = filesOf(archive).find((m) => isElf(m.bytes));
  return first && readElf(first.bytes).header.machine;
};

/** What the symbol index says: symbol and member, in order. */
function indexOf(archive: Buffer): string[] {
  const a = readArchive(toSource(archive));
  const names = new Map(a.members.map((m) => [m.offset, m.name]));
  return (readIndex(a)?.entries ?? []).map(
    (e) => `${Buffer.from(e.name).toString("latin1")} in ${names.get(e.member)}`,
  );
}

/** Each member as an object of its own, beside the input's and the other tool's. */
export function compareArchives(before: Buffer, ours: Buffer, theirs: Stripped | string): string[] {
  const [was, now] = [filesOf(before), filesOf(ours)];
  const them = typeof theirs === "string" ? undefined : filesOf(theirs.bytes);
  const out: string[] = [];
  const list = (members: readonly Member[]) => members.map((m) => m.name).join(" ");
  if (list(was) !== list(now)) return [`members: they are ${list(now).slice(0, 200)}`];

  now.forEach(({ name, bytes }, i) => {
    const old = was[i]!.bytes;
    const other = them?.[i];
    if (!isElf(old)) {
      if (!old.equals(bytes)) out.push(`members: ${name}, which is no ELF file, has other bytes`);
      return;
    }

    const [a, b] = [contents(old), contents(bytes)];
    const found = compareWithInput(a, b);
    if (other?.name === name) {
      found.push(...compareWithTool(bytes, { tool: (theirs as Stripped).tool, bytes: other.bytes }, b, a));
    }

    out.push(...found.map((f) => `${f} (in ${name})`));
  });
  const index = indexOf(ours);
  const old = indexOf(before);
  const stale = index.filter((x) => !old.includes(x));

  if (index.length !== old.length || stale.length > 0) {
    out.push(`index: it has ${index.length} symbols (had ${old.length}), new ones are ${stale.slice(0, 3).join(", ")}`);
  }

  return out;
}
