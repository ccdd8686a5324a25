/** What to do with bytes behind the end of the ELF file when the rewrite would move or lose them. */
export type OverlayChoice = "keep" | "keep-in-place" | "drop";

export interface LayoutOptions {
  /**
   * What to do with bytes behind the ELF file's end when the rewrite would move or lose them; refused (`OVERLAY`) where
   * not given.
   */
  readonly overlay?: OverlayChoice | undefined;
}
