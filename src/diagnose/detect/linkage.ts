import type { ElfFile } from "../../image/elf.js";
import { DF_1, ET } from "../../spec/constants.js";
import { DT } from "../../spec/dynamic.js";
import type { DiagnosedLinkage, Evidence } from "../diagnosis.js";
import { evidenceOf } from "./evidence.js";
import { loaderLibc } from "./libc-names.js";
import { pluginEvidence } from "./plugins.js";
import type { DiagnosedSubject } from "../subject.js";

const evidence = /* @__PURE__ */ evidenceOf("linkage");

/** {@link ElfFile.linkage} in finer steps. */
export function diagnoseLinkage(subject: DiagnosedSubject): { linkage: DiagnosedLinkage; evidence: Evidence[] } {
  const { elf, interpreter, needed, tolerant, hasContents } = subject;
  if (!hasContents) return { linkage: "debug-file", evidence: [] };

  const linkage = tolerant.part(() => elf.linkage) ?? "other";
  if (linkage === "shared-library" || isLibraryWithLoader(subject)) {
    const plugin = pluginEvidence(subject);
    return plugin ? { linkage: "plugin", evidence: [plugin] } : { linkage: "shared-library", evidence: [] };
  }

  // klibc's loader is the library itself.
  const isAlone = interpreter !== null && needed.length === 0 && loaderLibc(interpreter) !== "klibc";
  if (linkage !== "dynamic" || !isAlone) return { linkage, evidence: [] };

  const why = `names the loader ${interpreter}, but needs no library`;
  return { linkage: "interpreter-only", evidence: [evidence("no-needed", "interpreter-only", why)] };
}

/**
 * Is it a library that can be started, to print its version (libc.so.6)? Such a library has PT_INTERP, but also the
 * DT_SONAME of a library, and no mark of a program.
 */
function isLibraryWithLoader({ elf, interpreter, tolerant }: DiagnosedSubject): boolean {
  if (interpreter === null || elf.header.type !== ET.DYN) return false;
  return tolerant.part(() => hasSonameOnly(elf)) ?? false;
}

function hasSonameOnly({ dynamic, soname }: ElfFile): boolean {
  if (dynamic === null || soname === null) return false;

  if (dynamic.get(DT.DEBUG) !== undefined) return false;
  return ((dynamic.get(DT.FLAGS_1) ?? 0n) & BigInt(DF_1.PIE)) === 0n;
}
