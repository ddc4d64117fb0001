import { proveEqual } from "../../arith/index.js";
import { freeBinders, varsOf } from "../../ir/core/free-vars.js";
import type { Attrs, AttrValue } from "../../ir/core/node.js";
import { rebuild, refresh, rewrite } from "../../ir/core/rewrite.js";
import { visit } from "../../ir/core/visit.js";
import { globalVar, irModule, type BaseFunc, type IRModule } from "../../ir/module.js";
import type { Node } from "../../ir/nodes.js";
import { makeBuffer, type Buffer } from "../../ir/tir/buffer.js";
import { callGlobal, intImm, load, makeVar, type CallArg, type Load, type Var } from "../../ir/tir/expr.js"; // prettier-ignore
import { param, type Param, type PrimFunc } from "../../ir/tir/function.js";
import { alloc, evaluate, forLoop, seq, store, type Alloc, type For, type Stmt } from "../../ir/tir/stmt.js"; // prettier-ignore
import type { Sink } from "../../support/diagnostic.js";
import { handle, voidType } from "../../support/dtype.js";
import { codes } from "../codes.js";
import { definePass, type PassContext } from "../pass.js";
import { mapPrimFuncs } from "../pipeline.js";
import { freshGlobal } from "../relax/rewrite/index.js";
import { bindScalars } from "./bind-scalars.js";
import { convertBlocks } from "./convert-blocks.js";
import { lowerInitBlock } from "./lower-init-block.js";
import { lowerMatchBuffer } from "./lower-match-buffer.js";
import { planAllocation } from "./plan-allocation.js";
import { replaceNodes } from "./replace.js";

/** Annotation of the loops that run on a fabric, and attribute of the functions they become. */
export const KERNEL = "cgra.kernel";
/** Memory that a fabric reaches; `cgra.spad.NAME` is one of its banks. */
export const SCRATCHPAD = "cgra.spad";

/** Whether the buffer is in memory of a fabric. */
export const isInScratchpad = ({ scope }: Buffer): boolean =>
  scope === SCRATCHPAD || scope.startsWith(`${SCRATCHPAD}.`);

/**
 * Precondition: none; functions with kernels lose their blocks. Result: each loop annotated `cgra.kernel` is a function
 * of its own that takes the numbers it uses and the buffers it touches, all in the scratchpad; where it stood is its
 * call. Buffers elsewhere are copied to and from the scratchpad around it. Sound because a call does what its body does.
 */
export const splitCgraKernels = definePass({
  name: "split-cgra-kernels",
  dialect: "tir",
  summary: "Makes loops for a fabric functions of their own.",
  from: "block",
  options: {},
  run: splitKernels,
});

function splitKernels(module: IRModule, _: object, ctx: PassContext): IRModule {
  const hasKernels = [...module.functions].filter(([, f]) => isSplit(f));
  if (hasKernels.length === 0) return module;
  const plain = mapPrimFuncs(withoutBlocks(irModule(new Map(hasKernels)), ctx), bindScalars);
  const functions = new Map<string, BaseFunc>();
  const taken = new Set<string>();
  for (const [name, func] of module.functions) {
    const without = plain.functions.get(name);
    if (without?.kind !== "tir.PrimFunc") {
      functions.set(name, func);
      continue;
    }
    const split = new Splitter(module, without, taken, ctx);
    const host = split.run();
    for (const [kernel, made] of split.kernels) functions.set(kernel, made);
    functions.set(name, host);
  }
  return irModule(functions, module);
}

/** Whether the function has loops for a fabric that are not split off yet. */
function isSplit(func: BaseFunc): func is PrimFunc {
  if (func.kind !== "tir.PrimFunc" || func.attrs.has(KERNEL)) return false;
  let found = false;
  visit(func.body, {
    enter: (n) => (n.kind === "tir.For" && n.annotations.has(KERNEL) ? void (found = true) : found ? false : undefined), // prettier-ignore
  });
  return found;
}

/** Blocks become loops and statements. */
function withoutBlocks(module: IRModule, ctx: PassContext): IRModule {
  const passes = [lowerInitBlock, lowerMatchBuffer, planAllocation, convertBlocks];
  return passes.reduce((m, pass) => pass.run(m, {} as never, ctx), module);
}

