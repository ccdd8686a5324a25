/** What to do with bytes after the end of the ELF file when the rewrite would move or lose them. */
export type OverlayChoice = "keep" | "keep-in-place" | "drop";

export interface LayoutOptions {
  /**
   * What to do with bytes after the end of the ELF file when the rewrite would move or lose them. Without it, such a
   * rewrite is refused (`OVERLAY`).
   */
  readonly overlay?: OverlayChoice | undefined;
}
