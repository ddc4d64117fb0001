/** A module of LLVM IR as text in the making. */
import type { Dialect } from "../../llvm-dialect.js";

export interface ModuleText {
  readonly dialect: Dialect;
  /** Declares an external function once. */
  declare(name: string, result: string, params: readonly string[]): void;
  /** Adds a definition. */
  define(text: string): void;
  /** Defines a helper once, under its name. */
  helper(name: string, make: () => string): void;
  /** Adds constant bytes; the name of the global that holds them. */
  constant(bytes: Uint8Array, align: number): string;
  /** Adds a metadata node; `!7`. A node without `text` names itself first, as loops do. */
  metadata(text: string): string;
  loopMetadata(properties: readonly string[]): string;
  /** What all modules that are linked together must agree on. */
  flag(name: string, value: string): void;
  render(): string;
}

/** An empty module. */
export function moduleText(dialect: Dialect): ModuleText {
  const declarations = new Map<string, string>();
  const definitions: string[] = [];
  const helpers = new Set<string>();
  const constants: string[] = [];
  const metadata: string[] = [];
  const flags: string[] = [];
  const known = new Map<string, string>();
  const node = (text: string): string => `!${metadata.push(text) - 1}`;
  const shared = (text: string): string => {
    const old = known.get(text);
    if (old !== undefined) return old;
    const made = node(text);
    known.set(text, made);
    return made;
  };
  return {
    dialect,
    declare(name, result, params) {
      declarations.set(name, `declare ${result} @${name}(${params.join(", ")})`);
    },
    define: (text) => void definitions.push(text),
    helper(name, make) {
      if (helpers.has(name)) return;
      helpers.add(name);
      definitions.push(make());
    },
    constant(bytes, align) {
      const name = `@constant.${constants.length}`;
      const type = `[${bytes.length} x i8]`;
      constants.push(
        `${name} = internal unnamed_addr constant ${type} c"${escaped(bytes)}", align ${align}`,
      );
      return name;
    },
    metadata: shared,
    loopMetadata(properties) {
      const parts = properties.map(shared);
      const self = `!${metadata.length}`;
      return node(`distinct !{${[self, ...parts].join(", ")}}`);
    },
    // 1: to disagree is an error.
    flag: (name, value) => void flags.push(node(`!{i32 1, !"${name}", !"${value}"}`)),
    render: () =>
      [
        ...constants,
        ...declarations.values(),
        ...definitions,
        ...(flags.length > 0 ? [`!llvm.module.flags = !{${flags.join(", ")}}`] : []),
        ...metadata.map((text, i) => `!${i} = ${text}`),
        "",
      ].join("\n"),
  };
}

function escaped(bytes: Uint8Array): string {
  let out = "";
  for (const b of bytes) {
    const plain = b >= 32 && b < 127 && b !== 34 && b !== 92;
    out += plain ? String.fromCharCode(b) : `\\${b.toString(16).padStart(2, "0").toUpperCase()}`;
  }
  return out;
}

/** A name as it stands after `@` or `%`. */
export const quoted = (name: string): string =>
  /^[\w.$-]+$/.test(name)
    ? name
    : `"${[...new TextEncoder().encode(name)].map((b) => (b < 128 && /[\w.$ -]/.test(String.fromCharCode(b)) ? String.fromCharCode(b) : `\\${b.toString(16).padStart(2, "0")}`)).join("")}"`;
