/** The buffers that a function needs: allocations that share memory, with their lives and sizes. */
import { inPlacePairs } from "../../analysis/tir-pattern/index.js";
import { exprText, type Analyzer } from "../../arith/index.js";
import { varsOf } from "../../ir/core/free-vars.js";
import type { IRModule } from "../../ir/module.js";
import type { Binding, Var as RelaxVar } from "../../ir/relax/expr.js";
import { dimsOf } from "../../ir/relax/struct-info.js";
import { binary, intImm, type PrimExpr, type Var } from "../../ir/tir/expr.js";
import { bytesOf, int64 } from "../../support/dtype.js";
import { Classes } from "./classes.js";
import { withSides, type Allocation, type KernelCall, type Lives } from "./lives.js";
import { rootsOf, type Held, type Root } from "./roots.js";

/** Allocations in one piece of memory. */
export interface Buffer {
  readonly name: string;
  readonly allocations: readonly Allocation[];
  /** Outputs that take the memory of an input, and that input: the same tensor under another name. */
  readonly inPlace: ReadonlyMap<RelaxVar, RelaxVar>;
  /** Bytes, never negative. */
  readonly bytes: PrimExpr;
  readonly lower: number;
  readonly upper: number;
  /** The function gives it back, so that it has memory of its own. */
  readonly isOutput: boolean;
  /** The binding after which the size is known; absent: the start of the function. */
  readonly after: Binding | undefined;
}

/** Whether an output may take the memory of an input that is needed no more. */
export interface BufferOptions {
  readonly inPlace: boolean;
}

/** Bytes of an allocation; undefined when its shape is not known. */
export function bytesOfAllocation({ call, var: v }: Allocation): PrimExpr | undefined {
  const shape = call.args[0];
  const type = call.args[1];
  const dims = shape?.kind === "relax.ShapeExpr" ? shape.values : undefined;
  const info = v.sinfo?.kind === "relax.TensorInfo" ? v.sinfo : undefined;
  const dtype = type?.kind === "relax.DTypeValue" ? type.value : info?.dtype;
  const known = dims ?? (shape?.kind === "relax.Var" ? dimsOf(shape.sinfo) : undefined);
  if (known === undefined || dtype === undefined) return undefined;
  const each = intImm(bytesOf(dtype), int64);
  return [...known, each].reduce((n, d) => binary("mul", n, d));
}

/** Applies a function once to expressions that are written the same; equal results are one object. */
function once(apply: (e: PrimExpr) => PrimExpr): (e: PrimExpr) => PrimExpr {
  const ids = new Map<Var, number>();
  const known = new Map<string, PrimExpr>();
  return (e) => {
    const means = varsOf(e).map((v) => {
      let id = ids.get(v);
      if (id === undefined) ids.set(v, (id = ids.size));
      return id;
    });
    const key = `${exprText(e)} ${means.join()}`;
    let made = known.get(key);
    if (made === undefined) known.set(key, (made = apply(e)));
    return made;
  };
}

/** Puts together what may share memory. */
export function buffersOf(
  module: IRModule,
  lives: Lives,
  analyzer: Analyzer,
  options: BufferOptions,
): { readonly buffers: readonly Buffer[]; readonly aliased: ReadonlySet<string> } {
  const sizes = new Map<Root, PrimExpr>();
  const simplify = once((bytes) => notNegative(analyzer, analyzer.simplify(bytes)));
  for (const a of lives.allocations) {
    const bytes = bytesOfAllocation(a);
    if (bytes !== undefined) sizes.set(a.root, simplify(bytes));
  }
  const sharing = new Sharing(lives, sizes, analyzer);
  if (options.inPlace) for (const k of lives.kernels) sharing.inPlace(module, k);
  const returned = withSides(lives.returned);
  const buffers = new Map<ReturnType<Classes["classOf"]>, Allocation[]>();
  for (const a of lives.allocations) {
    if (!sizes.has(a.root)) continue;
    const key = sharing.classes.classOf(a.root);
    const list = buffers.get(key);
    if (list === undefined) buffers.set(key, [a]);
    else list.push(a);
  }
  const made = [...buffers].map(([{ members, intervals }, allocations]): Buffer => {
    const ways = allocations.map((a) => {
      const bytes = sizes.get(a.root)!;
      return { bytes, after: knownAfter(lives, bytes) };
    });
    const { bytes, after } = ways.reduce((best, w) => (w.after.at < best.after.at ? w : best));
    const first = allocations[0]!;
    const from = Math.min(...intervals.map((i) => i.from), Infinity);
    const to = Math.max(...intervals.map((i) => i.to), -1);
    return {
      name: first.var.name,
      allocations,
      inPlace: sharing.taken,
      bytes,
      lower: to < 0 ? first.at : from,
      upper: (to < 0 ? first.at : to) + 1,
      isOutput: members.some((m) => returned.has(m)),
      after: after.binding,
    };
  });
  return { buffers: made, aliased: sharing.aliased };
}

