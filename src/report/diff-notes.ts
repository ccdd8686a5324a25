import { toHex } from "../codec/bytes.js";
import { hex } from "../error.js";
import type { ElfFile, ElfNote } from "../image/elf.js";
import { decodeNote, type NoteContents } from "../image/notes/note-contents.js";
import { Tolerant } from "../image/tolerant.js";
import { noteTypeName } from "../spec/notes.js";
import type { Change, ChangeValue } from "./change.js";
import { matchLists } from "./match.js";
import { allNotes } from "./parts.js";

/** One statement of a note. */
interface Statement {
  readonly name: string;
  readonly field?: string;
  readonly value: ChangeValue;
}

/** Compares what notes say, statement by statement; a build ID has a change of its own. */
export function* diffNotes(before: ElfFile, after: ElfFile): Generator<Change> {
  const keyOf = ({ name, field }: Statement) => JSON.stringify([name, field ?? null]);
  const { steps, kept } = matchLists(statementsOf(before), statementsOf(after), keyOf);
  for (const { from, to } of steps) yield change((from ?? to)!, from?.value ?? null, to?.value ?? null);
  for (const [from, to] of kept) {
    if (from.value !== to.value) yield change(from, from.value, to.value);
  }
}

const change = ({ name, field }: Statement, from: ChangeValue, to: ChangeValue): Change => ({
  at: "notes",
  name,
  ...(field === undefined ? {} : { field }),
  from,
  to,
});

/** All statements of a file's notes, then the number of probes of each name. */
function statementsOf(elf: ElfFile): Statement[] {
  const tolerant = new Tolerant();
  const out: Statement[] = [];
  const probes = new Map<string, number>();

  for (const note of tolerant.part(() => allNotes(elf, tolerant)) ?? []) {
    const contents = tolerant.part(() => decodeNote(note, elf.header));
    if (contents?.kind === "probe") {
      const probe = `${contents.provider}:${contents.name}`;
      probes.set(probe, (probes.get(probe) ?? 0) + 1);
      continue;
    }

    const name = noteTypeName(note.owner, note.type) ?? `${note.owner} ${hex(note.type)}`;
    out.push(...(contents ? contentStatements(name, contents) : [unread(name, note)]));
  }

  for (const [field, value] of probes) out.push({ name: "NT_STAPSDT", field, value });
  return out;
}

/** Longer descriptions of unknown notes are told by their size alone. */
const MOST_BYTES = 64;

/** Notes of core files and private ones. */
function unread(name: string, { description }: ElfNote): Statement {
  const { length } = description;
  return { name, value: length <= MOST_BYTES ? toHex(description) : `${length} bytes` };
}

function contentStatements(name: string, c: NoteContents): Statement[] {
  switch (c.kind) {
    case "abi-tag":
      return [{ name, value: `${c.os} ${c.kernel}` }];
    case "gold-version":
      return [{ name, value: c.version }];
    case "go-build-id":
      return [{ name, value: c.id }];
    case "properties":
      return c.properties.map((p) => ({
        name: p.name ?? `GNU_PROPERTY_${hex(p.type)}`,
        value: p.flags ? p.flags.join(" ") : (p.value ?? p.data),
      }));
    case "package":
      return Object.entries(c.metadata).map(([field, value]) => ({ name, field, value }));
    case "dlopen":
      return c.libraries.map((l) => ({
        name,
        field: l.sonames.join(" "),
        value: [l.feature, l.priority].filter((s) => s !== null).join(" "),
      }));
    case "android":
      return [
        { name, field: "apiLevel", value: c.apiLevel },
        { name, field: "ndk", value: c.ndk },
        { name, field: "ndkBuild", value: c.ndkBuild },
      ];
    case "system":
      return [{ name, value: `${c.os} ${c.version}` }];
    case "features":
      return [{ name, value: c.features.join(" ") }];
    case "text":
      return [{ name, value: c.text }];
    case "build-id":
    case "probe":
      return [];
  }
}
