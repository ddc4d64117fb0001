/** Ends of the lives of values, written out. */
import { freeBinders } from "../../../ir/core/free-vars.js";
import { visit } from "../../../ir/core/visit.js";
import type { IRModule } from "../../../ir/module.js";
import {
  op,
  relaxCall,
  relaxVar,
  varBinding,
  type Binding,
  type BindingBlock,
  type Call,
  type Expr,
  type Func,
  type SeqExpr,
  type Var,
} from "../../../ir/relax/expr.js";
import { voidInfo } from "../../../ir/relax/struct-info.js";
import { operandsSharedBy, summariesOf, type Summaries } from "../../../plan/index.js";
import { codes } from "../../codes.js";
import { definePass } from "../../pass.js";
import { mapFunctions } from "../rewrite/index.js";

export const killAfterLastUse = definePass({
  name: "kill-after-last-use",
  dialect: "relax",
  summary: "Ends the life of memory after the last use of what lies in it.",
  from: "planned",
  to: "planned",
  options: {},
  requires: ["remove-purity-checking", "static-plan-block-memory"],
  run(module, _, ctx) {
    const summaries = summariesOf(module);
    return mapFunctions(module, (func, name) => {
      const lives = new Lives(module, summaries);
      lives.function(func);
      const at = lives.killsInDataflow();
      if (at !== undefined) {
        ctx.report(codes.dataflowBlock({ pass: "kill-after-last-use", name, at: at.span }));
        return func;
      }
      return lives.kills.size === 0 ? func : { ...func, body: withKills(func.body, lives.kills) };
    });
  },
});

type Killer = "memory.kill_tensor" | "memory.kill_storage" | "vm.kill_object";
const KILLERS: ReadonlySet<string> = new Set<Killer>([
  "memory.kill_tensor",
  "memory.kill_storage",
  "vm.kill_object",
]);
const STORAGE = /^(memory|vm)\.alloc_storage$/;
const IN_STORAGE = /^(memory|vm)\.alloc_tensor$/;

/** Types whose values are numbers alone. */
const NO_MEMORY: ReadonlySet<string> = new Set(["relax.ShapeInfo", "relax.PrimInfo"]);

/** What ends after a binding: what lies in a storage goes before it. */
interface Ends {
  readonly values: Binding[];
  readonly storages: Binding[];
}
type Kills = ReadonlyMap<Binding, Ends>;

/**
 * Lives in one walk. Places are numbered throughout a function, so that a use inside a branch comes before the end of
 * the branch; a value is in use as long as one that may share its memory. Only the variable that stands for new memory
 * is killed: not a view, a member or another name of it.
 */
class Lives {
  readonly kills = new Map<Binding, Ends>();
  private readonly last = new Map<Var, number>();
  /** In order of definition: the second may share memory with the first. */
  private readonly shares: (readonly [of: Var, by: Var])[] = [];
  private readonly owners = new Map<Var, Killer>();
  private readonly killed = new Set<Var>();
  private readonly sequences: (readonly { readonly binding: Binding; readonly end: number }[])[] =
    [];
  private readonly blockOf = new Map<Binding, BindingBlock>();
  private now = 0;

  constructor(
    private readonly module: IRModule,
    private readonly summaries: Summaries,
  ) {}

  /** Finds the kills of a function. */
  function(func: Func): void {
    this.body(func);
    for (const [of, by] of this.shares.reverse())
      this.last.set(of, Math.max(this.lastOf(of), this.lastOf(by)));
    for (const sequence of this.sequences) {
      for (const { binding } of sequence) this.place(binding.var, sequence);
    }
  }

  /** A dataflow block in which something would be killed. */
  killsInDataflow(): BindingBlock | undefined {
    for (const b of this.kills.keys()) {
      const block = this.blockOf.get(b);
      if (block?.dataflow === true) return block;
    }
    return undefined;
  }

