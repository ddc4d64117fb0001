/** Nested functions as functions of the module. */
import { plainSymbols } from "../../../analysis/relax/info.js";
import { freeBinders } from "../../../ir/core/free-vars.js";
import { rewrite } from "../../../ir/core/rewrite.js";
import { visit } from "../../../ir/core/visit.js";
import { globalVar, type IRModule } from "../../../ir/module.js";
import type { Node } from "../../../ir/nodes.js";
import {
  bindingBlock,
  matchCast,
  op,
  primValue,
  relaxCall,
  relaxVar,
  tuple,
  varBinding,
  type Call,
  type Expr,
  type Func,
  type Var,
} from "../../../ir/relax/expr.js";
import { objectInfo, primInfo } from "../../../ir/relax/struct-info.js";
import type { Var as Symbol } from "../../../ir/tir/expr.js";
import { signatureOf } from "../../../op/deduce/index.js";
import { definePass } from "../../pass.js";
import { copyFunction, freshGlobal, isVisible, rewriteFunction, symbolsOf, updated, useOf, withOwnReturn, type Cursor } from "../rewrite/index.js"; // prettier-ignore

/**
 * Precondition: A-normal form.
 * Result: no function stands inside another; what a nested function uses from outside are its last parameters. Where it
 * is only called, the calls are direct; where it is a value, it is a closure.
 * Sound because what a function uses from outside does not change after it is made.
 */
export const lambdaLift = definePass({
  name: "lambda-lift",
  dialect: "module",
  summary: "Moves nested functions to the module.",
  options: {},
  run(module) {
    const added = new Map<string, Func>();
    const after = new Map<string, Func>();
    for (const [name, func] of module.functions) {
      if (func.kind !== "relax.Function") continue;
      const lifted = new Lifter(module, name, func, added).run();
      if (lifted !== func) after.set(name, lifted);
    }
    return updated(module, (func, name) => after.get(name) ?? func, added);
  },
});

/** A lifted function and what it is to be given after its own arguments. */
interface Closure {
  readonly name: string;
  readonly captured: readonly Expr[];
  readonly isPure: boolean;
}

class Lifter {
  private readonly closures = new Map<Node, Closure>();
  /** Variables of nested functions that are used otherwise than as a callee. */
  private readonly values: ReadonlySet<Node>;
  private readonly force: boolean;

  constructor(
    private readonly module: IRModule,
    private readonly name: string,
    private readonly root: Func,
    private readonly added: Map<string, Func>,
  ) {
    this.values = usedAsValues(root);
    this.force = root.attrs.has("relax.force_pure");
  }

  run(): Func {
    return rewriteFunction(
      this.module,
      this.name,
      this.root,
      {
        value: (value, at, b) => {
          if (value.kind === "relax.Call") return this.call(value, at);
          if (value.kind !== "relax.Function") return value;
          const closure = this.lift(value, b.var, at);
          const callee = globalVar(closure.name, b.span);
          if (closure.captured.length === 0 && at.canReplace(b.var, callee)) {
            at.replace(b.var, callee);
            return undefined;
          }
          this.closures.set(b.var, closure);
          const captured = tuple(closure.captured);
          const isCalledOnly = !this.values.has(b.var) && isVisible(captured, b.var);
          if (isCalledOnly) return undefined;
          const made = madeClosure(callee, captured, b.var, at);
          if (made.kind !== "relax.Var" || !at.canReplace(b.var, made)) return made;
          this.closures.set(made, closure);
          at.replace(b.var, made);
          return undefined;
        },
      },
      { signature: (name) => signatureOfName(this.added, name) },
    );
  }

  /** A call of a closure whose function is known goes to the function. */
  private call(call: Call, at: Cursor): Expr {
    const closure = call.op.kind === "relax.Var" ? this.closures.get(call.op) : undefined;
    if (closure === undefined || call.op.kind !== "relax.Var") return call;
    if (isVisible(tuple(closure.captured), call.op))
      return relaxCall(globalVar(closure.name), [...call.args, ...closure.captured], call);
    const invoke = closure.isPure ? "invoke_pure_closure" : "invoke_closure";
    const sinfoArgs = call.sinfoArgs.length > 0 ? call.sinfoArgs : [at.infer.infoOf(call)];
    return relaxCall(op(invoke), [call.op, tuple(call.args)], { sinfoArgs, span: call.span });
  }

