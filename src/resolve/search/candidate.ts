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
import { readWants, type Wants } from "./object.js";
import type { LoaderRules, Tried } from "../tree.js";

/** What a loader makes of a file. */
export type Examined =
  | { readonly outcome: "found"; readonly elf: ElfFile; readonly wants: Wants }
  | { readonly outcome: Exclude<Tried["outcome"], "found" | "absent"> };

const EI_CLASS = 4;
const EI_DATA = 5;
const EI_OSABI = 7;
const EI_PAD = 9;
const EI_NIDENT = 16;

/**
 * Looks at a file as a loader does before it maps it (glibc: open_verify and _dl_map_object_from_fd of elf/dl-load.c).
 * A file of another class or machine is passed over there; any other fault ends the search.
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
  const isElf =
    source.size >= headerSize(h) && ident.length === EI_NIDENT && [0, 1, 2, 3].every((i) => ident[i] === own[i]);
  if (!isElf) return { outcome: "invalid" };
  if (ident[EI_CLASS] !== own[EI_CLASS]) return { outcome: "other-machine" };
  if (ident[EI_DATA] !== own[EI_DATA] || (rules === "glibc" && !isOurSystem(ident, h.machine))) {
    return { outcome: "invalid" };
  }

  const elf = readElf(source);
  if (elf.header.machine !== h.machine || abiFlags(elf.header) !== abiFlags(h)) return { outcome: "other-machine" };
  return isLibrary(elf, rules) ? { outcome: "found", elf, wants: readWants(elf) } : { outcome: "invalid" };
}

const SYSTEMS: readonly number[] = [ELFOSABI.NONE, ELFOSABI.GNU];

function isOurSystem(ident: Uint8Array, machine: number): boolean {
  const known = SYSTEMS.includes(ident[EI_OSABI]!) || ident[EI_OSABI] === cardOf(LOADING, machine)?.osabi;
  return known && ident.subarray(EI_PAD).every((b) => b === 0);
}

/**
 * Can it be loaded for another file: a dynamic one with something to map. glibc takes no program, musl does not care.
 */
function isLibrary(elf: ElfFile, rules: LoaderRules): boolean {
  const { type } = elf.header;
  if (elf.dynamic === null || !elf.segments.some((s) => s.type === PT.LOAD)) return false;
  if (rules === "musl") return type === ET.DYN || type === ET.EXEC;
  return type === ET.DYN && ((elf.dynamic.get(DT.FLAGS_1) ?? 0n) & BigInt(DF_1.PIE)) === 0n;
}