/** The last of the bindings that give symbols of a size their values. */
function knownAfter(lives: Lives, size: PrimExpr): { at: number; binding: Binding | undefined } {
  let latest: { at: number; binding: Binding | undefined } = { at: -1, binding: undefined };
  for (const v of varsOf(size)) {
    const found = lives.definedBy.get(v);
    if (found !== undefined && found.at > latest.at) latest = found;
  }
  return latest;
}

function notNegative(analyzer: Analyzer, size: PrimExpr): PrimExpr {
  const zero = intImm(0, int64);
  if (size.kind === "tir.IntImm" && size.value >= 0) return size;
  return analyzer.isNonNegative(analyzer.poly(size)) ? size : binary("max", size, zero);
}

class Sharing {
  /** T functions that are called with an input and an output in the same memory. */
  readonly aliased = new Set<string>();
  /** Outputs with the inputs whose memory they take. */
  readonly taken = new Map<RelaxVar, RelaxVar>();
  private readonly allocated: ReadonlyMap<Root, Allocation>;
  classes: Classes;
  constructor(
    private readonly lives: Lives,
    private readonly sizes: ReadonlyMap<Root, PrimExpr>,
    private readonly analyzer: Analyzer,
  ) {
    this.allocated = new Map(lives.allocations.map((a) => [a.root, a]));
    const before = lives.allocations.map(({ root }) => root.last);
    this.classes = new Classes();
    if (this.joinBranches(true)) return;
    // A value is needed beside what shares its memory: nothing is shared then.
    lives.allocations.forEach(({ root }, i) => (root.last = before[i]!));
    this.classes = new Classes();
    this.joinBranches(false);
  }

  /** What a branch gives is its result: the same buffer, or alive as long as the result. */
  private joinBranches(share: boolean): boolean {
    for (const result of [...this.lives.branches].reverse()) {
      const last = (): number => this.classes.lastOf(result);
      if (result.last < 0 && last() < 0) continue;
      for (const side of result.sides) {
        const [only] = side;
        const isOne = side.length === 1 && (only!.kind === "alloc" || only!.kind === "branch");
        if (share && isOne && this.fit(only!, result) && this.classes.merge(only!, result))
          continue;
        for (const root of side) if (!this.classes.extend(root, last())) return false;
      }
    }
    return true;
  }

  /** Whether the sizes of all allocations in both classes are proved equal; there may be none. */
  private fit(a: Root, b: Root): boolean {
    const sizes = [a, b].map((r) => this.classes.classOf(r).members.find((m) => this.sizes.has(m)));
    const [x, y] = sizes.map((m) => m && this.sizes.get(m));
    if (a.kind === "alloc" && !this.sizes.has(a)) return false;
    return x === undefined || y === undefined || x === y || this.analyzer.equal(x, y) === true;
  }

  /** Outputs take the memory of inputs that die at the call. */
  inPlace(module: IRModule, call: KernelCall): void {
    const callee = module.functions.get(call.callee);
    if (callee?.kind !== "tir.PrimFunc") return;
    for (const { output, input } of inPlacePairs(callee)) {
      const [to, from] = [this.onlyRoot(call.args[output]), this.onlyRoot(call.args[input])];
      if (to?.kind !== "alloc" || from === undefined) continue;
      const [allocation, operand] = [this.allocated.get(to), call.operands[input]];
      if (allocation === undefined || operand?.kind !== "relax.Var") continue;
      if (this.taken.has(allocation.var) || !this.isBoundBefore(operand, allocation)) continue;
      if (to.first !== call.at || this.classes.lastOf(from) !== call.at) continue;
      if (!this.isOwn(from) || this.isHeldElsewhere(from, call, input)) continue;
      if (!this.sizes.has(to) || !this.fit(to, from)) continue;
      if (!this.classes.merge(to, from, call.at)) continue;
      this.taken.set(allocation.var, operand);
      this.aliased.add(call.callee);
    }
  }

  private isBoundBefore(operand: RelaxVar, { at }: Allocation): boolean {
    const bound = this.lives.boundAt.get(operand);
    return bound !== undefined && bound < at;
  }

  private onlyRoot(held: Held | undefined): Root | undefined {
    const roots = held === undefined ? [] : rootsOf(held);
    return roots.length === 1 ? roots[0] : undefined;
  }

  /** Whether all that a root may be is in its class: memory of this function that nothing else needs. */
  private isOwn(root: Root): boolean {
    const own = this.classes.classOf(root);
    return [...withSides([root])].every(
      (r) => (r.kind === "alloc" || r.kind === "branch") && this.classes.classOf(r) === own,
    );
  }

  private isHeldElsewhere(root: Root, { args }: KernelCall, input: number): boolean {
    const own = this.classes.classOf(root);
    return args.some(
      (a, i) =>
        i !== input && [...withSides(rootsOf(a))].some((r) => this.classes.classOf(r) === own),
    );
  }
}
