import { statSync } from "node:fs";
import { diagnose } from "../../diagnose/diagnose.js";
import type { Diagnosis } from "../../diagnose/diagnosis.js";
import { diagnosisRules } from "../../diagnose/rules/rules.js";
import { isElfError } from "../../error.js";
import { isDebugFile } from "../../image/headers/sections.js";
import { Tolerant } from "../../image/tolerant.js";
import type { OpenElfFile } from "../../node/read-file.js";
import { type OpenLibraryTree, resolveFileLibraries } from "../../node/resolve.js";
import { parseTarget, tables } from "../../targets/index.js";
import type { Target } from "../../targets/target.js";
import { eachFile, OK, print, REFUSED, USAGE, UsageError, type Verb } from "../command.js";
import { formatDiagnosis } from "./diagnosis-text.js";
import { type Flags, jsonFlag, parseReadArguments, withFile } from "../read-files.js";
import { printRules } from "../rules.js";

interface Wish {
  readonly target: Target | undefined;
  readonly sysroot: string | undefined;
  readonly scan: boolean;
}

/** The set-user-ID and set-group-ID bits. */
const RAISED = 0o6000;

/** The libraries of the file below a root directory. Undefined for a file that no loader reads. */
function librariesOf(path: string, elf: OpenElfFile, sysroot: string | undefined): OpenLibraryTree | undefined {
  if (sysroot === undefined) return undefined;
  if (new Tolerant().part(() => isDebugFile(elf)) === true || elf.dynamic === null) return undefined;
  return resolveFileLibraries(path, { sysroot });
}

function diagnoseFile(path: string, elf: OpenElfFile, { target, sysroot, scan }: Wish): Diagnosis {
  const hasRaisedRights = (statSync(path).mode & RAISED) !== 0;
  const libraries = librariesOf(path, elf, sysroot);
  try {
    return diagnose(elf, {
      tables,
      scan,
      ...(target && { target }),
      ...(libraries && { libraries }),
      ...(hasRaisedRights && { raisedRights: true }),
    });
  } finally {
    libraries?.close();
  }
}

/** The target of this name. An unknown name is wrong usage. */
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
  ...jsonFlag,
  target: { type: "string" },
  sysroot: { type: "string" },
  scan: { type: "boolean" },
  rules: { type: "boolean" },
} as const satisfies Flags;

export const diagnoseVerb: Verb = {
  name: "diagnose",
  help: `usage: elfwright diagnose [OPTIONS] FILE…
       elfwright diagnose [--json] --rules

Says what a binary is and on what systems it runs, from the file alone: nothing is run. The file
may be for any machine, stripped or not. Each conclusion comes with its evidence, each finding with
what to do. Exits with 1 when a finding is of level error.
  --target TARGET   what would go wrong there: a distribution (centos7, ubuntu22.04,
                    debian:bookworm, alpine3.18), a C library (glibc:2.17, musl, musl:1.2.4), or a
                    policy of Python wheels (manylinux_2_17)
  --sysroot DIR     also look at the libraries that would be loaded with DIR as the root directory:
                    missing, unused, of another C library; / is this system
  --scan            also look for ELF files inside the file's data
  --rules           list every rule with its severity, what it finds and what to do about it
  --json            an array of { file, libc, linkage, … }, or of
                    { id, severity, sentence, advice } (see docs/json.md)`,
  usageCode: USAGE,
  async run(args) {
    const { files, flags } = parseReadArguments(args, OPTIONS, "rules");
    const asJson = flags["json"] === true;
    if (flags["rules"] === true) {
      printRules(diagnosisRules, asJson);
      return OK;
    }

    const target = text(flags["target"]);
    const wish: Wish = {
      target: target === undefined ? undefined : targetOf(target),
      sysroot: text(flags["sysroot"]),
      scan: flags["scan"] === true,
    };
    const entryOf = (file: string): { file: string } & Diagnosis => ({
      file,
      ...withFile(file, (elf) => diagnoseFile(file, elf, wish)),
    });

    let gap = "";
    const { results, failed } = await eachFile(files, asJson, entryOf, ({ file, ...diagnosis }) => {
      print(gap + formatDiagnosis(file, diagnosis));
      gap = "\n";
    });

    const wrong = results.some(({ findings }) => findings.some((finding) => finding.severity === "error"));
    return failed || wrong ? REFUSED : OK;
  },
};
