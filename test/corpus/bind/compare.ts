import { type LibraryTree, unusedLibraries } from "../../../src/index.js";
import { resolveFileLibraries } from "../../../src/node/index.js";
import { ourBindings, traceBindings, type Traced } from "../../support/ld-trace.js";
import { run } from "../../support/run.js";

/** What was compared of a file, and where elfwright and ld.so differ. */
export interface Compared {
  readonly file: string;
  readonly objects: number;
  readonly bindings: number;
  readonly missing: number;
  readonly milliseconds: number;
  /** `bindings + …` for what elfwright alone says, `bindings - …` for what ld.so alone says. */
  readonly different: readonly string[];
  /** Reasons why ld.so says something else. */
  readonly explained: readonly string[];
}

const KINDS = ["bindings", "missing", "versions"] as const;

type Bound = Pick<Traced, (typeof KINDS)[number]>;

/** What one of two sets alone has, each as `kind + …` for ours or `kind - …` for theirs. */
function compareSets(kind: string, ours: ReadonlySet<string>, theirs: ReadonlySet<string>): string[] {
  const more = [...ours].filter((x) => !theirs.has(x));
  const less = [...theirs].filter((x) => !ours.has(x));
  return [...more.map((x) => `${kind} + ${x}`), ...less.map((x) => `${kind} - ${x}`)];
}

export function differences(ours: Bound, theirs: Bound): string[] {
  return KINDS.flatMap((kind) => compareSets(kind, ours[kind], theirs[kind]));
}

/** Compares one file with what `ldd -r` and `ldd -r -u` say of it. */
export function compareFile(file: string): Compared {
  const theirs = traceBindings("x86_64", file);
  const start = performance.now();
  const tree = resolveFileLibraries(file, { rules: "glibc" });

  try {
    const ours = ourBindings(tree);
    const milliseconds = performance.now() - start;

    const unused = unusedLibraries(tree)[0]?.unused.map((e) => e.object!.path) ?? [];
    const all = [...differences(ours, theirs), ...compareSets("unused", new Set(unused), new Set(lddUnused(file)))];
    const why = new Map(all.map((d) => [d, explain(d, all, tree)]));

    return {
      file,
      objects: tree.objects.length,
      bindings: theirs.bindings.size,
      missing: theirs.missing.size,
      milliseconds,
      different: all.filter((d) => why.get(d) === null),
      explained: [...new Set([...why.values()].filter((reason) => reason !== null))],
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
  const [kind, sign, text] = /^(\w+) ([-+]) (.*)$/.exec(difference)!.slice(1) as [string, string, string];
  if (kind === "missing" && tree.missing.length > 0 && isNamedWithoutVersion(sign, text, all)) {
    return (
      "a library is missing: ld.so then does not know the numbers of the versions needed of it, " +
      "and names the symbol without"
    );
  }
  if (kind === "unused" && sign === "-" && tree.missing.some((m) => m.from === tree.root && m.edge.name === text)) {
    return "a library is missing: it gives no symbol, so ldd -u calls it unused";
  }

  return null;
}

/** Do elfwright and ld.so name the same missing symbol, ours with a version and theirs without? */
function isNamedWithoutVersion(sign: string, text: string, all: readonly string[]): boolean {
  const withoutVersion = (message: string) => message.replace(/, version [^\t]*/, "");
  if (sign === "+") return withoutVersion(text) !== text && all.includes(`missing - ${withoutVersion(text)}`);

  const ours = all.filter((d) => d.startsWith("missing + ")).map((d) => d.slice("missing + ".length));
  return ours.some((message) => withoutVersion(message) === text);
}
