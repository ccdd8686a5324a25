import { fail } from "./error.js";

/** What a value is, in a word or two. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

const refuse = (message: string, value: unknown): never =>
  fail("BAD_INPUT", message, { given: value === null ? "null" : typeof value });

/** `BAD_INPUT` for an argument that is not what the function takes; the sentence says what it takes. */
export function refuseArgument(of: string, wanted: string, value: unknown, hint = ""): never {
  return refuse(`${of} takes ${wanted}, not ${kindOf(value)}${hint && `: ${hint}`}`, value);
}

const hasAll = (value: unknown, ...names: readonly string[]): boolean =>
  typeof value === "object" && value !== null && names.every((name) => name in value);

/** An ElfFile: bytes have to be read first. */
export function assertElf(of: string, elf: unknown): void {
  if (!hasAll(elf, "header", "source", "segments")) refuseArgument(of, "an ElfFile", elf, `${of}(readElf(bytes))`);
}

/** A tree of libraries: a path has to be resolved first. */
export function assertTree(of: string, tree: unknown): void {
  if (hasAll(tree, "root", "objects")) return;
  refuseArgument(of, "a tree of libraries", tree, `${of}(resolveFileLibraries(path))`);
}

/** A map, or two that are compared: a file has to be mapped first. */
export function assertMap(of: string, map: unknown): void {
  const isMap = hasAll(map, "regions") || hasAll(map, "before", "after");
  if (!isMap) refuseArgument(of, "a map", map, `${of}(layoutMap(elf))`);
}

/** Each option of a function, so that none is forgotten. */
export type OptionNames<O> = { readonly [K in keyof Required<O>]: true };

/**
 * Why these options are none of a function's: no object, or one that has a name which the function does not know. A
 * name that is written wrong must not pass unnoticed. Undefined where they are right.
 */
export function faultOf<O>(of: string, options: unknown, names: OptionNames<O>): string | undefined {
  const known = Object.keys(names);
  const isPlain = typeof options === "object" && options !== null && !Array.isArray(options);
  if (!isPlain) return `${of}: options are an object, { ${known[0]!}: … }, not ${kindOf(options)}`;

  const given = options as Readonly<Record<string, unknown>>;
  const other = Object.keys(given).find((name) => !Object.hasOwn(names, name) && given[name] !== undefined);
  return other === undefined ? undefined : `${of} has no option ${JSON.stringify(other)}; it has ${known.join(", ")}`;
}

/** {@link faultOf} as `BAD_INPUT`. */
export function assertOptions<O>(of: string, options: unknown, names: OptionNames<O>): void {
  const fault = faultOf(of, options, names);
  if (fault !== undefined) refuse(fault, options);
}
