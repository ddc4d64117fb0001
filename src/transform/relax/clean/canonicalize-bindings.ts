/** Copies, known items of tuples, refinements that say what is known. */
import { rewrite } from "../../../ir/core/rewrite.js";
import type { Node } from "../../../ir/nodes.js";
import type {
  Binding,
  BindingBlock,
  Expr,
  Func,
  Tuple,
  TupleGetItem,
  Var,
} from "../../../ir/relax/expr.js";
import { dimsOf, type StructInfo } from "../../../ir/relax/struct-info.js";
import { isBaseOf } from "../../../op/deduce/index.js";
import { definePass } from "../../pass.js";
import {
  eachBlock,
  isVisible,
  mapFunctions,
  rewriteFunction,
  useOf,
  type Cursor,
  type Rewrite,
} from "../rewrite/index.js";

/**
 * Precondition: A-normal form.
 * Result: no variable is a copy of another, items of known tuples are the values put in, tuples taken apart and put
 * together again are the first ones, symbols of refinements that are known have their value, and a value of a dataflow
 * block that is copied to an output is that output.
 * Sound because values do not change once they are bound.
 */
export const canonicalizeBindings = definePass({
  name: "canonicalize-bindings",
  dialect: "relax",
  summary: "Removes copies, tuples that are taken apart again, and refinements of what is known.",
  from: "graph",
  options: {},
  run: (module) =>
    mapFunctions(module, (func, name) =>
      withoutOutputCopies(rewriteFunction(module, name, func, makeRules())),
    ),
});

function makeRules(): Rewrite {
  const tuples = new Map<Var, Tuple>();
  const items = new Map<Var, TupleGetItem>();
  return {
    bound({ value, var: v }) {
      if (value.kind === "relax.Tuple") tuples.set(v, value);
      else if (value.kind === "relax.TupleGetItem") items.set(v, value);
    },
    value(given, at, b) {
      const value =
        given.kind === "relax.TupleGetItem"
          ? knownItem(given, tuples, b.var)
          : given.kind === "relax.Tuple"
            ? knownTuple(given, items)
            : given;
      return isCopy(value) ? copied(value, at, b) : value;
    },
    cast(b, at) {
      solveSymbols(b.sinfo, at.infer.infoOf(b.value), at);
      const sinfo = at.imageOf(b.sinfo);
      const found = at.infer.infoOf(b.value);
      if (isBaseOf(sinfo, found, at.infer) === "pass") return copied(b.value, at, b);
      return sinfo === b.sinfo ? b : { ...b, sinfo };
    },
  };
}

/** Lets the copied leaf stand for the variable, where it is visible. */
function copied(leaf: Expr, at: Cursor, { var: v }: Binding): Expr | undefined {
  if (!at.canReplace(v, leaf)) return leaf;
  at.replace(v, leaf);
  return undefined;
}

/** Leaves that cost nothing to mention again. */
const isCopy = (value: Expr | Func): value is Expr => {
  switch (value.kind) {
    case "relax.Var":
    case "relax.Const":
    case "relax.PrimValue":
    case "relax.ShapeExpr":
    case "relax.Str":
    case "relax.DTypeValue":
    case "ir.GlobalVar":
      return true;
    default:
      return false;
  }
};

function knownItem(item: TupleGetItem, tuples: ReadonlyMap<Var, Tuple>, of: Var): Expr {
  const tuple =
    item.tuple.kind === "relax.Var" ? tuples.get(item.tuple) : (item.tuple as Tuple | undefined);
  const field = tuple?.kind === "relax.Tuple" ? tuple.fields[item.index] : undefined;
  const source = item.tuple.kind === "relax.Var" ? item.tuple : of;
  return field !== undefined && isVisible(field, source) ? field : item;
}

/** The tuple whose items these are, all of them in order. */
function knownTuple(tuple: Tuple, items: ReadonlyMap<Var, TupleGetItem>): Expr {
  let source: Var | undefined;
  for (const [index, field] of tuple.fields.entries()) {
    const item = field.kind === "relax.Var" ? items.get(field) : undefined;
    if (item?.index !== index || item.tuple.kind !== "relax.Var") return tuple;
    if (source !== undefined && item.tuple !== source) return tuple;
    source = item.tuple;
  }
  const size = source?.sinfo?.kind === "relax.TupleInfo" ? source.sinfo.fields.length : -1;
  return source !== undefined && size === tuple.fields.length ? source : tuple;
}

/** Symbols that a refinement would define are what is known at their place. */
function solveSymbols(sinfo: StructInfo, found: StructInfo, at: Cursor): void {
  if (sinfo.kind === "relax.TupleInfo" && found.kind === sinfo.kind) {
    sinfo.fields.forEach((f, i) => found.fields[i] && solveSymbols(f, found.fields[i], at));
    return;
  }
  const known = dimsOf(found);
  if (sinfo.kind !== found.kind || known === undefined) return;
  dimsOf(sinfo)?.forEach((dim, i) => {
    const value = known[i];
    if (dim.kind !== "tir.Var" || value === undefined || at.infer.isOuter?.(dim) !== false) return;
    if (at.imageOf(dim) === dim) at.replaceSymbol(dim, value);
  });
}

/** Values of dataflow blocks that are copied to an output are bound to the output itself. */
function withoutOutputCopies(func: Func): Func {
  const images = new Map<Node, Node>();
  eachBlock(func.body, (block) => findCopies(block, images));
  if (images.size === 0) return func;
  return rewrite(func, (node) => {
    if (node.kind !== "relax.BindingBlock") return images.get(node) ?? node;
    return { ...node, bindings: node.bindings.filter((b) => !isOwnCopy(b)) };
  });
}

function findCopies(block: BindingBlock, images: Map<Node, Node>): void {
  if (!block.dataflow) return;
  const local = new Map<Node, Var>();
  for (const { var: v, value } of block.bindings) {
    const key = value.kind === "relax.PrimValue" ? value.value : value;
    const source = local.get(key);
    if (source !== undefined && !v.dataflow) {
      const output = images.get(source) ?? {
        ...v,
        sinfo: source.sinfo,
        annotated: source.annotated,
      };
      images.set(source, output);
      images.set(v, output);
      const symbol = symbolOf(v);
      if (symbol !== undefined) images.set(symbol, symbolOf(source)!);
    }
    if (v.dataflow) local.set(symbolOf(v) ?? v, v);
  }
}

const symbolOf = ({ sinfo }: Var) => (sinfo?.kind === "relax.PrimInfo" ? sinfo.value : undefined);

/** `x = x`, which remains where a value became the output that it was copied to. */
function isOwnCopy({ value, var: v }: Binding): boolean {
  const use = useOf(v);
  return use.kind === "relax.PrimValue"
    ? value.kind === "relax.PrimValue" && value.value === use.value
    : value === v;
}
