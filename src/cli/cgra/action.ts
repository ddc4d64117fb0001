/** What `relaxc cgra` can do. */
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
    help: "How `fabric` writes the description.",
  },
  output: { type: "string", short: "o", placeholder: "OUT", help: "Write the result there." },
} as const;

export type CgraContext = Context<typeof cgraFlags>;

export interface CgraAction {
  readonly name: string;
  /** What follows the name, e.g. `IMAGE [ADDRESS…]`; empty for nothing. */
  readonly args: string;
  readonly summary: string;
  /** `args` are the words behind the name. */
  run(context: CgraContext, args: readonly string[]): Promise<Exit>;
}
