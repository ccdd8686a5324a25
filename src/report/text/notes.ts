import { hex } from "../../error.js";
import type { GnuProperty, NoteContents } from "../../image/notes/note-contents.js";
import type { NoteDescription } from "../description.js";
import { quantityText, quote, safe } from "./print.js";

type ContentsOf<Kind extends NoteContents["kind"]> = Extract<NoteContents, { kind: Kind }>;

/**
 * Prints a line for each note, with more below it where its contents are a list. What several notes say alike (probes
 * of one name, annobin's marks) is printed once.
 */
export function notes(list: readonly NoteDescription[]): string[] {
  const byText = new Map<string, { readonly lines: readonly string[]; times: number }>();
  for (const note of list) {
    const lines = noteLines(note);
    const text = lines.join("\n");
    const seen = byText.get(text);
    if (seen) seen.times++;
    else byText.set(text, { lines, times: 1 });
  }

  return [...byText.values()].flatMap(({ lines: [first, ...rest], times }) => {
    const head = times > 1 ? `${first} (${times} times)` : first!;
    return [head, ...rest];
  });
}

function noteLines({ owner, type, name, size, description, contents }: NoteDescription): string[] {
  const head = `  ${safe(owner)} ${name ?? hex(type)}`;
  if (contents === null) {
    const isCut = description.length < 2 * size;
    return [`${head}, ${size} bytes: ${description}${isCut ? "…" : ""}`];
  }
  if (contents.kind === "probe") return [`  ${safe(owner)} probe ${probeName(contents)}`];

  const details = contentLines(contents);
  const isList = contents.kind === "properties" || contents.kind === "dlopen" || details.length > 1;
  if (!isList) return [`${head}: ${details[0] ?? ""}`];
  return [head, ...details.map((line) => `    ${line}`)];
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
      return c.properties.map(propertyLine);
    case "package":
      return Object.entries(c.metadata).map(([key, value]) => {
        const text = typeof value === "string" ? quote(value) : safe(String(value));
        return `${safe(key)}: ${text}`;
      });
    case "dlopen":
      return c.libraries.map(libraryLine);
    case "android":
      return [androidLine(c)];
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

function propertyLine(property: GnuProperty): string {
  const name = property.name ?? hex(property.type);
  const value = propertyValue(property);
  return value === "" ? name : `${name}: ${value}`;
}

function propertyValue({ flags, value, data }: GnuProperty): string {
  if (flags) return flags.join(" ") || "none";
  return value === null ? data : quantityText(value);
}

function libraryLine(library: ContentsOf<"dlopen">["libraries"][number]): string {
  const { sonames, feature, priority, description } = library;
  const words = [sonames.map(safe).join(" or ")];
  if (feature !== null) words.push(safe(feature));
  if (priority !== null) words.push(safe(priority));
  return words.join(", ") + (description === null ? "" : `: ${quote(description)}`);
}

function androidLine({ apiLevel, ndk, ndkBuild }: ContentsOf<"android">): string {
  const version = ndk === null ? "" : `, NDK ${safe(ndk)}`;
  const build = ndkBuild === null ? "" : ` (${safe(ndkBuild)})`;
  return `API level ${apiLevel}${version}${build}`;
}

export const probeName = ({ provider, name }: ContentsOf<"probe">): string => safe(`${provider}:${name}`);
