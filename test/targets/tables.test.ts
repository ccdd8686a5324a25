import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compareVersions } from "../../src/spec/version-names.js";
import { MACHINE_NAMES, machineNamed, wheelMachine } from "../../src/spec/machine-names.js";
import { glibcNames } from "../../src/targets/glibc-table.js";
import { tables } from "../../src/targets/index.js";
import { muslNames } from "../../src/targets/musl-table.js";
import { itWithTools } from "../support/tools.js";
import { DATA, MEASURED, modules } from "./generate.js";
import { definitions, FOLDERS, folderOf, linesIn, linesOf, traps } from "./measure.js";
import { glibcRows, muslRows, policies, type PolicySource, systemSymbols } from "./sources.js";

const x86 = machineNamed("x86_64");
const PPC64 = { machine: 21, class: 64, littleEndian: false } as const;
const itWithData = existsSync(DATA) ? it : it.skip;
const NEWEST = tables.newest.glibc;

describe("glibc's table", () => {
  it("knows versions by machine, oldest first", () => {
    expect(tables.glibcVersions(x86, "memcpy")).toEqual([
      { library: "libc.so.6", version: "2.2.5" },
      { library: "libc.so.6", version: "2.14" },
    ]);
    expect(tables.glibcVersions(machineNamed("aarch64"), "memcpy")).toEqual([
      { library: "libc.so.6", version: "2.17" },
    ]);
    expect(tables.glibcVersions(machineNamed("i386"), "fstat")).toEqual([{ library: "libc.so.6", version: "2.33" }]);
    expect(tables.glibcVersions(x86, "strlcpy")).toEqual([{ library: "libc.so.6", version: "2.38" }]);
    expect(tables.glibcVersions(x86, "atexit")).toEqual([]);
    expect(tables.glibcVersions({ machine: 8, class: 64, littleEndian: true }, "memcpy")).toBeUndefined();
  });

  it("knows which library has a symbol in a release", () => {
    for (const [name, release, library] of [
      ["pthread_create", "2.17", "libpthread.so.0"],
      ["pthread_create", "2.33", "libpthread.so.0"],
      ["pthread_create", "2.34", "libc.so.6"],
      ["pthread_create", "2.42", "libc.so.6"],
      ["dlopen", "2.17", "libdl.so.2"],
      ["dlopen", "2.36", "libc.so.6"],
      ["clock_gettime", "2.16", "librt.so.1"],
      ["clock_gettime", "2.17", "libc.so.6"],
      ["__res_query", "2.33", "libresolv.so.2"],
      ["__res_query", "2.34", "libc.so.6"],
      ["malloc_get_state", "2.33", "libc.so.6"],
      ["malloc_get_state", "2.34", "libc_malloc_debug.so.0"],
      ["pthread_sigmask", "2.31", "libpthread.so.0"],
      ["pthread_sigmask", "2.32", "libc.so.6"],
      ["pow", "2.17", "libm.so.6"],
      ["read", "2.17", "libc.so.6"],
      ["stat", "2.32", undefined],
    ] as const) {
      expect([name, release, tables.glibcHome(x86, name, release)]).toEqual([name, release, library]);
    }

    // The only symbol, with its variants for float and long double, whose versions are in different libraries.
    expect(tables.glibcVersions(machineNamed("i386"), "__finite")).toEqual([
      { library: "libc.so.6", version: "2.0" },
      { library: "libm.so.6", version: "2.1" },
    ]);
    expect(tables.glibcHome(machineNamed("s390x"), "__tls_get_offset", "2.17")).toBe("ld64.so.1");
  });

  it("knows variables, and default versions", () => {
    expect(["stdout", "environ", "printf"].map((name) => tables.isData(name))).toEqual([true, true, false]);
    expect(tables.glibcDefault(x86, "memcpy", "2.13")?.version).toBe("2.2.5");
    expect(tables.glibcDefault(x86, "memcpy", "2.14")?.version).toBe("2.14");
    expect(tables.glibcDefault(x86, "pow10", "2.36")).toBeNull();
    expect(tables.glibcDefault(x86, "strlcpy", "2.37")).toBeUndefined();
    expect(tables.glibcDefault(machineNamed("s390x"), "setjmp", "2.36")?.version).toBe("2.2");
  });

  itWithData("holds what the lists say, all of it and nothing else", () => {
    const rows = glibcRows(DATA).filter((row) => compareVersions(row.version, NEWEST) <= 0);
    expect([...glibcNames()].sort()).toEqual([...new Set(rows.map((row) => row.name))].sort());

    const listed = new Map<string, Set<string>>();
    for (const { name, version, machines } of rows) {
      for (const [i, machine] of MACHINE_NAMES.entries()) {
        if (!((machines >> i) & 1)) continue;
        const key = `${machine} ${name}`;
        listed.set(key, (listed.get(key) ?? new Set()).add(version));
      }
    }

    const differ: string[] = [];
    for (const machine of MACHINE_NAMES) {
      for (const name of glibcNames()) {
        const versions = tables.glibcVersions(machineNamed(machine), name)!.map(({ version }) => version);
        const wanted = [...(listed.get(`${machine} ${name}`) ?? [])].sort(compareVersions);
        if (versions.join(" ") !== wanted.join(" ")) {
          differ.push(`${machine} ${name}: ${versions.join(" ")}, not ${wanted.join(" ")}`);
        }
      }
    }
    expect(differ).toEqual([]);

    for (const { name, data } of rows) if (tables.isData(name) !== data) throw new Error(`${name}: data or not`);
  });

  /** Placeholders keep the version definitions of libraries that became empty. No file binds to them. */
  const isPlaceholder = (name: string) => /^__\w+_version_placeholder$/.test(name);

  for (const machineName of Object.keys(FOLDERS)) {
    const folder = folderOf(machineName);
    const libc = `${folder ?? FOLDERS[machineName]![0]}/libc.so.6`;
    const tools = machineName === "ppc64le" && folder === undefined ? [] : [libc];

    itWithTools(tools, `agrees with glibc 2.36's own libraries for ${machineName}`, () => {
      if (folder === undefined) return;

      const machine = machineNamed(machineName as "x86_64");
      const real = definitions(folder).filter((definition) => !isPlaceholder(definition.name));
      const librariesOf = new Map<string, string[]>();
      for (const { name, version, library } of real) {
        const key = `${name}@${version}`;
        librariesOf.set(key, [...(librariesOf.get(key) ?? []), library]);
      }

      const unlisted: string[] = [];
      const wrongDefault: string[] = [];
      for (const { library, name, version, hidden } of real) {
        const isListed = tables.glibcVersions(machine, name)!.some((listed) => listed.version === version);
        if (!isListed) unlisted.push(`${library} ${name}@${version}`);

        const isHome = library === tables.glibcHome(machine, name, "2.36");
        const isDefault = tables.glibcDefault(machine, name, "2.36")?.version === version;
        if (isHome && isDefault && hidden) wrongDefault.push(`${name}@${version}`);
        if (isHome && !isDefault && !hidden) wrongDefault.push(`${name}@@${version}`);
      }

      const absent: string[] = [];
      const elsewhere: string[] = [];
      for (const name of glibcNames()) {
        const listed = tables.glibcVersions(machine, name)!;
        const home = tables.glibcHome(machine, name, "2.36");

        for (const { version, library } of listed) {
          if (compareVersions(version, "2.36") > 0) continue;

          const libraries = librariesOf.get(`${name}@${version}`);
          if (!libraries) {
            absent.push(`${name}@${version} of ${library}`);
            continue;
          }

          if (!libraries.includes(library)) {
            elsewhere.push(`${name}@${version}: ${libraries.join()}, not ${library}`);
          }
          const isInHome = librariesOf.get(`${name}@${listed[0]!.version}`)!.includes(home!);
          if (!isInHome) absent.push(`${name}: home ${home}`);
        }
      }

      // libcrypt comes from another package in Debian, libxcrypt.
      const absentFromGlibc = absent.filter((text) => !text.endsWith("libcrypt.so.1"));
      expect(real.length).toBeGreaterThan(3500);
      expect({ unlisted, elsewhere, wrongDefault, absent: absentFromGlibc }).toEqual({
        unlisted: [],
        elsewhere: [],
        wrongDefault: [],
        absent: [],
      });
    });
  }
});

