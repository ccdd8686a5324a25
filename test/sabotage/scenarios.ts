import * as lib from "../../src/index.js";
import type { Edit, ElfFile, PatchOptions } from "../../src/index.js";
import { HUGE, LONG } from "../corpus/wishes.js";
import { everyEdit, type Way } from "../support/every-edit.js";
import type { Input, Purpose } from "./inputs.js";

/** One patch of one file. */
export interface Scenario {
  readonly name: string;
  readonly input: Uint8Array;
  readonly run: () => Uint8Array;
}

/** Names of edits of {@link everyEdit} that reach most of the sources together. */
const SOME: readonly string[] = [
  "setRunpath huge",
  "setInterpreter long",
  "addNeeded 6",
  "replaceNeeded",
  "all at once",
  "removeRunpath",
  "addGnuHash",
  "rename",
  "removeNeededWeaken",
  "clearVersion",
  "addVersion",
  "removeVersionDrop",
  "onlyKeepDebug",
  "removeForced",
  "removeZeroed",
];

/** Fewer, for real files. */
const FEW: readonly string[] = [
  "setInterpreter long",
  "replaceNeeded",
  "all at once",
  "removeNeededWeaken",
  "onlyKeepDebug",
];

/** Edits of the not loaded part. */
const STRIPS: readonly string[] = [
  "stripUnneeded",
  "removeSections",
  "stripDebug",
  "stripAll",
  "stripAllForce",
  "discardLocals",
  "discardTemporary",
  "keepSymbols",
  "stripSymbols",
  "keepFiles",
  "keepSections",
  "removeRelocations",
  "addDebugLink",
  "onlyKeepDebug",
];

const SHORT = "/opt/x";

/** Combinations, and edits that {@link everyEdit} does not have. */
function together(elf: ElfFile): Way[] {
  const symbols = elf.dynamicSymbols?.exact ? [...elf.dynamicSymbols].map((s) => s.name).filter((n) => n !== "") : [];
  const renamed = Object.fromEntries(symbols.map((name) => [name, `${name}_by_elfwright`]));
  const [need] = elf.versionNeeds;
  const ways: Record<string, () => Edit[]> = {
    "a short search path": () => [lib.setRunpath(SHORT)],
    "a search path that ends another string": () => [lib.setRunpath("lib")],
    "all renamed, both hash tables": () => [lib.renameDynamicSymbols(renamed), lib.addHash(), lib.addGnuHash()],
    "a stack, a path and a loader": () => [
      lib.setExecstack(true),
      lib.setRunpath(HUGE),
      ...(elf.interpreter === null ? [] : [lib.setInterpreter(LONG)]),
    ],
    "a path of more than a page": () => [lib.setRunpath("/opt/elfwright/".repeat(380))],
    "the names of symbols go": () => [lib.removeSections(".strtab")],
    "the path of the loader becomes zeros": () => [lib.removeSections(".interp", { force: true, zero: true })],
    "the first notes go": () => [lib.removeSections(".note.gnu.build-id", { force: true })],
    "the notes behind them become zeros": () => [lib.removeSections(".note.own", { force: true, zero: true })],
    "a string that the old path ends with": () => [lib.setRunpath(SHORT), lib.addNeeded("other/lib")],
    "a strip and a path": () => [lib.stripUnneeded(), lib.setRunpath(HUGE), lib.removeSections(".comment")],
    "a link to a debug file and a path": () => [lib.addDebugLink("x.debug", 0x12345678), lib.setRunpath(LONG)],
    "larger pages and a path": () => [lib.raiseAlignment(65536), lib.setRunpath(LONG), lib.stripDebug()],
  };
  if (need) {
    ways["versions renamed, added and renamed symbols"] = () => [
      lib.replaceNeeded(need.file, "libother.so.6"),
      lib.addVersionNeed("libother.so.6", "NEW_1", { symbols: symbols[0] }),
      lib.renameDynamicSymbols(renamed),
    ];
  }

  return Object.entries(ways).map(([name, edits]): Way => ({ name, edits }));
}

const named = (ways: readonly Way[], names: readonly string[]): Way[] => ways.filter((w) => names.includes(w.name));

/** The ways in which a file is patched. */
function waysFor(elf: ElfFile, purpose: Purpose): Way[] {
  const every = everyEdit(elf);
  switch (purpose) {
    case "every edit":
      return [...every, ...together(elf)];
    case "some edits":
      return [...named(every, SOME), ...together(elf)];
    case "few edits":
      return [...named(every, FEW), ...together(elf)];
    case "overlay":
      return named(every, ["setRunpath huge", "stripUnneeded", "stripDebug", "all at once", "removeSections"]);
    case "pages":
      return [...named(every, ["raise16", "raise64"]), ...together(elf)];
    case "strip":
      return named(every, STRIPS);
    case "archive":
      return [
        ...named(every, ["stripUnneeded", "stripDebug", "keepSymbols"]),
        { name: "a symbol goes", edits: () => [lib.stripSymbols("defined")] },
      ];
  }
}

const OVERLAYS: readonly PatchOptions[] = [{}, { overlay: "keep" }, { overlay: "keep-in-place" }, { overlay: "drop" }];

const OPTIONS: Readonly<Partial<Record<Purpose, readonly PatchOptions[]>>> = {
  overlay: OVERLAYS,
  archive: [{}, { deterministic: true }],
};

/** All patches of a file. */
export function scenariosOf({ name, purpose, bytes }: Input): Scenario[] {
  // The edits of a static library are those of any of its members.
  const elf = lib.readElf(purpose === "archive" ? firstMember(bytes) : bytes);
  return waysFor(elf, purpose).flatMap((way) =>
    (OPTIONS[purpose] ?? [{}]).map((options): Scenario => {
      const said = Object.values(options).join(" ");
      return {
        name: [name, way.name, said].filter((text) => text !== "").join(": "),
        input: bytes,
        run: () => lib.patch(bytes, way.edits(), options).bytes,
      };
    }),
  );
}

/** The first ELF file in a static library, up to its end. */
function firstMember(bytes: Uint8Array): Uint8Array {
  const at = bytes.findIndex((_, i) => bytes[i] === 0x7f && bytes[i + 1] === 0x45 && bytes[i + 2] === 0x4c);
  return bytes.subarray(at);
}
