import { isElfError } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import { readElf } from "../../image/read-elf.js";
import { type MachineKind, sameMachine } from "../../spec/machine-names.js";
import { cardsOf } from "../../spec/machines/card-of.js";
import { LOADING } from "../../spec/machines/lists/loading.js";
import type { SeenFiles } from "./files.js";
import type { Missing } from "./load.js";

/**
 * The machine of a system on which nothing was found that a file needs: by libraries of those names for another
 * machine, or else by the loaders that are there. Undefined where nothing is missing, the system has a loader for the
 * file's machine, or nothing tells.
 */
export function machineOfOthers(files: SeenFiles, root: ElfFile, missing: readonly Missing[]): MachineKind | undefined {
  if (missing.length === 0) return undefined;

  const passedOver = missing.flatMap(({ edge }) => edge.tried.filter((t) => t.outcome === "other-machine"));
  const others: MachineKind[] = [];
  for (const path of [...passedOver.map((t) => t.path), ...knownLoaders()]) {
    const machine = machineAt(files, path);
    if (machine === undefined) continue;
    if (sameMachine(machine, root.header)) return undefined;
    others.push(machine);
  }
  return others[0];
}

/** The usual paths of the loaders of glibc and musl on all machines. */
const knownLoaders = (): string[] =>
  cardsOf(LOADING).flatMap(({ card }) =>
    (card.abis ?? []).flatMap(({ loaders, muslArch }) =>
      muslArch === null ? loaders : [...loaders, `/lib/ld-musl-${muslArch}.so.1`],
    ),
  );

function machineAt(files: SeenFiles, path: string): MachineKind | undefined {
  const file = files.find(path);
  if (!file) return undefined;

  try {
    const { machine, class: elfClass, littleEndian } = readElf(file.source).header;
    return { machine, class: elfClass, littleEndian };
  } catch (e) {
    if (!isElfError(e)) throw e;
    return undefined;
  }
}
