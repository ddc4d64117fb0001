/** A function of LLVM IR as text in the making: one instruction after another, block by block. */
import type { ModuleText } from "./module.js";
import { variables, type Variable } from "./variables.js";

/** A name `%t7` or a constant as it stands in an operand. */
export type Ref = string;
export type Label = string;

export interface FunctionText {
  readonly module: ModuleText;
  /** Label of the block that is being written. */
  readonly current: Label;
  /** Adds an instruction with a result; the same arithmetic on the same operands is written once in a scope. */
  value(text: string): Ref;
  /** Adds an instruction without a result. */
  line(text: string): void;
  /** Adds a load of memory behind a root; in a scope it is written once until that memory changes. */
  load(text: string, root: Ref): Ref;
  /** Adds an instruction without a result that changes memory behind a root only. */
  store(text: string, root: Ref): void;
  /** Gives a variable a value from here on. */
  set(variable: Variable, value: Ref): void;
  /** The value of a variable here. */
  get(variable: Variable): Ref;
  /** Declares a pointer a root: memory behind it is reached from no other root. */
  root(pointer: Ref): void;
  isRoot(pointer: Ref): boolean;
  /** Adds an instruction to the entry block, before everything else; arithmetic on its results may go there too. */
  atEntry(text: string): Ref;
  /** Adds arithmetic on a pointer, once: in the entry block where the pointer is made there. */
  place(pointer: Ref, text: string): Ref;
  label(hint: string): Label;
  /** Whether a jump to it has been written. */
  isTarget(label: Label): boolean;
  /** Starts a block that is reached from several; the one before must have ended, or falls through to it. */
  start(label: Label): void;
  /** Starts a block that is only reached behind all that the scope has: what it knows still holds. */
  follow(label: Label): void;
  /** Writes blocks that are reached through the current one alone, and that it may be left without. */
  scoped(work: () => void): void;
  /** Starts blocks that may run again: loads from before say nothing about them. */
  repeats(): void;
  br(label: Label): void;
  condBr(cond: Ref, then: Label, otherwise: Label): void;
  /** Ends the block that closes a loop; `metadata` is about the loop. */
  endLoop(again: Ref, body: Label, exit: Label, metadata: string): void;
  /** Ends the block. */
  ret(text: string): void;
  /** Runs both ways and joins a value; the type of it is needed only then. */
  choose(cond: Ref, type: string, then: () => Ref, otherwise: () => Ref): Ref;
  /** Runs a part only where the condition holds. */
  when(cond: Ref, then: () => void, otherwise?: () => void): void;
  /** Whether it runs others and has no loop of its own, so that what it does itself takes no time. */
  readonly isCaller: boolean;
  /** Reserves a line to be written later. */
  later(): (text: string) => void;
  render(head: string): string;
}

/** Instructions that neither read memory nor depend on where they stand. */
const isArithmetic = (text: string): boolean =>
  !/^(load|call|tail|phi|alloca|atomicrmw|cmpxchg|freeze|va_arg)\b/.test(text);

/** Of functions that give a status, as kernels and their parts do. */
const isCall = (text: string): boolean => /^call i32 (?!@llvm\.)/.test(text);

/** Of LLVM's own functions few change memory; others may. */
const changesMemory = (text: string): boolean =>
  /^(store|fence|atomicrmw|cmpxchg)\b/.test(text) ||
  (/^(tail )?call\b/.test(text) && !/@llvm\.(?!mem|masked\.(store|scatter))/.test(text));

/** What is known in blocks behind one another, until they join with others. */
interface Scope {
  readonly values: Map<string, Ref>;
  /** Loads whose memory has not changed, by root. */
  readonly loads: Map<Ref, Map<string, Ref>>;
}

const scope = (): Scope => ({ values: new Map(), loads: new Map() });

