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
import { glibcRows, muslRows, policies, systemSymbols } from "./sources.js";

const x86 = machineNamed("x86_64");
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
    expect(["2.17", "2.33", "2.34", "2.42"].map((r) => tables.glibcHome(x86, "pthread_create", r))).toEqual([
      "libpthread.so.0",
      "libpthread.so.0",
      "libc.so.6",
      "libc.so.6",
    ]);
    expect(["2.17", "2.36"].map((r) => tables.glibcHome(x86, "dlopen", r))).toEqual(["libdl.so.2", "libc.so.6"]);
    expect(["2.16", "2.17"].map((r) => tables.glibcHome(x86, "clock_gettime", r))).toEqual(["librt.so.1", "libc.so.6"]);
    expect(["2.33", "2.34"].map((r) => tables.glibcHome(x86, "__res_query", r))).toEqual([
      "libresolv.so.2",
      "libc.so.6",
    ]);
    expect(["2.33", "2.34"].map((r) => tables.glibcHome(x86, "malloc_get_state", r))).toEqual([
      "libc.so.6",
      "libc_malloc_debug.so.0",
    ]);
    expect(["2.31", "2.32"].map((r) => tables.glibcHome(x86, "pthread_sigmask", r))).toEqual([
      "libpthread.so.0",
      "libc.so.6",
    ]);
    expect(tables.glibcHome(x86, "pow", "2.17")).toBe("libm.so.6");
    expect(tables.glibcHome(x86, "read", "2.17")).toBe("libc.so.6");
    expect(tables.glibcHome(x86, "stat", "2.32")).toBeUndefined();
    // The one symbol (with f and l) whose versions are in different libraries.
    expect(tables.glibcVersions(machineNamed("i386"), "__finite")).toEqual([
      { library: "libc.so.6", version: "2.0" },
      { library: "libm.so.6", version: "2.1" },
    ]);
    expect(tables.glibcHome(machineNamed("s390x"), "__tls_get_offset", "2.17")).toBe("ld64.so.1");
  });

  it("tells variables, and default versions", () => {
    expect(["stdout", "environ", "printf"].map((s) => tables.isData(s))).toEqual([true, true, false]);
    expect(["2.13", "2.14"].map((r) => tables.glibcDefault(x86, "memcpy", r)?.version)).toEqual(["2.2.5", "2.14"]);
    expect(tables.glibcDefault(x86, "pow10", "2.36")).toBeNull();
    expect(tables.glibcDefault(x86, "strlcpy", "2.37")).toBeUndefined();
    expect(tables.glibcDefault(machineNamed("s390x"), "setjmp", "2.36")?.version).toBe("2.2");
  });

  itWithData("holds what the lists say, all of it and nothing else", () => {
    const rows = glibcRows(DATA).filter((r) => compareVersions(r.version, NEWEST) <= 0);
    expect([...glibcNames()].sort()).toEqual([...new Set(rows.map((r) => r.name))].sort());

    const listed = new Map<string, Set<string>>();
    for (const r of rows) {
      for (const [i, m] of MACHINE_NAMES.entries()) {
        if ((r.machines >> i) & 1) {
          listed.set(`${m} ${r.name}`, (listed.get(`${m} ${r.name}`) ?? new Set()).add(r.version));
        }
      }
    }

    const differ = MACHINE_NAMES.flatMap((m) =>
      [...glibcNames()].flatMap((n) => {
        const is = tables
          .glibcVersions(machineNamed(m), n)!
          .map((v) => v.version)
          .join(" ");
        const want = [...(listed.get(`${m} ${n}`) ?? [])].sort(compareVersions).join(" ");
        return is === want ? [] : [`${m} ${n}: ${is}, not ${want}`];
      }),
    );
    expect(differ).toEqual([]);
    for (const r of rows) if (tables.isData(r.name) !== r.data) throw new Error(`${r.name}: data or not`);
  });

  /** The marks that keep the version definitions of libraries which became empty; no file binds to them. */
  const isMark = (name: string) => /^__\w+_version_placeholder$/.test(name);

  for (const machine of Object.keys(FOLDERS)) {
    const folder = folderOf(machine);
    itWithTools(
      [`${folder ?? FOLDERS[machine]![0]}/libc.so.6`].filter(() => machine !== "ppc64le" || folder !== undefined),
      `agrees with glibc 2.36's own libraries for ${machine}`,
      () => {
        if (folder === undefined) return;

        const m = machineNamed(machine as "x86_64");
        const real = definitions(folder).filter((d) => !isMark(d.name));
        const unlisted: string[] = [];
        const elsewhere: string[] = [];
        const wrongDefault: string[] = [];
        const there = new Map<string, string[]>();

        for (const d of real) {
          there.set(`${d.name}@${d.version}`, [...(there.get(`${d.name}@${d.version}`) ?? []), d.library]);
        }

        for (const d of real) {
          if (!tables.glibcVersions(m, d.name)!.some((v) => v.version === d.version)) {
            unlisted.push(`${d.library} ${d.name}@${d.version}`);
          }

          const inHome = d.library === tables.glibcHome(m, d.name, "2.36");
          if (inHome && tables.glibcDefault(m, d.name, "2.36")?.version === d.version && d.hidden) {
            wrongDefault.push(`${d.name}@${d.version}`);
          }

          if (inHome && !d.hidden && tables.glibcDefault(m, d.name, "2.36")?.version !== d.version) {
            wrongDefault.push(`${d.name}@@${d.version}`);
          }
        }

        const absent = [...glibcNames()].flatMap((n) =>
          tables
            .glibcVersions(m, n)!
            .filter((v) => compareVersions(v.version, "2.36") <= 0)
            .flatMap((v) => {
              const libraries = there.get(`${n}@${v.version}`);
              if (!libraries) return [`${n}@${v.version} of ${v.library}`];

              if (!libraries.includes(v.library)) {
                elsewhere.push(`${n}@${v.version}: ${libraries.join()}, not ${v.library}`);
              }

              return there
                .get(`${n}@${tables.glibcVersions(m, n)![0]!.version}`)!
                .includes(tables.glibcHome(m, n, "2.36")!)
                ? []
                : [`${n}: home ${tables.glibcHome(m, n, "2.36")}`];
            }),
        );
        expect(real.length).toBeGreaterThan(3500);
        // libcrypt is a package of its own in Debian, libxcrypt's.
        expect({
          unlisted,
          elsewhere,
          wrongDefault,
          absent: absent.filter((a) => !a.endsWith("libcrypt.so.1")),
        }).toEqual({ unlisted: [], elsewhere: [], wrongDefault: [], absent: [] });
      },
    );
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
    for (const t of found) {
      expect(tables.oldestBinding(x86, t.name), t.name).toEqual({
        library: t.library,
        oldest: t.oldest,
        since: t.since,
        default: t.default,
      });
    }

    expect([...glibcNames()].filter((n) => tables.oldestBinding(x86, n)).sort()).toEqual(
      found.map((t) => t.name).sort(),
    );
  });

  itWithData("equals what was measured apart", () => {
    const other = JSON.parse(readFileSync(join(DATA, "unversioned-binding-x86_64-glibc2.36.json"), "utf8")) as Record<
      string,
      [string, string, string, string]
    >;
    const differ = Object.entries(other)
      .filter(([, v]) => v[1] === "DIFF")
      .map(([name, [library, , oldest, latest]]) => [name, library, oldest.slice(6), latest.slice(6)].join(" "));
    expect([...glibcNames()].flatMap((n) => tables.oldestBinding(x86, n) ?? []).length).toBe(40);
    expect(
      [...glibcNames()]
        .flatMap((n) => {
          const t = tables.oldestBinding(x86, n);
          return t ? [`${n} ${t.library} ${t.oldest} ${t.default}`] : [];
        })
        .sort(),
    ).toEqual(differ.sort());
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
    expect(tables.muslReleases).toEqual(versions);
    expect([...muslNames()].sort()).toEqual(rows.map((r) => r.name).sort());
    expect(
      rows.filter((r) => tables.muslRange(r.name)!.first !== r.first || tables.muslRange(r.name)!.last !== r.last),
    ).toEqual([]);

    // Debian takes crypt from libxcrypt, and adds fts.
    const debian = ["crypt", "crypt_r", "encrypt", "setkey"];
    const added = ["fts_children", "fts_close", "fts_open", "fts_read", "fts_set"];
    const system = systemSymbols(DATA).M;
    const in123 = [...muslNames()].filter(
      (n) =>
        compareVersions(tables.muslRange(n)!.first, "1.2.3") <= 0 &&
        compareVersions(tables.muslRange(n)!.last ?? "9", "1.2.3") >= 0,
    );

    expect([...in123, ...added].sort()).toEqual([...Object.keys(system), ...debian].sort());
  });
});

