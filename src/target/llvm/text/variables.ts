/** Variables of a function in the making, as values: each block knows those it sets, and others are joined where they are read. */
import type { Label, Ref } from "./function.js";

/** What is set and read; each one has its own. */
export interface Variable {
  /** Of its values. */
  readonly type: string;
}

export interface Variables {
  /** From here on jumps and values are those of a block; more jumps to a loop's first block may follow. */
  enter(block: Label, repeats: boolean): void;
  jump(from: Label, to: Label): void;
  set(variable: Variable, value: Ref): void;
  /** The value here; where none was set, any. */
  get(variable: Variable): Ref;
  /** What blocks begin with, when all jumps are known. */
  joins(): ReadonlyMap<Label, readonly string[]>;
}

interface Block {
  readonly label: Label;
  readonly from: Label[];
  /** At its end, as far as they have been asked for. */
  readonly values: Map<Variable, Ref>;
  repeats: boolean;
}

interface Join {
  readonly block: Block;
  readonly variable: Variable;
  readonly name: Ref;
}

/**
 * No variables; `fresh` makes names. Joins are made where a variable is read only, so that there is none for what nobody
 * reads (Braun and others, Simple and Efficient Construction of Static Single Assignment Form).
 */
export function variables(fresh: () => Ref): Variables {
  const blocks = new Map<Label, Block>();
  const joins: Join[] = [];
  const blockOf = (label: Label): Block => {
    const found = blocks.get(label);
    if (found !== undefined) return found;
    const made: Block = { label, from: [], values: new Map(), repeats: false };
    blocks.set(label, made);
    return made;
  };
  let here = blockOf("body");
  const valueIn = (asked: Block, variable: Variable): Ref => {
    let block = asked;
    let value: Ref | undefined;
    for (;;) {
      value = block.values.get(variable);
      if (value !== undefined || block.from.length !== 1 || block.repeats) break;
      block = blockOf(block.from[0]!);
    }
    if (value === undefined && block.from.length > 0) {
      value = fresh();
      block.values.set(variable, value);
      joins.push({ block, variable, name: value });
    }
    value ??= "undef";
    asked.values.set(variable, value);
    return value;
  };
  return {
    enter(label, repeats) {
      here = blockOf(label);
      here.repeats = repeats;
    },
    jump: (from, to) => void blockOf(to).from.push(from),
    set: (variable, value) => void here.values.set(variable, value),
    get: (variable) => valueIn(here, variable),
    joins() {
      const lines = new Map<Label, string[]>();
      // More are found on the way.
      for (const { block, variable, name } of joins) {
        const from = block.from.map((p) => `[ ${valueIn(blockOf(p), variable)}, %${p} ]`);
        const line = `  ${name} = phi ${variable.type} ${from.join(", ")}`;
        const before = lines.get(block.label);
        if (before === undefined) lines.set(block.label, [line]);
        else before.push(line);
      }
      return lines;
    },
  };
}
