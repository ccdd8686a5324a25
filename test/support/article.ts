import { run } from "./run.js";

/**
 * The methods by which an article on programs built on Alpine tells musl from glibc, put down anew from its
 * description: to show beside ours what they say. They want ldd, readelf and objdump of the machine they run on.
 */
export interface ArticleMethod {
  readonly name: string;
  /** The C library that it names, and the version; empty where it says there is none or prints none. */
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
      return {
        libc: "musl",
        version:
          lines("readelf", ["-d", path])
            .find((l) => l.includes("ld-musl"))
            ?.trim() ?? "",
      };
    }

    const versions = lines("objdump", ["-s", "-j", ".dynamic", path]).flatMap((l) => l.match(/GLIBC_\d+\.\d+/g) ?? []);
    return { libc: "glibc", version: versions.sort().at(-1) ?? "unknown" };
  },
};

export const ARTICLE_METHODS: readonly ArticleMethod[] = [stringsMethod, scriptMethod];
