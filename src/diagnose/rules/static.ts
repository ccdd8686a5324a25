import { PF, PT, SHN, STT } from "../../spec/constants.js";
import { disjoint, searchTexts } from "../detect/text-search.js";
import type { Facts } from "../facts.js";
import { inWords, type Rule } from "./rule.js";

/**
 * Functions of glibc's static library that load parts of the shared one: name services (the linker warns of each) and
 * character sets.
 */
const LOADING = /* @__PURE__ */ new Set([
  "getaddrinfo",
  "gethostbyname",
  "gethostbyname2",
  "gethostbyaddr",
  "gethostbyname_r",
  "gethostbyname2_r",
  "gethostbyaddr_r",
  "gethostent",
  "getpwnam",
  "getpwuid",
  "getpwent",
  "getpwnam_r",
  "getpwuid_r",
  "getpwent_r",
  "getgrnam",
  "getgrgid",
  "getgrent",
  "getgrnam_r",
  "getgrgid_r",
  "getgrent_r",
  "getservbyname",
  "getservbyport",
  "getservbyname_r",
  "getservbyport_r",
  "getprotobyname",
  "getprotobynumber",
  "getnetbyname",
  "getnetbyaddr",
  "getrpcbyname",
  "initgroups",
  "getgrouplist",
  "getnameinfo",
  "getspnam",
  "getspnam_r",
  "iconv_open",
]);

const NSSWITCH = "/etc/nsswitch.conf\0";

const SAME_VERSION = "and those must be of the very version it was built with";

/** What a static program does not carry along. */
export const staticRules: readonly Rule[] = [
  {
    id: "static-glibc-loads",
    severity: "warning",
    sentence: "A static program loads parts of glibc at run time.",
    advice:
      "Run it only where the same version of glibc is installed, link it dynamically, " +
      "or build it with musl, which carries its own resolver (Go: CGO_ENABLED=0, or -tags netgo,osusergo).",
    *test(facts) {
      const { linkage, libc, packer, language } = facts;
      const isStatic = linkage === "static" || linkage === "static-pie";
      if (!isStatic || libc !== "glibc" || packer !== null) return;

      const names = loadingFunctions(facts);
      if (names && names.length > 0) {
        const loads = names.length === 1 ? "loads" : "load";
        yield {
          message:
            `it is static, but ${inWords(names)} of glibc ${loads} shared libraries (name services, character sets) ` +
            `at run time, ${SAME_VERSION}`,
          names,
        };
      } else if (!names && language !== "go" && hasText(facts, NSSWITCH)) {
        yield {
          message:
            "it is static, but has glibc's name services in it (it reads /etc/nsswitch.conf): " +
            `to look up users, groups or host names it loads shared libraries at run time, ${SAME_VERSION}`,
        };
      }
    },
  },
];

/** The functions that .symtab defines; null where it was stripped. */
function loadingFunctions({ elf }: Facts): string[] | null {
  if (!elf.symbols) return null;

  const names = new Set<string>();
  for (const { name, shndx, type } of elf.symbols) {
    if (shndx !== SHN.UNDEF && type === STT.FUNC && LOADING.has(name)) names.add(name);
  }
  return [...names].sort();
}

/** Does a text stand in what is loaded read-only? */
function hasText({ elf }: Facts, text: string): boolean {
  const readOnly = elf.segments.filter((s) => s.type === PT.LOAD && !(s.flags & PF.W));
  const ranges = readOnly.map((s) => ({ offset: s.near("offset"), size: s.near("filesz") }));
  const [found] = searchTexts(elf.source, disjoint(ranges, elf.source.size), [{ text }], ([at]) => at !== undefined);
  return found !== undefined;
}
