import { once } from "../../image/once.js";
import { bindSymbols } from "../../resolve/bind/bind.js";
import type { SymbolBindings } from "../../resolve/bind/bindings.js";
import { isNodeSymbol } from "../../resolve/bind/host-symbols.js";
import type { LibraryTree, LoadedObject } from "../../resolve/tree.js";
import { type LibraryUse, unusedLibraries } from "../../resolve/bind/unused.js";
import type { Facts } from "../facts.js";
import { plural, isProgram, inWords, type Rule, type RuleMatch } from "./rule.js";

/** How symbols are bound; null without libraries. What is broken in a library is not reported on this file. */
const bindingsOf = ({ libraries }: Facts): SymbolBindings | null => libraries && bindingsOfTree(libraries);

/** Worked out once for all rules. */
const bindingsOfTree = /* @__PURE__ */ once((tree: LibraryTree) =>
  bindSymbols(tree, isGuest(tree) ? { hostSymbols: isHostSymbol } : {}),
);

/** Extensions of Python do not need libpython: the program that loads them has it. */
const isPythonSymbol = (name: string): boolean => /^_?Py[A-Z_]/.test(name);

const isHostSymbol = (name: string): boolean => isNodeSymbol(name) || isPythonSymbol(name);

const usesOf = ({ libraries }: Facts): readonly LibraryUse[] => (libraries ? usesOfTree(libraries) : []);

const usesOfTree = /* @__PURE__ */ once(unusedLibraries);

/** A library is loaded by something that may define more symbols. */
const isGuest = ({ root }: LibraryTree): boolean => root.elf.interpreter === null;

const nameOf = (object: LoadedObject, { root }: LibraryTree): string => (object === root ? "it" : object.path);

/** ld.so wants the library of every version need to be loaded, and stops otherwise. */
const VERSIONED =
  "Link with -Wl,--as-needed. Do not just take the library out: " +
  "the file asks for versions of it, and ld.so stops where a library with such a need is not loaded.";

function* unusedFinding(names: readonly string[], advice?: string): Generator<RuleMatch> {
  if (names.length === 0) return;

  const them = names.length === 1 ? "it" : "them";
  yield { message: `it needs ${inWords(names)}, but takes no symbol of ${them}`, names, ...(advice && { advice }) };
}

/** What symbols the libraries give to each other. Silent where `libraries` is not given. */
export const bindingRules: readonly Rule[] = [
  {
    id: "version-missing",
    severity: "error",
    sentence: "A library lacks a version that the file or another library needs of it.",
    advice: "Use a newer release of that library, or a build of the file that was made on an older system.",
    *test(facts) {
      for (const { fatal, provider, message, version } of bindingsOf(facts)?.versionErrors ?? []) {
        if (!fatal) continue;

        const where = provider ? `${provider.path}: ` : "";
        yield { message: `ld.so stops: ${where}${message}`, names: version === null ? [] : [version] };
      }
    },
  },
  {
    id: "symbol-missing",
    severity: "error",
    sentence: "No file that would be loaded defines a symbol.",
    advice:
      "Use the release of the library that the file was built with, " +
      "or add the library that has the symbol (elfwright patchelf --add-needed).",
    *test(facts) {
      const { libraries: tree } = facts;
      const bound = bindingsOf(facts);
      // Where libraries are missing, their symbols are, too.
      if (!tree || !bound || tree.missing.length > 0) return;

      const mayBeInHost = isGuest(tree) && !isProgram(facts);
      for (const from of new Set(bound.missing.map((m) => m.from))) {
        const missing = bound.missing.filter((m) => m.from === from);
        const names = [...new Set(missing.map((m) => (m.version === null ? m.symbol : `${m.symbol}@${m.version}`)))];
        const symbols = plural(names.length, "symbol");
        const message = `nothing defines ${symbols} that ${nameOf(from, tree)} asks for: ${inWords(names)}`;
        yield mayBeInHost
          ? { message: `${message}, unless the program that loads it does`, severity: "warning", names }
          : { message, names };
      }
    },
  },
  {
    id: "library-unused",
    severity: "note",
    sentence: "The file needs a library, but takes no symbol from it.",
    advice:
      "Link with -Wl,--as-needed, or take the library out (elfwright patchelf --remove-needed), " +
      "unless its constructors do something that is wanted.",
    *test(facts) {
      const names = usesOf(facts).flatMap((u) => u.unused.map((e) => e.name));
      const versioned = new Set(facts.elf.versionNeeds.map((n) => n.file));
      yield* unusedFinding(names.filter((name) => !versioned.has(name)));
      yield* unusedFinding(
        names.filter((name) => versioned.has(name)),
        VERSIONED,
      );
    },
  },
  {
    id: "library-undeclared",
    severity: "note",
    sentence: "The file takes symbols from a library that it does not name.",
    advice: "Name that library when linking: -Wl,--no-copy-dt-needed-entries finds such places.",
    *test(facts) {
      for (const { library, symbols } of usesOf(facts).flatMap((u) => u.undeclared)) {
        yield {
          message:
            `it takes ${inWords(symbols, 4)} of ${library.path}, which it does not name in DT_NEEDED: ` +
            "it is there only because another library needs it",
          names: [library.name, ...symbols],
        };
      }
    },
  },
];