  /** Puts the kill of a variable after the binding of its sequence in which its life ends. */
  private place(v: Var, sequence: (typeof this.sequences)[number]): void {
    const killer = this.owners.get(v);
    const last = this.lastOf(v);
    if (killer === undefined || this.killed.has(v) || last > sequence.at(-1)!.end) return;
    let [low, high] = [0, sequence.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sequence[middle]!.end >= last) high = middle;
      else low = middle + 1;
    }
    const after = sequence[low]!.binding;
    const kill = varBinding(relaxVar("_", voidInfo), relaxCall(op(killer), [v]));
    const found = this.kills.get(after) ?? { values: [], storages: [] };
    found[killer === "memory.kill_storage" ? "storages" : "values"].push(kill);
    this.kills.set(after, found);
  }

  private lastOf = (v: Var): number => this.last.get(v) ?? 0;

  /** What a function gives back lives on. */
  private body(func: Func): void {
    const results = this.sequence(func.body);
    for (const v of results) this.last.set(v, Infinity);
  }

  /** Walks a sequence; gives the variables that its result may share memory with. */
  private sequence(seq: SeqExpr): readonly Var[] {
    const ends = seq.blocks.flatMap((block) =>
      block.bindings.map((binding) => {
        this.blockOf.set(binding, block);
        this.binding(binding);
        return { binding, end: this.now++ };
      }),
    );
    if (ends.length > 0) this.sequences.push(ends);
    const results = this.value(seq.body);
    this.now++;
    for (const v of results) this.use(v);
    return results;
  }

  private binding(b: Binding): void {
    const killed = killedBy(b.value);
    if (killed !== undefined) {
      this.killed.add(killed);
      return;
    }
    if (b.value.kind === "relax.Function") {
      this.body(b.value);
      const captured = freeBinders(b.value).filter((v): v is Var => v.kind === "relax.Var");
      for (const v of captured) {
        this.use(v);
        if (v !== b.var) this.shares.push([v, b.var]);
      }
    } else {
      const bases = this.value(b.value);
      for (const v of bases) if (v !== b.var) this.shares.push([v, b.var]);
      const killer = this.ownership(b.var, b.value, bases);
      if (killer !== undefined) this.owners.set(b.var, killer);
    }
    this.use(b.var);
  }

  private use(v: Var): void {
    this.last.set(v, Math.max(this.lastOf(v), this.now));
  }

  /** Walks a value; gives the variables that it may share memory with. */
  private value(e: Expr): readonly Var[] {
    switch (e.kind) {
      case "relax.SeqExpr":
        return this.sequence(e);
      case "relax.If":
        this.operand(e.cond);
        return [...this.sequence(e.then), ...this.sequence(e.otherwise)];
      case "relax.Call":
        return this.call(e);
      default:
        return this.operand(e);
    }
  }

  /** Variables of a leaf, each of them used; those that can hold memory. */
  private operand(leaf: Expr): readonly Var[] {
    const found: Var[] = [];
    visit(leaf, {
      enter: (n) => {
        if (n.kind === "relax.Var") found.push(n);
        return n.kind === "relax.Var" ? false : undefined;
      },
    });
    for (const v of found) this.use(v);
    return found.filter(({ sinfo }) => sinfo === undefined || !NO_MEMORY.has(sinfo.kind));
  }

  private call(call: Call): readonly Var[] {
    const { op: callee } = call;
    const args = call.args.map((a) => this.operand(a));
    const self = callee.kind === "relax.Var" ? this.operand(callee) : [];
    if (callee.kind === "ir.GlobalVar") {
      if (this.module.functions.get(callee.name)?.kind === "tir.PrimFunc") return [];
      const passed = this.summaries.get(callee.name);
      return passed === undefined ? args.flat() : args.filter((_, i) => passed.has(i)).flat();
    }
    if (callee.kind !== "relax.Op") return [...self, ...args.flat()];
    if (IN_STORAGE.test(callee.name)) return args[0] ?? [];
    const shared = operandsSharedBy(callee.name);
    return shared === "none" ? [] : shared === "first" ? (args[0] ?? []) : args.flat();
  }

  /** How a variable is killed, when its value is memory that nothing before it stands for. */
  private ownership(v: Var, value: Expr, bases: readonly Var[]): Killer | undefined {
    if (value.kind === "relax.If")
      return this.given(v, value.then) && this.given(v, value.otherwise);
    if (value.kind !== "relax.Call") return undefined;
    const name = value.op.kind === "relax.Op" ? value.op.name : "";
    if (STORAGE.test(name)) return "memory.kill_storage";
    if (IN_STORAGE.test(name)) return killerOf(v);
    return bases.length > 0 || value.args.some(hasConstant) ? undefined : killerOf(v);
  }

  /** What a branch gives back was made in it and goes on under the name of the result. */
  private given(v: Var, { blocks, body }: SeqExpr): Killer | undefined {
    const isOwn = blocks.some((block) => block.bindings.some((b) => b.var === body));
    return isOwn && body.kind === "relax.Var" && this.owners.has(body) ? killerOf(v) : undefined;
  }
}

function killerOf({ sinfo }: Var): Killer | undefined {
  switch (sinfo?.kind) {
    case "relax.TensorInfo":
    case "relax.DTensorInfo":
      return "memory.kill_tensor";
    case "relax.ObjectInfo":
      return "vm.kill_object";
    case "relax.TupleInfo":
      return sinfo.fields.length === 0 ? undefined : "vm.kill_object";
    default:
      return undefined;
  }
}

const hasConstant = (leaf: Expr): boolean =>
  leaf.kind === "relax.Const" || (leaf.kind === "relax.Tuple" && leaf.fields.some(hasConstant));

/** The variable whose life a value ends. */
function killedBy(value: Expr | Func): Var | undefined {
  if (value.kind !== "relax.Call" || value.op.kind !== "relax.Op") return undefined;
  const [killed] = value.args;
  return KILLERS.has(value.op.name) && killed?.kind === "relax.Var" ? killed : undefined;
}

/** The sequence with kills after their bindings. */
function withKills(seq: SeqExpr, kills: Kills): SeqExpr {
  const blocks = seq.blocks.map((block) => ({
    ...block,
    bindings: block.bindings.flatMap((b): readonly Binding[] => {
      const more = kills.get(b);
      const after = insideBinding(b, kills);
      return more === undefined ? [after] : [after, ...more.values, ...more.storages];
    }),
  }));
  return { ...seq, blocks, body: inside(seq.body, kills) };
}

function insideBinding(b: Binding, kills: Kills): Binding {
  if (b.kind === "relax.MatchCast") return b;
  const { value } = b;
  if (value.kind !== "relax.Function") return { ...b, value: inside(value, kills) };
  return { ...b, value: { ...value, body: withKills(value.body, kills) } };
}

function inside(e: Expr, kills: Kills): Expr {
  if (e.kind === "relax.SeqExpr") return withKills(e, kills);
  if (e.kind !== "relax.If") return e;
  return { ...e, then: withKills(e.then, kills), otherwise: withKills(e.otherwise, kills) };
}
