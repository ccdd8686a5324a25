import { wordSize } from "../codec/encoding.js";
import { fail } from "../error.js";
import { ET, SHF, STB } from "../spec/constants.js";
import { loaderAbi } from "../spec/loader-abi.js";
import { pageSize } from "../spec/machines.js";
import type { BuildOptions, BuildType } from "./build-options.js";
import type { BuildRelocation, DynamicOptions } from "./dynamic-options.js";
import { dynamicParts } from "./dynamic-parts.js";
import { type Image, layOutParts, type Room } from "./layout.js";
import { type BuildTarget, targetOf } from "./machines.js";
import {
  type BuildSymbol,
  encodeNote,
  entrySize,
  type SectionPart,
  symbolParts,
  SymbolPlaces,
  unloadedParts,
} from "./parts.js";
import { moreParts, readOnlyParts, textPart, writableParts } from "./section-parts.js";
import { addressRelocation, codeOfOptions, programCode } from "./text.js";
import { type ElfIdentity, type Identity, writeCore, writeElf } from "./write.js";

/**
 * Makes a tiny valid ELF file: for tests of code that reads or changes such files, without a compiler. The layout is
 * GNU ld's: headers and read-only tables, .text, .dynamic with .data and .bss, then what is not loaded. The same
 * options give the same bytes. The code is zeros, unless `text` says what it does.
 *
 * @throws ElfError `BAD_EDIT` for options that contradict each other
 * @example
 * const library = buildElf({ soname: "libx.so.1", runpath: "/opt/lib", symbols: [{ name: "answer" }] });
 * readElf(library).runpath // "/opt/lib"
 * const program = buildElf({ machine: "aarch64", needed: ["libx.so.1"], text: prints("hello\n") });
 */
export function buildElf(options: BuildOptions = {}): Uint8Array {
  const identity = identityOf(options, targetOf("buildElf", options));
  if (identity.type === ET.CORE) return buildCore(options, identity);

  const { elf, image } = laidOut(options);
  return writeElf(elf, image);
}

/** A file whose every byte has its place, but for a core file. */
export function laidOut(options: BuildOptions): { readonly elf: ElfIdentity; readonly image: Image } {
  const target = targetOf("buildElf", options);
  const identity = identityOf(options, target);
  const { encoding, type, machine } = identity;
  refuseContradictions(options, type);
  const isObject = type === ET.REL;
  const isDynamic = !isObject && (options.dynamic ?? true);
  const interpreter = interpreterOf(options, identity, isDynamic);
  const isProgram = type === ET.EXEC || interpreter !== null || options.text !== undefined;
  const hasEntry = !isObject && (options.entry ?? isProgram);
  const linked = linkedOptions(options, target, isDynamic);
  const { symbols, relocations } = linked;
  const codeParts = codeOfOptions(options.text, symbols, target);
  const places = new SymbolPlaces(
    symbols,
    { entry: entrySize(codeParts.entry), words: relocations.length, code: codeParts.functions },
    encoding,
  );
  const room: Room = {
    slack: options.slack,
    headerGap: options.headerGap ?? 0,
    nullSegments: options.nullSegments ?? 0,
  };

  const dynamic = isDynamic
    ? dynamicParts(dynamicOptions({ ...options, ...linked }, identity, interpreter), places, encoding)
    : undefined;
  const more = moreParts(options.sections ?? []);
  const readOnly = [...readOnlyParts(options, identity, interpreter, dynamic?.tables ?? []), ...more.readOnly];
  const slotAt = (relocations.length - 1) * wordSize(encoding);
  const text = textPart(codeParts, places, room.slack === undefined, (placed) =>
    options.text === undefined
      ? new Uint8Array(0)
      : programCode(options.text, target, Number(placed.address(".data") - placed.address(".text")) + slotAt),
  );
  const relro = dynamic?.relro ?? [];
  const writable = writableParts(options, isDynamic, places.dataSize, more, encoding);

  const hasSections = isObject || (options.sectionHeaders ?? true);
  const tail: SectionPart[] = [];
  if (hasSections) {
    const comment = options.comment === undefined ? "elfwright" : options.comment;
    tail.push(...unloadedParts(comment, options.debugInfo ?? 0), ...more.unloaded);
    if (options.symtab ?? true) {
      tail.push(...symbolParts([...readOnly, text, ...relro, ...writable], symbols, places, hasEntry, encoding));
    }
  }
  refuseDoubleSections([...readOnly, text, ...relro, ...writable, ...tail]);

  const image = layOutParts({
    encoding,
    readOnly,
    text,
    relro,
    writable,
    tail,
    room,
    hasSections,
    isObject,
    base: BigInt(options.base ?? (type === ET.EXEC ? 0x400000 : 0)),
    page: options.pageSize ?? pageSize(machine, 0),
    sectionTable: options.sectionTable ?? "end",
    relroSegment: isDynamic && (options.relro ?? true),
    phdr: options.phdr ?? interpreter !== null,
    stackFlags: options.stackFlags === undefined ? 6 : options.stackFlags,
    segments: options.segments ?? [],
  });
  const entry = hasEntry ? image.address(".text") : 0n;
  return { elf: { ...identity, entry, extendedNumbering: options.extendedNumbering ?? false }, image };
}

