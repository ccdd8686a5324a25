import type { Facts } from "../facts.js";
import { buildFolder, isWorldWritable } from "./folders.js";
import { type RuleMatch, isProgram, inWords, type Rule } from "./rule.js";

interface SearchPath {
  readonly tag: "DT_RUNPATH" | "DT_RPATH";
  readonly elements: readonly string[];
}

/**
 * The path that loaders look at: with a DT_RUNPATH they pass over DT_RPATH. An empty path says nothing, and is ignored
 * whole (glibc's decompose_rpath).
 */
function pathOf({ elf }: Facts): SearchPath | null {
  const text = elf.runpath ?? elf.rpath;
  if (text === null || text === "") return null;
  return { tag: elf.runpath === null ? "DT_RPATH" : "DT_RUNPATH", elements: text.split(":") };
}

/** A path without the slashes and `.` that say nothing. */
const plain = (path: string): string => path.replace(/\/(?:\.?\/)+/g, "/");

/** The elements of the path that a rule is about, each of them once. */
interface Concerned {
  readonly tag: SearchPath["tag"];
  readonly names: readonly string[];
}

function concerned(facts: Facts, isConcerned: (element: string) => boolean): Concerned | null {
  const path = pathOf(facts);
  if (!path) return null;

  const names = new Set(path.elements.filter(isConcerned));
  return names.size > 0 ? { tag: path.tag, names: [...names] } : null;
}

/** Nix's and Guix's folders of packages are right where those packages are. */
const isStore = (path: string): boolean => /^\/(?:nix|gnu)\/store\//.test(path);

const isOfBuild = (element: string): boolean =>
  buildFolder(plain(element)) !== undefined && !isStore(element) && !isWorldWritable(plain(element));

/** musl passes over empty elements; for glibc they are the current folder. */
const isRelative = (element: string, { libc }: Facts): boolean =>
  !element.startsWith("/") && !element.startsWith("$") && (element !== "" || libc !== "musl");

const ORIGIN = /\$(?:ORIGIN\b|\{ORIGIN\})/;
const ORIGINS = /* @__PURE__ */ new RegExp(ORIGIN, "g");
const UNKNOWN_TOKEN = /\$(?!(?:ORIGIN|LIB|PLATFORM)\b|\{(?:ORIGIN|LIB|PLATFORM)\})/;

/** DT_RUNPATH and DT_RPATH: where libraries are looked for, and who may put some there. */
export const searchPathRules: readonly Rule[] = [
  {
    id: "search-path-writable",
    severity: "warning",
    sentence: "The search path has folders into which everybody may put libraries.",
    advice:
      "Take them out (elfwright patchelf --set-rpath), or link without that -rpath: whoever puts a library " +
      "of the right name there runs code with the rights of the user who starts the program.",
    *test(facts) {
      const found = concerned(facts, (element) => isWorldWritable(plain(element)));
      if (!found) return;

      const { tag, names } = found;
      yield {
        message: `${tag} has ${inWords(names)}: everybody may put libraries there, and the loader takes them`,
        names,
      };
    },
  },
  {
    id: "search-path-build-folder",
    severity: "warning",
    sentence: "The search path leads into a folder in which software is built.",
    advice:
      "Use $ORIGIN, the folder of the file itself (elfwright patchelf --set-rpath '$ORIGIN/../lib'), or take it out: " +
      "on other machines that folder is absent, or somebody else's.",
    *test(facts) {
      const found = concerned(facts, isOfBuild);
      if (!found) return;

      const { tag, names } = found;
      yield { message: `${tag} has ${inWords(names)}: a folder of the machine that built it`, names };
    },
  },
  {
    id: "search-path-relative",
    severity: "warning",
    sentence: "The search path has elements that are not absolute.",
    advice:
      "Write $ORIGIN for the folder of the file itself, and take empty elements out (elfwright patchelf --set-rpath).",
    *test(facts) {
      const found = concerned(facts, (element) => isRelative(element, facts));
      if (!found) return;

      const { tag, names } = found;
      const shown = names.map((name) => (name === "" ? "an empty element" : name));
      yield {
        message: `${tag} has ${inWords(shown)}: the loader looks in the folder in which somebody starts the program`,
        names,
      };
    },
  },
  {
    id: "search-path-token",
    severity: "warning",
    sentence: "The search path has a token that the loader does not expand.",
    advice: "glibc expands $ORIGIN, $LIB and $PLATFORM; musl expands only $ORIGIN.",
    *test(facts) {
      const path = pathOf(facts);
      if (!path) return;

      const notOrigin = path.elements.filter((e) => e.includes("$") && e.replace(ORIGINS, "").includes("$"));
      const unknown = notOrigin.filter((e) => UNKNOWN_TOKEN.test(e));
      if (facts.libc === "musl" && notOrigin.length > 0) {
        yield {
          message:
            `${path.tag} has ${inWords(notOrigin)}: ` +
            "musl expands $ORIGIN only, and ignores a path with any other token whole",
          names: notOrigin,
        };
      } else if (unknown.length > 0) {
        yield {
          message: `${path.tag} has ${inWords(unknown)}: no loader expands that, so that it is the name of a folder`,
          names: unknown,
        };
      }
    },
  },
  {
    id: "search-path-origin",
    severity: "note",
    sentence: "The search path has $ORIGIN, which loaders ignore in programs with raised rights.",
    advice:
      "Install the libraries of such a program in a system folder, " +
      "or give it an absolute search path that only root may write.",
    test: originWithRights,
  },
  {
    id: "search-path-rpath",
    severity: "note",
    sentence: "The file has DT_RPATH, which DT_RUNPATH has replaced.",
    advice:
      "Link with -Wl,--enable-new-dtags, or convert it: elfwright patchelf --set-rpath writes DT_RUNPATH. " +
      "Keep DT_RPATH if the libraries find their own needs by it: DT_RUNPATH is for direct needs only.",
    *test({ elf, libc }) {
      if (elf.rpath === null) return;

      const names = elf.rpath.split(":");
      if (elf.runpath !== null) {
        yield {
          message: `DT_RPATH ${elf.rpath} is ignored, since there is a DT_RUNPATH ${elf.runpath}`,
          names,
          advice: "Take DT_RPATH out.",
        };
        return;
      }

      // musl makes no difference between the two.
      if (libc === "musl") return;
      yield {
        message:
          `DT_RPATH ${elf.rpath}: it comes before LD_LIBRARY_PATH, so that nobody can put another library in front, ` +
          "and holds for the libraries' own needs, too",
        names,
      };
    },
  },
];

function* originWithRights(facts: Facts): Generator<RuleMatch> {
  const { raisedRights } = facts;
  if (!isProgram(facts) || raisedRights === false) return;

  const found = concerned(facts, (element) => ORIGIN.test(element));
  if (!found) return;

  const { tag, names } = found;
  const has = `${tag} has ${inWords(names)}`;
  if (raisedRights === true) {
    yield {
      severity: "warning",
      message:
        `${has}: the loader ignores $ORIGIN in a program that is set-user-ID, set-group-ID or has file capabilities, ` +
        "unless it leads to a system folder",
      names,
    };
  } else {
    const condition = "if it is installed set-user-ID, set-group-ID or with file capabilities";
    yield { message: `${has}: ${condition}, the loader ignores that`, names };
  }
}
