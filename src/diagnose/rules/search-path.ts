import type { Facts } from "../facts.js";
import { buildFolder, isWorldWritable } from "./folders.js";
import { type RuleMatch, isProgram, list, type Rule } from "./rule.js";

interface Path {
  readonly tag: "DT_RUNPATH" | "DT_RPATH";
  readonly text: string;
  readonly elements: readonly string[];
}

/**
 * What loaders look at: with a DT_RUNPATH they pass over DT_RPATH. An empty path says nothing, and is ignored whole
 * (glibc's decompose_rpath).
 */
function pathOf({ elf }: Facts): Path | null {
  const text = elf.runpath ?? elf.rpath;
  return text === null || text === ""
    ? null
    : { tag: elf.runpath === null ? "DT_RPATH" : "DT_RUNPATH", text, elements: text.split(":") };
}

const ORIGIN = /\$(?:ORIGIN\b|\{ORIGIN\})/;
/** Leading slashes and `.` say nothing. */
const normal = (path: string): string => path.replace(/\/(?:\.?\/)+/g, "/");

/** Findings of one kind for all elements that it concerns, in one sentence. */
function* about(
  f: Facts,
  concerned: (element: string) => boolean,
  message: (p: Path, names: readonly string[]) => RuleMatch,
): Generator<RuleMatch> {
  const path = pathOf(f);
  const names = path?.elements.filter(concerned) ?? [];
  if (path && names.length > 0) yield message(path, [...new Set(names)]);
}

/** DT_RUNPATH and DT_RPATH: where libraries are looked for, and who may put some there. */
export const searchPathRules: readonly Rule[] = [
  {
    id: "search-path-writable",
    severity: "warning",
    sentence: "The search path has folders in which everybody may put libraries.",
    advice:
      "Take them out (elfwright patchelf --set-rpath), or link without that -rpath: whoever puts a library of the right name there runs code as whoever starts the program.",
    test: (f) =>
      about(
        f,
        (e) => isWorldWritable(normal(e)),
        ({ tag }, names) => ({
          message: `${tag} has ${list(names)}: everybody may put libraries there, and the loader takes them`,
          names,
        }),
      ),
  },
  {
    id: "search-path-build-folder",
    severity: "warning",
    sentence: "The search path leads into a folder in which things are built.",
    advice:
      "Use $ORIGIN, the folder of the file itself (elfwright patchelf --set-rpath '$ORIGIN/../lib'), or take it out: on other machines that folder is absent, or somebody else's.",
    test: (f) =>
      about(
        f,
        (e) => buildFolder(normal(e)) !== undefined && !isStore(e) && !isWorldWritable(normal(e)),
        ({ tag }, names) => ({ message: `${tag} has ${list(names)}: a folder of the machine that built it`, names }),
      ),
  },
  {
    id: "search-path-relative",
    severity: "warning",
    sentence: "The search path has elements that are not absolute.",
    advice:
      "Write $ORIGIN for the folder of the file itself, and take empty elements out (elfwright patchelf --set-rpath).",
    test: (f) =>
      about(
        f,
        (e) => !e.startsWith("/") && !e.startsWith("$") && (e !== "" || f.libc !== "musl"),
        ({ tag }, names) => ({
          message: `${tag} has ${list(names.map((n) => (n === "" ? "an empty element" : n)))}: the loader looks in the folder in which somebody starts the program`,
          names,
        }),
      ),
  },
  {
    id: "search-path-token",
    severity: "warning",
    sentence: "The search path has a token that the loader does not expand.",
    advice: "glibc expands $ORIGIN, $LIB and $PLATFORM; musl $ORIGIN alone.",
    *test(f) {
      const path = pathOf(f);
      const odd =
        path?.elements.filter((e) => e.includes("$") && e.replace(new RegExp(ORIGIN, "g"), "").includes("$")) ?? [];
      if (!path) return;

      const unknown = odd.filter((e) => /\$(?!(?:ORIGIN|LIB|PLATFORM)\b|\{(?:ORIGIN|LIB|PLATFORM)\})/.test(e));
      if (f.libc === "musl" && odd.length > 0) {
        yield {
          message: `${path.tag} has ${list(odd)}: musl expands $ORIGIN only, and ignores a path with any other token whole`,
          names: odd,
        };
      } else if (unknown.length > 0) {
        yield {
          message: `${path.tag} has ${list(unknown)}: no loader expands that, so that it is the name of a folder`,
          names: unknown,
        };
      }
    },
  },
  {
    id: "search-path-origin",
    severity: "note",
    sentence: "Programs with raised rights do not get libraries by $ORIGIN.",
    advice:
      "Install libraries of such a program in a system folder, or give it an absolute search path that only root may write.",
    *test(f) {
      if (!isProgram(f) || f.raisedRights === false) return;
      for (const found of about(
        f,
        (e) => ORIGIN.test(e),
        ({ tag }, names) => ({ message: `${tag} has ${list(names)}`, names }),
      )) {
        yield f.raisedRights === true
          ? {
              ...found,
              severity: "warning",
              message: `${found.message}: the loader ignores $ORIGIN in a program that is set-user-ID, set-group-ID or has file capabilities, unless it leads to a system folder`,
            }
          : {
              ...found,
              message: `${found.message}: if it is installed set-user-ID, set-group-ID or with file capabilities, the loader ignores that`,
            };
      }
    },
  },
  {
    id: "search-path-rpath",
    severity: "note",
    sentence: "DT_RPATH, which DT_RUNPATH has replaced.",
    advice:
      "Link with -Wl,--enable-new-dtags, or convert it: elfwright patchelf --set-rpath writes DT_RUNPATH. Keep DT_RPATH where libraries' own needs are to be found by it: DT_RUNPATH is for direct needs alone.",
    *test({ elf, libc }) {
      if (elf.rpath === null) return;
      // musl makes no difference between the two.
      if (elf.runpath === null && libc === "musl") return;
      if (elf.runpath === null) {
        yield {
          message: `DT_RPATH ${elf.rpath}: it comes before LD_LIBRARY_PATH, so that nobody can put another library in front, and holds for the libraries' own needs, too`,
          names: elf.rpath.split(":"),
        };
      } else {
        yield {
          message: `DT_RPATH ${elf.rpath} is ignored, since there is a DT_RUNPATH ${elf.runpath}`,
          names: elf.rpath.split(":"),
          advice: "Take DT_RPATH out.",
        };
      }
    },
  },
];

const isStore = (path: string): boolean => /^\/(?:nix|gnu)\/store\//.test(path);
