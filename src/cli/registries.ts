/** The registries as `list` and `explain` show them; each is loaded when it is asked for. */
import { optionName } from "../support/option.js";
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
  /** Of a pass: what it works on, the level it takes and the level it leaves. */
  readonly dialect?: string;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Of an op: a lowering exists. */
  readonly lowered?: boolean;
  readonly options?: readonly { readonly name: string; readonly help: string }[];
}

const LISTS = {
  codes: async (): Promise<readonly RegistryEntry[]> => {
    const { allCodes } = await import("./codes.gen.js");
    return allCodes().map(({ number: _, message, severity = "error", ...code }) => ({
      ...code,
      summary: message,
      severity,
    }));
  },
  commands: async (): Promise<readonly RegistryEntry[]> =>
    commands.map(({ name, summary }) => ({ name, summary })),
  passes: async (): Promise<readonly RegistryEntry[]> => {
    const { allPasses, lookupPass } = await import("../transform/registry.js");
    const loaded = await Promise.all(allPasses().map(({ name }) => lookupPass(name)));
    return loaded.flatMap((pass) => {
      if (pass === undefined) return [];
      const { name, summary, dialect, from, to, options } = pass;
      const described = Object.entries(options).map(([key, { help, default: initial }]) => ({
        name: optionName(key),
        help: `${help} (default ${JSON.stringify(initial)})`,
      }));
      return [{ name, summary, dialect, from, to, options: described }];
    });
  },
  primitives: async (): Promise<readonly RegistryEntry[]> => {
    const { allPrimitives } = await import("../schedule/registry.js");
    return allPrimitives().map(({ name, summary, params }) => ({
      name,
      summary,
      options: Object.entries(params).map(([key, { help, expected }]) => ({
        name: key,
        help: `${help} (${expected})`,
      })),
    }));
  },
  ops: async (): Promise<readonly RegistryEntry[]> => {
    const { allOps } = await import("../op/registry.js");
    const { standardLibrary } = await import("../template/library/stdlib.js");
    const lowered = standardLibrary().ops();
    return allOps().map(({ name, family, summary, structural, params }) => ({
      name: `relax.${name}`,
      family,
      // Calls, memory and devices are no loop nests: they have their own way.
      lowered: structural === true || lowered.has(`relax.${name}`),
      summary,
      options: params.map((p) => ({ name: p.name, help: p.help ?? p.type })),
    }));
  },
  targets: async (): Promise<readonly RegistryEntry[]> => {
    const { targetPresets } = await import("../support/target-description.js");
    return targetPresets.map(({ name, summary }) => ({ name, summary }));
  },
  fabrics: async (): Promise<readonly RegistryEntry[]> => {
    const { fabricSummary, preset, presetNames } = await import("../target/cgra/index.js");
    return presetNames().map((name) => ({ name, summary: fabricSummary(preset(name)!) }));
  },
} as const;

export type RegistryName = keyof typeof LISTS;
export const REGISTRIES = Object.keys(LISTS) as readonly RegistryName[];

/** The entries of a registry, in order. */
export const listOf = (name: RegistryName): Promise<readonly RegistryEntry[]> => LISTS[name]();
