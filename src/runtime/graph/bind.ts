/** Arguments of graph functions: their tensors and scalars in order, and the symbols that they give values. */
import type { Dim, GraphForm, GraphFunction } from "../../artefact/index.js";
import { describeValue, type Value } from "../../support/value.js";
import type { Int } from "../../support/int.js";
import { codes } from "../codes.js";
import { fail, type VmContext } from "../vm/context.js";
import { dimText } from "../vm/kernel-call.js";
import { computeDim } from "../vm/shape-builtins.js";

/** Values of symbols, by number. */
export type Symbols = (Int | undefined)[];

/** Undefined while a symbol in it has no value. */
export function sizeOf(vm: VmContext, dim: Dim, symbols: Symbols): Int | undefined {
  if ("value" in dim) return dim.value;
  if ("symbol" in dim) return symbols[dim.id];
  const args = dim.args.map((a) => sizeOf(vm, a, symbols));
  return args.every((a) => a !== undefined) ? computeDim(vm, dim.op, args) : undefined;
}

export interface BoundArguments {
  /** One for each leaf of the parameters. */
  readonly leaves: readonly Value[];
  readonly symbols: readonly Int[];
}

/** Checks arguments against the parameters; throws a DiagnosticError for those that do not fit. */
export function bindArguments(
  vm: VmContext,
  graph: GraphFunction,
  args: readonly Value[],
): BoundArguments {
  const { name, params } = graph;
  if (args.length !== params.length)
    fail(codes.argumentCount({ name, expected: params.length, actual: args.length }));
  const leaves: Value[] = [];
  const symbols: Symbols = graph.symbols.map(() => undefined);
  const later: (() => void)[] = [];
  params.forEach((p, i) => {
    const bind = (dim: Dim, actual: Int, axis: number): void => {
      if ("symbol" in dim && symbols[dim.id] === undefined) symbols[dim.id] = actual;
      else later.push(() => checkSize(dim, actual, axis));
    };
    const checkSize = (dim: Dim, actual: Int, axis: number): void => {
      const expected = sizeOf(vm, dim, symbols);
      if (expected === undefined || expected === actual) return;
      const dimension = dimText(dim);
      fail(codes.argumentShape({ name, param: p.name, axis, actual, dimension, expected }));
    };
    const wrong = (expected: string, value: Value): never =>
      fail(codes.argumentKind({ name, param: p.name, expected, actual: describeValue(value) }));
    const take = (form: GraphForm, value: Value): void => {
      switch (form.kind) {
        case "tuple":
          if (value.kind !== "tuple" || value.fields.length !== form.fields.length)
            return wrong(`a tuple of ${form.fields.length}`, value);
          return form.fields.forEach((f, k) => take(f, value.fields[k]!));
        case "tensor": {
          if (value.kind !== "tensor" || value.data.dtype.name !== form.dtype)
            return wrong(`a tensor of ${form.dtype}`, value);
          const { shape } = value.data;
          const expected = form.shape.length;
          if (shape.length !== expected)
            fail(codes.argumentRank({ name, param: p.name, expected, actual: shape.length }));
          form.shape.forEach((d, axis) => bind(d, shape[axis]!, axis));
          break;
        }
        case "shape":
          if (value.kind !== "shape" || value.dims.length !== form.dims.length)
            return wrong(`a shape of ${form.dims.length} sizes`, value);
          form.dims.forEach((d, axis) => bind(d, value.dims[axis]!, axis));
          break;
        case "scalar":
          if ((value.kind !== "int" && value.kind !== "float") || value.dtype.name !== form.dtype)
            return wrong(`a ${form.dtype}`, value);
          if (form.value !== undefined) bind(form.value, value.value as Int, 0);
      }
      leaves.push(value);
    };
    take(p.form, args[i]!);
  });
  for (const check of later) check();
  return { leaves, symbols: complete(graph, symbols) };
}

/** Symbols by name to symbols by number; throws a DiagnosticError when one has no value. */
export const namedSymbols = (graph: GraphFunction, sizes: ReadonlyMap<string, Int>): Int[] =>
  complete(graph, graph.symbols.map((s) => sizes.get(s))); // prettier-ignore

function complete(graph: GraphFunction, symbols: Symbols): Int[] {
  const open = graph.symbols.filter((_, i) => symbols[i] === undefined);
  if (open.length === 0) return symbols as Int[];
  return fail(
    codes.sizesNeeded({
      name: graph.name,
      symbols: open.map((s) => `\`${s}\``).join(", "),
      given: open.map((s) => `${s}=1`).join(","),
    }),
  );
}
