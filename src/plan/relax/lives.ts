/**
 * Lives of the allocations of a function. Its bindings are numbered in order, the sides of a branch one after the
 * other; an allocation is live from its first use to its last, whatever it is called meanwhile.
 */
import { visit } from "../../ir/core/visit.js";
import type { IRModule } from "../../ir/module.js";
import type { Binding, Call, Expr, Func, If, SeqExpr, Var } from "../../ir/relax/expr.js";
import type { StructInfo } from "../../ir/relax/struct-info.js";
import type { Var as Symbol } from "../../ir/tir/expr.js";
import type { PlanStep } from "../model.js";
import {
  anyOf,
  heldBy,
  heldByFunction,
  holdsNothing,
  newRoot,
  rootsOf,
  use,
  type Held,
  type Root,
} from "./roots.js";

/** An allocation. */
export interface Allocation {
  readonly var: Var;
  readonly call: Call;
  readonly root: Root;
  readonly at: number;
}

/** A call of a T function: what it reads and writes share memory only when that is allowed. */
export interface KernelCall {
  readonly at: number;
  readonly callee: string;
  readonly args: readonly Held[];
  readonly operands: readonly Expr[];
}

/** What planning needs to know of a function. */
export interface Lives {
  readonly allocations: readonly Allocation[];
  /** Results of branches, inner ones first. */
  readonly branches: readonly Root[];
  /** The numbers of the bindings of variables; parameters have none. */
  readonly boundAt: ReadonlyMap<Var, number>;
  readonly kernels: readonly KernelCall[];
  /** Memory that the function gives back, by what kind of way. */
  readonly returned: readonly Root[];
  /** The binding after which each symbol has a value; symbols of parameters have none. */
  readonly definedBy: ReadonlyMap<Symbol, { readonly at: number; readonly binding: Binding }>;
  readonly steps: readonly PlanStep[];
}

/** Parameters that may be (part of) the result, by function. */
export type Summaries = ReadonlyMap<string, ReadonlySet<number>>;

/** Operators whose result is the first operand, perhaps under another shape. */
const VIEWS: ReadonlySet<string> = new Set([
  "reshape", "expand_dims", "squeeze", "flatten", "memory.view", "memory.ensure_zero_offset", "hint_on_device",
  "to_vdevice", "builtin.stop_lift_params", "grad.start_checkpoint", "grad.end_checkpoint", "grad.no_grad",
]); // prettier-ignore

/** Operators whose result has memory of its own, or none. */
const FRESH: ReadonlySet<string> = new Set([
  "shape_of", "tensor_to_shape", "shape_to_tensor", "size", "null_value", "print", "assert_op",
  "vm.call_tir_dyn", "memory.kill_storage", "memory.kill_tensor", "vm.kill_object",
  "memory.alloc_storage", "memory.alloc_tensor", "vm.alloc_storage", "vm.alloc_tensor", "builtin.alloc_tensor",
]); // prettier-ignore

/** Which operands of an operator its result may share memory with. */
export const operandsSharedBy = (name: string): "none" | "first" | "all" =>
  FRESH.has(name) ? "none" : VIEWS.has(name) ? "first" : "all";

/** Numbers the bindings of a function and finds out what memory each value stands for. */
export function livesOf(module: IRModule, func: Func, summaries: Summaries): Lives {
  const walk = new Walk(module, summaries, func);
  const result = walk.sequence(func.body);
  use(result, walk.now);
  return { ...walk, returned: rootsOf(result) };
}

/** Parameters of each function that its result may be part of: the least sets that are consistent. */
export function summariesOf(module: IRModule): Summaries {
  const summaries = new Map<string, ReadonlySet<number>>();
  for (const [name, func] of module.functions)
    if (func.kind === "relax.Function") summaries.set(name, new Set());
  for (let changed = true; changed;) {
    changed = false;
    for (const [name, func] of module.functions) {
      if (func.kind !== "relax.Function") continue;
      const walk = new Walk(module, summaries, func);
      const params = func.params.map((p) => walk.values.get(p)!);
      const returned = withSides(rootsOf(walk.sequence(func.body)));
      const found = params.flatMap((p, i) => (rootsOf(p).some((r) => returned.has(r)) ? [i] : []));
      if (found.length === summaries.get(name)!.size) continue;
      summaries.set(name, new Set(found));
      changed = true;
    }
  }
  return summaries;
}

/** The roots with all that they may be. */
export function withSides(roots: readonly Root[]): ReadonlySet<Root> {
  const found = new Set<Root>();
  const work = [...roots];
  for (let root = work.pop(); root !== undefined; root = work.pop()) {
    if (found.has(root)) continue;
    found.add(root);
    work.push(...root.sides.flat());
  }
  return found;
}

function paramHeld(info: StructInfo | undefined, name: string): Held {
  if (info?.kind === "relax.TupleInfo")
    return { kind: "tuple", fields: info.fields.map((f, i) => paramHeld(f, `${name}[${i}]`)) };
  return { kind: "roots", roots: [newRoot("param", name)] };
}

class Walk {
  readonly values = new Map<Var, Held>();
  readonly allocations: Allocation[] = [];
  readonly branches: Root[] = [];
  readonly boundAt = new Map<Var, number>();
  readonly kernels: KernelCall[] = [];
  readonly definedBy = new Map<Symbol, { readonly at: number; readonly binding: Binding }>();
  readonly steps: PlanStep[] = [];
  /** Symbols of parameters. */
  private readonly entry = new Set<Symbol>();
  now = 0;

