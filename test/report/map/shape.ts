import type { LayoutMap, MapPart } from "../../../src/index.js";

const endOf = (part: { readonly size: MapPart["size"] }, start: number | bigint | string): bigint =>
  BigInt(start) + BigInt(part.size);

function must(holds: boolean, what: string, subject: unknown): void {
  if (!holds) throw new Error(`${what}: ${JSON.stringify(subject)}`);
}

/**
 * Each byte of the file is in one part of one region; each byte of a PT_LOAD's pages, or of what its neighbours leave
 * of them, is in one of its parts.
 */
export function expectWhole(map: LayoutMap, size: number): void {
  let offset = 0n;
  for (const region of map.regions) {
    must(BigInt(region.offset) === offset, "the region begins elsewhere", { ...region, parts: [] });
    for (const part of region.parts) {
      const follows = BigInt(part.offset!) === offset && Number(part.size) > 0;
      must(follows, "the part begins elsewhere, or is empty", part);
      must((part.address === null) === (region.kind !== "load"), "only what is loaded has an address", part);
      offset = endOf(part, offset);
    }
    must(offset === BigInt(region.offset + region.size), "the parts end elsewhere", { ...region, parts: [] });
  }
  must(offset === BigInt(size), "the regions end elsewhere", `${offset}`);

  for (const segment of map.memory) {
    const { parts, pages, ...own } = segment;
    let address = BigInt(parts[0]!.address!);
    for (const part of parts) {
      const follows = BigInt(part.address!) === address && BigInt(part.size) > 0n;
      must(follows, "the part begins elsewhere in memory, or is empty", part);
      address = endOf(part, address);
    }

    const contents = parts.filter((part) => part.kind !== "page-head" && part.kind !== "page-tail");
    const [first, last] = [contents[0]!, contents.at(-1)!];
    const isWhole =
      BigInt(first.address!) === BigInt(segment.address) &&
      endOf(last, last.address!) === endOf(segment, segment.address);
    must(isWhole, "the segment's parts are more or less than itself", own);

    const arePages = address <= endOf(pages, pages.address) && BigInt(pages.address) % BigInt(map.pageSize!) === 0n;
    must(arePages, "the pages", segment);
  }
}
