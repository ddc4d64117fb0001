/** The registries as `list` and `explain` show them; each is loaded when it is asked for. */
import { allCodes } from "./codes.gen.js";
import { commands } from "./commands.gen.js";

/** One entry; fields of its kind beside the common ones. */
export interface RegistryEntry {
  readonly name: string;
  readonly summary: string;
  readonly code?: string;
  readonly severity?: string;
  readonly explain?: string;
  readonly hint?: string;
  readonly bad?: string;
  readonly good?: string;
  readonly family?: string;
  /** Of an op: a lowering exists. */
  readonly lowered?: boolean;
  readonly options?: readonly { readonly name: string; readonly help: string }[];
}

const LISTS = {
  codes: async (): Promise<readonly RegistryEntry[]> =>
    (await allCodes()).map(({ number: _, message, severity = "error", ...code }) => ({
      ...code,
      summary: message,
      severity,
    })),
  commands: async (): Promise<readonly RegistryEntry[]> =>
    commands.map(({ name, summary }) => ({ name, summary })),
  ops: async (): Promise<readonly RegistryEntry[]> => {
    const { allOps } = await import("../op/registry.js");
    return allOps().map(({ name, family, summary, structural, params }) => ({
      name: `relax.${name}`,
      family,
      // What is lowered by text in `stdlib/` is found there; the others have their own way.
      lowered: structural === true,
      summary,
      options: params.map((p) => ({ name: p.name, help: p.help ?? p.type })),
    }));
  },
} as const;

export type RegistryName = keyof typeof LISTS;
export const REGISTRIES = Object.keys(LISTS) as readonly RegistryName[];

/** The entries of a registry, in order. */
export const listOf = (name: RegistryName): Promise<readonly RegistryEntry[]> => LISTS[name]();
