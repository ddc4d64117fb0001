/** Where buffers are in the scratchpad: banks by what kernels do with them, addresses by when they are in use. */
import { declareSymbols } from "../../../analysis/tir/symbols.js";
import { Analyzer } from "../../../arith/index.js";
import { children, visit } from "../../../ir/core/visit.js";
import type { Node } from "../../../ir/nodes.js";
import type { Buffer } from "../../../ir/tir/buffer.js";
import type { PrimFunc } from "../../../ir/tir/function.js";
import type { Diagnostic } from "../../../support/diagnostic.js";
import { bytesOf } from "../../../support/dtype.js";
import { placeInOrder } from "../../../support/placement/first-fit.js";
import { sectionsOf } from "../../../support/placement/sections.js";
import { isInScratchpad, SCRATCHPAD } from "../../../transform/tir/split-cgra-kernels.js";
import { elementsOf } from "../../../transform/tir/strides.js";
import type { Fabric } from "../fabric/fabric.js";
import { codes } from "./codes.js";

/** Bytes between the addresses of buffers are multiples of it. */
const ALIGN = 4;

/** Position of a bank, and the address in the scratchpad, where banks follow each other. */
export interface Place {
  readonly bank: number;
  readonly address: number;
  readonly bytes: number;
}

export type Placed =
  { readonly places: ReadonlyMap<Buffer, Place> } | { readonly diagnostic: Diagnostic };

/** A buffer with the program points at which it is in use. */
interface Life {
  readonly buffer: Buffer;
  readonly bytes: number;
  first: number;
  last: number;
  isRead: boolean;
  isWritten: boolean;
}

/** The first address of each bank. */
export function bankStarts({ banks }: Fabric): readonly number[] {
  let at = 0;
  return banks.map(({ bytes }) => (at += bytes) - bytes);
}

/** Places the scratchpad buffers that a host function allocates; `kernels` are the functions it calls. */
export function placeScratchpad(
  func: PrimFunc,
  kernels: ReadonlyMap<string, PrimFunc>,
  fabric: Fabric,
): Placed {
  const lives = new Map<Buffer, Life>();
  const analyzer = new Analyzer();
  declareSymbols(func, analyzer);
  let unbounded: Buffer | undefined;
  visit(func.body, {
    enter(n) {
      if (n.kind !== "tir.Alloc" || !isInScratchpad(n.buffer)) return;
      const { buffer } = n;
      const bytes = Number(analyzer.constBound(elementsOf(buffer)).max) * bytesOf(buffer.dtype);
      if (!Number.isFinite(bytes)) unbounded ??= buffer;
      lives.set(buffer, { buffer, bytes: Math.ceil(bytes / ALIGN) * ALIGN, first: Infinity, last: -1, isRead: false, isWritten: false }); // prettier-ignore
    },
  });
  if (unbounded !== undefined) {
    const { name, span } = unbounded;
    return { diagnostic: codes.unboundedBuffer({ name, func: func.name, at: span ?? func.span }) };
  }
  measure(func, lives, kernels);
  return fill([...lives.values()], func, fabric);
}

/** Finds when buffers are in use, and what kernels do with them. A loop around a use holds on to buffers from outside. */
function measure(
  func: PrimFunc,
  lives: ReadonlyMap<Buffer, Life>,
  kernels: ReadonlyMap<string, PrimFunc>,
): void {
  const owners = new Map([...lives.keys()].map((b) => [b.data, b]));
  let time = 0;
  const walk = (
    node: Node,
    loops: readonly { readonly start: number; readonly uses: Set<Life> }[],
  ): void => {
    time++;
    const buffer = node.kind === "tir.Buffer" ? (lives.get(node)?.buffer ?? owners.get(node.data)) : undefined; // prettier-ignore
    const life = buffer && lives.get(buffer);
    if (life !== undefined) {
      life.first = Math.min(life.first, time);
      life.last = Math.max(life.last, time);
      for (const { uses } of loops) uses.add(life);
      return;
    }
    if (node.kind === "tir.Alloc") return;
    if (node.kind === "tir.CallGlobal") noteRoles(node.callee.name, node.args);
    const loop = { start: time, uses: new Set<Life>() };
    const inside = node.kind === "tir.For" || node.kind === "tir.While" ? [...loops, loop] : loops;
    const own = new Set<Node>();
    if (inside !== loops)
      visit(node, { enter: (n) => void (n.kind === "tir.Alloc" && own.add(n.buffer)) });
    children(node, (child) => walk(child, inside));
    for (const used of loop.uses) {
      if (own.has(used.buffer)) continue;
      used.first = Math.min(used.first, loop.start);
      used.last = Math.max(used.last, time);
    }
  };
  walk(func.body, []);

  function noteRoles(name: string, args: readonly Node[]): void {
    const kernel = kernels.get(name);
    args.forEach((arg, k) => {
      const buffer = arg.kind === "tir.Buffer" ? (owners.get(arg.data) ?? arg) : undefined;
      const life = buffer && lives.get(buffer);
      const seen = kernel?.params[k]?.buffer;
      if (life === undefined || kernel === undefined || seen === undefined) return;
      visit(kernel.body, {
        enter(n) {
          if (n.kind === "tir.Load" && n.buffer === seen) life.isRead = true;
          if (n.kind === "tir.Store" && n.buffer === seen) life.isWritten = true;
        },
      });
    });
  }
}