const nameOf = (value: AttrValue | undefined): string =>
  typeof value === "string" && /^[A-Za-z_]\w*$/.test(value) ? value : "kernel";

/** One function with kernels. */
class Splitter {
  readonly kernels = new Map<string, PrimFunc>();
  private readonly allocated = new Map<Buffer, Alloc>();
  /** Allocations that moved into a kernel. */
  private readonly moved = new Set<Alloc>();

  constructor(
    private readonly module: IRModule,
    private readonly func: PrimFunc,
    private readonly taken: Set<string>,
    private readonly sink: Sink,
  ) {}

  run(): PrimFunc {
    visit(this.func.body, {
      enter: (n) => void (n.kind === "tir.Alloc" && this.allocated.set(n.buffer, n)),
    });
    const body = this.walk(this.func.body) as Stmt;
    const rest = (node: Node): Node =>
      node.kind === "tir.Seq"
        ? seq(node.body.flatMap((s) => (this.moved.has(s as Alloc) ? [] : [rest(s) as Stmt])), node.span) // prettier-ignore
        : node.kind === "tir.Var" || node.kind === "tir.Buffer"
          ? node
          : rebuild(node, rest);
    return { ...this.func, body: rest(body) as Stmt };
  }

  private walk(node: Node): Node {
    if (node.kind === "tir.For" && node.annotations.has(KERNEL)) return this.launch(node);
    return node.kind === "tir.Var" || node.kind === "tir.Buffer"
      ? node
      : rebuild(node, (child) => this.walk(child));
  }

  /** The call of what the nest becomes, between the copies of buffers that are elsewhere. */
  private launch(marked: For): Stmt {
    const name = freshGlobal(this.module, nameOf(marked.annotations.get(KERNEL)), this.taken);
    this.taken.add(name);
    const { nest, values } = withoutScalars(marked);
    const free = freeBinders(nest);
    const buffers = free.filter((n): n is Buffer => n.kind === "tir.Buffer");
    const own = buffers.filter((b) => this.isOwn(b, nest));
    for (const b of own) this.moved.add(this.allocated.get(b)!);
    const shared = buffers.filter((b) => !own.includes(b));
    const staged = new Map<Buffer, Buffer>();
    for (const b of shared)
      if (!isInScratchpad(b)) {
        if (b.scope !== "global")
          this.sink.report(
            codes.notInScratchpad({ name: b.name, scope: b.scope, kernel: name, at: nest.span }),
          );
        staged.set(b, staging(b));
      }
    const body = replaceNodes(nest, staged) as For;
    const seen = shared.map((b) => staged.get(b) ?? b);
    const numbers = new Set(free.filter((n): n is Var => n.kind === "tir.Var" && n.dtype !== handle)); // prettier-ignore
    for (const b of [...seen, ...own])
      for (const e of [...b.shape, ...b.strides, ...(b.elemOffset ? [b.elemOffset] : [])])
        for (const v of varsOf(e)) numbers.add(v);
    this.kernels.set(name, kernelOf(name, [...numbers], seen, own, body));
    const args: CallArg[] = [...[...numbers].map((v) => values.get(v) ?? v), ...seen];
    const call = evaluate(callGlobal(globalVar(name), args, voidType, nest.span), nest.span);
    if (staged.size === 0) return call;
    const pairs = [...staged];
    return seq([
      ...pairs.flatMap(([from, to]) =>
        isFilled(nest, from) ? [alloc(to)] : [alloc(to), copy(from, to)],
      ),
      call,
      ...pairs.filter(([from]) => isStored(nest, from)).map(([from, to]) => copy(to, from)),
    ]);
  }

  /** Whether only the nest uses it, as registers of the fabric. */
  private isOwn(buffer: Buffer, nest: For): boolean {
    if (!this.allocated.has(buffer) || isInScratchpad(buffer) || buffer.scope === "global")
      return false;
    const uses = (root: Node): number => {
      let count = 0;
      visit(root, {
        enter: (n) => void ((n.kind === "tir.Load" || n.kind === "tir.Store") && n.buffer === buffer && count++), // prettier-ignore
      });
      return count;
    };
    return uses(this.func.body) === uses(nest);
  }
}

