import { diagnose } from "../../diagnose/diagnose.js";
import type { ElfFile } from "../../image/elf.js";
import { refuseArgument } from "../../input.js";
import { quote } from "../../report/text/print.js";
import { compareVersions } from "../../spec/version-names.js";
import type { Target } from "../../targets/target.js";
import { type ElfSubject, judge, listed, type Verdict } from "./verdict.js";

/** Reads what a diagnosis rests on: it leaves out what cannot be read, and a test must not take that for nothing. */
function readWhole(elf: ElfFile): void {
  void [elf.segments, elf.needed, elf.interpreter, elf.versionNeeds, elf.versionDefinitions, elf.dynamicSymbols];
}

/**
 * Does the file load with this release of glibc? The versions that it needs say so (.gnu.version_r; LSB, "Symbol
 * Versioning"), weak ones aside. A file that needs no version of glibc passes.
 */
export function toRequireGlibcAtMost(subject: ElfSubject, release: string): Verdict {
  const isRelease = typeof release === "string" && /^\d+(\.\d+)+$/.test(release);
  if (!isRelease) refuseArgument("toRequireGlibcAtMost", 'a release of glibc, "2.17"', release);
  const question = {
    to: `require glibc ${release} at most`,
    table: "versions needed",
    expected: `GLIBC_${release} or older`,
    unexpected: `a version above GLIBC_${release}`,
  };

  return judge(subject, question, (elf) => {
    readWhole(elf);
    const floor = diagnose(elf).floor.filter((entry) => entry.family === "GLIBC" && !entry.weak);
    const above = floor.filter((entry) => compareVersions(entry.version, release) > 0);
    const shown = above.length > 0 ? above : floor.slice(0, 1);
    const found = shown.map(({ library, version, symbols }) => {
      const users = listed([...symbols], library === null ? "DT_RELR" : "no symbol names it", 5);
      return `GLIBC_${version}${library === null ? "" : ` of ${library}`}: ${users}`;
    });
    return {
      pass: above.length === 0,
      where: ".gnu.version_r",
      found: found.length > 0 ? found : ["no version of glibc"],
    };
  });
}

function assertTarget(target: unknown): asserts target is Target {
  const isTarget = typeof target === "object" && target !== null && "libc" in target && "tables" in target;
  if (!isTarget) {
    refuseArgument("toRunOn", "a target", target, 'parseTarget("centos7") of elfwright/targets makes one');
  }
}

/** Does `diagnose` find nothing that would stop the file on this system? */
export function toRunOn(subject: ElfSubject, target: Target): Verdict {
  assertTarget(target);
  const release = `${target.libc} ${target.version}`;
  const name = target.name.startsWith(target.libc) ? release : `${target.name} (${release})`;
  const question = {
    to: `run on ${name}`,
    table: "diagnosis",
    expected: "no finding of severity error",
    unexpected: "an error",
  };

  return judge(subject, question, (elf) => {
    readWhole(elf);
    const errors = diagnose(elf, { target }).findings.filter((finding) => finding.severity === "error");
    const found = errors.map(({ rule, message, names = [] }) => {
      const about = names.filter((n) => !message.includes(n));
      return `${rule}: ${message}${about.length === 0 ? "" : ` (${listed(about.map(quote), "", 4)})`}`;
    });
    return { pass: errors.length === 0, found: found.length > 0 ? found : ["no error"] };
  });
}