describe("what unversioned references bind to", () => {
  it("knows the traps of each machine", () => {
    expect(tables.oldestBinding(x86, "realpath")).toEqual({
      library: "libc.so.6",
      oldest: "2.2.5",
      since: "2.3",
      default: "2.3",
    });
    expect(tables.oldestBinding(x86, "timer_create")).toEqual({
      library: "libc.so.6",
      oldest: "2.2.5",
      since: "2.3.3",
      default: "2.34",
    });
    expect(tables.oldestBinding(machineNamed("aarch64"), "realpath")).toBeUndefined();
    expect(tables.oldestBinding(machineNamed("aarch64"), "quick_exit")).toEqual({
      library: "libc.so.6",
      oldest: "2.17",
      since: "2.24",
      default: "2.24",
    });
    expect(tables.oldestBinding(machineNamed("loongarch64"), "realpath")).toBeUndefined();
  });

  itWithTools([`${FOLDERS["x86_64"]![0]}/libc.so.6`], "equals what the libraries of this machine say", () => {
    const found = traps(definitions(folderOf("x86_64")!));
    for (const { name, ...trap } of found) expect(tables.oldestBinding(x86, name), name).toEqual(trap);

    const inTables = [...glibcNames()].filter((name) => tables.oldestBinding(x86, name));
    expect(inTables.sort()).toEqual(found.map((trap) => trap.name).sort());
  });

  itWithData("equals what another program measured", () => {
    type Measured = readonly [library: string, verdict: string, oldest: string, latest: string];
    const text = readFileSync(join(DATA, "unversioned-binding-x86_64-glibc2.36.json"), "utf8");
    const measured = Object.entries(JSON.parse(text) as Record<string, Measured>);
    const withoutPrefix = (version: string) => version.slice("GLIBC_".length);

    const wanted = measured
      .filter(([, [, verdict]]) => verdict === "DIFF")
      .map(([name, [library, , oldest, latest]]) =>
        [name, library, withoutPrefix(oldest), withoutPrefix(latest)].join(" "),
      );
    const inTables = [...glibcNames()].flatMap((name) => {
      const trap = tables.oldestBinding(x86, name);
      return trap ? [`${name} ${trap.library} ${trap.oldest} ${trap.default}`] : [];
    });

    expect(inTables.length).toBe(40);
    expect(inTables.sort()).toEqual(wanted.sort());
  });
});

