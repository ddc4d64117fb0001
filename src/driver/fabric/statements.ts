/** The statements of fabrics written as text, and the fields of the description that they stand for. */

/** One statement `C.<name>(…)`. */
export interface FabricStatement {
  /** Keys from the description to the object that it fills; nothing for the description itself. */
  readonly into: readonly string[];
  /** It may come many times: a list of objects, or a list of lists without names. */
  readonly each?: "object" | "list";
  /** Words in the order in which they may be given without a name, by the keys of the description. */
  readonly words: Readonly<Record<string, string>>;
  /** How many of them may be given without a name. */
  readonly positional: number;
}

const own = (...names: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(names.map((n) => [n, n]));

export const STATEMENTS: Readonly<Record<string, FabricStatement>> = {
  grid: {
    into: [],
    words: own("rows", "cols", "topology", "width", "route", "hops"),
    positional: 2,
  },
  pe: {
    into: ["pe"],
    words: own("ops", "lat", "busy", "rf", "out", "imm", "consts", "pred"),
    positional: 0,
  },
  override: {
    into: ["overrides"],
    each: "object",
    words: { pes: "pes", ops_add: "ops+", ops_drop: "ops-", rf: "rf", lat: "lat" },
    positional: 0,
  },
  link: {
    into: ["links"],
    each: "list",
    words: { source: "0", target: "1", latency: "2" },
    positional: 3,
  },
  config: {
    into: ["cfg"],
    words: { depth: "depth", contexts: "contexts", load_bits: "loadBits" },
    positional: 0,
  },
  bank: {
    into: ["mem", "banks"],
    each: "object",
    words: own("name", "bytes", "ports", "lat", "pes"),
    positional: 1,
  },
  stream: {
    into: ["mem", "streams"],
    each: "object",
    words: own("name", "bank", "dims", "dir", "pes"),
    positional: 1,
  },
  conflict: { into: ["mem"], words: { rule: "conflict" }, positional: 1 },
  dma: {
    into: ["dma"],
    words: { channels: "channels", bytes_per_cycle: "bytesPerCycle", setup: "setup", dims: "dims" },
    positional: 0,
  },
  loops: { into: ["ctrl"], words: { count: "loops" }, positional: 1 },
  liveins: { into: ["ctrl"], words: { count: "liveins" }, positional: 1 },
  clock: { into: [], words: { mhz: "clockMHz" }, positional: 1 },
};

/** The words of `C.rf`, the same in a description. */
export const REGISTER_WORDS: readonly string[] = ["regs", "read", "write", "visible"];
