/** What `relaxc cgra` can do. */
import type { ArgumentSpec } from "../arguments.js";
import type { Exit } from "../exit-code.js";
import type { Context } from "../command.js";
import { fabricFlag } from "../fabric.js";

/** The flags of all actions. */
export const cgraFlags = {
  fabric: fabricFlag,
  as: {
    type: "choice",
    choices: ["text", "json"],
    default: "text",
    help: "How `fabric` and `capacity` write.",
  },
  pointers: {
    type: "choice",
    choices: ["typed", "opaque"],
    default: "typed",
    help: "How `llvm` writes pointers: as LLVM up to 14 reads them, or from 15 on.",
  },
  kernel: { type: "string", placeholder: "NAME", help: "Take only this kernel of a program." },
  shape: {
    type: "list",
    placeholder: "SIZES",
    help: "Sizes for `sim`, e.g. `n=16` or `x=3x4`.",
  },
  seed: { type: "int", placeholder: "N", default: 1, help: "Of the random inputs of `sim`." },
  trace: {
    type: "string",
    placeholder: "FILE",
    help: "Write a timeline of `sim` for Perfetto, as JSON.",
  },
  vcd: {
    type: "string",
    placeholder: "FILE",
    help: "Write outputs and operations of `sim` for viewers of waves.",
  },
  output: { type: "string", short: "o", placeholder: "OUT", help: "Write the result there." },
} as const;

/** The argument of actions on a fabric. */
export const fabricArgument: ArgumentSpec = {
  name: "FABRIC",
  help: "instead of --fabric",
  optional: true,
};

export type CgraContext = Context<typeof cgraFlags>;

export interface CgraAction {
  readonly name: string;
  /** What follows the name. */
  readonly args: readonly ArgumentSpec[];
  readonly summary: string;
  /** `args` are the words behind the name. */
  run(context: CgraContext, args: readonly string[]): Promise<Exit>;
}
