import type { ElfFile } from "../../image/elf.js";
import { layOut } from "../layout/layout.js";
import { settle } from "../wish/settle.js";
import { proofOf } from "../wish/declare.js";
import type { Wish } from "../wish/wish.js";
import type { Pass } from "./pass.js";

/** The ordinary layout: gives all that the edits want of the file its place, in one pass. */
export function layoutPass(wishFor: (elf: ElfFile) => Wish): Pass {
  return {
    name: "layout",
    order: 0,
    run: (stage, options) => {
      const wish = wishFor(stage.elf);
      const requests = settle(wish);
      const layout = layOut(stage.elf, requests, options);
      const proof = proofOf(wish, layout.placements, options.overlay);
      return stage.say(requests.notes).then(layout).provedBy(proof);
    },
  };
}
