/** Results in the memory of operands that are not needed any more. */
import { inPlacePairs, isView } from "../../../analysis/tir-pattern/index.js";
import { rewrite } from "../../../ir/core/rewrite.js";
import { globalVar, irModule, type BaseFunc, type IRModule } from "../../../ir/module.js";
import {
  op as opNode,
  relaxCall,
  shapeExpr,
  tuple,
  type Binding,
  type Call,
  type Expr,
  type Func,
  type Var,
} from "../../../ir/relax/expr.js";
import { dimsOf, type StructInfo, type TensorInfo } from "../../../ir/relax/struct-info.js";
import type { Node } from "../../../ir/nodes.js";
import type { PrimExpr } from "../../../ir/tir/expr.js";
import type { PrimFunc } from "../../../ir/tir/function.js";
import { definePass, type PassContext } from "../../pass.js";
import { countUses, eachBinding, freshGlobal, isExternal, rewriteFunction, type Cursor, type Rewrite } from "../rewrite/index.js"; // prettier-ignore

/**
 * Precondition: none. Result: in dataflow blocks, a call whose loop nest may write over an operand, and whose operand is
 * memory of its own that nothing uses later, is `call_tir_inplace`.
 * Sound because only values that a loop nest computed anew from run-time values are overwritten, at their last use, and
 * never when anything that may be a view of them was made.
 */
export const dataflowUseInplaceCalls = definePass({
  name: "dataflow-use-inplace-calls",
  dialect: "relax",
  summary: "Lets results take the memory of operands that are not needed any more.",
  from: "graph",
  through: "legal",
  options: {},
  run(module, _, ctx) {
    const reuse = new Reuse(module, ctx);
    const functions = new Map<string, BaseFunc>();
    for (const [name, func] of module.functions) {
      const isOurs = func.kind === "relax.Function" && !isExternal(func);
      functions.set(name, isOurs ? reuse.function(name, func) : func);
    }
    const changed = [...functions].some(([name, f]) => f !== module.functions.get(name));
    if (!changed) return module;
    for (const [name, func] of reuse.added) functions.set(name, func);
    return irModule(functions, module);
  },
});

/** A call of a loop nest, from an operator or written as one. */
interface Kernel {
  readonly func: PrimFunc;
  readonly inputs: readonly Expr[];
  readonly scalars: readonly PrimExpr[];
  readonly output: TensorInfo;
}

class Reuse {
  readonly added = new Map<string, PrimFunc>();
  /** Variants that write over a parameter, with their names. */
  private readonly variants = new Map<PrimFunc, Map<number, string>>();

  constructor(
    private readonly module: IRModule,
    private readonly ctx: PassContext,
  ) {}

  function(name: string, func: Func): Func {
    return rewriteFunction(this.module, name, func, this.rules(func));
  }

  private rules(func: Func): Rewrite {
    const last = lastUses(func);
    /** Values whose memory is their own. */
    const own = new Set<Var>();
    /** What depends on values that are known at run time only: the rest may become a constant. */
    const varying = new Set<Var>(func.params);
    let isOwn = false;
    /** What a value names may live on in it. */
    const share = (value: Node): void => {
      for (const v of countUses(value).keys()) if (v.kind === "relax.Var") own.delete(v);
    };
    return {
      enter: (kind) => void (kind !== "dataflow" || own.clear()),
      bound({ var: v }) {
        if (isOwn) own.add(v);
        isOwn = false;
      },
      cast(binding) {
        share(binding.value);
        varying.add(binding.var);
        return binding;
      },
      value: (value, at, binding) => {
        const used = countUses(value);
        const isVarying = [...used.keys()].some((v) => v.kind === "relax.Var" && varying.has(v));
        if (isVarying) varying.add(binding.var);
        const kernel = at.dataflow && value.kind === "relax.Call" ? this.kernelOf(value, at) : undefined; // prettier-ignore
        if (kernel === undefined || isView(kernel.func)) {
          share(value);
          return value;
        }
        const isFree = (e: Expr | undefined): boolean =>
          e?.kind === "relax.Var" &&
          own.has(e) &&
          e.dataflow &&
          last.get(e) === binding &&
          used.get(e) === 1;
        const call = this.inPlace(kernel, isFree, value as Call, at);
        isOwn = isVarying;
        return call ?? value;
      },
    };
  }