/** The nest with numbers in place of the scalars of the host that it only reads, and what they are. */
function withoutScalars(nest: For): { readonly nest: For; readonly values: Map<Var, Load> } {
  const values = new Map<Var, Load>();
  const known = new Map<Buffer, Var>();
  const free = freeBinders(nest).filter(
    (n): n is Buffer => n.kind === "tir.Buffer" && n.scalar && !isStored(nest, n),
  );
  for (const buffer of free) {
    const v = makeVar(buffer.name, buffer.dtype);
    known.set(buffer, v);
    values.set(v, load(buffer, [intImm(0)]));
  }
  const plain = rewrite(nest, (n) => (n.kind === "tir.Load" && known.get(n.buffer)) || n);
  return { nest: plain, values };
}

const staging = (b: Buffer): Buffer =>
  makeBuffer({ name: `${b.name}_spad`, dtype: b.dtype, shape: b.shape, scope: SCRATCHPAD });

/** Whether the nest stores every element, and loads none before. */
function isFilled(nest: For, buffer: Buffer): boolean {
  const loops = new Map<Var, For>();
  let isWhole = false;
  let isLoaded = false;
  const walk = (s: Stmt): void => {
    if (s.kind === "tir.For") {
      loops.set(s.var, s);
      walk(s.body);
    } else if (s.kind === "tir.Seq") s.body.forEach(walk);
    else if (s.kind === "tir.Store" && s.buffer === buffer && s.predicate === undefined)
      isWhole ||=
        new Set(s.indices).size === s.indices.length &&
        s.indices.every((i, k) => {
          const loop = i.kind === "tir.Var" ? loops.get(i) : undefined;
          return (
            loop !== undefined &&
            loop.step === undefined &&
            proveEqual(loop.min, intImm(0, loop.min.dtype)) === true &&
            proveEqual(loop.extent, buffer.shape[k]!) === true
          );
        });
  };
  walk(nest);
  visit(nest, { enter: (n) => void (n.kind === "tir.Load" && n.buffer === buffer && (isLoaded = true)) }); // prettier-ignore
  return isWhole && !isLoaded;
}

function isStored(nest: For, buffer: Buffer): boolean {
  let found = false;
  visit(nest, {
    enter: (n) => void (n.kind === "tir.Store" && n.buffer === buffer && (found = true)),
  });
  return found;
}

/** A loop nest that copies a whole buffer. */
function copy(from: Buffer, to: Buffer): Stmt {
  const vars = from.shape.map((d, i) => makeVar(`i${i}`, d.dtype));
  const value = load(from, vars);
  return vars.reduceRight<Stmt>(
    (body, v, i) => forLoop({ var: v, min: intImm(0, v.dtype), extent: from.shape[i]!, body }),
    store(to, vars, value),
  );
}

/** The function of a nest; its numbers come first, since the sizes of its buffers may use them. */
function kernelOf(
  name: string,
  numbers: readonly Var[],
  buffers: readonly Buffer[],
  own: readonly Buffer[],
  nest: For,
): PrimFunc {
  const annotations: Attrs = new Map([...nest.annotations].filter(([key]) => key !== KERNEL));
  const params: Param[] = [
    ...numbers.map((v) => param(v)),
    ...buffers.map((b) => param(makeVar(`${b.name}_handle`, handle), b)),
  ];
  const func: PrimFunc = {
    kind: "tir.PrimFunc",
    name,
    params,
    retType: voidType,
    attrs: new Map<string, AttrValue>([
      [KERNEL, name],
      ["tir.noalias", true],
    ]),
    isPrivate: true,
    sTir: false,
    persistent: false,
    body: seq([...own.map((b) => alloc(b)), { ...nest, annotations }]),
    span: nest.span,
  };
  return refresh(func, new Set<Node>([...numbers, ...buffers, ...buffers.map((b) => b.data), ...own, ...own.map((b) => b.data)])); // prettier-ignore
}