describe("musl's table", () => {
  it("knows first and last releases, and the names that the loader still binds", () => {
    expect(tables.muslRange("gettid")).toMatchObject({ first: "1.2.2", last: null });
    expect(tables.muslRange("stat64")).toEqual({ first: "1.1.0", last: "1.2.3", stillBinds: true });
    expect(tables.muslRange("posix_fallocate64")).toMatchObject({ last: "1.2.3", stillBinds: false });
    expect(tables.muslRange("__printf_chk")).toBeUndefined();
  });

  itWithData("holds what was read, all of it and nothing else", () => {
    const { versions, rows } = muslRows(DATA);
    const wrong = rows.filter(({ name, first, last }) => {
      const range = tables.muslRange(name)!;
      return range.first !== first || range.last !== last;
    });

    expect(tables.muslReleases).toEqual(versions);
    expect([...muslNames()].sort()).toEqual(rows.map((row) => row.name).sort());
    expect(wrong).toEqual([]);

    // Debian takes crypt from libxcrypt, and adds fts.
    const fromLibxcrypt = ["crypt", "crypt_r", "encrypt", "setkey"];
    const added = ["fts_children", "fts_close", "fts_open", "fts_read", "fts_set"];
    const system = systemSymbols(DATA).M;
    const in123 = [...muslNames()].filter((name) => {
      const { first, last } = tables.muslRange(name)!;
      return compareVersions(first, "1.2.3") <= 0 && compareVersions(last ?? "9", "1.2.3") >= 0;
    });
    expect([...in123, ...added].sort()).toEqual([...Object.keys(system), ...fromLibxcrypt].sort());
  });
});

