import { isElfError } from "../../error.js";
import { brokenNote, type NoteReading, textBeforeNul } from "./note-fields.js";

/** A library that the program opens by itself, with dlopen() (UAPI specification "ELF dlopen metadata"). */
export interface DlopenDependency {
  /** Names to try, the best first. */
  readonly sonames: readonly string[];
  readonly feature: string | null;
  readonly description: string | null;
  /** `required`, `recommended` or `suggested`; null where the note does not say: to be taken for "recommended". */
  readonly priority: string | null;
}

/**
 * Which package the file is of (systemd's "Package Metadata for ELF Files"): `type`, `name`, `version`, `architecture`,
 * `osCpe`, … A value that is no plain one is its JSON.
 */
export type PackageMetadata = Readonly<Record<string, string | number | boolean | null>>;

/** Metadata is a few hundred bytes. */
const LONGEST_JSON = 64 << 10;

/** The engine's own errors (syntax, and nesting too deep for its stack) say that the note is broken. */
function fromJson<T>(b: Uint8Array, f: NoteReading, use: (value: unknown) => T): T {
  if (b.length > LONGEST_JSON) brokenNote(`has ${b.length} bytes of JSON, more than ${LONGEST_JSON}`, f);
  try {
    return use(JSON.parse(textBeforeNul(b)));
  } catch (e) {
    if (isElfError(e)) throw e;
    return brokenNote(`is no JSON: ${e instanceof SyntaxError ? e.message : "it is nested too deep"}`, f);
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === "object" && !Array.isArray(value);

const plain = (value: unknown): string | number | boolean | null =>
  value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? value
    : JSON.stringify(value);

export const decodePackageMetadata = (b: Uint8Array, f: NoteReading): PackageMetadata =>
  fromJson(b, f, (value) =>
    isObject(value)
      ? Object.fromEntries(Object.entries(value).map(([key, v]) => [key, plain(v)]))
      : brokenNote("is no JSON object", f),
  );

/** An array; the first version of the specification had a single object. */
export const decodeDlopen = (b: Uint8Array, f: NoteReading): DlopenDependency[] =>
  fromJson(b, f, (value) => (Array.isArray(value) ? (value as unknown[]) : [value]).map((v) => dependency(v, f)));

function dependency(entry: unknown, f: NoteReading): DlopenDependency {
  if (!isObject(entry)) return brokenNote("has an entry that is no JSON object", f);
  const text = (key: string) => (typeof entry[key] === "string" ? entry[key] : null);
  const { soname } = entry;
  const sonames = (Array.isArray(soname) ? (soname as unknown[]) : [soname]).filter((s) => typeof s === "string");
  if (sonames.length === 0) brokenNote("has an entry without soname", f);
  return { sonames, feature: text("feature"), description: text("description"), priority: text("priority") };
}