/** Chooses banks, the largest buffers first, then addresses in each. */
function fill(lives: readonly Life[], func: PrimFunc, fabric: Fabric): Placed {
  const { banks, streams } = fabric;
  const starts = bankStarts(fabric);
  const members = banks.map((): Life[] => []);
  const hasStream = (bank: number, direction: "in" | "out"): boolean =>
    streams.some((s) => s.direction === direction && s.bank === banks[bank]!.name);
  const peak = (own: readonly Life[]): number => arrange(own).peak;
  const bySize = [...lives].sort((a, b) => Number(isPinned(b)) - Number(isPinned(a)) || b.bytes - a.bytes); // prettier-ignore
  for (const life of bySize) {
    const { scope, name } = life.buffer;
    const pinned = scope.slice(SCRATCHPAD.length + 1);
    const wanted = isPinned(life) ? banks.findIndex((b) => b.name === pinned) : undefined;
    if (wanted === -1) {
      const known = banks.map((b) => `\`${b.name}\``).join(", ") || "none";
      const at = life.buffer.span ?? func.span;
      return { diagnostic: codes.noBank({ fabric: fabric.name, bank: pinned, name, known, at }) };
    }
    const candidates = wanted === undefined ? [...banks.keys()] : [wanted];
    const fitting = candidates
      .map((bank) => ({ bank, peak: peak([...members[bank]!, life]) }))
      .filter(({ bank, peak: bytes }) => bytes <= banks[bank]!.bytes);
    // Streams of the right direction first; then where fewest others are, so that accesses share no ports.
    const cost = (bank: number): number => {
      const wantsIn = life.isRead && !life.isWritten;
      const streamed = hasStream(bank, wantsIn ? "in" : "out");
      return members[bank]!.length * 2 + (streamed ? 0 : 1);
    };
    fitting.sort((a, b) => cost(a.bank) - cost(b.bank) || a.peak - b.peak || a.bank - b.bank);
    const [best] = fitting;
    if (best === undefined) {
      const largest = Math.max(0, ...candidates.map((bank) => banks[bank]!.bytes));
      const reason = `\`${name}\` takes ${life.bytes} bytes beside what is in use with it, and ${wanted === undefined ? "banks hold" : `bank \`${pinned}\` holds`} ${largest}`; // prettier-ignore
      return { diagnostic: codes.scratchpadFull({ func: func.name, reason, at: life.buffer.span ?? func.span }) }; // prettier-ignore
    }
    members[best.bank]!.push(life);
  }
  const places = new Map<Buffer, Place>();
  members.forEach((own, bank) => {
    const { offset } = arrange(own);
    own.forEach(({ buffer, bytes }, k) =>
      places.set(buffer, { bank, address: starts[bank]! + offset[k]!, bytes }),
    );
  });
  return { places };
}

const isPinned = ({ buffer }: Life): boolean => buffer.scope !== SCRATCHPAD;

/** Addresses in one bank, larger buffers first. */
function arrange(own: readonly Life[]) {
  const sections = sectionsOf({
    lower: own.map(({ first, last }) => Math.min(first, last)),
    upper: own.map(({ last }) => last + 1),
  });
  const size = own.map(({ bytes }) => bytes);
  const order = Int32Array.from(own.keys()).sort((a, b) => size[b]! - size[a]! || a - b);
  return placeInOrder({ sections, size }, order, "first");
}
