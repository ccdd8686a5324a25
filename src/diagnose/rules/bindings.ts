import { bindSymbols } from "../../resolve/bind/bind.js";
import type { SymbolBindings } from "../../resolve/bind/bindings.js";
import { isNodeSymbol } from "../../resolve/bind/host-symbols.js";
import type { LibraryTree, LoadedObject } from "../../resolve/tree.js";
import { type LibraryUse, unusedLibraries } from "../../resolve/bind/unused.js";
import type { Facts } from "../facts.js";
import { count, isProgram, list, type Rule } from "./rule.js";

const known = /* @__PURE__ */ new WeakMap<LibraryTree, SymbolBindings>();

/** Worked out once for all rules; null without libraries. What is broken in a library is that library's affair. */
function bindingsOf({ libraries: tree }: Facts): SymbolBindings | null {
  if (!tree) return null;
  const found =
    known.get(tree) ??
    bindSymbols(tree, isPart(tree) ? { hostSymbols: (name) => isNodeSymbol(name) || isPythonSymbol(name) } : {});
  known.set(tree, found);
  return found;
}

/** Extensions of Python do not need libpython: what starts them has it. */
const isPythonSymbol = (name: string): boolean => /^_?Py[A-Z_]/.test(name);

const uses = /* @__PURE__ */ new WeakMap<LibraryTree, LibraryUse[]>();

function usesOf({ libraries: tree }: Facts): LibraryUse[] {
  const found = tree ? (uses.get(tree) ?? unusedLibraries(tree)) : [];
  if (tree) uses.set(tree, found);
  return found;
}

/** A library is loaded by something that may define more. */
const isPart = ({ root }: LibraryTree): boolean => root.elf.interpreter === null;

const nameOf = (o: LoadedObject, { root }: LibraryTree): string => (o === root ? "it" : o.path);

/** What symbols the libraries give to each other. Silent where `libraries` is not given. */
export const bindingRules: readonly Rule[] = [
  {
    id: "version-missing",
    severity: "error",
    sentence: "A library lacks a version that is asked of it.",
    advice: "Take a newer release of that library, or a build that was made on an older system.",
    *test(f) {
      for (const e of bindingsOf(f)?.versionErrors ?? []) {
        if (e.fatal) {
          yield {
            message: `ld.so stops: ${e.provider ? `${e.provider.path}: ` : ""}${e.message}`,
            names: e.version === null ? [] : [e.version],
          };
        }
      }
    },
  },
  {
    id: "symbol-missing",
    severity: "error",
    sentence: "Nothing that would be loaded defines a symbol.",
    advice:
      "Take the release of the library that it was built with, or add the library that has it (elfwright patchelf --add-needed).",
    *test(f) {
      const { libraries: tree } = f;
      const bound = bindingsOf(f);
      // Where libraries are missing, their symbols are, too.
      if (!tree || !bound || tree.missing.length > 0) return;

      for (const from of new Set(bound.missing.map((m) => m.from))) {
        const names = [
          ...new Set(
            bound.missing
              .filter((m) => m.from === from)
              .map((m) => (m.version === null ? m.symbol : `${m.symbol}@${m.version}`)),
          ),
        ];
        const message = `nothing defines ${count(names.length, "symbol")} that ${nameOf(from, tree)} asks for: ${list(names)}`;
        yield isPart(tree) && !isProgram(f)
          ? { message: `${message}, unless the program that loads it does`, severity: "warning", names }
          : { message, names };
      }
    },
  },
  {
    id: "library-unused",
    severity: "note",
    sentence: "A needed library gives it no symbol.",
    advice:
      "Link with -Wl,--as-needed, or take it out (elfwright patchelf --remove-needed), unless its constructors do something that is wanted.",
    *test(f) {
      const names = usesOf(f).flatMap((u) => u.unused.map((e) => e.name));
      if (names.length > 0) {
        yield {
          message: `it needs ${list(names)}, but takes no symbol of ${names.length === 1 ? "it" : "them"}`,
          names,
        };
      }
    },
  },
  {
    id: "library-undeclared",
    severity: "note",
    sentence: "It takes symbols of a library that it does not name.",
    advice: "Name that library when linking: -Wl,--no-copy-dt-needed-entries finds such places.",
    *test(f) {
      for (const { library, symbols } of usesOf(f).flatMap((u) => u.undeclared)) {
        yield {
          message: `it takes ${list(symbols, 4)} of ${library.path}, which it does not name in DT_NEEDED: it is there only because another library needs it`,
          names: [library.name, ...symbols],
        };
      }
    },
  },
];