/** A function without instructions; its parameters have names of their own. */
export function functionText(module: ModuleText): FunctionText {
  const entry: string[] = [];
  const lines: string[] = [];
  let values = 0;
  let labels = 0;
  let current: Label = "body";
  let ended = false;
  const roots = new Set<Ref>();
  const targets = new Set<Label>();
  const held = variables(() => `%t${values++}`);
  /** Lines of labels. */
  const places = new Map<Label, number>();
  let repeats = false;
  let hasLoops = false;
  let hasCalls = false;
  /** The outermost first; each stands in blocks that the ones before it dominate. */
  const scopes: Scope[] = [scope()];
  const innermost = (): Scope => scopes[scopes.length - 1]!;
  const find = (get: (s: Scope) => Ref | undefined): Ref | undefined => {
    for (let k = ended ? -1 : scopes.length - 1; k >= 0; k--) {
      const found = get(scopes[k]!);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  const forgetLoads = (root?: Ref): void => {
    for (const { loads } of scopes)
      if (root === undefined) loads.clear();
      else loads.delete(root);
  };
  const open = (label: Label): void => {
    if (!ended) f.br(label);
    places.set(label, lines.push(`${label}:`));
    held.enter(label, repeats);
    repeats = false;
    current = label;
    ended = false;
  };
  const atEntry = new Set<Ref>();
  const knownAtEntry = new Map<string, Ref>();
  const target = (label: Label): void => {
    targets.add(label);
    held.jump(current, label);
  };
  /** Code behind a jump is never reached, but must stand in a block. */
  const reach = (): void => {
    if (ended) f.start(f.label("dead"));
  };
  const add = (text: string): void => {
    reach();
    lines.push(`  ${text}`);
  };
  const end = (text: string): void => {
    if (ended) return;
    add(text);
    ended = true;
  };
  const f: FunctionText = {
    module,
    get current() {
      return current;
    },
    value(text) {
      const before = find((s) => s.values.get(text));
      if (before !== undefined) return before;
      const name = `%t${values++}`;
      add(`${name} = ${text}`);
      if (isArithmetic(text)) innermost().values.set(text, name);
      else if (changesMemory(text)) forgetLoads();
      hasCalls ||= isCall(text);
      return name;
    },
    line(text) {
      add(text);
      if (changesMemory(text)) forgetLoads();
    },
    load(text, root) {
      const before = find((s) => s.loads.get(root)?.get(text));
      if (before !== undefined) return before;
      const name = f.value(text);
      if (!roots.has(root)) return name;
      const { loads } = innermost();
      const of = loads.get(root);
      if (of !== undefined) of.set(text, name);
      else loads.set(root, new Map([[text, name]]));
      return name;
    },
    store(text, root) {
      add(text);
      forgetLoads(roots.has(root) ? root : undefined);
    },
    set(variable, value) {
      reach();
      held.set(variable, value);
    },
    get: held.get,
    root: (pointer) => void roots.add(pointer),
    isRoot: (pointer) => roots.has(pointer),
    atEntry(text) {
      const name = `%t${values++}`;
      entry.push(`  ${name} = ${text}`);
      atEntry.add(name);
      return name;
    },
    place(pointer, text) {
      if (!atEntry.has(pointer)) return f.value(text);
      const before = knownAtEntry.get(text);
      if (before !== undefined) return before;
      const name = f.atEntry(text);
      knownAtEntry.set(text, name);
      return name;
    },
    label: (hint) => `${hint}${labels++}`,
    isTarget: (label) => targets.has(label),
    start(label) {
      open(label);
      scopes[scopes.length - 1] = scope();
    },
    follow: open,
    scoped(work) {
      scopes.push(scope());
      work();
      scopes.pop();
    },
    repeats() {
      forgetLoads();
      repeats = true;
      hasLoops = true;
    },
    br(label) {
      if (!ended) target(label);
      end(`br label %${label}`);
    },
    condBr: (cond, then, otherwise) => f.endLoop(cond, then, otherwise, ""),
    endLoop(again, body, exit, metadata) {
      if (!ended) [body, exit].forEach(target);
      end(`br i1 ${again}, label %${body}, label %${exit}${metadata}`);
    },
    ret: end,
    choose(cond, type, then, otherwise) {
      const [yes, no, join] = [f.label("then"), f.label("else"), f.label("join")];
      const from: string[] = [];
      const branch = (label: Label, make: () => Ref): void =>
        f.scoped(() => {
          f.follow(label);
          from.push(`[ ${make()}, %${current} ]`);
          f.br(join);
        });
      f.condBr(cond, yes, no);
      branch(yes, then);
      branch(no, otherwise);
      f.follow(join);
      return f.value(`phi ${type} ${from.join(", ")}`);
    },
    when(cond, then, otherwise) {
      const yes = f.label("then");
      const join = f.label("join");
      const no = otherwise === undefined ? join : f.label("else");
      const branch = (label: Label, work: () => void): void =>
        f.scoped(() => {
          f.follow(label);
          work();
          f.br(join);
        });
      f.condBr(cond, yes, no);
      branch(yes, then);
      if (otherwise !== undefined) branch(no, otherwise);
      f.follow(join);
    },
    get isCaller() {
      return hasCalls && !hasLoops;
    },
    later() {
      add("");
      const at = lines.length - 1;
      return (text) => void (lines[at] = `  ${text}`);
    },
    render(head) {
      if (!ended) lines.push("  unreachable");
      const all = [`${head} {`, "entry:", ...entry, "  br label %body", "body:"];
      const joins = [...held.joins()].map(([label, made]) => ({ at: places.get(label)!, made }));
      let done = 0;
      for (const { at, made } of joins.sort((a, b) => a.at - b.at)) {
        all.push(...lines.slice(done, at), ...made);
        done = at;
      }
      return [...all, ...lines.slice(done), "}"].join("\n");
    },
  };
  return f;
}
