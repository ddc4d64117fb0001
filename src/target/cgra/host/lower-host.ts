/**
 * A function whose kernels are split off, as the host runs it: copies to and from the scratchpad are DMA transfers,
 * calls of kernels are launches.
 */
import { declareSymbols, symbolsOf } from "../../../analysis/tir/symbols.js";
import { Analyzer, exprText } from "../../../arith/index.js";
import { varsOf } from "../../../ir/core/free-vars.js";
import { substitute } from "../../../ir/core/rewrite.js";
import { visit } from "../../../ir/core/visit.js";
import { range, type Buffer } from "../../../ir/tir/buffer.js";
import { call, compare, intImm, load, logic, type CallGlobal, type PrimExpr, type Var } from "../../../ir/tir/expr.js"; // prettier-ignore
import type { PrimFunc } from "../../../ir/tir/function.js";
import { assertStmt, forLoop, ifStmt, seq, type For, type Stmt } from "../../../ir/tir/stmt.js";
import { bytesOf, handle } from "../../../support/dtype.js";
import { DiagnosticError } from "../../../support/diagnostic.js";
import { isSymbolic } from "../../../transform/tir/bounded-walk.js";
import { isInScratchpad } from "../../../transform/tir/split-cgra-kernels.js";
import { addIndex, castIndex, mulIndex } from "../../../transform/tir/strides.js";
import { int32 } from "../../../support/dtype.js";
import type { Fabric } from "../fabric/fabric.js";
import { codes } from "./codes.js";
import { dmaBoxOf } from "./dma.js";
import { copyCall, DMA_DIMS, extern, LAUNCH } from "./externs.js";
import { insertWaits } from "./insert-waits.js";
import type { Place } from "./place-scratchpad.js";

/** Numbers that a kernel is launched with, over the parameters of its function. */
export interface LaunchNumbers {
  readonly func: PrimFunc;
  readonly liveins: readonly PrimExpr[];
  /** What must hold at a launch. */
  readonly conditions: readonly PrimExpr[];
  /** What offsets of buffers that differ between launches are called in `liveins`. */
  readonly offsets: ReadonlyMap<Var, PrimExpr>;
}

export interface LoweredHost {
  readonly func: PrimFunc;
  /** What must hold of the sizes for the kernels to be launched. */
  readonly conditions: readonly PrimExpr[];
}

/** The host function without anything of the scratchpad; throws a DiagnosticError. */
export function lowerHost(
  func: PrimFunc,
  places: ReadonlyMap<Buffer, Place>,
  launches: ReadonlyMap<string, LaunchNumbers>,
  fabric: Fabric,
): LoweredHost {
  const host = new HostLowering(places, launches, fabric, new Set(symbolsOf(func)));
  declareSymbols(func, host.analyzer);
  return {
    func: { ...func, body: insertWaits(seq(host.stmt(func.body))) },
    conditions: [...host.conditions.values()],
  };
}

class HostLowering {
  readonly analyzer = new Analyzer();
  /** By their text. */
  readonly conditions = new Map<string, PrimExpr>();
  /** What variables stand for that statements bind. */
  private readonly bound = new Map<Var, PrimExpr>();
  private readonly channels = new Map<Buffer, number>();
  private readonly owners: ReadonlyMap<Var, Buffer>;

  constructor(
    private readonly places: ReadonlyMap<Buffer, Place>,
    private readonly launches: ReadonlyMap<string, LaunchNumbers>,
    private readonly fabric: Fabric,
    private readonly symbols: ReadonlySet<Var>,
  ) {
    this.owners = new Map([...places.keys()].map((b) => [b.data, b]));
  }

  /** The statements in place of one. */
  stmt(s: Stmt): Stmt[] {
    switch (s.kind) {
      case "tir.Seq":
        return s.body.flatMap((part) => this.stmt(part));
      case "tir.Alloc":
      case "tir.Decl":
        return isInScratchpad(s.buffer) ? [] : [s];
      case "tir.Evaluate":
        if (s.value.kind === "tir.CallGlobal" && this.launches.has(s.value.callee.name))
          return this.launch(s.value);
        return [this.plain(s)];
      case "tir.For":
        return this.copy(s) ?? [this.loop(s)];
      case "tir.Store":
        return this.copy(s) ?? [this.plain(s)];
      case "tir.If":
        return [this.branch(s)];
      case "tir.Assert":
        if (isSymbolic(s.cond)) this.analyzer.assume(s.cond);
        return [this.plain(s)];
      case "tir.Bind":
        if (isSymbolic(s.value)) {
          this.analyzer.bind(s.var, s.value);
          this.bound.set(s.var, substitute(s.value, this.bound));
        }
        return [this.plain(s)];
      default:
        if ("body" in s && s.kind !== "tir.Block")
          return [{ ...s, body: seq(this.stmt(s.body as Stmt)) } as Stmt];
        return [this.plain(s)];
    }
  }

