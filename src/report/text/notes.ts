import { hex } from "../../error.js";
import type { GnuProperty, NoteContents } from "../../image/notes/note-contents.js";
import type { NoteDescription } from "../description.js";
import { number, quote, safe } from "./print.js";

type Probe = Extract<NoteContents, { kind: "probe" }>;

/**
 * A note a line, with more below it where its contents are a list. What several notes say alike (probes of one name,
 * annobin's marks) stands there once.
 */
export function notes(list: readonly NoteDescription[]): string[] {
  const times = new Map<string, { readonly lines: readonly string[]; n: number }>();
  for (const n of list) {
    const own = note(n);
    const key = own.join("\n");
    const seen = times.get(key);
    if (seen) seen.n++;
    else times.set(key, { lines: own, n: 1 });
  }

  return [...times.values()].flatMap(({ lines: [first, ...rest], n }) => [
    n > 1 ? `${first} (${n} times)` : first!,
    ...rest,
  ]);
}

export const probeName = (p: Probe): string => safe(`${p.provider}:${p.name}`);

function note(n: NoteDescription): string[] {
  const name = `  ${safe(n.owner)} ${n.name ?? hex(n.type)}`;
  const c = n.contents;
  if (c === null) return [`${name}, ${n.size} bytes: ${n.description}${n.description.length < 2 * n.size ? "…" : ""}`];
  if (c.kind === "probe") return [`  ${safe(n.owner)} probe ${probeName(c)}`];
  const [first, ...rest] = contentLines(c);
  return rest.length === 0 && c.kind !== "properties" && c.kind !== "dlopen"
    ? [`${name}: ${first ?? ""}`]
    : [name, ...(first === undefined ? [] : [first]), ...rest].map((l, i) => (i === 0 ? l : `    ${l}`));
}

/** What a note says, in words: one line, or one for each part. */
export function contentLines(c: NoteContents): string[] {
  switch (c.kind) {
    case "abi-tag":
      return [`${safe(c.os)} ${c.kernel} or newer`];
    case "build-id":
    case "go-build-id":
      return [safe(c.id)];
    case "gold-version":
      return [safe(c.version)];
    case "properties":
      return c.properties.map(property);
    case "package":
      return Object.entries(c.metadata).map(
        ([key, value]) => `${safe(key)}: ${typeof value === "string" ? quote(value) : safe(String(value))}`,
      );
    case "dlopen":
      return c.libraries.map(
        (l) =>
          `${l.sonames.map(safe).join(" or ")}${[l.feature, l.priority].map((s) => (s === null ? "" : `, ${safe(s)}`)).join("")}${l.description === null ? "" : `: ${quote(l.description)}`}`,
      );
    case "android":
      return [
        `API level ${c.apiLevel}${c.ndk === null ? "" : `, NDK ${safe(c.ndk)}`}${c.ndkBuild === null ? "" : ` (${safe(c.ndkBuild)})`}`,
      ];
    case "system":
      return [`${c.os} ${c.version} (${c.number})`];
    case "features":
      return [c.features.join(" ")];
    case "probe":
      return [probeName(c)];
    case "text":
      return [quote(c.text)];
  }
}

function property(p: GnuProperty): string {
  const value = p.flags ? p.flags.join(" ") || "none" : p.value === null ? p.data : number(p.value);
  return `${p.name ?? hex(p.type)}${value === "" ? "" : `: ${value}`}`;
}
