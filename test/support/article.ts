import { run } from "./run.js";

/**
 * A method by which an article on programs built on Alpine tells musl from glibc, written anew from its description to
 * compare with elfwright. The methods need ldd, readelf and objdump of the machine they run on.
 */
export interface ArticleMethod {
  readonly name: string;
  /** The C library and the version that it names; each is empty where it says that there is none, or prints none. */
  say(path: string): { readonly libc: string; readonly version: string };
}

const lines = (command: string, args: readonly string[]): string[] => run(command, args).stdout.split("\n");

/** "Does the word musl occur?" */
export const stringsMethod: ArticleMethod = {
  name: "strings | grep -i musl",
  say: (path) => ({ libc: lines("strings", [path]).some((l) => /musl/i.test(l)) ? "musl" : "glibc", version: "" }),
};

/** "Does ldd name musl? Then print the loader that .dynamic names, else the highest GLIBC_ of .dynamic." */
export const scriptMethod: ArticleMethod = {
  name: "ldd, then objdump -s -j .dynamic",
  say(path) {
    if (run("ldd", [path]).stdout.includes("musl")) {
      const loader = lines("readelf", ["-d", path]).find((l) => l.includes("ld-musl"));
      return { libc: "musl", version: loader?.trim() ?? "" };
    }

    const versions = lines("objdump", ["-s", "-j", ".dynamic", path]).flatMap((l) => l.match(/GLIBC_\d+\.\d+/g) ?? []);
    return { libc: "glibc", version: versions.sort().at(-1) ?? "unknown" };
  },
};

export const ARTICLE_METHODS: readonly ArticleMethod[] = [stringsMethod, scriptMethod];
