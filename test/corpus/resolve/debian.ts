import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Listed, readList } from "../../support/ldd.js";
import { must, run } from "../../support/run.js";

/** Programs with many libraries; some of these bring search paths of their own. */
const PACKAGES = ["bash", "curl", "gdb", "git", "perl", "libqt5widgets5", "systemd"];

/** The emulator and the loader of a machine, by Debian's name for it. */
export const DEBIAN = {
  arm64: ["qemu-aarch64", "/lib/ld-linux-aarch64.so.1"],
  armhf: ["qemu-arm", "/lib/ld-linux-armhf.so.3"],
  i386: ["qemu-i386", "/lib/ld-linux.so.2"],
  mips64el: ["qemu-mips64el", "/lib64/ld.so.1"],
  ppc64el: ["qemu-ppc64le", "/lib64/ld64.so.2"],
  s390x: ["qemu-s390x", "/lib/ld64.so.1"],
} as const;
export type DebianMachine = keyof typeof DEBIAN;

/** The configuration of an apt that keeps its state in a folder of its own. */
const aptConfiguration = (machine: DebianMachine, apt: string): string => `\
APT::Architecture "${machine}";
APT::Architectures { "${machine}"; };
Acquire::Languages "none";
Debug::NoLocking "true";
Dir::State "${apt}";
Dir::State::lists "${apt}/lists";
Dir::State::status "${apt}/status";
Dir::Cache "${apt}/cache";
`;

/**
 * The packages of another machine with everything that they depend on, unpacked once into `.cache`. apt has a state of
 * its own there, so that nothing is installed on this machine.
 */
export function debianRoot(machine: DebianMachine): string {
  const home = resolve(".cache", `debian-${machine}`);
  const root = join(home, "root");
  if (existsSync(root)) return root;

  const apt = join(home, "apt");
  for (const d of ["lists/partial", "cache/archives/partial"]) mkdirSync(join(apt, d), { recursive: true });
  writeFileSync(join(apt, "status"), "");
  writeFileSync(join(apt, "conf"), aptConfiguration(machine, apt));

  const env = { APT_CONFIG: join(apt, "conf") };
  must("apt-get", ["update"], { env });
  must("apt-get", ["install", "-y", "--download-only", "--no-install-recommends", ...PACKAGES], { env });

  // The folder gets its name when it is whole.
  const unpacked = `${root}.part`;
  const archives = join(apt, "cache", "archives");
  rmSync(unpacked, { recursive: true, force: true });
  for (const deb of readdirSync(archives).filter((f) => f.endsWith(".deb"))) {
    must("dpkg", ["-x", join(archives, deb), unpacked]);
  }
  must("mv", [unpacked, root]);

  return root;
}

/** What the machine's own ld.so lists for a file of the root, under an emulator. */
export function emulated(machine: DebianMachine, root: string, path: string): Listed {
  const [qemu, loader] = DEBIAN[machine];
  const { stdout, stderr } = run(qemu, ["-L", root, "-E", "LD_TRACE_LOADED_OBJECTS=1", `${root}${loader}`, path]);
  const { lines, said } = readList(`${stdout}${stderr}`);
  return { lines: lines.map(([name, p]) => [name.replace(root, ""), p?.replace(root, "") ?? null] as const), said };
}
