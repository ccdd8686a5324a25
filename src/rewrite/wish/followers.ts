/** Where symbols and sections of the input are in the output, for tables that name them. */
export interface Followers {
  /** The new index of a section; 0 for one that goes. A number that is no section's index stays. */
  section(index: number): number;
  /** The new value of a symbol, from its st_shndx, its value and its name. */
  value(shndx: number, value: bigint, name: () => string): bigint;
  /** Does any symbol's value change? */
  readonly moves: boolean;
}
