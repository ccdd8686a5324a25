import { isReservedByMusl } from "../../resolve/search/musl.js";
import type { Edge, LibraryTree, LoadedObject } from "../../resolve/tree.js";
import { plural, inWords, type Rule } from "./rule.js";

/** Where the loader looked, and what it found there. */
function places({ tried }: Edge): string {
  if (tried.length === 0) return "";
  return `; looked at ${plural(tried.length, "place")}: ${inWords(tried.map(place), 4)}`;
}

function place({ path, outcome }: Edge["tried"][number]): string {
  if (outcome === "absent") return path;
  return outcome === "other-machine" ? `${path} (for another machine)` : `${path} (${outcome})`;
}

const asker = (from: LoadedObject, root: LoadedObject): string => (from === root ? "it" : from.path);

/** Is it the interpreter, which is absent, by a name that means the loader? "interpreter-absent" says so already. */
function isLoader({ name }: Edge, { rules, interpreter }: LibraryTree): boolean {
  if (interpreter?.object !== null) return false;
  return rules === "musl" ? isReservedByMusl(name) : interpreter.name.endsWith(`/${name}`);
}

/** What only the libraries themselves can tell. Silent where `libraries` is not given. */
export const libraryRules: readonly Rule[] = [
  {
    id: "library-missing",
    severity: "error",
    sentence: "A needed library is not found.",
    advice:
      "Install its package, put it beside the program and set DT_RUNPATH to $ORIGIN, " +
      "or take the need out if nothing of the library is used.",
    *test({ libraries }) {
      // The rule "wrong-machine" says all of a system of another machine.
      if (!libraries || libraries.otherMachine) return;
      for (const { from, edge } of libraries.missing) {
        if (edge === libraries.interpreter || isLoader(edge, libraries)) continue;

        const library = `${edge.name}, which ${asker(from, libraries.root)} needs,`;
        const invalid = edge.tried.find((t) => t.outcome === "invalid");
        yield {
          message: invalid
            ? `${library} is no ELF file at ${invalid.path}: ld.so stops there ("invalid ELF header")`
            : `${library} is not found${places(edge)}`,
          names: [edge.name],
        };
      }
    },
  },
  {
    id: "interpreter-absent",
    severity: "error",
    sentence: "The program's interpreter is not there.",
    advice:
      "Install the C library of that loader (or ship it with the program, where it brings its own), " +
      "or set the system's own: elfwright patchelf --set-interpreter.",
    *test({ libraries, interpreter }) {
      const edge = libraries?.interpreter;
      if (interpreter === null || edge?.object !== null || libraries?.otherMachine) return;

      // klibc's loader is a static program, which the resolver finds but cannot load.
      if (edge.tried.some((t) => t.outcome !== "absent")) return;
      yield {
        message:
          `the interpreter ${interpreter} is not there: ` +
          'starting the program fails with "No such file or directory"',
        names: [interpreter],
      };
    },
  },
];
