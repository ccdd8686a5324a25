import type { ElfFile } from "../../image/elf.js";
import { layOut } from "../layout/layout.js";
import { settle } from "../wish/settle.js";
import type { Wish } from "../wish/wish.js";
import type { Pass } from "./pass.js";

/** The ordinary layout: gives all that the edits want of the file its place, in one pass. */
export function layoutPass(wishFor: (elf: ElfFile) => Wish): Pass {
  return {
    name: "layout",
    order: 0,
    run: (stage, options) => {
      const requests = settle(wishFor(stage.elf));
      return stage.say(requests.notes).then(layOut(stage.elf, requests, options));
    },
  };
}
