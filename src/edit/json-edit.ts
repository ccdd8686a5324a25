import { fail } from "../error.js";

/**
 * An edit as plain data. Each field is asked for with the type that it must have; `BAD_EDIT` where it has another one.
 */
export class JsonEdit {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #name: string;
  readonly #asked = new Set(["edit"]);

  constructor(name: string, fields: Readonly<Record<string, unknown>>) {
    this.#name = name;
    this.#fields = fields;
  }

  text(field: string): string {
    const value = this.#ask(field);
    return typeof value === "string" ? value : this.#refuse(field, "a text");
  }

  optionalText(field: string): string | undefined {
    return this.#isThere(field) ? this.text(field) : undefined;
  }

  number(field: string): number {
    const value = this.#ask(field);
    return typeof value === "number" ? value : this.#refuse(field, "a number");
  }

  /** A field that is false where it is missing. */
  flag(field: string): boolean {
    const value = this.#ask(field) ?? false;
    return typeof value === "boolean" ? value : this.#refuse(field, "true or false");
  }

  texts(field: string): string[] {
    const value = this.#ask(field);
    const isList = Array.isArray(value) && value.every((v) => typeof v === "string");
    return isList ? value : this.#refuse(field, "a list of texts");
  }

  optionalTexts(field: string): string[] | undefined {
    return this.#isThere(field) ? this.texts(field) : undefined;
  }

  /** An object whose values are all texts. */
  record(field: string): Record<string, string> {
    const value = this.#ask(field);
    const isRecord =
      typeof value === "object" &&
      value !== null &&
      !Array.isArray(value) &&
      Object.values(value).every((v) => typeof v === "string");
    return isRecord ? (value as Record<string, string>) : this.#refuse(field, "an object of texts");
  }

  /** One of a few texts; undefined where the field is missing, or is the text `otherwise`. */
  choice<const C extends string>(field: string, choices: readonly C[], otherwise?: string): C | undefined {
    const value = this.optionalText(field);
    if (value === undefined || value === otherwise) return undefined;
    return choices.find((c) => c === value) ?? this.#refuse(field, choices.join(" or "));
  }

  /** Refuses fields that nobody asked for: a misspelt name must not pass unnoticed. */
  end(): void {
    const unknown = Object.keys(this.#fields).find((field) => !this.#asked.has(field));
    if (unknown !== undefined) {
      fail("BAD_EDIT", `${this.#name}: ${JSON.stringify(unknown)} is none of its fields`, { edit: this.#name });
    }
  }

  #isThere(field: string): boolean {
    const value = this.#ask(field);
    return value !== undefined && value !== null;
  }

  #ask(field: string): unknown {
    this.#asked.add(field);
    return Object.hasOwn(this.#fields, field) ? this.#fields[field] : undefined;
  }

  #refuse(field: string, wanted: string): never {
    return fail("BAD_EDIT", `${this.#name}: ${JSON.stringify(field)} is not ${wanted}`, { edit: this.#name });
  }
}

/** What a value has of its text in a message. A file of bytes would fill the screen. */
const LONGEST = 100;

/** A value for a message, whatever it is. */
export function shown(value: unknown): string {
  if (typeof value === "function") return `the function ${value.name}, which is not called,`;
  if (ArrayBuffer.isView(value)) return "bytes";

  const text = textOf(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function textOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