  /** The call that writes over a free operand; undefined when there is none. */
  private inPlace(
    kernel: Kernel,
    isFree: (e: Expr | undefined) => boolean,
    { span }: Call,
    at: Cursor,
  ): Call | undefined {
    const { func, inputs, scalars, output } = kernel;
    const pair = inPlacePairs(func).find(
      (p) =>
        p.output === inputs.length &&
        isFree(inputs[p.input]) &&
        sameType(at.infer.infoOf(inputs[p.input]!), output, at),
    );
    if (pair === undefined) return undefined;
    const args: Expr[] = [globalVar(this.variant(func, pair.input, inputs.length)), tuple(inputs)];
    if (scalars.length > 0) args.push(shapeExpr(scalars));
    const attrs = new Map([["inplace_indices", [pair.input]]]);
    return relaxCall(opNode("call_tir_inplace"), args, { attrs, sinfoArgs: [output], span });
  }

  private kernelOf(call: Call, at: Cursor): Kernel | undefined {
    if (call.op.kind !== "relax.Op") return undefined;
    if (call.op.name === "call_tir") return this.written(call);
    const lowered = this.ctx.lowering?.lower(call, {
      infer: at.infer,
      analyzer: at.analyzer,
      target: this.ctx.target,
      nameOf: (func) => func.name,
    });
    if (lowered?.kind !== "tir" || lowered.isTuple || lowered.outputs.length !== 1)
      return undefined;
    return { ...lowered, output: lowered.outputs[0]! };
  }

  private written({ args, sinfoArgs }: Call): Kernel | undefined {
    const [callee, inputs, scalars] = args;
    const func = callee?.kind === "ir.GlobalVar" ? this.module.functions.get(callee.name) : undefined; // prettier-ignore
    const [output] = sinfoArgs;
    if (func?.kind !== "tir.PrimFunc" || inputs?.kind !== "relax.Tuple") return undefined;
    if (output?.kind !== "relax.TensorInfo") return undefined;
    if (scalars !== undefined && scalars.kind !== "relax.ShapeExpr") return undefined;
    return { func, inputs: inputs.fields, scalars: scalars?.values ?? [], output };
  }

  /** Name of the function without its output, which writes over an input. */
  private variant(func: PrimFunc, input: number, output: number): string {
    const names = this.variants.get(func) ?? new Map<number, string>();
    this.variants.set(func, names);
    let name = names.get(input);
    if (name === undefined) {
      name = freshGlobal(this.module, `${func.name}_inplace`, new Set(this.added.keys()));
      names.set(input, name);
      this.added.set(name, { ...writingOver(func, input, output), name, isPrivate: true });
    }
    return name;
  }
}

/** The function with one buffer for an input and the output. */
function writingOver(func: PrimFunc, input: number, output: number): PrimFunc {
  const [x, y] = [func.params[input]!.buffer!, func.params[output]!.buffer!];
  const params = func.params.filter((_, i) => i !== output);
  const body = rewrite(func.body, (n) => (n === y ? x : n));
  return { ...func, params, body };
}

/** Equal shapes and element types, on one device. */
function sameType(x: StructInfo, y: TensorInfo, at: Cursor): boolean {
  if (x.kind !== "relax.TensorInfo" || x.dtype !== y.dtype || x.vdevice !== y.vdevice) return false;
  const [a, b] = [dimsOf(x), dimsOf(y)];
  return (
    a !== undefined &&
    b !== undefined &&
    a.length === b.length &&
    a.every((d, i) => at.analyzer.equal(d, b[i]!) === true)
  );
}

/** The binding that uses each variable last; none for what the result of a function or branch names. */
function lastUses(func: Func): ReadonlyMap<Var, Binding> {
  const last = new Map<Var, Binding>();
  eachBinding(func.body, (b) => {
    for (const v of countUses(b.value).keys()) if (v.kind === "relax.Var") last.set(v, b);
  });
  return last;
}
