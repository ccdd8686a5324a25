import { concat, encodeText } from "../../src/codec/bytes.js";

/** A member as a test wants it. */
export interface TestMember {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Symbols that the index names for it, in this order. */
  readonly symbols?: readonly string[];
  readonly date?: string;
  readonly uid?: string;
  readonly mode?: string;
}

export type TestFormat = "sysv" | "sysv64" | "bsd" | "bsd64";

const pad = (s: string, width: number) => s.padEnd(width);

/** ar(5), written from its text and not with the code that is tested. */
export function arHeader(
  name: string,
  size: number | string,
  { date = "1000000000", uid = "1000", mode = "100664" }: Partial<TestMember> = {},
): Uint8Array {
  return encodeText(
    pad(name, 16) + pad(date, 12) + pad(uid, 6) + pad(uid, 6) + pad(mode, 8) + pad(String(size), 10) + "`\n",
  );
}

const withPadding = (b: Uint8Array): Uint8Array => (b.length % 2 === 0 ? b : concat([b, encodeText("\n")]));

function number(value: number, width: number, littleEndian: boolean): Uint8Array {
  const b = new Uint8Array(8);
  new DataView(b.buffer).setBigUint64(0, BigInt(value), false);
  const big = b.subarray(8 - width);
  return littleEndian ? big.slice().reverse() : big;
}

export interface TestArchive {
  readonly format?: TestFormat;
  /** Of a BSD index. */
  readonly littleEndian?: boolean;
  /** Is there a symbol index? Default: true. */
  readonly index?: boolean;
  readonly sorted?: boolean;
  /** Put between the index and the first member. */
  readonly extra?: Uint8Array;
}

/** An archive as GNU's or 4.4BSD's `ar` makes it. */
export function testArchive(
  members: readonly TestMember[],
  { format = "sysv", littleEndian = true, index = true, sorted = false, extra = new Uint8Array(0) }: TestArchive = {},
): Uint8Array {
  const isBsd = format.startsWith("bsd");
  const w = format.endsWith("64") ? 8 : 4;
  const symbols = members.flatMap((m, i) => (m.symbols ?? []).map((name) => ({ name, i })));
  if (sorted) symbols.sort((a, b) => (a.name < b.name ? -1 : 1));
  const long = members
    .filter((m) => !isBsd && m.name.length > 15)
    .map((m) => `${m.name}/\n`)
    .join("");
  const named = members
    .map((m) => {
      if (isBsd) {
        return concat([
          arHeader(`#1/${m.name.length + 3}`, m.name.length + 3 + m.bytes.length, m),
          encodeText(`${m.name}\0\0\0`),
          m.bytes,
        ]);
      }
      return concat([
        arHeader(m.name.length > 15 ? `/${long.indexOf(`${m.name}/`)}` : `${m.name}/`, m.bytes.length, m),
        m.bytes,
      ]);
    })
    .map(withPadding);
  const table =
    long === ""
      ? new Uint8Array(0)
      : withPadding(concat([encodeText(pad("//", 48) + pad(String(long.length), 10) + "`\n"), encodeText(long)]));
  const names = encodeText(symbols.map((s) => `${s.name}\0`).join(""));
  const indexOf = (places: readonly number[]): Uint8Array => {
    if (!index) return new Uint8Array(0);

    const n = (value: number) => number(value, w, isBsd && littleEndian);
    const starts = symbols.map((_, k) => symbols.slice(0, k).reduce((at, s) => at + encodeText(s.name).length + 1, 0));
    const content = isBsd
      ? concat([
          n(symbols.length * 2 * w),
          ...symbols.flatMap((s, k) => [n(starts[k]!), n(places[s.i]!)]),
          n(names.length),
          names,
        ])
      : concat([n(symbols.length), ...symbols.map((s) => n(places[s.i]!)), names]);
    const rounded = concat([content, new Uint8Array(-content.length & (isBsd ? 7 : 1))]);
    const name = `__.SYMDEF${w === 8 ? "_64" : ""}${sorted ? " SORTED" : ""}`;

    if (!isBsd) {
      return concat([
        arHeader(w === 8 ? "/SYM64/" : "/", rounded.length, { date: "1000000000", uid: "0", mode: "0" }),
        rounded,
      ]);
    }

    // Names of 16 characters fit into the header.
    return name.length <= 16
      ? concat([arHeader(name, rounded.length), rounded])
      : concat([arHeader("#1/20", 20 + rounded.length), encodeText(name.padEnd(20, "\0")), rounded]);
  };
  let at = 8 + indexOf(members.map(() => 0)).length + table.length + extra.length;
  const places = named.map((b) => (at += b.length) - b.length);

  return concat([encodeText("!<arch>\n"), indexOf(places), table, extra, ...named]);
}
