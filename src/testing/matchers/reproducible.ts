import { bytesSource, type ElfInput, readExactly, toSource } from "../../codec/source.js";
import { isElfError } from "../../error.js";
import { refuseArgument } from "../../input.js";
import { differencesOfBytes, firstDifference } from "./equal.js";
import { type ElfSubject, fileOf, type Question, unreadable, type Verdict, verdict } from "./verdict.js";

/** What a test kit may call a transform: bytes of a file to bytes of another one. */
export type ElfTransform = (bytes: Uint8Array) => ElfInput | Promise<ElfInput>;

/** What a matcher gives that waits for a transform. */
export type TransformVerdict<T extends ElfTransform> = ReturnType<T> extends ElfInput ? Verdict : Promise<Verdict>;

function bytesOf(input: ElfInput): Uint8Array {
  const source = toSource(input, "toBeReproducible");
  return readExactly(source, 0, source.size, "the file").slice();
}

/** Waits until the clock says another millisecond, so that a transform which writes the time shows that. */
function awaitTick(): void {
  const start = Date.now();
  while (Date.now() === start);
}

const isPromise = (value: unknown): value is Promise<ElfInput> =>
  typeof value === "object" && value !== null && "then" in value;

/**
 * Does the transform make the same bytes of the file when it runs a second time, and leave its input alone? Each run
 * gets a copy of the bytes, a millisecond after the other. For a transform that is asynchronous, the verdict is, too.
 */
export function toBeReproducible<T extends ElfTransform>(subject: ElfSubject, transform: T): TransformVerdict<T> {
  if (typeof transform !== "function") refuseArgument("toBeReproducible", "a function from bytes to bytes", transform);
  const name = transform.name === "" ? "the transform" : transform.name;
  const question: Question = {
    to: `become the same bytes whenever ${name} runs`,
    table: `two runs of ${name}`,
    expected: "the same bytes, and an input that stays as it is",
    unexpected: "other bytes each time",
  };

  const input = inputOf(subject);
  if (typeof input === "string") return unreadable(question, input) as TransformVerdict<T>;
  const failed = (e: unknown): Verdict => unreadable(question, `${name} failed: ${String(e)}`);
  const [one, two] = [input.slice(), input.slice()];
  const compare = (first: ElfInput, second: ElfInput): Verdict => {
    const isUsed = [one, two].some((copy) => firstDifference(bytesSource(input), bytesSource(copy)) !== undefined);
    return compareRuns(question, bytesOf(first), bytesOf(second), isUsed ? name : undefined);
  };

  // What a run gives is copied before the next one: it may be a buffer that the transform uses again.
  try {
    const first = transform(one);
    if (isPromise(first)) {
      const later = first.then(async (gives) => {
        const made = bytesOf(gives);
        awaitTick();
        return compare(made, await transform(two));
      });
      return later.catch(failed) as TransformVerdict<T>;
    }

    const made = bytesOf(first);
    awaitTick();
    return compare(made, transform(two) as ElfInput) as TransformVerdict<T>;
  } catch (e) {
    return failed(e) as TransformVerdict<T>;
  }
}

/** The bytes of the file, or why it cannot be read. */
function inputOf(subject: ElfSubject): Uint8Array | string {
  try {
    const { source } = fileOf(subject);
    return readExactly(source, 0, source.size, "the file").slice();
  } catch (e) {
    if (!isElfError(e)) throw e;
    return e.message;
  }
}

/** @param changer the transform's name, where it has changed its input */
function compareRuns(question: Question, first: Uint8Array, second: Uint8Array, changer: string | undefined): Verdict {
  const found = differencesOfBytes(first, second);
  if (found.length === 0 && changer === undefined) {
    return verdict(question, { pass: true, found: [`the same ${first.length} bytes twice`] });
  }

  const input = changer === undefined ? [] : [`${changer} changes the bytes that it is given`];
  return verdict(question, { pass: false, found: [...input, ...found] });
}