  /** Makes a function of the module of a nested one. */
  private lift(func: Func, self: Var, at: Cursor): Closure {
    const name = freshGlobal(this.module, `${this.name}_${self.name}`, new Set(this.added.keys()));
    const vars = freeBinders(func).filter((n): n is Var => n.kind === "relax.Var" && n !== self);
    const params = new Map<Node, Var>(
      vars.map((v) => [v, { ...v, dataflow: false, annotated: true }]),
    );
    const inner = rewrite(func, (node) => params.get(node) ?? node);
    const own = [...params.values()];
    const symbols = capturedSymbols(inner, own, at);
    const scalars = symbols.map((s) => relaxVar(s.name, primInfo(s.dtype, s), { annotated: true }));
    const extra = [...own, ...scalars];
    const whole = withOwnReturn({
      ...inner,
      name,
      params: [...inner.params, ...extra],
      body: withSelf(inner, name, self, extra).body,
      isPrivate: true,
      attrs: this.force && inner.isPure ? new Map([...inner.attrs, ["relax.force_pure", true]]) : inner.attrs, // prettier-ignore
    });
    this.added.set(name, copyFunction(whole));
    return {
      name,
      captured: [...vars.map(useOf), ...symbols.map((s) => primValue(s))],
      isPure: func.isPure,
    };
  }
}

const signatureOfName = (added: ReadonlyMap<string, Func>, name: string) => {
  const func = added.get(name);
  return func && signatureOf(func);
};

/** A closure that has the type of the function it is made of. */
function madeClosure(callee: Expr, captured: Expr, of: Var, at: Cursor): Expr {
  const closure = relaxCall(op("make_closure"), [callee, captured], { span: of.span });
  if (of.sinfo === undefined || of.sinfo.kind === "relax.ObjectInfo") return closure;
  return at.emitCast(at.operand(closure), of.sinfo, of.name, of.span);
}

/** Symbols from outside that the captured values do not bring along, once each. */
function capturedSymbols(func: Func, captured: readonly Var[], at: Cursor): readonly Symbol[] {
  const known = new Set<Node>(
    captured.flatMap((v) => (v.sinfo === undefined ? [] : plainSymbols(v.sinfo))),
  );
  const found = new Set<Symbol>();
  const use = (node: Node): void => {
    if (node.kind === "tir.Var" && !known.has(node) && at.infer.isOuter?.(node) === true)
      found.add(node);
  };
  visit(func, { enter: use });
  for (const v of captured) symbolsOf(v.sinfo).forEach(use);
  return [...found];
}

/** The body of a function that calls itself: by name, with what it was given; as a value it is a closure again. */
function withSelf(func: Func, name: string, self: Var, extra: readonly Var[]): Func {
  if (!freeBinders(func).includes(self)) return func;
  const captured = extra.map(useOf);
  const called = rewrite(func, (node) =>
    node.kind === "relax.Call" && node.op === self
      ? { ...node, op: globalVar(name), args: [...node.args, ...captured] }
      : node,
  );
  if (!freeBinders(called).includes(self)) return called;
  const raw = relaxVar(self.name, objectInfo);
  const made = relaxCall(op("make_closure"), [globalVar(name), tuple(captured)]);
  const again = { ...self, dataflow: false };
  const bindings = [varBinding(raw, made), matchCast(again, raw, self.sinfo ?? objectInfo)];
  const inner = rewrite(called, (node) => (node === self ? again : node));
  const blocks = [bindingBlock(bindings), ...inner.body.blocks];
  return { ...inner, body: { ...inner.body, blocks } };
}

/** Variables that occur other than as the callee of a call. */
function usedAsValues(func: Func): ReadonlySet<Node> {
  const found = new Set<Node>();
  const callees = new Map<Node, number>();
  visit(func, {
    enter(node, defining) {
      if (node.kind === "relax.Call" && node.op.kind === "relax.Var")
        callees.set(node.op, (callees.get(node.op) ?? 0) + 1);
      else if (node.kind === "relax.Var" && !defining) {
        const left = callees.get(node) ?? 0;
        if (left === 0) found.add(node);
        else callees.set(node, left - 1);
      }
    },
  });
  return found;
}