describe("the policies' table", () => {
  it("has a machine's own policies, most compatible first", () => {
    const ofX86 = tables.policies(x86);
    const ofMusl = ofX86.filter((policy) => policy.libc === "musl");
    const manylinux217 = ofX86.find((policy) => policy.name === "manylinux_2_17")!;

    expect(ofX86[0]).toMatchObject({ name: "manylinux_2_5", aliases: ["manylinux1"], libc: "glibc" });
    expect(manylinux217.versions["GLIBCXX"]!.at(-1)).toBe("3.4.19");
    expect(ofMusl.map((policy) => policy.name)).toEqual(["musllinux_1_1", "musllinux_1_2"]);
    expect(tables.policies(machineNamed("loongarch64"))[0]!.name).toBe("manylinux_2_36");
    expect(tables.policies(PPC64).map((policy) => policy.name)).toEqual(["manylinux_2_17"]);
    expect(tables.policies({ machine: 8, class: 32, littleEndian: true })).toEqual([]);
  });

  itWithData("equals auditwheel's files", () => {
    const sortLists = (lists: Readonly<Record<string, readonly string[]>>) =>
      Object.fromEntries(Object.entries(lists).map(([key, list]) => [key, [...list].sort()]));

    for (const [file, libc] of [
      ["manylinux", "glibc"],
      ["musllinux", "musl"],
    ] as const) {
      for (const machine of [...MACHINE_NAMES.map(machineNamed), PPC64]) {
        const name = wheelMachine(machine)!;
        const inTables = tables.policies(machine).filter((policy) => policy.libc === libc);
        const inFile = policies(DATA, file).filter((policy) => policy.symbol_versions[name]);
        const families = new Set(inFile.flatMap((policy) => Object.keys(policy.symbol_versions[name]!)));
        const versionsOf = (policy: PolicySource) =>
          Object.fromEntries([...families].map((family) => [family, policy.symbol_versions[name]![family] ?? []]));

        const ours = inTables.map((policy) => ({
          name: policy.name,
          aliases: policy.aliases,
          versions: sortLists(policy.versions),
          libraries: [...policy.libraries].sort(),
          blacklist: sortLists(policy.blacklist),
        }));
        const theirs = inFile.map((policy) => ({
          name: policy.name,
          aliases: policy.aliases,
          versions: sortLists(versionsOf(policy)),
          libraries: [...policy.lib_whitelist].sort(),
          blacklist: sortLists(policy.blacklist),
        }));
        expect(ours, name).toEqual(theirs);
      }
    }
  });
});

describe("the script that makes the tables", () => {
  itWithData("gives the modules that are there", () => {
    for (const [file, text] of Object.entries(modules())) {
      expect(text === readFileSync(`src/targets/data/${file}`, "utf8"), file).toBe(true);
    }
  });

  it("measures what measured.txt says", () => {
    const text = readFileSync(MEASURED, "utf8");
    for (const machine of Object.keys(FOLDERS)) {
      const lines = linesIn(text, machine);
      const folder = folderOf(machine);
      expect(lines.length, machine).toBeGreaterThan(400);
      if (folder !== undefined) expect(linesOf(folder), machine).toEqual(lines);
    }
  });
});

describe("distributions", () => {
  it("have the C library that they ship", () => {
    const byId = new Map(tables.distributions.map((distribution) => [distribution.id, distribution]));
    const ubuntu = { id: "ubuntu22.04", name: "Ubuntu 22.04", libc: "glibc", version: "2.35" };

    expect(byId.get("ubuntu22.04")).toEqual(ubuntu);
    for (const [id, version] of [
      ["centos7", "2.17"],
      ["centosstream9", "2.34"],
      ["amazonlinux2023", "2.34"],
      ["debian12", "2.36"],
      ["alpine3.18", "1.2.4"],
    ] as const) {
      expect([id, byId.get(id)?.version]).toEqual([id, version]);
    }

    expect(byId.size).toBe(tables.distributions.length);
    for (const { id, libc, version } of tables.distributions) {
      expect(compareVersions(version, tables.newest[libc]), id).toBeLessThanOrEqual(0);
    }
  });

  it("this machine's glibc is the one of its release", () => {
    const lines = readFileSync("/etc/os-release", "utf8").split("\n");
    const release = new Map(
      lines.map((line) => {
        const [name, value] = line.replaceAll('"', "").split("=");
        return [name!, value];
      }),
    );
    const id = `${release.get("ID")}${release.get("VERSION_ID")}`;
    const known = tables.distributions.find((distribution) => distribution.id === id && distribution.libc === "glibc");

    const libc = "/usr/lib/x86_64-linux-gnu/libc.so.6";
    const text = existsSync(libc) ? readFileSync(libc, "latin1") : "";
    const banner = /GNU C Library [^\n]*version (\d+\.\d+)/.exec(text)?.[1];

    if (known && banner) expect(known.version).toBe(banner);
  });
});
