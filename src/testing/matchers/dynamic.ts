import { hex } from "../../error.js";
import type { ElfFile } from "../../image/elf.js";
import { quote } from "../../report/text/print.js";
import { PT } from "../../spec/constants.js";
import { someTexts, textOrNone, textsAmong } from "./arguments.js";
import { type ElfSubject, judge, listed, type Verdict } from "./verdict.js";

/** Names as a matcher takes them: one, several, or a list. */
export type TextArguments = readonly string[] | readonly [texts: readonly string[]];

const dynamicPlace = ({ dynamic }: ElfFile): string =>
  dynamic ? `dynamic section at offset ${hex(dynamic.offset)}` : "a file without a dynamic section";

/** Does the file need all of these libraries (DT_NEEDED; gABI, "Dynamic Section")? The opposite: does it need none? */
export function toNeed(subject: ElfSubject, ...names: TextArguments): Verdict {
  const wanted = someTexts("toNeed", names);
  const list = wanted.map(quote).join(" and ");
  const question = {
    to: `need ${list}`,
    table: "DT_NEEDED",
    expected: list,
    unexpected: `no ${wanted.map(quote).join(", no ")}`,
  };

  return judge(subject, question, (elf) => ({
    pass: wanted.every((name) => elf.needed.includes(name)),
    opposite: !wanted.some((name) => elf.needed.includes(name)),
    where: dynamicPlace(elf),
    found: [listed(elf.needed.map(quote), "no entry", 20)],
  }));
}

/** Is DT_RUNPATH these directories, in this order? Without any: is there one? */
export function toHaveRunpath(subject: ElfSubject, ...directories: TextArguments): Verdict {
  const texts = textsAmong("toHaveRunpath", directories);
  const wanted = texts.length > 0 ? texts.join(":") : undefined;
  const question = {
    to: wanted === undefined ? "have a runpath" : `have the runpath ${quote(wanted)}`,
    table: "DT_RUNPATH",
    expected: wanted === undefined ? "any path" : quote(wanted),
    unexpected: wanted === undefined ? "no DT_RUNPATH" : `another path, or none`,
  };

  return judge(subject, question, (elf) => {
    const { runpath, rpath } = elf;
    const found = [runpath === null ? "no DT_RUNPATH" : quote(runpath)];
    // glibc's and musl's loaders look at DT_RPATH where there is no DT_RUNPATH, so people take one for the other.
    if (rpath !== null) found.push(`DT_RPATH ${quote(rpath)}, which is another tag`);
    const pass = wanted === undefined ? runpath !== null : runpath === wanted;
    return { pass, where: dynamicPlace(elf), found };
  });
}

/** Is this the name of the library (DT_SONAME)? Without one: does it have a name? */
export function toHaveSoname(subject: ElfSubject, name?: string): Verdict {
  const wanted = textOrNone("toHaveSoname", name);
  const question = {
    to: wanted === undefined ? "have a soname" : `have the soname ${quote(wanted)}`,
    table: "DT_SONAME",
    expected: wanted === undefined ? "any name" : quote(wanted),
    unexpected: wanted === undefined ? "no DT_SONAME" : "another name, or none",
  };

  return judge(subject, question, (elf) => ({
    pass: wanted === undefined ? elf.soname !== null : elf.soname === wanted,
    where: dynamicPlace(elf),
    found: [elf.soname === null ? "no DT_SONAME" : quote(elf.soname)],
  }));
}

/** Is this the path of the dynamic loader (PT_INTERP)? Without one: does the file name a loader? */
export function toHaveInterpreter(subject: ElfSubject, path?: string): Verdict {
  const wanted = textOrNone("toHaveInterpreter", path);
  const question = {
    to: wanted === undefined ? "have an interpreter" : `have the interpreter ${quote(wanted)}`,
    table: "PT_INTERP",
    expected: wanted === undefined ? "any path" : quote(wanted),
    unexpected: wanted === undefined ? "no PT_INTERP" : "another path, or none",
  };

  return judge(subject, question, (elf) => {
    const { interpreter } = elf;
    const segment = elf.segments.find((s) => s.type === PT.INTERP);
    return {
      pass: wanted === undefined ? interpreter !== null : interpreter === wanted,
      where: segment ? `offset ${hex(segment.exact("offset"))}` : "which the file has not",
      found: [interpreter === null ? "no PT_INTERP" : quote(interpreter)],
    };
  });
}
