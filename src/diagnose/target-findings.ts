import { sameMachine } from "../spec/machine-names.js";
import type { Target } from "../targets/target.js";
import type { DiagnosisFinding } from "./diagnosis.js";
import type { Facts } from "./facts.js";
import type { Requirements } from "./versions/required.js";
import { machineOf } from "./versions/symbol-floor.js";
import { interpreterFindings, libraryFindings } from "./target-loader.js";
import { policyFindings, runtimeFindings } from "./target-policy.js";
import { symbolsOnMusl, unversionedOnGlibc } from "./target-symbols.js";
import { systemOf } from "./target-text.js";
import { relrFindings, unknownSymbolFindings, versionFindings } from "./target-versions.js";
import { versionUses } from "./versions/version-uses.js";

/** What would go wrong with the file on its target; empty without one. */
export function targetFindings(f: Facts, { required }: Requirements): DiagnosisFinding[] {
  return f.target === null || !f.hasContents ? [] : [...judge(f, f.target, required["musl"])];
}

function* judge(f: Facts, t: Target, muslRelease: string | undefined): Generator<DiagnosisFinding> {
  // Nothing more to say of another machine's file than that it is one, which a rule does.
  if (t.machine !== null && !sameMachine(t.machine, machineOf(f))) return;
  if (f.linkage === "static" || f.linkage === "static-pie" || f.linkage === "relocatable" || f.linkage === "other") return;
  yield* interpreterFindings(f, t);
  if (f.libc === "none") return;
  yield* libcFindings(f, t);
  if (["bionic", "uclibc", "dietlibc", "klibc"].includes(f.libc)) return;
  yield* libraryFindings(f, t);
  const uses = versionUses(f);
  if (t.libc === "glibc") {
    yield* versionFindings(f, uses, t);
    yield* unknownSymbolFindings(f, uses, t);
    if (f.libc !== "unknown") yield* unversionedOnGlibc(f, uses, t);
    yield* runtimeFindings(f, uses, t);
  } else yield* symbolsOnMusl(f, t);
  yield* relrFindings(f, uses, t);
  yield* policyFindings(f, uses, muslRelease, t);
}

/** The C library that the file was built for is another one than the target's. */
function* libcFindings(f: Facts, t: Target): Generator<DiagnosisFinding> {
  if (f.libc === t.libc || f.libc === "unknown") return;
  const names = [f.libc], system = systemOf(t), build = `Build it for ${t.libc}`;
  if (f.libc !== "glibc" && f.libc !== "musl") yield { rule: "target-libc", severity: "error", names, message: `The file was built for ${f.libc}, ${system} has another C library`, advice: `${build}, or link it statically.` };
  else if (t.libc === "glibc") yield { rule: "target-libc", severity: "error", names, message: `The file was built for musl, ${system} has another C library: other loader, other names, and some types and functions that differ`, advice: `${build} (in an image of the target, not of Alpine), or link it statically against musl.` };
  else
    yield {
      rule: "target-libc", severity: "warning", names, message: `The file was built for glibc, ${system} has another C library: musl takes libc.so.6, libm.so.6 and their like for itself, but does not have all that is in them`,
      advice: `${build} (on Alpine, or for a -musl target), or link it statically; Alpine's package gcompat helps with some programs.`,
    };
}
