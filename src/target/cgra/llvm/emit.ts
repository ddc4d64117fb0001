/**
 * Kernels as LLVM IR for compilers of devices: conservative text that versions 10 to 14 read (typed pointers), or 15
 * and later. A kernel is one nest of counted loops that test at their ends; its body has no branches.
 */
import { evaluate as constantOf } from "../../../arith/index.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import type { PrimExpr, Var } from "../../../ir/tir/expr.js";
import type { PrimFunc } from "../../../ir/tir/function.js";
import type { Sink } from "../../../support/diagnostic.js";
import { dialectOf, type Dialect } from "../../llvm-dialect.js";
import { codes } from "../codes.js";
import { readNest, type Nest } from "../extract/nest.js";
import { Refused, refuse } from "../extract/refuse.js";
import type { Fabric } from "../fabric/fabric.js";
import { launchConditions } from "./fit.js";
import { Body, NOTHING, irType, memoryType, type BodyContext, type Ref } from "./body.js";

export interface DeviceIrOptions {
  /** Pointers of each type up to LLVM 14, or of one type from 15 on. */
  readonly pointers?: "typed" | "opaque" | undefined;
}

/** The module of some kernels (see `split-cgra-kernels`); what keeps one out is reported, and then there is none. */
export function deviceIr(
  kernels: readonly PrimFunc[],
  fabric: Fabric,
  sink: Sink,
  { pointers = "typed" }: DeviceIrOptions = {},
): string | undefined {
  const dialect = dialectOf(pointers === "typed" ? 14 : 15);
  const metadata = new Metadata();
  const declared = new Map<string, string>();
  const texts: string[] = [];
  let failed = false;
  for (const func of kernels) {
    try {
      texts.push(kernelText(func, fabric, dialect, metadata, declared));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      sink.report(error.diagnostic);
      failed = true;
    }
  }
  if (failed) return undefined;
  const declarations = [...declared.values()].sort();
  return [
    `; Kernels for ${fabric.name}.`,
    ...texts,
    ...(declarations.length > 0 ? [declarations.join("\n")] : []),
    `${metadata.lines.join("\n")}\n`,
  ].join("\n\n");
}

/** Numbered metadata of a module. */
class Metadata {
  readonly lines: string[] = [];
  add(make: (self: string) => string): string {
    const self = `!${this.lines.length}`;
    this.lines.push("");
    this.lines[Number(self.slice(1))] = `${self} = ${make(self)}`;
    return self;
  }
}

/** Names as LLVM reads them without quotes. */
const identifier = (name: string): string => name.replace(/[^\w.$]/g, "_");

function kernelText(
  func: PrimFunc,
  fabric: Fabric,
  dialect: Dialect,
  metadata: Metadata,
  declared: Map<string, string>,
): string {
  const nest = readNest(func);
  const kernel = identifier(func.name);
  const numbers = new Map<Var, Ref>();
  const buffers: Buffer[] = [];
  const names = new Map<Buffer, Ref>();
  const params = func.params.map(({ var: v, buffer }) => {
    if (buffer === undefined) {
      const type = irType(v.dtype, `\`${v.name}\``);
      numbers.set(v, `%${identifier(v.name)}`);
      return `${type} %${identifier(v.name)}`;
    }
    buffers.push(buffer);
    names.set(buffer, `%${identifier(buffer.name)}`);
    return `${dialect.pointerTo(memoryType(buffer))} noalias nocapture align 64 %${identifier(buffer.name)}`;
  });
  let count = 0;
  const context: BodyContext = {
    dialect,
    kernel,
    hasFma: fabric.elements.some((e) => e.ops.has("fma")),
    numbers,
    counters: new Set(nest.loops.map((l) => l.var)),
    aliases: aliasLists(kernel, buffers, metadata),
    nameOf: (buffer) =>
      names.get(buffer) ?? refuse(codes.notInDeviceIr({ what: `\`${buffer.name}\``, at: buffer.span })), // prettier-ignore
    declared,
    dumps: new Set(),
    fresh: () => `%t${count++}`,
  };
  const lines = nestLines(nest, context, func.name, metadata);
  const dumps = [...context.dumps].map((type) => `@${kernel}.dump.${type} = internal global ${type} ${type === "float" ? "0.0" : "0"}`); // prettier-ignore
  return [
    ...dumps,
    ...launchConditions(func, fabric).map((condition) => `; To be launched where ${condition}.`),
    `define void @${kernel}(${params.join(", ")}) noinline nounwind {`,
    ...lines,
    "}",
  ].join("\n");
}

/** Each buffer is a scope of its own: no access of one touches another. */
function aliasLists(
  kernel: string,
  buffers: readonly Buffer[],
  metadata: Metadata,
): (buffer: Buffer) => string {
  const domain = metadata.add((self) => `distinct !{${self}, !"${kernel}"}`);
  const scopes = buffers.map((b) => metadata.add((self) => `distinct !{${self}, ${domain}, !"${b.name}"}`)); // prettier-ignore
  const lists = scopes.map((scope) => metadata.add(() => `!{${scope}}`));
  const others = scopes.map((scope) => metadata.add(() => `!{${scopes.filter((s) => s !== scope).join(", ")}}`)); // prettier-ignore
  return (buffer) => {
    const i = buffers.indexOf(buffer);
    return `!alias.scope ${lists[i]}, !noalias ${others[i]}`;
  };
}