  /** A statement that must not use the scratchpad. */
  private plain(s: Stmt): Stmt {
    visit(s, {
      enter: (n) => {
        const buffer = n.kind === "tir.Buffer" ? n : undefined;
        if (buffer === undefined || !isInScratchpad(buffer)) return;
        const what = s.kind === "tir.Store" ? "this is no copy" : "this is another use";
        throw new DiagnosticError(codes.hostUse({ name: buffer.name, what, at: s.span }));
      },
    });
    return s;
  }

  private branch(s: Extract<Stmt, { kind: "tir.If" }>): Stmt {
    const known = <T>(holds: boolean, body: () => T): T =>
      isSymbolic(s.cond) ? this.analyzer.under(s.cond, holds, body) : body();
    const then = seq(known(true, () => this.stmt(s.then)));
    const otherwise = s.otherwise && seq(known(false, () => this.stmt(s.otherwise!)));
    return ifStmt(s.cond, then, otherwise, s.span);
  }

  private loop(s: For): Stmt {
    return this.analyzer.scope(() => {
      if (isSymbolic(s.min) && isSymbolic(s.extent) && s.step === undefined)
        this.analyzer.bind(s.var, range(s.min, s.extent));
      return forLoop({ ...s, body: seq(this.stmt(s.body)) });
    });
  }

  private launch(e: CallGlobal): Stmt[] {
    const { func, liveins, conditions, offsets } = this.launches.get(e.callee.name)!;
    const map = new Map<Var, PrimExpr>(offsets);
    func.params.forEach((p, k) => {
      const arg = e.args[k]!;
      if (p.buffer === undefined) map.set(p.var, arg as PrimExpr);
    });
    const numbers = liveins.map((v) => castIndex(substitute(v, map), int32));
    const asked = conditions
      .map((c) => substitute(c, map))
      .filter((c) => this.analyzer.prove(c) !== true && !this.atEntry(c))
      .map((c) => assertStmt(c, [`${e.callee.name} cannot be launched with these sizes`]));
    return [...asked, extern(`${LAUNCH}${e.callee.name}`, ...numbers)];
  }

  /** Whether a condition is on sizes alone, so that it can be looked at before anything is done. */
  private atEntry(condition: PrimExpr): boolean {
    const known = this.analyzer.simplify(substitute(condition, this.bound));
    if (!varsOf(known).every((v) => this.symbols.has(v))) return false;
    this.conditions.set(exprText(known), known);
    return true;
  }

  /** The transfer that a nest is; undefined when it is no copy between the memories. */
  private copy(s: Stmt): Stmt[] | undefined {
    const box = dmaBoxOf(s, this.analyzer, Math.min(DMA_DIMS, this.fabric.dma.dims));
    if (box === undefined) return undefined;
    const memory = box.host
      ? call("address_of", [load(box.host.buffer, box.host.indices)], handle)
      : valueBits(box.value!);
    const parts = [box.run, ...box.dims.map((d) => d.count)].map((e): PrimExpr => compare("gt", e, intImm(0, e.dtype))); // prettier-ignore
    const known = parts.map((c) => this.analyzer.prove(c));
    if (known.includes(false)) return [];
    const made = copyCall(box, this.channelOf(box.buffer), this.addressOf(box.buffer, box.offset), memory); // prettier-ignore
    const unknown = parts.filter((_, k) => known[k] !== true);
    return [unknown.length === 0 ? made : ifStmt(unknown.reduce((a, b) => logic("and", a, b)), made)]; // prettier-ignore
  }

  /** Transfers of one buffer keep their order: they share a channel. */
  private channelOf(buffer: Buffer): number {
    const owner = this.owners.get(buffer.data) ?? buffer;
    let channel = this.channels.get(owner);
    if (channel === undefined) {
      channel = this.channels.size % Math.max(1, this.fabric.dma.channels);
      this.channels.set(owner, channel);
    }
    return channel;
  }

  /** Address of a byte of a buffer, of a view perhaps. */
  private addressOf(buffer: Buffer, offset: PrimExpr): PrimExpr {
    const owner = this.owners.get(buffer.data);
    const place = owner && this.places.get(owner);
    if (place === undefined) throw new Error(`buffer ${buffer.name} has no place`);
    return this.analyzer.simplify(addIndex(intImm(place.address, offset.dtype), offset));
  }
}

/** The first address of a view in the memory that it is of, in bytes. */
export const viewOffset = (buffer: Buffer): PrimExpr =>
  mulIndex(buffer.elemOffset ?? intImm(0), intImm(bytesOf(buffer.dtype)));

/** The bits of a constant as an int32. */
function valueBits(value: PrimExpr): PrimExpr {
  if (value.kind === "tir.IntImm") return intImm(Number(value.value) | 0);
  const bits = new DataView(new ArrayBuffer(4));
  if (value.kind === "tir.FloatImm") bits.setFloat32(0, value.value);
  return intImm(bits.getInt32(0));
}
