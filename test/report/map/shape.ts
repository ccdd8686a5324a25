import type { LayoutMap, MapPart } from "../../../src/index.js";

const end = (p: { readonly size: MapPart["size"] }, at: number | bigint | string): bigint =>
  BigInt(at) + BigInt(p.size);

/**
 * Each byte of the file is in one part of one region; each byte of a PT_LOAD's pages, or of what neighbours leave of
 * them, in one of its parts.
 */
export function expectWhole(m: LayoutMap, size: number): void {
  const must = (holds: boolean, what: string, p?: unknown): void => {
    if (!holds) throw new Error(`${what}: ${JSON.stringify(p)}`);
  };
  let at = 0n;
  for (const r of m.regions) {
    must(BigInt(r.offset) === at, "the region begins elsewhere", { ...r, parts: [] });
    for (const p of r.parts) {
      must(BigInt(p.offset!) === at && Number(p.size) > 0, "the part begins elsewhere, or is empty", p);
      must((p.address === null) === (r.kind !== "load"), "only what is loaded has an address", p);
      at = end(p, at);
    }
    must(at === BigInt(r.offset + r.size), "the parts end elsewhere", { ...r, parts: [] });
  }

  must(at === BigInt(size), "the regions end elsewhere", `${at}`);
  for (const s of m.memory) {
    const own = s.parts.filter((p) => p.kind !== "page-head" && p.kind !== "page-tail");
    const last = own.at(-1)!;
    let address = BigInt(s.parts[0]!.address!);

    for (const p of s.parts) {
      must(
        BigInt(p.address!) === address && BigInt(p.size) > 0n,
        "the part begins elsewhere in memory, or is empty",
        p,
      );
      address = end(p, address);
    }

    must(
      BigInt(own[0]!.address!) === BigInt(s.address) && end(last, last.address!) === end(s, s.address),
      "the segment's parts are more or less than itself",
      { ...s, parts: [] },
    );
    must(
      address <= end(s.pages, s.pages.address) && BigInt(s.pages.address) % BigInt(m.pageSize!) === 0n,
      "the pages",
      { ...s, parts: [] },
    );
  }
}
