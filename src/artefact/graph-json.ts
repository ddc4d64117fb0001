/** Graph functions as JSON, and back, every index and number checked. */
import { Damaged } from "./bytes.js";
import { bigAsJson, dimOfJson } from "./dim-json.js";
import type { CodePlace, Dim } from "./executable.js";
import {
  graphLeaves,
  type GraphArgument,
  type GraphForm,
  type GraphFunction,
  type GraphNode,
  type GraphResult,
  type GraphView,
} from "./graph.js";

const utf8 = new TextEncoder();

export const encodeGraphs = (graphs: readonly GraphFunction[]): Uint8Array =>
  utf8.encode(JSON.stringify(graphs, bigAsJson));

/** Throws {@link Damaged} for anything that is not as written. */
export function decodeGraphs(bytes: Uint8Array): GraphFunction[] {
  let data: unknown;
  try {
    data = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new Damaged("its graph is not JSON");
  }
  return list(data).map(readFunction);
}

type Fields = Readonly<Record<string, unknown>>;

const MOST_LEVELS = 256;
const wrong = (): never => {
  throw new Damaged("its graph is malformed");
};
const object = (x: unknown): Fields =>
  typeof x === "object" && x !== null && !Array.isArray(x) ? (x as Fields) : wrong();
const list = (x: unknown): readonly unknown[] => (Array.isArray(x) ? (x as unknown[]) : wrong());
const text = (x: unknown): string => (typeof x === "string" ? x : wrong());
const count = (x: unknown): number =>
  typeof x === "number" && Number.isSafeInteger(x) && x >= 0 ? x : wrong();
const below = (x: unknown, limit: number): number => {
  const n = count(x);
  return n < limit ? n : wrong();
};

const readDim = (x: unknown, symbols: number): Dim => dimOfJson(x, symbols, wrong);

function readForm(x: unknown, symbols: number, levels = MOST_LEVELS): GraphForm {
  const form = object(x);
  if (levels === 0) return wrong();
  const dims = (d: unknown): Dim[] => list(d).map((e) => readDim(e, symbols));
  switch (form["kind"]) {
    case "tensor":
      return { kind: "tensor", dtype: text(form["dtype"]), shape: dims(form["shape"]) };
    case "scalar": {
      const value = form["value"] === undefined ? undefined : readDim(form["value"], symbols);
      return { kind: "scalar", dtype: text(form["dtype"]), value };
    }
    case "shape":
      return { kind: "shape", dims: dims(form["dims"]) };
    case "tuple":
      return {
        kind: "tuple",
        fields: list(form["fields"]).map((f) => readForm(f, symbols, levels - 1)),
      };
    default:
      return wrong();
  }
}

function readFunction(x: unknown): GraphFunction {
  const f = object(x);
  const symbols = list(f["symbols"]).map(text);
  const params = list(f["params"]).map((p) => {
    const param = object(p);
    return { name: text(param["name"]), form: readForm(param["form"], symbols.length) };
  });
  const leaves = params.flatMap((p) => graphLeaves(p.form));
  const computed = list(f["computed"]).map((d, i) => readDim(d, symbols.length + i));
  const all = symbols.length + computed.length;
  const dims = (d: unknown): Dim[] => list(d).map((e) => readDim(e, all));
  const storages = dims(f["storages"]);
  const views = list(f["views"]).map((v): GraphView => {
    const view = object(v);
    const where = (["input", "storage", "constant"] as const).find((w) => w === view["in"]);
    const limit = { input: leaves.length, storage: storages.length, constant: 2 ** 32 };
    const index = below(view["index"], limit[where ?? wrong()]);
    if (where === "input" && leaves[index]!.kind !== "tensor") wrong();
    return {
      in: where!,
      index,
      offset: readDim(view["offset"], all),
      dtype: text(view["dtype"]),
      shape: dims(view["shape"]),
    };
  });
  const argument = (a: unknown): GraphArgument => {
    const arg = object(a);
    switch (arg["kind"]) {
      case "view":
        return { kind: "view", view: below(arg["view"], views.length) };
      case "integer":
        return { kind: "integer", value: readDim(arg["value"], all), dtype: text(arg["dtype"]) };
      case "float": {
        const { value } = arg;
        return typeof value === "number"
          ? { kind: "float", value, dtype: text(arg["dtype"]) }
          : wrong();
      }
      case "input": {
        const index = below(arg["index"], leaves.length);
        return leaves[index]!.kind === "scalar" ? { kind: "input", index } : wrong();
      }
      default:
        return wrong();
    }
  };
  const result = (r: unknown, levels = MOST_LEVELS): GraphResult => {
    const value = object(r);
    if (levels === 0) return wrong();
    switch (value["kind"]) {
      case "view":
        return { kind: "view", view: below(value["view"], views.length) };
      case "integer":
        return { kind: "integer", value: readDim(value["value"], all), dtype: text(value["dtype"]) }; // prettier-ignore
      case "shape":
        return { kind: "shape", dims: dims(value["dims"]) };
      case "tuple":
        return { kind: "tuple", fields: list(value["fields"]).map((v) => result(v, levels - 1)) };
      default:
        return wrong();
    }
  };
  return {
    name: text(f["name"]),
    params,
    symbols,
    computed,
    checks: list(f["checks"]).map((c) => {
      const [a, b] = dims(c);
      return a !== undefined && b !== undefined ? [a, b] : wrong();
    }),
    storages,
    views,
    nodes: list(f["nodes"]).map((n): GraphNode => {
      const node = object(n);
      const place = node["place"] === undefined ? undefined : readPlace(node["place"]);
      return { kernel: text(node["kernel"]), args: list(node["args"]).map(argument), place };
    }),
    result: result(f["result"]),
  };
}

function readPlace(x: unknown): CodePlace {
  const place = object(x);
  const [start, end] = [count(place["start"]), count(place["end"])];
  return end >= start ? { source: count(place["source"]), start, end } : wrong();
}
