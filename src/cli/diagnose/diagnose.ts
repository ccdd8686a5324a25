import { statSync } from "node:fs";
import { diagnose } from "../../diagnose/diagnose.js";
import type { Diagnosis } from "../../diagnose/diagnosis.js";
import { diagnosisRules } from "../../diagnose/rules/rules.js";
import { isElfError } from "../../error.js";
import { isDebugFile } from "../../image/headers/sections.js";
import { Tolerant } from "../../image/tolerant.js";
import { type OpenElfFile, resolveFileLibraries } from "../../node/index.js";
import { parseTarget, tables } from "../../targets/index.js";
import type { Target } from "../../targets/target.js";
import { eachFile, OK, print, REFUSED, USAGE, UsageError, type Verb } from "../command.js";
import { formatDiagnosis } from "./diagnosis-text.js";
import { type Flags, json, parseReadArguments, withFile } from "../read-files.js";
import { printRules } from "../rules.js";

interface Wish {
  readonly target: Target | undefined;
  readonly sysroot: string | undefined;
  readonly scan: boolean;
}

const RAISED = 0o6000;

function diagnoseFile(path: string, elf: OpenElfFile, { target, sysroot, scan }: Wish): Diagnosis {
  const raised = (statSync(path).mode & RAISED) !== 0;
  const libraries =
    sysroot === undefined || new Tolerant().part(() => isDebugFile(elf)) === true || elf.dynamic === null
      ? undefined
      : resolveFileLibraries(path, { sysroot });
  try {
    return diagnose(elf, {
      tables,
      scan,
      ...(target && { target }),
      ...(libraries && { libraries }),
      ...(raised && { raisedRights: true }),
    });
  } finally {
    libraries?.close();
  }
}

/** A name that nobody knows is wrong usage, not a file's fault. */
function targetOf(name: string): Target {
  try {
    return parseTarget(name);
  } catch (e) {
    if (isElfError(e, "UNKNOWN_TARGET")) throw new UsageError(e.message.slice(`${e.code}: `.length));
    throw e;
  }
}

const text = (flag: boolean | string | undefined): string | undefined => (typeof flag === "string" ? flag : undefined);

const OPTIONS = {
  ...json,
  target: { type: "string" },
  sysroot: { type: "string" },
  scan: { type: "boolean" },
  rules: { type: "boolean" },
} as const satisfies Flags;

export const diagnoseVerb: Verb = {
  name: "diagnose",
  help: `usage: elfwright diagnose [OPTIONS] FILE…
       elfwright diagnose [--json] --rules

Says what a binary is and on what systems it runs, from the file alone: nothing is run, and any machine's files will do,
stripped or not. Each conclusion comes with its evidence, each finding with what to do. Exits with 1 when a finding is
of level error.
  --target TARGET   what would go wrong there: a distribution (centos7, ubuntu22.04, debian:bookworm, alpine3.18), a C
                    library (glibc:2.17, musl, musl:1.2.4), or a policy of Python wheels (manylinux_2_17)
  --sysroot DIR     also look at the libraries that would be loaded when DIR is the root directory: missing, unused,
                    of another C library; / is this system
  --scan            also look for ELF files inside of the file's data
  --rules           list every rule with its severity, what it finds and what to do about it
  --json            an array of { file, libc, linkage, … }, or of { id, severity, sentence, advice } (see docs/json.md)`,
  usageCode: USAGE,
  run(args) {
    const { files, flags } = parseReadArguments(args, OPTIONS, "rules");
    if (flags["rules"] === true) {
      printRules(diagnosisRules, flags["json"] === true);
      return OK;
    }

    const target = text(flags["target"]);
    const wish: Wish = {
      target: target === undefined ? undefined : targetOf(target),
      sysroot: text(flags["sysroot"]),
      scan: flags["scan"] === true,
    };
    const work = (file: string): { file: string } & Diagnosis => ({
      file,
      ...withFile(file, (elf) => diagnoseFile(file, elf, wish)),
    });
    let gap = "";
    const { results, failed } = eachFile(files, flags["json"] === true, work, ({ file, ...d }) => {
      print(gap + formatDiagnosis(file, d));
      gap = "\n";
    });
    return failed || results.some((r) => r.findings.some((f) => f.severity === "error")) ? REFUSED : OK;
  },
};
