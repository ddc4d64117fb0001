/** The prefixes under which the dialects are known, and how their names changed. */

/** T: loops and buffers. R: graphs. I: module level. `tvm`: root of the long spellings, resolved by {@link splitPath}. */
export type Dialect = "T" | "R" | "I" | "tvm";

/** Prefixes known in every file, unless an import or a local gives the name another meaning. */
export const rootPrefixes: Readonly<
  Record<string, { readonly dialect: Dialect; readonly path: string }>
> = {
  T: { dialect: "T", path: "" },
  tir: { dialect: "T", path: "" },
  tirx: { dialect: "T", path: "" },
  Tx: { dialect: "T", path: "tile" },
  R: { dialect: "R", path: "" },
  relax: { dialect: "R", path: "" },
  I: { dialect: "I", path: "" },
  script: { dialect: "I", path: "" },
  tvm: { dialect: "tvm", path: "" },
};

/** Paths below `tvm` (or of an imported module) that are dialects; longest first. */
const PATHS: readonly (readonly [string, Dialect, string])[] = [
  ["tvm.script.ir_builder.tirx", "T", ""],
  ["tvm.script.ir_builder.tir", "T", ""],
  ["tvm.script.ir_builder.relax", "R", ""],
  ["tvm.script.ir_builder.ir", "I", ""],
  ["tvm.script.parser.tirx", "T", ""],
  ["tvm.script.parser.tir", "T", ""],
  ["tvm.script.parser.relax", "R", ""],
  ["tvm.script.parser.ir", "I", ""],
  ["tvm.script.relax", "R", ""],
  ["tvm.script.tirx", "T", ""],
  ["tvm.script.tile", "T", "tile"],
  ["tvm.script.tir", "T", ""],
  ["tvm.script.ir", "I", ""],
  ["tvm.relax.op", "R", ""],
  ["tvm.relax", "R", ""],
  ["tvm.tirx", "T", ""],
  ["tvm.tir", "T", ""],
  ["tvm.script", "I", ""],
  ["tvm.ir", "I", ""],
  ["tvm", "I", ""],
];

/** Splits `tvm.script.tir.serial` into dialect T and `serial`; undefined when it is no dialect at all. */
export function splitPath(
  path: string,
): { readonly dialect: Dialect; readonly name: string } | undefined {
  for (const [prefix, dialect, below] of PATHS) {
    if (path === prefix) return { dialect, name: below };
    if (path.startsWith(prefix) && path.charCodeAt(prefix.length) === 46) {
      const rest = path.slice(prefix.length + 1);
      return { dialect, name: below === "" ? rest : `${below}.${rest}` };
    }
  }
  return undefined;
}

/** Attribute keys are stored in the `tir.*` spelling; either is read. */
export const storedKey = (key: string): string =>
  key.startsWith("tirx.") ? `tir.${key.slice(5)}` : key;
