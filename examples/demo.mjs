// @ts-check
// The main job, end to end: an Alpine-built program becomes one that runs on glibc. Run by `npm run demo`.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check, diagnose, patch, readElf } from "elfwright";
import { removeSections, replaceNeeded, setInterpreter, setRunpath, stripUnneeded } from "elfwright";
import { tables } from "elfwright/targets";

const GLIBC_LOADER = "/lib64/ld-linux-x86-64.so.2";
const program = new URL("../fixtures/bin/x86_64-musl-pie", import.meta.url);

/** @param {Uint8Array} bytes */
function summary(bytes) {
  const elf = readElf(bytes);
  return [
    `  interpreter  ${elf.interpreter}`,
    `  needed       ${elf.needed.join(", ")}`,
    `  runpath      ${elf.runpath ?? "none"}`,
    `  sections     ${elf.sections.length}, size ${bytes.length} bytes`,
  ].join("\n");
}

/** @param {Uint8Array} bytes */
function runProgram(bytes) {
  const folder = mkdtempSync(join(tmpdir(), "elfwright-demo-"));
  const path = join(folder, "program");
  try {
    writeFileSync(path, bytes, { mode: 0o755 });
    return spawnSync(path, { encoding: "utf8" });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const before = readFileSync(program);
console.log(`before: fixtures/bin/x86_64-musl-pie, built for Alpine (musl)\n${summary(before)}`);

const { bytes, changes, notes, plan } = patch(before, [
  setInterpreter(GLIBC_LOADER),
  replaceNeeded("libc.musl-x86_64.so.1", "libc.so.6"),
  setRunpath("$ORIGIN/../lib", "/usr/local/lib"),
  stripUnneeded(),
  removeSections(".comment"),
]);

console.log(`\nafter: one pass\n${summary(bytes)}`);
console.log("\nwhat changed, in ELF terms");
for (const change of changes) console.log(`  ${JSON.stringify(change)}`);

console.log("\nwhere it went");
for (const { region, size, offset, strategy, why } of plan.placements) {
  console.log(`  ${region}: ${size} bytes at 0x${offset.toString(16)}, ${strategy}: ${why}`);
}
for (const { message } of notes) console.log(`  note: ${message}`);

const findings = check(readElf(bytes));
console.log(`\nchecks: ${findings.length === 0 ? "no findings" : ""}`);
for (const { severity, rule, at, message } of findings) console.log(`  ${severity} ${rule} ${at}: ${message}`);
if (findings.some((f) => f.severity === "error")) process.exit(1);

console.log("\nwhat diagnose says of the result, notes aside");
for (const { severity, rule, message } of diagnose(readElf(bytes), { tables }).findings) {
  if (severity !== "note") console.log(`  ${severity} ${rule}: ${message}`);
}

const runsHere = process.platform === "linux" && process.arch === "x64" && existsSync(GLIBC_LOADER);
if (!runsHere) {
  console.log(`\nnot run: this host has no ${GLIBC_LOADER}`);
} else {
  const { status, stdout, stderr } = runProgram(bytes);
  const said = stdout.replace(/^/gm, "  ").trimEnd();
  console.log(`\nit runs on this glibc host; exit ${status}, and it says\n${said}${stderr}`);
  if (status !== 0) process.exit(1);
}
