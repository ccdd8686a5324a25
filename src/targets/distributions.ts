import type { Distribution } from "./target.js";

// Sources. glibc: mayeut/pep600_compliance, table "compatibility" of its README (commit 00ac9114), which looks into
// each distribution for its glibc. musl: the package musl of each Alpine release's image (docker-library/repo-info)
// and repository; Alpine 3.19 has a snapshot from after 1.2.4.

/** One distribution: its names, and its releases with the version of the C library in each. */
type Row = readonly [id: string, name: string, releases: string];

const GLIBC: readonly Row[] = [
  ["centos", "CentOS", "7:2.17 8:2.28"],
  ["rhel", "Red Hat Enterprise Linux", "7:2.17 8:2.28 9:2.34 10:2.39"],
  ["ubuntu", "Ubuntu", "14.04:2.19 16.04:2.23 18.04:2.27 20.04:2.31 22.04:2.35 24.04:2.39 25.04:2.41 25.10:2.42"],
  ["debian", "Debian", "8:2.19 9:2.24 10:2.28 11:2.31 12:2.36 13:2.41"],
  ["almalinux", "AlmaLinux", "8:2.28 9:2.34 10:2.39"],
  ["rockylinux", "Rocky Linux", "8:2.28 9:2.34 10:2.39"],
  ["amazonlinux", "Amazon Linux", "1:2.17 2:2.26 2023:2.34"],
  ["centosstream", "CentOS Stream", "8:2.28 9:2.34 10:2.39"],
  ["oraclelinux", "Oracle Linux", "7:2.17 8:2.28 9:2.34"],
  ["fedora", "Fedora", "36:2.35 37:2.36 38:2.37 39:2.38 40:2.39 41:2.40 42:2.41 43:2.42"],
  ["opensuse", "openSUSE Leap", "15.3:2.31 15.4:2.31 15.5:2.31 15.6:2.38"],
  ["photon", "Photon OS", "3.0:2.28 4.0:2.32 5.0:2.36"],
];

const ALPINE =
  "3.11:1.1.24 3.12:1.1.24 3.13:1.2.2 3.14:1.2.2 3.15:1.2.2 3.16:1.2.3 3.17:1.2.3 " +
  "3.18:1.2.4 3.19:1.2.4 3.20:1.2.5 3.21:1.2.5 3.22:1.2.5 3.23:1.2.5 3.24:1.2.6";

const MUSL: readonly Row[] = [["alpine", "Alpine Linux", ALPINE]];

/** Other names of distributions, mostly those of images. A release may follow them. */
const ALIASES: Readonly<Record<string, string>> = {
  ubi: "rhel",
  redhat: "rhel",
  alma: "almalinux",
  rocky: "rockylinux",
  oracle: "oraclelinux",
  ol: "oraclelinux",
  amazon: "amazonlinux",
  al: "amazonlinux",
  amzn: "amazonlinux",
  leap: "opensuse",
  opensuseleap: "opensuse",
  stream: "centosstream",
  centosstream: "centosstream",
};

/** Other names of single releases. */
const RELEASE_ALIASES: Readonly<Record<string, string>> = {
  centos9: "centosstream9",
  centos10: "centosstream10",
  debianbuster: "debian10",
  debianbullseye: "debian11",
  debianbookworm: "debian12",
  debiantrixie: "debian13",
  buster: "debian10",
  bullseye: "debian11",
  bookworm: "debian12",
  trixie: "debian13",
  focal: "ubuntu20.04",
  jammy: "ubuntu22.04",
  noble: "ubuntu24.04",
  ubuntufocal: "ubuntu20.04",
  ubuntujammy: "ubuntu22.04",
  ubuntunoble: "ubuntu24.04",
};

/** Every release of a distribution. */
const releasesOf = (libc: "glibc" | "musl", [id, name, releases]: Row): Distribution[] =>
  releases.split(" ").map((text) => {
    const [release, version] = text.split(":") as [string, string];
    return { id: id + release, name: `${name} ${release}`, libc, version };
  });

/** Distributions and their C libraries. */
export const distributions: readonly Distribution[] = /* @__PURE__ */ allDistributions();

function allDistributions(): readonly Distribution[] {
  const ofGlibc = GLIBC.flatMap((row) => releasesOf("glibc", row));
  const ofMusl = MUSL.flatMap((row) => releasesOf("musl", row));
  return Object.freeze([...ofGlibc, ...ofMusl]);
}

/**
 * The distribution that a name means: an id, or an image's name such as `ubuntu:22.04`, `ubi9` or
 * `debian:bookworm-slim`.
 */
export function findDistribution(name: string): Distribution | undefined {
  const plain = name
    .toLowerCase()
    .replace(/-slim$/, "")
    .replaceAll(/[\s:_-]/g, "");
  const [, word = "", release = ""] = /^([a-z]+)(.*)$/.exec(plain) ?? [];
  const id = RELEASE_ALIASES[plain] ?? `${ALIASES[word] ?? word}${release}`;
  return distributions.find((d) => d.id === id);
}
