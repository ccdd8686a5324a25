import { encodeText } from "../../codec/bytes.js";
import { chunks } from "../../codec/source.js";
import { PF, PT, SHN, STT } from "../../spec/constants.js";
import type { Facts } from "../facts.js";
import { list, type Rule } from "./rule.js";

/**
 * What in glibc's static library loads parts of the shared one: name services (the linker warns of each) and character
 * sets.
 */
const LOADS = new Set(
  (
    "getaddrinfo gethostbyname gethostbyname2 gethostbyaddr gethostbyname_r gethostbyname2_r gethostbyaddr_r gethostent getpwnam getpwuid getpwent getpwnam_r getpwuid_r getpwent_r getgrnam getgrgid getgrent getgrnam_r getgrgid_r getgrent_r " +
    "getservbyname getservbyport getservbyname_r getservbyport_r getprotobyname getprotobynumber getnetbyname getnetbyaddr getrpcbyname initgroups getgrouplist getnameinfo getspnam getspnam_r iconv_open"
  ).split(" "),
);

const NSSWITCH = "/etc/nsswitch.conf\0";

/** What a static program does not carry along. */
export const staticRules: readonly Rule[] = [
  {
    id: "static-glibc-loads",
    severity: "warning",
    sentence: "A static program loads parts of glibc at run time.",
    advice:
      "Run it where the same version of glibc is installed, link it dynamically, or build it with musl, which carries its own resolver (Go: CGO_ENABLED=0, or -tags netgo,osusergo).",
    *test(f) {
      if ((f.linkage !== "static" && f.linkage !== "static-pie") || f.libc !== "glibc" || f.packer !== null) return;

      const names = loaders(f);
      if (names && names.length > 0) {
        yield {
          message: `it is static, but ${list(names)} of glibc ${names.length === 1 ? "loads" : "load"} shared libraries (name services, character sets) at run time, and those must be of the very version it was built with`,
          names,
        };
      } else if (!names && f.language !== "go" && hasText(f, NSSWITCH)) {
        yield {
          message:
            "it is static, but has glibc's name services in it (it reads /etc/nsswitch.conf): to look up users, groups or host names it loads shared libraries at run time, and those must be of the very version it was built with",
        };
      }
    },
  },
];

/** By .symtab; null where it is gone. */
function loaders({ elf }: Facts): string[] | null {
  if (!elf.symbols) return null;
  const names = new Set<string>();
  for (const { name, shndx, type } of elf.symbols) {
    if (shndx !== SHN.UNDEF && type === STT.FUNC && LOADS.has(name)) names.add(name);
  }
  return [...names].sort();
}

/** Is a text in what is loaded read-only? Reads that once. */
function hasText({ elf }: Facts, text: string): boolean {
  const wanted = encodeText(text);
  let left = elf.source.size;
  for (const s of elf.segments) {
    if (s.type !== PT.LOAD || s.flags & PF.W || (left -= s.near("filesz")) < 0) continue;

    let rest = new Uint8Array(0);
    for (const piece of chunks(elf.source, s.offset, s.filesz, "a segment")) {
      const b = new Uint8Array(rest.length + piece.length);
      b.set(rest);
      b.set(piece, rest.length);
      if (contains(b, wanted)) return true;
      rest = b.slice(Math.max(0, b.length - wanted.length + 1));
    }
  }

  return false;
}

/** Looks for its rarest byte: `/` and letters are everywhere, `w` less so. */
function contains(b: Uint8Array, wanted: Uint8Array): boolean {
  const rare = wanted.indexOf(0x77);
  const byte = wanted[rare]!;
  for (let at = b.indexOf(byte); at >= 0; at = b.indexOf(byte, at + 1)) {
    if (at >= rare && wanted.every((x, i) => b[at - rare + i] === x)) return true;
  }
  return false;
}