describe("the policies' table", () => {
  it("has a machine's own policies, most compatible first", () => {
    const of = tables.policies(x86);
    expect(of[0]).toMatchObject({ name: "manylinux_2_5", aliases: ["manylinux1"], libc: "glibc" });
    expect(of.find((p) => p.name === "manylinux_2_17")!.versions["GLIBCXX"]!.at(-1)).toBe("3.4.19");
    expect(of.filter((p) => p.libc === "musl").map((p) => p.name)).toEqual(["musllinux_1_1", "musllinux_1_2"]);
    expect(tables.policies(machineNamed("loongarch64"))[0]!.name).toBe("manylinux_2_36");
    expect(tables.policies({ machine: 21, class: 64, littleEndian: false }).map((p) => p.name)).toEqual([
      "manylinux_2_17",
    ]);
    expect(tables.policies({ machine: 8, class: 32, littleEndian: true })).toEqual([]);
  });

  itWithData("equals auditwheel's files", () => {
    for (const [file, libc] of [
      ["manylinux", "glibc"],
      ["musllinux", "musl"],
    ] as const) {
      for (const machine of [
        ...MACHINE_NAMES.map(machineNamed),
        { machine: 21, class: 64, littleEndian: false } as const,
      ]) {
        const name = wheelMachine(machine)!;
        const want = policies(DATA, file).filter((p) => p.symbol_versions[name]);
        const sort = (lists: Readonly<Record<string, readonly string[]>>) =>
          Object.fromEntries(Object.entries(lists).map(([k, v]) => [k, [...v].sort()]));
        const is = tables
          .policies(machine)
          .filter((p) => p.libc === libc)
          .map((p) => ({
            name: p.name,
            aliases: p.aliases,
            versions: sort(p.versions),
            libraries: [...p.libraries].sort(),
            blacklist: sort(p.blacklist),
          }));
        const families = new Set(want.flatMap((p) => Object.keys(p.symbol_versions[name]!)));

        expect(is, name).toEqual(
          want.map((p) => ({
            name: p.name,
            aliases: p.aliases,
            versions: sort(Object.fromEntries([...families].map((f) => [f, p.symbol_versions[name]![f] ?? []]))),
            libraries: [...p.lib_whitelist].sort(),
            blacklist: sort(p.blacklist),
          })),
        );
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
    const here = Object.keys(FOLDERS).filter((m) => folderOf(m) !== undefined);
    for (const m of here) expect(linesOf(folderOf(m)!), m).toEqual(linesIn(text, m));
    for (const m of Object.keys(FOLDERS)) expect(linesIn(text, m).length, m).toBeGreaterThan(400);
  });
});

describe("distributions", () => {
  it("have the C library that they ship", () => {
    const of = (id: string) => tables.distributions.find((d) => d.id === id);
    expect(of("ubuntu22.04")).toEqual({ id: "ubuntu22.04", name: "Ubuntu 22.04", libc: "glibc", version: "2.35" });
    expect(
      [of("centos7"), of("centosstream9"), of("amazonlinux2023"), of("debian12"), of("alpine3.18")].map(
        (d) => d?.version,
      ),
    ).toEqual(["2.17", "2.34", "2.34", "2.36", "1.2.4"]);
    expect(new Set(tables.distributions.map((d) => d.id)).size).toBe(tables.distributions.length);

    for (const d of tables.distributions) {
      expect(compareVersions(d.version, tables.newest[d.libc]), d.id).toBeLessThanOrEqual(0);
    }
  });

  it("this machine's glibc is the one of its release", () => {
    const release = Object.fromEntries(
      readFileSync("/etc/os-release", "utf8")
        .split("\n")
        .map((l) => l.split("=").map((w) => w.replaceAll('"', ""))),
    ) as Record<string, string>;
    const known = tables.distributions.find(
      (d) => d.id === `${release["ID"]}${release["VERSION_ID"]}` && d.libc === "glibc",
    );
    const banner = existsSync("/usr/lib/x86_64-linux-gnu/libc.so.6")
      ? /GNU C Library [^\n]*version (\d+\.\d+)/.exec(
          readFileSync("/usr/lib/x86_64-linux-gnu/libc.so.6", "latin1"),
        )?.[1]
      : undefined;
    if (known && banner) expect(known.version).toBe(banner);
  });
});
