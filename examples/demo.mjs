// @ts-check
// The main job, end to end: an Alpine-built program becomes one that runs on glibc. Run by `npm run demo`.
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check, diagnose, patch, readElf, removeSections, replaceNeeded, setInterpreter, setRunpath, stripUnneeded } from "elfwright";
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

const before = readFileSync(program);
console.log(`before: fixtures/bin/x86_64-musl-pie, built for Alpine (musl)\n${summary(before)}`);

const result = patch(before, [
  setInterpreter(GLIBC_LOADER),
  replaceNeeded({ "libc.musl-x86_64.so.1": "libc.so.6" }),
  setRunpath("$ORIGIN/../lib:/usr/local/lib"),
  stripUnneeded(),
  removeSections(".comment"),
]);

console.log(`\nafter: one pass\n${summary(result.bytes)}`);
console.log("\nwhat changed, in ELF terms");
for (const c of result.changes) console.log(`  ${JSON.stringify(c)}`);
console.log("\nwhere it went");
for (const p of result.plan.placements) console.log(`  ${p.region}: ${p.size} bytes at 0x${p.offset.toString(16)}, ${p.strategy}: ${p.why}`);
for (const n of result.notes) console.log(`  note: ${n.message}`);

const findings = check(readElf(result.bytes));
console.log(`\nchecks: ${findings.length === 0 ? "no findings" : ""}`);
for (const f of findings) console.log(`  ${f.severity} ${f.rule} ${f.at}: ${f.message}`);
if (findings.some((f) => f.severity === "error")) process.exit(1);

console.log("\nwhat diagnose says of the result, notes aside");
for (const f of diagnose(readElf(result.bytes), { tables }).findings) if (f.severity !== "note") console.log(`  ${f.severity} ${f.rule}: ${f.message}`);

if (process.platform !== "linux" || process.arch !== "x64" || !existsSync(GLIBC_LOADER)) console.log(`\nnot run: this host has no ${GLIBC_LOADER}`);
else {
  const dir = mkdtempSync(join(tmpdir(), "elfwright-demo-")), path = join(dir, "program");
  try {
    writeFileSync(path, result.bytes);
    chmodSync(path, 0o755);
    const ran = spawnSync(path, { encoding: "utf8" });
    console.log(`\nit runs on this glibc host; exit ${ran.status}, and it says\n${ran.stdout.replace(/^/gm, "  ").trimEnd()}${ran.stderr}`);
    if (ran.status !== 0) process.exit(1);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
