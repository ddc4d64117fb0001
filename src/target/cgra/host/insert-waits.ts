/**
 * Where hosts wait: transfers and launches go on while the host goes on, until one needs what another one does, or the
 * host itself uses memory.
 */
import { visit } from "../../../ir/core/visit.js";
import type { PrimExpr, Var } from "../../../ir/tir/expr.js";
import { forLoop, ifStmt, seq, type For, type If, type Stmt } from "../../../ir/tir/stmt.js";
import { isPureIntrinsic } from "../../../op/tir/index.js";
import { OVERLAP } from "../../../transform/tir/double-buffer-tiles.js";
import { COPIES, extern, LAUNCH, WAIT } from "./externs.js";

/** What is under way and not waited for: a launch, and memory of the host that transfers store to, and load from. */
interface Pending {
  readonly launch: boolean;
  readonly read: ReadonlySet<Var>;
  readonly write: ReadonlySet<Var | undefined>;
}
const NOTHING: Pending = { launch: false, read: new Set(), write: new Set() };

/** The body of a host function with the waits it needs, and one at its end. */
export function insertWaits(body: Stmt): Stmt {
  const waits = new Waits();
  return seq([...waits.stmt(body), ...waits.wait()]);
}

class Waits {
  private pending = NOTHING;
  private isOverlapped = false;

  /** Waits for what is under way. */
  wait(): Stmt[] {
    const { launch, read, write } = this.pending;
    this.pending = NOTHING;
    return launch || read.size + write.size > 0 ? [extern(WAIT)] : [];
  }

  /** Waits if the host uses memory to compute the numbers; its own scalars are no memory. */
  private settled(...numbers: readonly PrimExpr[]): Stmt[] {
    return numbers.some(usesMemory) ? this.wait() : [];
  }

  /** The statement behind the waits it needs. */
  stmt(s: Stmt): Stmt[] {
    switch (s.kind) {
      case "tir.Seq":
        return s.body.flatMap((part) => this.stmt(part));
      case "tir.Alloc":
      case "tir.Decl":
        return [s];
      case "tir.Assert":
        return [...this.settled(s.cond), s];
      case "tir.Bind":
        return [...this.settled(s.value), s];
      case "tir.Store":
        return [...(s.buffer.scalar ? this.settled(s.value) : this.wait()), s];
      case "tir.Evaluate":
        return this.task(s) ?? [...this.wait(), s];
      case "tir.For":
        return this.loop(s);
      case "tir.While":
        return this.repeated(() => [{ ...s, body: seq(this.stmt(s.body)) }]);
      case "tir.If":
        return this.branch(s);
      default:
        if ("body" in s && s.kind !== "tir.Block")
          return [{ ...s, body: seq(this.stmt(s.body as Stmt)) } as Stmt];
        return [...this.wait(), s];
    }
  }

  /** A transfer or a launch; undefined for what else the host calls. */
  private task(s: Extract<Stmt, { kind: "tir.Evaluate" }>): Stmt[] | undefined {
    const name = calledBy(s);
    const isCopy = name === COPIES.read || name === COPIES.write || name === COPIES.fill;
    const isLaunch = name?.startsWith(LAUNCH) === true;
    if (!isCopy && !isLaunch) return undefined;
    const isRead = name === COPIES.read;
    const memory = isCopy ? memoryOf(s) : undefined;
    const { launch, read, write } = this.pending;
    const isLate = isLaunch ? read.size > 0 : launch || (memory !== undefined && (isRead ? write : read).has(memory)); // prettier-ignore
    const first = isLate && !this.isOverlapped ? this.wait() : [];
    const before = this.pending;
    if (isLaunch) this.pending = { ...before, launch: true };
    else if (isRead)
      this.pending = { ...before, read: new Set([...before.read, ...(memory ? [memory] : [])]) };
    else this.pending = { ...before, write: new Set([...before.write, memory]) };
    return [...first, s];
  }

  /** Where a branch begins with a wait, the host waits before it: what follows need not wait again. */
  private branch(s: If): Stmt[] {
    const first = this.settled(s.cond);
    const before = this.pending;
    const then = this.stmt(s.then);
    if (then[0] !== undefined && isWait(then[0])) {
      this.pending = before;
      return [...first, ...this.wait(), ...this.branch(s)];
    }
    const afterThen = this.pending;
    this.pending = before;
    const otherwise = s.otherwise && seq(this.stmt(s.otherwise));
    this.pending = either(afterThen, this.pending);
    return [...first, ifStmt(s.cond, seq(then), otherwise, s.span)];
  }

  private loop(s: For): Stmt[] {
    const isOverlap = s.annotations.has(OVERLAP);
    const annotations = new Map([...s.annotations].filter(([key]) => key !== OVERLAP));
    const first = isOverlap ? this.wait() : this.settled(s.min, s.extent);
    const outer = this.isOverlapped;
    this.isOverlapped ||= isOverlap;
    const made = this.repeated(() => {
      const body = this.stmt(s.body);
      return [
        forLoop({ ...s, annotations, body: seq([...body, ...(isOverlap ? this.wait() : [])]) }),
      ];
    });
    this.isOverlapped = outer;
    return [...first, ...made];
  }

  /** What is under way at the end of an iteration is so at the start of the next. */
  private repeated(make: () => Stmt[]): Stmt[] {
    const before = this.pending;
    const made = make();
    const around = either(before, this.pending);
    if (same(around, before)) return made;
    this.pending = around;
    const again = make();
    this.pending = either(around, this.pending);
    return again;
  }
}

function usesMemory(e: PrimExpr): boolean {
  let found = false;
  visit(e, {
    enter(n) {
      found ||= n.kind === "tir.Load" ? !n.buffer.scalar : n.kind === "tir.CallGlobal" || (n.kind === "tir.Call" && !isPureIntrinsic(n.op)); // prettier-ignore
    },
  });
  return found;
}

/** The name of the function that a statement calls outside the program. */
function calledBy(s: Stmt): string | undefined {
  if (s.kind !== "tir.Evaluate" || s.value.kind !== "tir.Call") return undefined;
  const { op, args } = s.value;
  const [name] = args;
  return op === "call_extern" && name?.kind === "tir.StringImm" ? name.value : undefined;
}
/** What points to the memory of the host that a transfer uses; fills use none. */
function memoryOf({ value }: Extract<Stmt, { kind: "tir.Evaluate" }>): Var | undefined {
  if (value.kind !== "tir.Call") return undefined;
  const at = value.args.find((a) => a.kind === "tir.Call" && a.op === "address_of");
  const place = at?.kind === "tir.Call" ? at.args[0] : undefined;
  return place?.kind === "tir.Load" ? place.buffer.data : undefined;
}

const isWait = (s: Stmt): boolean => calledBy(s) === WAIT;

const either = (a: Pending, b: Pending): Pending => ({
  launch: a.launch || b.launch,
  read: new Set([...a.read, ...b.read]),
  write: new Set([...a.write, ...b.write]),
});
const same = (a: Pending, b: Pending): boolean =>
  a.launch === b.launch && a.read.size === b.read.size && a.write.size === b.write.size;