  constructor(
    readonly module: IRModule,
    readonly summaries: Summaries,
    func: Func,
  ) {
    for (const p of func.params) {
      this.values.set(p, paramHeld(p.sinfo, p.name));
      if (p.sinfo === undefined) continue;
      visit(p.sinfo, { enter: (n) => void (n.kind === "tir.Var" && this.entry.add(n)) });
    }
  }

  sequence(seq: SeqExpr): Held {
    for (const block of seq.blocks) for (const b of block.bindings) this.binding(b);
    return this.value(seq.body, undefined);
  }

  private binding(b: Binding): void {
    const held =
      b.value.kind === "relax.Function"
        ? heldByFunction(this.values, b.value)
        : this.value(b.value, b.var);
    if (b.kind === "relax.MatchCast") use(held, this.now);
    this.values.set(b.var, held);
    this.boundAt.set(b.var, this.now);
    const info = b.kind === "relax.MatchCast" ? b.sinfo : b.var.sinfo;
    if (info !== undefined) this.define(info, b);
    this.now++;
  }

  private define(info: StructInfo, b: Binding): void {
    const dims =
      info.kind === "relax.TensorInfo" && info.shape?.kind === "relax.ShapeExpr"
        ? info.shape.values
        : info.kind === "relax.ShapeInfo"
          ? (info.values ?? [])
          : info.kind === "relax.PrimInfo" && info.value !== undefined
            ? [info.value]
            : [];
    if (b.kind !== "relax.MatchCast" && info.kind !== "relax.PrimInfo") return;
    for (const d of dims) {
      if (d.kind !== "tir.Var" || this.definedBy.has(d) || this.entry.has(d)) continue;
      this.definedBy.set(d, { at: this.now, binding: b });
    }
    if (info.kind === "relax.TupleInfo") for (const f of info.fields) this.define(f, b);
  }

  private value(e: Expr, bound: Var | undefined): Held {
    switch (e.kind) {
      case "relax.SeqExpr":
        return this.sequence(e);
      case "relax.If":
        return this.branch(e, bound);
      case "relax.Call":
        return this.call(e, bound);
      default:
        return heldBy(this.values, e);
    }
  }

  private branch(e: If, bound: Var | undefined): Held {
    use(heldBy(this.values, e.cond), this.now++);
    const then = this.sequence(e.then);
    use(then, this.now++);
    const otherwise = this.sequence(e.otherwise);
    use(otherwise, this.now++);
    return this.join(then, otherwise, bound?.name ?? "branch");
  }

  private join(a: Held, b: Held, name: string): Held {
    if (a.kind === "tuple" && b.kind === "tuple" && a.fields.length === b.fields.length)
      return {
        kind: "tuple",
        fields: a.fields.map((x, i) => this.join(x, b.fields[i]!, `${name}[${i}]`)),
      };
    const sides = [rootsOf(a), rootsOf(b)];
    if (sides.every((s) => s.length === 0)) return holdsNothing;
    const root = newRoot("branch", name, sides);
    this.branches.push(root);
    return { kind: "roots", roots: [root] };
  }

  private call(call: Call, bound: Var | undefined): Held {
    const { op } = call;
    const args = call.args.map((a) => heldBy(this.values, a));
    for (const a of args) use(a, this.now);
    if (op.kind === "ir.GlobalVar") return this.callGlobal(op.name, args, call, bound);
    if (op.kind === "relax.Op" && op.name === "builtin.alloc_tensor" && bound !== undefined) {
      const root = newRoot("alloc", bound.name);
      this.allocations.push({ var: bound, call, root, at: this.now });
      return { kind: "roots", roots: [root] };
    }
    if (op.kind === "relax.Op" && op.name === "vm.call_tir_dyn") {
      const callee = call.args[0];
      const fields = call.args[1]?.kind === "relax.Tuple" ? call.args[1].fields : [];
      if (callee?.kind === "ir.GlobalVar") this.kernel(callee.name, fieldsOf(args[1]), fields);
    }
    const shared = op.kind === "relax.Op" ? operandsSharedBy(op.name) : "all";
    if (shared === "none") return holdsNothing;
    if (shared === "first") return args[0] ?? holdsNothing;
    const self = op.kind === "relax.Var" ? [heldBy(this.values, op)] : [];
    for (const held of self) use(held, this.now);
    return anyOf([...self, ...args]);
  }

  private callGlobal(
    name: string,
    args: readonly Held[],
    call: Call,
    bound: Var | undefined,
  ): Held {
    const callee = this.module.functions.get(name);
    if (callee?.kind === "tir.PrimFunc") {
      this.kernel(name, args, call.args);
      return holdsNothing;
    }
    const summary = this.summaries.get(name);
    if (summary === undefined) return anyOf(args);
    const own = newRoot("result", bound?.name ?? call.op.kind);
    const passed = rootsOf(anyOf(args.filter((_, i) => summary.has(i))));
    return { kind: "roots", roots: [own, ...passed] };
  }

  private kernel(callee: string, args: readonly Held[], operands: readonly Expr[]): void {
    this.kernels.push({ at: this.now, callee, args, operands });
    this.steps.push({ at: this.now, name: callee });
  }
}

const fieldsOf = (held: Held | undefined): readonly Held[] =>
  held?.kind === "tuple" ? held.fields : held === undefined ? [] : [held];