const refuse = (message: string): never => fail("BAD_EDIT", `buildElf: ${message}`, { edit: "buildElf" });

function identityOf(options: BuildOptions, { encoding, machine, flags }: BuildTarget): Identity {
  return {
    encoding,
    type: typeOf(options.type ?? ET.DYN),
    machine,
    osabi: options.osabi ?? 0,
    flags: options.flags ?? flags,
    overlay: options.overlay ?? new Uint8Array(0),
  };
}

function typeOf(type: BuildType | number): number {
  switch (type) {
    case "exec":
      return ET.EXEC;
    case "dyn":
      return ET.DYN;
    case "rel":
      return ET.REL;
    case "core":
      return ET.CORE;
    default:
      return typeof type === "number" ? type : refuse(`no type ${String(type)}; there are exec, dyn, rel, core`);
  }
}

/** Refuses what would be left out without a word. */
function refuseContradictions(options: BuildOptions, type: number): void {
  const hasSegments = type !== ET.REL && type !== ET.CORE;
  const isDynamic = hasSegments && (options.dynamic ?? true);
  const initArray = options.initArray ?? [];
  const unloaded = (options.sections ?? []).filter((s) => ((s.flags ?? 0) & SHF.ALLOC) === 0);

  if (!hasSegments && (options.segments ?? []).length > 0) refuse("this type of file has no segments of its own");
  if (!isDynamic && initArray.length > 0) refuse("initArray needs a dynamic section");
  if (options.sectionHeaders === false && unloaded.length > 0) {
    refuse(`without section headers, nothing leads to ${unloaded[0]!.name}`);
  }
}

function refuseDoubleSections(parts: readonly SectionPart[]): void {
  const names = parts.map((p) => p.name);
  const double = names.find((name, i) => names.indexOf(name) !== i);
  if (double !== undefined) refuse(`there are two sections ${double}`);
}

interface LinkedOptions {
  readonly symbols: readonly BuildSymbol[];
  readonly relocations: readonly BuildRelocation[];
}

/** The symbols and relocations, with those that `calls` needs. */
function linkedOptions(
  { text, symbols = [], relocations = [] }: BuildOptions,
  target: BuildTarget,
  isDynamic: boolean,
): LinkedOptions {
  if (text === undefined || text instanceof Uint8Array || text.action !== "calls") return { symbols, relocations };
  if (!isDynamic) return refuse("calls() needs a dynamic section");

  const { symbol } = text;
  const isThere = symbols.some((s) => s.name === symbol);
  const slot: BuildRelocation = { symbol, type: addressRelocation(target) };
  return {
    symbols: isThere ? symbols : [...symbols, { name: symbol, defined: false }],
    relocations: [...relocations, slot],
  };
}

function buildCore(options: BuildOptions, identity: Identity): Uint8Array {
  refuseContradictions(options, identity.type);
  const notes = (options.notes ?? []).map((n) => encodeNote(n, identity.encoding));
  return writeCore(identity, notes, options.memory, options.pageSize ?? 0x1000);
}

function interpreterOf(options: BuildOptions, identity: Identity, isDynamic: boolean): string | null {
  if (options.interpreter !== undefined) return options.interpreter;

  const hasName = options.soname !== undefined && options.soname !== null;
  if (!isDynamic || hasName) return null;

  const { encoding, machine, flags } = identity;
  return loaderAbi({ ...encoding, machine, flags })?.loaders[0] ?? "/lib/ld.so.1";
}

function dynamicOptions(
  options: BuildOptions,
  { type, machine }: Identity,
  interpreter: string | null,
): DynamicOptions {
  return {
    type,
    machine,
    interpreter,
    needed: options.needed ?? ["libc.so.6"],
    soname: options.soname ?? null,
    runpath: options.runpath ?? null,
    rpath: options.rpath ?? null,
    hash: options.hash ?? "gnu",
    symbols: (options.symbols ?? []).filter((s) => s.binding !== STB.LOCAL),
    versionNeeds: options.versionNeeds ?? [],
    versions: options.versions ?? [],
    relocations: options.relocations ?? [],
    initArray: options.initArray ?? [],
    tags: options.tags ?? [],
    spareTags: options.spareTags ?? 5,
    got: options.got ?? false,
    dynstrLast: options.dynstrLast ?? false,
  };
}
