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
  /** Adds an instruction to the entry block, before everything else. */
  atEntry(text: string): Ref;
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

/** A function without instructions; its parameters have names of their own. */
export function functionText(module: ModuleText): FunctionText {
  const entry: string[] = [];
  const lines: string[] = [];
  let values = 0;
  let labels = 0;
  let current: Label = "body";
  let ended = false;
  const known = new Map<string, Ref>();
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
      return name;
    },
    line: add,
    atEntry(text) {
      const name = `%t${values++}`;
      entry.push(`  ${name} = ${text}`);
      return name;
    },
    label: (hint) => `${hint}${labels++}`,
    start(label) {
      if (!ended) lines.push(`  br label %${label}`);
      lines.push(`${label}:`);
      current = label;
      ended = false;
      known.clear();
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
