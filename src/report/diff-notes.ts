import type { ElfFile, ElfNote } from "../image/elf.js";
import { decodeNote, type NoteContents } from "../image/notes/note-contents.js";
import { toHex } from "../codec/bytes.js";
import { hex } from "../error.js";
import { noteTypeName } from "../spec/notes.js";
import type { Change, ChangeValue } from "./change.js";
import { match } from "./match.js";
import { allNotes } from "./parts.js";
import { Tolerant } from "../image/tolerant.js";

/** One thing that a note says. */
interface Said {
  readonly name: string;
  readonly field?: string;
  readonly value: ChangeValue;
}

/** What notes say, statement by statement; a build ID has a change of its own. */
export function* diffNotes(before: ElfFile, after: ElfFile): Generator<Change> {
  const m = match(saidBy(before), saidBy(after), (s) => JSON.stringify([s.name, s.field ?? null]));
  for (const { from, to } of m.steps) yield change((from ?? to)!, from?.value ?? null, to?.value ?? null);
  for (const [a, b] of m.kept) if (a.value !== b.value) yield change(a, a.value, b.value);
}

const change = ({ name, field }: Said, from: ChangeValue, to: ChangeValue): Change => ({
  at: "notes",
  name,
  ...(field === undefined ? {} : { field }),
  from,
  to,
});

function saidBy(elf: ElfFile): Said[] {
  const t = new Tolerant();
  const out: Said[] = [];
  const probes = new Map<string, number>();

  for (const n of t.part(() => allNotes(elf, t)) ?? []) {
    const c = t.part(() => decodeNote(n, elf.header));
    const name = noteTypeName(n.owner, n.type) ?? `${n.owner} ${hex(n.type)}`;
    if (c?.kind === "probe") probes.set(`${c.provider}:${c.name}`, (probes.get(`${c.provider}:${c.name}`) ?? 0) + 1);
    else if (c?.kind !== "build-id") out.push(...(c ? said(name, c) : [raw(name, n)]));
  }

  return [...out, ...[...probes].map(([field, value]) => ({ name: "NT_STAPSDT", field, value }))];
}

/** Core files and private notes: their bytes, as far as they are few. */
const raw = (name: string, n: ElfNote): Said => ({
  name,
  value: n.description.length <= 64 ? toHex(n.description) : `${n.description.length} bytes`,
});

function said(name: string, c: NoteContents): Said[] {
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
