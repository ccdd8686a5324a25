import { isElfError } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import { readElf } from "../../image/read-elf.js";
import { DF_1, ELFOSABI, ET, PT } from "../../spec/constants.js";
import { DT } from "../../spec/dynamic.js";
import { cardOf } from "../../spec/machines/card-of.js";
import { LOADING } from "../../spec/machines/lists/loading.js";
import { headerSize } from "../../image/headers/header.js";
import type { FoundFile } from "./files.js";
import { abiFlags } from "./machines.js";
import { readSearchTags, type SearchTags } from "./object.js";
import type { LoaderRules, Tried } from "../tree.js";

/** What a loader makes of a file. */
export type Examined =
  | { readonly outcome: "found"; readonly elf: ElfFile; readonly wants: SearchTags }
  | { readonly outcome: Exclude<Tried["outcome"], "found" | "absent"> };

const EI_CLASS = 4;
const EI_DATA = 5;
const EI_OSABI = 7;
const EI_PAD = 9;
const EI_NIDENT = 16;

/**
 * Looks at a file as a loader does before it maps it (glibc: open_verify and _dl_map_object_from_fd of elf/dl-load.c).
 * A loader passes over a file of another class or machine; any other fault ends its search.
 */
export function examine(file: FoundFile, root: ElfFile, rules: LoaderRules): Examined {
  try {
    return examineElf(file, root, rules);
  } catch (e) {
    if (!isElfError(e)) throw e;
    return { outcome: "invalid" };
  }
}

function examineElf({ source }: FoundFile, root: ElfFile, rules: LoaderRules): Examined {
  const h = root.header;
  const ident = source.read(0, Math.min(source.size, EI_NIDENT));
  const own = root.source.read(0, EI_NIDENT);

  const isWhole = source.size >= headerSize(h) && ident.length === EI_NIDENT;
  if (!isWhole || [0, 1, 2, 3].some((i) => ident[i] !== own[i])) return { outcome: "invalid" };
  if (ident[EI_CLASS] !== own[EI_CLASS]) return { outcome: "other-machine" };
  if (ident[EI_DATA] !== own[EI_DATA]) return { outcome: "invalid" };
  if (rules === "glibc" && !isOurSystem(ident, h.machine)) return { outcome: "invalid" };

  const elf = readElf(source);
  if (elf.header.machine !== h.machine || abiFlags(elf.header) !== abiFlags(h)) return { outcome: "other-machine" };
  if (!isLibrary(elf, rules)) return { outcome: "invalid" };
  return { outcome: "found", elf, wants: readSearchTags(elf) };
}

const SYSTEMS: readonly number[] = [ELFOSABI.NONE, ELFOSABI.GNU];

function isOurSystem(ident: Uint8Array, machine: number): boolean {
  const osabi = ident[EI_OSABI]!;
  const isKnown = SYSTEMS.includes(osabi) || osabi === cardOf(LOADING, machine)?.osabi;
  return isKnown && ident.subarray(EI_PAD).every((byte) => byte === 0);
}

/**
 * Can the file be loaded for another one? It must be dynamic and have something to map. glibc accepts no program; musl
 * does not care.
 */
function isLibrary(elf: ElfFile, rules: LoaderRules): boolean {
  const { type } = elf.header;
  if (elf.dynamic === null || !elf.segments.some((s) => s.type === PT.LOAD)) return false;
  if (rules === "musl") return type === ET.DYN || type === ET.EXEC;

  const flags = elf.dynamic.get(DT.FLAGS_1) ?? 0n;
  return type === ET.DYN && (flags & BigInt(DF_1.PIE)) === 0n;
}
