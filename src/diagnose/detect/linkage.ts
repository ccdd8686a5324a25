import { DF_1, ET } from "../../spec/constants.js";
import { DT } from "../../spec/dynamic.js";
import type { DiagnosedLinkage, Evidence } from "../diagnosis.js";
import { evidenceOf } from "./evidence.js";
import { loaderLibc } from "./libc-names.js";
import { pluginEvidence } from "./plugins.js";
import type { DiagnosedSubject } from "../subject.js";

const evidence = evidenceOf("linkage");

/** {@link ElfFile.linkage}, told finer. */
export function diagnoseLinkage(s: DiagnosedSubject): { linkage: DiagnosedLinkage; evidence: Evidence[] } {
  const linkage = s.tolerant.part(() => s.elf.linkage) ?? "other";
  if (linkage === "shared-library" || isLibraryWithLoader(s)) {
    const plugin = pluginEvidence(s);
    return plugin ? { linkage: "plugin", evidence: [plugin] } : { linkage: "shared-library", evidence: [] };
  }
  if (linkage !== "dynamic" || s.interpreter === null || s.needed.length > 0 || loaderLibc(s.interpreter) === "klibc") {
    return { linkage, evidence: [] };
  }

  return {
    linkage: "interpreter-only",
    evidence: [evidence("no-needed", "interpreter-only", `names the loader ${s.interpreter}, but needs no library`)],
  };
}

/**
 * Libraries that can be started, to print their version (libc.so.6): they have PT_INTERP, but a name to be needed by,
 * and no mark of a program.
 */
function isLibraryWithLoader({ elf, interpreter, tolerant }: DiagnosedSubject): boolean {
  if (interpreter === null || elf.header.type !== ET.DYN) return false;
  return (
    tolerant.part(() => {
      const d = elf.dynamic;
      return (
        d !== null &&
        elf.soname !== null &&
        d.get(DT.DEBUG) === undefined &&
        ((d.get(DT.FLAGS_1) ?? 0n) & BigInt(DF_1.PIE)) === 0n
      );
    }) ?? false
  );
}
