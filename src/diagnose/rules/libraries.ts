import type { Edge, LoadedObject } from "../../resolve/tree.js";
import { count, list, type Rule } from "./rule.js";

const places = (edge: Edge): string => {
  const tried = edge.tried.map(
    (t) =>
      `${t.path}${t.outcome === "absent" ? "" : t.outcome === "other-machine" ? " (for another machine)" : ` (${t.outcome})`}`,
  );
  return tried.length === 0 ? "" : `; looked at ${count(tried.length, "place")}: ${list(tried, 4)}`;
};

const asker = (from: LoadedObject, root: LoadedObject): string => (from === root ? "it" : from.path);

/** What only the libraries themselves tell; silent where `libraries` is not given. */
export const libraryRules: readonly Rule[] = [
  {
    id: "library-missing",
    severity: "error",
    sentence: "A needed library is not found.",
    advice:
      "Install its package, put it beside the program and set DT_RUNPATH to $ORIGIN, or take the need out where nothing of it is used.",
    *test({ libraries }) {
      if (!libraries) return;
      for (const { from, edge } of libraries.missing) {
        if (edge === libraries.interpreter) continue;

        const invalid = edge.tried.find((t) => t.outcome === "invalid");
        yield {
          message: invalid
            ? `${edge.name}, which ${asker(from, libraries.root)} needs, is no ELF file at ${invalid.path}: ld.so stops there ("invalid ELF header")`
            : `${edge.name}, which ${asker(from, libraries.root)} needs, is not found${places(edge)}`,
          names: [edge.name],
        };
      }
    },
  },
  {
    id: "interpreter-absent",
    severity: "error",
    sentence: "The program's interpreter is not there.",
    advice: "Install the C library of that loader, or set the system's own: elfwright patchelf --set-interpreter.",
    *test({ libraries, interpreter }) {
      // klibc's is a static program, which the resolver takes for nothing that it could load.
      if (
        interpreter !== null &&
        libraries?.interpreter?.object === null &&
        libraries.interpreter.tried.every((t) => t.outcome === "absent")
      ) {
        yield {
          message: `the interpreter ${interpreter} is not there: starting the program fails with "No such file or directory"`,
          names: [interpreter],
        };
      }
    },
  },
];
