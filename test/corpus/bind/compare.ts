import { type LibraryTree, unusedLibraries } from "../../../src/index.js";
import { resolveFileLibraries } from "../../../src/node/index.js";
import { ourBindings, traceBindings, type Traced } from "../../support/ld-trace.js";
import { run } from "../../support/run.js";

/** What is compared of a file, and where we and ld.so differ. */
export interface Compared {
  readonly file: string;
  readonly objects: number;
  readonly bindings: number;
  readonly missing: number;
  readonly milliseconds: number;
  /** `bindings + …` for what is ours alone, `bindings - …` for what is ld.so's alone. */
  readonly different: readonly string[];
  /** Reasons why ld.so says something else, by name. */
  readonly explained: readonly string[];
}

const KINDS = ["bindings", "missing", "versions"] as const;

export function differences(
  ours: Pick<Traced, (typeof KINDS)[number]>,
  theirs: Pick<Traced, (typeof KINDS)[number]>,
): string[] {
  const alone = (a: ReadonlySet<string>, b: ReadonlySet<string>, sign: string, kind: string) =>
    [...a].filter((x) => !b.has(x)).map((x) => `${kind} ${sign} ${x}`);
  return KINDS.flatMap((k) => [...alone(ours[k], theirs[k], "+", k), ...alone(theirs[k], ours[k], "-", k)]);
}

/** One file, as `ldd -r` and `ldd -r -u` have it. */
export function compareFile(file: string): Compared {
  const theirs = traceBindings("x86_64", file);
  const start = performance.now();
  const tree = resolveFileLibraries(file, { rules: "glibc" });

  try {
    const ours = ourBindings(tree);
    const milliseconds = performance.now() - start;
    const unused = unusedLibraries(tree)[0]?.unused.map((e) => e.object!.path) ?? [];
    const theirUnused = lddUnused(file);
    const all = [
      ...differences(ours, theirs),
      ...differences(
        { bindings: new Set(unused), missing: new Set(), versions: new Set() },
        { bindings: new Set(theirUnused), missing: new Set(), versions: new Set() },
      ).map((d) => d.replace("bindings", "unused")),
    ];
    const why = new Map(all.map((d) => [d, explain(d, all, tree)]));

    return {
      file,
      objects: tree.objects.length,
      bindings: theirs.bindings.size,
      missing: theirs.missing.size,
      milliseconds,
      different: all.filter((d) => why.get(d) === null),
      explained: [...new Set([...why.values()].flatMap((w) => w ?? []))],
    };
  } finally {
    tree.close();
  }
}

function lddUnused(file: string): string[] {
  const { stdout } = run("ldd", ["-r", "-u", file]);
  const at = stdout.indexOf("Unused direct dependencies:\n");
  return at < 0 ? [] : [...stdout.slice(at).matchAll(/^\t(\S+)$/gm)].map((m) => m[1]!);
}

/** Why ld.so says something else; null where nothing explains it. */
function explain(difference: string, all: readonly string[], tree: LibraryTree): string | null {
  const [, kind, sign, text] = /^(\w+) ([-+]) (.*)$/.exec(difference)!;
  const bare = text!.replace(/, version [^\t]*/, "");
  if (
    kind === "missing" &&
    tree.missing.length > 0 &&
    (sign === "+"
      ? bare !== text && all.includes(`missing - ${bare}`)
      : all.some((d) => d.startsWith("missing + ") && d.slice(10).replace(/, version [^\t]*/, "") === text))
  ) {
    return "a library is missing: ld.so then does not know the numbers of the versions needed of it, and names the symbol without";
  }
  if (kind === "unused" && sign === "-" && tree.missing.some((m) => m.from === tree.root && m.edge.name === text)) {
    return "a library is missing: it gives no symbol, so ldd -u calls it unused";
  }

  return null;
}
