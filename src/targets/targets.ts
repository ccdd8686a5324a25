import { fail } from "../error.js";
import { compareVersions } from "../spec/version-names.js";
import { distributions, findDistribution } from "./distributions.js";
import { MACHINE_NAMES, type MachineName, machineNamed } from "../spec/machine-names.js";
import { policyNamed, policyNames } from "./policy-table.js";
import { tables } from "./tables.js";
import type { Machine, Target } from "./target.js";

/** A machine by its name, or by what a file's header says. */
export type MachineChoice = Machine | MachineName;

const VERSION = /^\d+\.\d+(\.\d+)?$/;

function machineOf(choice: MachineChoice | undefined): Machine | null {
  if (choice === undefined || typeof choice === "object") return choice ?? null;
  if (!MACHINE_NAMES.includes(choice)) {
    fail("UNKNOWN_TARGET", `${choice} is no machine that the tables know: ${MACHINE_NAMES.join(", ")}`, {
      target: choice,
      known: MACHINE_NAMES,
    });
  }
  return machineNamed(choice);
}

/** A version that the tables know. */
function release(libc: "glibc" | "musl", version: string): string {
  const last = tables.newest[libc];
  if (!VERSION.test(version)) {
    fail("UNKNOWN_TARGET", `${JSON.stringify(version)} is no version of ${libc}: write it like ${last}`, {
      target: `${libc}:${version}`,
      known: [last],
    });
  }
  if (compareVersions(version, last) > 0) {
    fail("UNKNOWN_TARGET", `${libc} ${version} is newer than the tables, which end with ${last}`, {
      target: `${libc}:${version}`,
      known: [last],
    });
  }

  const [first] = tables.muslReleases;
  if (libc === "musl" && compareVersions(version, first!) < 0) {
    fail("UNKNOWN_TARGET", `musl ${version} is older than the tables, which begin with ${first!}`, {
      target: `musl:${version}`,
      known: [first!],
    });
  }

  return version;
}

/**
 * A system with this release of glibc.
 *
 * @param version `2.17` up to the newest release that the tables know
 * @param machine the system's machine; the file's own where it is left out
 * @throws ElfError `UNKNOWN_TARGET`
 * @example
 * diagnose(elf, { target: glibc("2.17") }).findings
 */
export function glibc(version: string, machine?: MachineChoice): Target {
  return {
    name: `glibc:${version}`,
    libc: "glibc",
    version: release("glibc", version),
    machine: machineOf(machine),
    tables,
  };
}

/**
 * A system with this release of musl; the newest that the tables know where it is left out.
 *
 * @throws ElfError `UNKNOWN_TARGET`
 * @example
 * diagnose(elf, { target: musl("1.2.4", "aarch64") }).findings
 */
export function musl(version: string = tables.newest.musl, machine?: MachineChoice): Target {
  return {
    name: `musl:${version}`,
    libc: "musl",
    version: release("musl", version),
    machine: machineOf(machine),
    tables,
  };
}

/**
 * A release of a distribution, with its C library.
 *
 * @param name an id of {@link distributions} (`centos7`, `ubuntu22.04`, `alpine3.18`), or a name of its image
 *   (`ubuntu:22.04`, `debian:bookworm`, `ubi9`)
 * @throws ElfError `UNKNOWN_TARGET`, with the names that are known
 * @example
 * diagnose(elf, { target: distribution("centos7") }).findings
 */
export function distribution(name: string, machine?: MachineChoice): Target {
  const found = findDistribution(name);
  if (!found) {
    const known = distributions.map((d) => d.id);
    fail("UNKNOWN_TARGET", `${JSON.stringify(name)} is no distribution that the tables know: ${known.join(", ")}`, {
      target: name,
      known,
    });
  }

  return { name: found.id, libc: found.libc, version: found.version, machine: machineOf(machine), tables };
}

/** The policy of a platform tag: `manylinux_2_17`, `manylinux2014`, with or without a machine at the end. */
function policyTarget(text: string, machine: MachineChoice | undefined): Target | undefined {
  const [, tag, arch] = /^((?:manylinux|musllinux)(?:_\d+_\d+|\d+))(?:_(\w+))?$/.exec(text) ?? [];
  const policy = tag === undefined ? undefined : policyNamed(tag);
  if (policy === undefined) return undefined;

  const [, kind, major, minor] = /^(many|musl)linux_(\d+)_(\d+)$/.exec(policy)!;
  const isMusl = kind === "musl";
  return {
    name: text,
    libc: isMusl ? "musl" : "glibc",
    version: isMusl ? `${major}.${minor}.0` : `${major}.${minor}`,
    machine: machineOf(machine ?? wheelArchitecture(text, arch)),
    tables,
    policy,
  };
}

/** The machine at the end of a platform tag, in the tables' words. */
function wheelArchitecture(text: string, arch: string | undefined): MachineName | undefined {
  if (arch === undefined) return undefined;
  const name = { i686: "i386", armv7l: "arm" }[arch] ?? arch;
  if (!(MACHINE_NAMES as string[]).includes(name)) {
    fail("UNKNOWN_TARGET", `${text}: ${arch} is no machine that the tables know`, {
      target: text,
      known: MACHINE_NAMES,
    });
  }
  return name as MachineName;
}

/**
 * The target that a text means, as for `--target`: a distribution (`centos7`), a C library (`glibc:2.17`, `musl:1.2.4`,
 * `musl` for the newest), or the policy of a platform tag (`manylinux_2_17`, `manylinux2014`, `musllinux_1_2`).
 *
 * @throws ElfError `UNKNOWN_TARGET`, with the names that are known
 * @example
 * parseTarget("glibc:2.28").version // "2.28"
 */
export function parseTarget(text: string, machine?: MachineChoice): Target {
  const name = text.trim();
  const [, libc, version] = /^(glibc|musl)(?:[:=@ -]?(\d.*))?$/i.exec(name) ?? [];
  const kind = libc?.toLowerCase();
  if (kind === "musl") return { ...musl(version, machine), name };
  if (kind === "glibc" && version !== undefined) return { ...glibc(version, machine), name };

  const policy = policyTarget(name, machine);
  if (policy) return policy;
  if (findDistribution(text)) return distribution(text, machine);

  const known = ["glibc:VERSION", "musl", "musl:VERSION", ...policyNames(), ...distributions.map((d) => d.id)];
  return fail("UNKNOWN_TARGET", `${JSON.stringify(text)} is no target. Known are ${known.join(", ")}`, {
    target: text,
    known,
  });
}
