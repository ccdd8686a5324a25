import {
  addNeeded,
  type Edit,
  type ElfFile,
  noDefaultLib,
  removeSections,
  replaceNeeded,
  setExecstack,
  setInterpreter,
  setRunpath,
  setSoname,
  stripUnneeded,
} from "../../src/index.js";

/** What a patch must make of a file. The edits follow from it, and so does what the result must say. */
export interface Wish {
  readonly name: string;
  readonly runpath?: string;
  readonly interpreter?: string;
  readonly soname?: string;
  /** Old to new name. */
  readonly renamed?: Readonly<Record<string, string>>;
  readonly added?: readonly string[];
  readonly noDefaultLib?: true;
  readonly execstack?: boolean;
  readonly stripped?: true;
  /** Names of sections that go. */
  readonly removed?: readonly string[];
}

export const LONG = "/opt/elfwright/".repeat(20);
export const HUGE = "/opt/elfwright/".repeat(700);

const SIX = Array.from({ length: 6 }, (_, i) => `libelfwright-added-${i}.so.1`);

/** Every single wish that this file can take, and all at once. */
export function wishesFor(elf: ElfFile): Wish[] {
  const names = [...new Set(elf.needed)].filter((n) => n !== "");
  const renamed = Object.fromEntries(names.map((n) => [n, `${n.replace(/\.so/, "-renamed-by-elfwright.so")}.longer`]));
  const singles: Wish[] = [
    { name: "setRunpath long", runpath: LONG },
    { name: "setRunpath huge", runpath: HUGE },
    ...(elf.interpreter === null ? [] : [{ name: "setInterpreter long", interpreter: `${LONG}ld-elfwright.so.1` }]),
    { name: "addNeeded 6", added: SIX },
    ...(names.length === 0 ? [] : [{ name: "replaceNeeded", renamed }]),
    { name: "setSoname longer", soname: `${elf.soname ?? "lib"}-named-by-elfwright.so` },
    { name: "noDefaultLib", noDefaultLib: true },
    { name: "setExecstack on", execstack: true },
    { name: "setExecstack off", execstack: false },
    { name: "stripUnneeded", stripped: true },
    { name: "removeSections", removed: [".comment"] },
  ];
  const all = singles.filter((w) => w.name !== "setRunpath long" && w.name !== "setExecstack on");

  return [...singles, { ...(Object.assign({}, ...all) as Wish), name: "all at once" }];
}

/** The edits of a wish. */
export function editsOf(w: Wish): Edit[] {
  const edits: Edit[] = [];
  if (w.runpath !== undefined) edits.push(setRunpath(w.runpath));
  if (w.interpreter !== undefined) edits.push(setInterpreter(w.interpreter));
  if (w.renamed) edits.push(replaceNeeded(w.renamed));
  if (w.added) edits.push(addNeeded(w.added));
  if (w.soname !== undefined) edits.push(setSoname(w.soname));
  if (w.noDefaultLib) edits.push(noDefaultLib());
  if (w.execstack !== undefined) edits.push(setExecstack(w.execstack));
  if (w.stripped) edits.push(stripUnneeded());
  if (w.removed) edits.push(removeSections(...w.removed));

  return edits;
}