type Cell = { readonly type: string; ref: Ref };

/** The loops from outside in, then the body, then their ends from inside out. */
function nestLines(
  { loops, body, locals }: Nest,
  context: BodyContext,
  name: string,
  metadata: Metadata,
): string[] {
  const numbers = context.numbers as Map<Var, Ref>;
  const cells = new Map<string, Cell>();
  for (const local of locals) {
    const sizes = local.shape.map((s) => constantOf(s, NOTHING));
    if (sizes.includes(undefined))
      refuse(codes.notInDeviceIr({ what: `\`${local.name}\` of a size that is computed`, at: local.span })); // prettier-ignore
    const type = irType(local.dtype, `\`${local.name}\``);
    const places = sizes.reduce((a: number, b) => a * Number(b), 1);
    for (let p = 0; p < places; p++)
      cells.set(`${local.name}.${p}`, { type, ref: type === "float" ? "0.0" : type === "i1" ? "false" : "0" }); // prettier-ignore
  }
  const lines: string[] = ["entry:"];
  let label = "entry";
  const emit = (...text: readonly string[]): void => {
    lines.push(...text.map((t) => `  ${t}`));
  };
  const value = (text: string): Ref => {
    const result = context.fresh();
    emit(`${result} = ${text}`);
    return result;
  };
  /** An expression of the loops around. */
  const outside = (e: PrimExpr): Ref => {
    const at = new Body(context, cells);
    const result = at.expr(e);
    emit(...at.lines);
    return result;
  };
  interface Level {
    readonly before: string;
    readonly extent: Ref;
    readonly counter: Ref;
    readonly next: Ref;
    readonly phis: readonly { readonly key: string; readonly phi: Ref; readonly start: Ref; line: number }[]; // prettier-ignore
    readonly first: Ref;
    readonly last: Ref;
  }
  const levels: Level[] = [];
  loops.forEach(({ var: v, extent }, l) => {
    const trip = outside(extent);
    const runs = value(`icmp sgt i32 ${trip}, 0`);
    emit(`br i1 ${runs}, label %body${l}, label %exit${l}`);
    const before = label;
    label = `body${l}`;
    lines.push(`${label}:`);
    const [counter, next] = [context.fresh(), context.fresh()];
    emit(`${counter} = phi i32 [ 0, %${before} ], [ ${next}, %latch${l} ]`);
    numbers.set(v, counter);
    const phis = [...cells].map(([key, cell]) => {
      const made = { key, phi: context.fresh(), start: cell.ref, line: lines.length };
      lines.push("");
      cell.ref = made.phi;
      return made;
    });
    const asks = (edge: "first" | "last"): boolean =>
      body.some(({ only }) => only?.edge === edge && only.level <= l);
    const first = asks("first") ? value(`icmp eq i32 ${counter}, 0`) : "true";
    const last = asks("last")
      ? value(`icmp eq i32 ${value(`add i32 ${counter}, 1`)}, ${trip}`)
      : "true";
    levels.push({ before, extent: trip, counter, next, phis, first, last });
  });

  const inner = new Body(context, cells);
  for (const placed of body) {
    const edge = placed.only;
    const where = edge === undefined ? [] : levels.slice(edge.level).map((l) => l[edge.edge]);
    inner.placed(placed, where.reduce((a, b) => inner.both(a, b), "true")); // prettier-ignore
  }
  emit(...inner.lines);

  for (let l = levels.length - 1; l >= 0; l--) {
    const { before, extent, counter, next, phis } = levels[l]!;
    emit(`br label %latch${l}`);
    lines.push(`latch${l}:`);
    emit(`${next} = add nsw i32 ${counter}, 1`);
    const again = value(`icmp slt i32 ${next}, ${extent}`);
    const about = l === levels.length - 1 ? `, !llvm.loop ${loopMetadata(name, loops, metadata)}` : ""; // prettier-ignore
    emit(`br i1 ${again}, label %body${l}, label %exit${l}${about}`);
    lines.push(`exit${l}:`);
    for (const { key, phi, start, line } of phis) {
      const cell = cells.get(key)!;
      lines[line] =
        `  ${phi} = phi ${cell.type} [ ${start}, %${before} ], [ ${cell.ref}, %latch${l} ]`;
      cell.ref = value(`phi ${cell.type} [ ${start}, %${before} ], [ ${cell.ref}, %latch${l} ]`);
    }
  }
  emit("ret void");
  return lines;
}

/** What compilers are told of the innermost loop: leave it as it is, and what it is. */
function loopMetadata(name: string, loops: Nest["loops"], metadata: Metadata): string {
  const extent = constantOf(loops.at(-1)!.extent, NOTHING);
  const [least, most] = extent === undefined ? [0, 0x7fffffff] : [Number(extent), Number(extent)];
  const node = (text: string): string => metadata.add(() => `!{${text}}`);
  const facts = [
    node(`!"llvm.loop.unroll.disable"`),
    node(`!"llvm.loop.vectorize.enable", i1 false`),
    node(`!"relax.cgra.kernel", !"${name}"`),
    node(`!"relax.cgra.trip", i32 ${least}, i32 ${most}, i32 ${extent === undefined ? 1 : Math.max(1, Number(extent))}`), // prettier-ignore
  ];
  return metadata.add((self) => `distinct !{${self}, ${facts.join(", ")}}`);
}
