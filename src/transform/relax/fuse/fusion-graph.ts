/** The bindings of a dataflow block as a graph: how each value depends on those before it. */
import { factsOf, patternKind, type ReadClass } from "../../../analysis/tir-pattern/index.js";
import { visit } from "../../../ir/core/visit.js";
import type { IRModule } from "../../../ir/module.js";
import type { Binding, BindingBlock, Call, Expr, Var } from "../../../ir/relax/expr.js";
import { dimsOf, type StructInfo } from "../../../ir/relax/struct-info.js";
import type { PrimFunc } from "../../../ir/tir/function.js";
import { OP_PATTERN } from "./annotate-tir-op-pattern.js";

export interface FusionEdge {
  readonly to: FusionNode;
  /** Pattern kind of the dependence. */
  readonly kind: number;
}

export interface FusionNode {
  readonly index: number;
  readonly binding: Binding;
  /** Pattern kind of the operation. */
  readonly kind: number;
  /** Uses inside the block. */
  readonly consumers: FusionEdge[];
  /** Number of operands. */
  readonly args: number;
  /** Used outside the block, or in a way that fusion does not understand. */
  external: boolean;
}

/** The nodes in the order of the bindings; operands come before their consumers. */
export function fusionGraph(block: BindingBlock, module: IRModule): readonly FusionNode[] {
  const nodes: FusionNode[] = [];
  const byVar = new Map<Var, FusionNode>();
  for (const binding of block.bindings) {
    const { kind, operands } = shapeOf(binding, module);
    const node: FusionNode = {
      index: nodes.length,
      binding,
      kind,
      consumers: [],
      args: operands.length,
      external: !binding.var.dataflow,
    };
    nodes.push(node);
    const known = new Set<Var>();
    for (const { value, kind: edge } of operands) {
      if (value.kind !== "relax.Var") continue;
      known.add(value);
      byVar.get(value)?.consumers.push({ to: node, kind: edge });
    }
    // A variable in a type or anywhere else keeps its value from being fused away.
    visit(binding.value, {
      enter(n) {
        if (n.kind !== "relax.Var" || known.has(n)) return;
        const used = byVar.get(n);
        if (used !== undefined) used.external = true;
      },
    });
    byVar.set(binding.var, node);
  }
  return nodes;
}

interface Operand {
  readonly value: Expr;
  readonly kind: number;
}

interface NodeShape {
  readonly kind: number;
  readonly operands: readonly Operand[];
}

const OPAQUE: NodeShape = { kind: patternKind.opaque, operands: [] };

function shapeOf(binding: Binding, module: IRModule): NodeShape {
  const { value } = binding;
  if (binding.kind !== "relax.VarBinding") return OPAQUE;
  switch (value.kind) {
    case "relax.Tuple": {
      if (!value.fields.every((f) => f.kind === "relax.Var" && isPlainTensor(f.sinfo)))
        return OPAQUE;
      const operands = value.fields.map((f) => ({ value: f, kind: patternKind.injective }));
      return { kind: patternKind.tuple, operands };
    }
    case "relax.TupleGetItem":
      if (value.tuple.kind !== "relax.Var" || !isPlainTensor(binding.var.sinfo)) return OPAQUE;
      return {
        kind: patternKind.injective,
        operands: [{ value: value.tuple, kind: patternKind.injective }],
      };
    case "relax.Call":
      return callShape(value, module) ?? OPAQUE;
    default:
      return OPAQUE;
  }
}

/** The T function that a `call_tir` calls. */
export function calleeOf(call: Call, module: IRModule): PrimFunc | undefined {
  if (call.op.kind !== "relax.Op" || call.op.name !== "call_tir") return undefined;
  const [target] = call.args;
  const func = target?.kind === "ir.GlobalVar" ? module.functions.get(target.name) : undefined;
  return func?.kind === "tir.PrimFunc" ? func : undefined;
}

function callShape(call: Call, module: IRModule): NodeShape | undefined {
  const func = calleeOf(call, module);
  const [, args, scalars] = call.args;
  if (func === undefined || args?.kind !== "relax.Tuple") return undefined;
  if (scalars !== undefined && scalars.kind !== "relax.ShapeExpr") return undefined;
  const fits = args.fields.every(
    (f) => (f.kind === "relax.Var" && isPlainTensor(f.sinfo)) || f.kind === "relax.Const",
  );
  if (!fits || !call.sinfoArgs.every(isPlainOutput)) return undefined;
  const facts = factsOf(func);
  const given = func.attrs.get(OP_PATTERN);
  const kind = typeof given === "number" ? given : facts.kind;
  const operands = args.fields.map((value, i): Operand => {
    const isDerived = kind === facts.kind && kind <= patternKind.injective;
    return { value, kind: isDerived ? edgeKind(facts.reads[i]) : kind };
  });
  return { kind, operands };
}

const EDGES: Readonly<Record<ReadClass, number>> = {
  same: patternKind.elementwise,
  spread: patternKind.broadcast,
  map: patternKind.injective,
  other: patternKind.opaque,
};
const edgeKind = (read: ReadClass | undefined): number =>
  read === undefined ? patternKind.elementwise : EDGES[read];

const isPlainOutput = (info: StructInfo): boolean =>
  info.kind === "relax.TupleInfo" ? info.fields.every(isPlainTensor) : isPlainTensor(info);

/** A tensor of known shape and type on the default device. */
export const isPlainTensor = (info: StructInfo | undefined): boolean =>
  info?.kind === "relax.TensorInfo" &&
  info.dtype !== undefined &&
  info.vdevice === undefined &&
  info.shape?.kind === "relax.ShapeExpr" &&
  dimsOf(info) !== undefined;
