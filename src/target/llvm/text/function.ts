/** A function of LLVM IR as text in the making: one instruction after another, block by block. */
import type { ModuleText } from "./module.js";

/** A name `%t7` or a constant as it stands in an operand. */
export type Ref = string;
export type Label = string;

export interface FunctionText {
  readonly module: ModuleText;
  /** Label of the block that is being written. */
  readonly current: Label;
  /** Adds an instruction with a result; within a block, the same arithmetic on the same operands is written once. */
  value(text: string): Ref;
  /** Adds an instruction without a result. */
  line(text: string): void;
  /** Adds a load of memory behind a root; within a block it is written once until that memory changes. */
  load(text: string, root: Ref): Ref;
  /** Adds an instruction without a result that changes memory behind a root only. */
  store(text: string, root: Ref): void;
  /** Declares a pointer a root: memory behind it is reached from no other root. */
  root(pointer: Ref): void;
  isRoot(pointer: Ref): boolean;
  /** Adds an instruction to the entry block, before everything else; arithmetic on its results may go there too. */
  atEntry(text: string): Ref;
  /** Adds arithmetic on a pointer, once: in the entry block where the pointer is made there. */
  place(pointer: Ref, text: string): Ref;
  label(hint: string): Label;
  /** Starts a block; the one before must have ended, or falls through to it. */
  start(label: Label): void;
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
  /** Reserves a line to be written later. */
  later(): (text: string) => void;
  render(head: string): string;
}

/** Instructions that neither read memory nor depend on where they stand. */
const isArithmetic = (text: string): boolean =>
  !/^(load|call|tail|phi|alloca|atomicrmw|cmpxchg|freeze|va_arg)\b/.test(text);

/** Of LLVM's own functions few change memory; others may. */
const changesMemory = (text: string): boolean =>
  /^(store|fence|atomicrmw|cmpxchg)\b/.test(text) ||
  (/^(tail )?call\b/.test(text) && !/@llvm\.(?!mem|masked\.(store|scatter))/.test(text));

/** A function without instructions; its parameters have names of their own. */
export function functionText(module: ModuleText): FunctionText {
  const entry: string[] = [];
  const lines: string[] = [];
  let values = 0;
  let labels = 0;
  let current: Label = "body";
  let ended = false;
  const known = new Map<string, Ref>();
  const roots = new Set<Ref>();
  /** Loads whose memory has not changed, by root. */
  const loaded = new Map<Ref, Map<string, Ref>>();
  const atEntry = new Set<Ref>();
  const knownAtEntry = new Map<string, Ref>();
  const add = (text: string): void => {
    // Code behind a jump is never reached, but must stand in a block.
    if (ended) f.start(f.label("dead"));
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
      const before = known.get(text);
      if (before !== undefined && !ended) return before;
      const name = `%t${values++}`;
      add(`${name} = ${text}`);
      if (isArithmetic(text)) known.set(text, name);
      else if (changesMemory(text)) loaded.clear();
      return name;
    },
    line(text) {
      add(text);
      if (changesMemory(text)) loaded.clear();
    },
    load(text, root) {
      const before = loaded.get(root)?.get(text);
      if (before !== undefined && !ended) return before;
      const name = f.value(text);
      if (!roots.has(root)) return name;
      const of = loaded.get(root);
      if (of !== undefined) of.set(text, name);
      else loaded.set(root, new Map([[text, name]]));
      return name;
    },
    store(text, root) {
      add(text);
      if (roots.has(root)) loaded.delete(root);
      else loaded.clear();
    },
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
    start(label) {
      if (!ended) lines.push(`  br label %${label}`);
      lines.push(`${label}:`);
      current = label;
      ended = false;
      known.clear();
      loaded.clear();
    },
    br: (label) => end(`br label %${label}`),
    condBr: (cond, then, otherwise) => end(`br i1 ${cond}, label %${then}, label %${otherwise}`),
    endLoop: (again, body, exit, metadata) =>
      end(`br i1 ${again}, label %${body}, label %${exit}${metadata}`),
    ret: end,
    choose(cond, type, then, otherwise) {
      const [yes, no, join] = [f.label("then"), f.label("else"), f.label("join")];
      f.condBr(cond, yes, no);
      f.start(yes);
      const a = then();
      const fromYes = current;
      f.br(join);
      f.start(no);
      const b = otherwise();
      const fromNo = current;
      f.br(join);
      f.start(join);
      return f.value(`phi ${type} [ ${a}, %${fromYes} ], [ ${b}, %${fromNo} ]`);
    },
    when(cond, then, otherwise) {
      const yes = f.label("then");
      const join = f.label("join");
      const no = otherwise === undefined ? join : f.label("else");
      f.condBr(cond, yes, no);
      f.start(yes);
      then();
      f.br(join);
      if (otherwise !== undefined) {
        f.start(no);
        otherwise();
        f.br(join);
      }
      f.start(join);
    },
    later() {
      add("");
      const at = lines.length - 1;
      return (text) => void (lines[at] = `  ${text}`);
    },
    render(head) {
      if (!ended) lines.push("  unreachable");
      return [`${head} {`, "entry:", ...entry, "  br label %body", "body:", ...lines, "}"].join(
        "\n",
      );
    },
  };
  return f;
}
