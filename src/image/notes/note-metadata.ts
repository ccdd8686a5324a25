import { isElfError } from "../../error.js";
import { brokenNote, type NoteReading, textBeforeNul } from "./note-fields.js";

/** A library that the program itself opens with dlopen() (UAPI specification "ELF dlopen metadata"). */
export interface DlopenDependency {
  /** Names to try, the best first. */
  readonly sonames: readonly string[];
  readonly feature: string | null;
  readonly description: string | null;
  /** `required`, `recommended` or `suggested`. Null where the note does not say; then "recommended" holds. */
  readonly priority: string | null;
}

/**
 * The package that the file belongs to (systemd's "Package Metadata for ELF Files"): `type`, `name`, `version`,
 * `architecture`, `osCpe`, … An array or object among the values is given as its JSON.
 */
export type PackageMetadata = Readonly<Record<string, string | number | boolean | null>>;

/** Real metadata has a few hundred bytes. */
const LONGEST_JSON = 64 << 10;

/**
 * Reads JSON. Errors of the engine (a syntax error, or nesting that is too deep for its stack) mean that the note is
 * broken.
 */
function fromJson<T>(bytes: Uint8Array, format: NoteReading, use: (value: unknown) => T): T {
  if (bytes.length > LONGEST_JSON) brokenNote(`has ${bytes.length} bytes of JSON, more than ${LONGEST_JSON}`, format);

  try {
    return use(JSON.parse(textBeforeNul(bytes)));
  } catch (e) {
    if (isElfError(e)) throw e;
    return brokenNote(`is no JSON: ${e instanceof SyntaxError ? e.message : "it is nested too deep"}`, format);
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === "object" && !Array.isArray(value);

const asArray = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : [value]);

function plainValue(value: unknown): string | number | boolean | null {
  const isPlain =
    value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean";
  return isPlain ? value : JSON.stringify(value);
}

export const decodePackageMetadata = (bytes: Uint8Array, format: NoteReading): PackageMetadata =>
  fromJson(bytes, format, (value) => {
    if (!isObject(value)) return brokenNote("is no JSON object", format);
    return Object.fromEntries(Object.entries(value).map(([key, v]) => [key, plainValue(v)]));
  });

/** The contents are an array. In the first version of the specification they were a single object. */
export const decodeDlopen = (bytes: Uint8Array, format: NoteReading): DlopenDependency[] =>
  fromJson(bytes, format, (value) => asArray(value).map((entry) => dlopenDependency(entry, format)));

function dlopenDependency(entry: unknown, format: NoteReading): DlopenDependency {
  if (!isObject(entry)) return brokenNote("has an entry that is no JSON object", format);

  const text = (key: string) => (typeof entry[key] === "string" ? entry[key] : null);
  const sonames = asArray(entry["soname"]).filter((s) => typeof s === "string");
  if (sonames.length === 0) brokenNote("has an entry without soname", format);
  return { sonames, feature: text("feature"), description: text("description"), priority: text("priority") };
}
