/**
 * Generated programs with one annotated loop nest: affine and computed indices, reductions, values that are passed on,
 * conditions, statements around inner loops, all types of the array. What they read has been written.
 */
import type { Random } from "./random.js";

export interface GeneratedNest {
  readonly text: string;
  /** Sizes of the scalar parameters. */
  readonly sizes: Readonly<Record<string, number>>;
}

interface Loop {
  readonly name: string;
  readonly extent: number;
  /** How the text spells the extent. */
  readonly spelled: string;
}

const TYPES = ["int32", "int32", "int8", "uint8", "int16", "float32"] as const;
type Type = (typeof TYPES)[number];

/** A buffer as it grows with the indices that are made for it. */
interface Data {
  readonly name: string;
  readonly type: Type;
  readonly isWritten: boolean;
  elements: number;
}

class Nest {
  readonly loops: readonly Loop[];
  readonly sizes: Record<string, number> = {};
  readonly data: Data[] = [];
  private readonly locals: { readonly name: string; readonly type: "int32" | "float32" }[] = [];

  constructor(private readonly random: Random) {
    const { between, chance } = random;
    this.loops = Array.from({ length: between(1, 3) }, (_, level) => {
      const extent = between(1, level === 0 ? 5 : 4);
      const isSymbolic = chance(0.4);
      if (isSymbolic) this.sizes[`n${level}`] = extent;
      return { name: `i${level}`, extent, spelled: isSymbolic ? `n${level}` : `${extent}` };
    });
    const count = between(2, 4);
    for (let b = 0; b < count; b++)
      this.data.push({
        name: `B${b}`,
        type: random.pick(TYPES),
        isWritten: b === 0 || chance(0.4),
        elements: 1,
      });
    for (let l = 0; l < between(1, 3); l++)
      this.locals.push({ name: `r${l}`, type: random.pick(["int32", "int32", "float32"]) });
  }

  /** An index of at most so many outer loops, within what the buffer then has. */
  private index(data: Data, depth = this.loops.length): string {
    const { between, chance, pick } = this.random;
    const terms: string[] = [];
    let most = 0;
    if (chance(0.3)) {
      // All elements apart, row by row.
      let step = 1;
      for (let level = depth - 1; level >= 0; level--) {
        const { name, extent } = this.loops[level]!;
        terms.unshift(`${name} * ${step}`);
        most += step * (extent - 1);
        step *= extent;
      }
    } else
      for (const { name, extent } of this.loops.slice(0, depth)) {
        if (chance(0.3)) continue;
        const step = pick([1, 1, 2, 3, 4]);
        terms.push(step === 1 ? name : `${name} * ${step}`);
        most += step * (extent - 1);
      }
    const start = between(0, 3);
    data.elements = Math.max(data.elements, most + start + 1);
    if (terms.length === 0) return `${start}`;
    return start === 0 ? terms.join(" + ") : `${terms.join(" + ")} + ${start}`;
  }

  private load(type: "int32" | "float32", depth: number): string {
    const { chance, pick } = this.random;
    const fitting = this.data.filter((d) => (d.type === "float32") === (type === "float32"));
    if (fitting.length === 0) return type === "int32" ? "3" : "T.float32(1.5)";
    const data = pick(fitting);
    let index = this.index(data, depth);
    if (chance(0.12)) {
      const bound = data.elements - 1;
      index = `T.max(T.min(${this.value("int32", 1, depth)}, ${bound}), 0)`;
    }
    const element = `${data.name}[${index}]`;
    return data.type === type ? element : `T.Cast("${type}", ${element})`;
  }

  /** An expression that does not fail. */
  value(type: "int32" | "float32", size: number, depth: number): string {
    const { between, chance, pick } = this.random;
    if (size <= 0) {
      const same = this.locals.filter((l) => l.type === type);
      if (same.length > 0 && chance(0.3)) return `${pick(same).name}[0]`;
      if (chance(0.6)) return this.load(type, depth);
      if (type === "float32") return `T.float32(${between(-8, 8) / 4})`;
      if (chance(0.3) && depth > 0) return this.loops[between(0, depth - 1)]!.name;
      return `${between(-9, 9)}`;
    }
    const sub = (t = type, s = between(0, size - 1)): string => this.value(t, s, depth);
    if (chance(0.15))
      return `T.if_then_else(${this.condition(size - 1, depth)}, ${sub()}, ${sub()})`;
    if (type === "float32") {
      if (chance(0.1)) return `T.Cast("float32", ${sub("int32")})`;
      const [a, b] = [sub(), sub()];
      return pick([
        `(${a} + ${b})`, `(${a} - ${b})`, `(${a} * ${b})`, `T.min(${a}, ${b})`, `T.max(${a}, ${b})`, `T.abs(${a})`,
      ]); // prettier-ignore
    }
    const [a, b] = [sub(), sub()];
    const wide = pick(["int8", "uint8", "int16"]);
    return pick([
      `(${a} + ${b})`, `(${a} - ${b})`, `(${a} * ${b})`, `(${a} * ${b} + ${sub()})`, `T.min(${a}, ${b})`,
      `T.max(${a}, ${b})`, `T.bitwise_and(${a}, ${b})`, `T.bitwise_xor(${a}, ${b})`, `T.abs(${a})`,
      `T.shift_left(${a}, ${between(0, 9)})`, `T.shift_right(${a}, ${between(0, 9)})`,
      `T.Cast("int32", T.Cast("${wide}", ${a}))`, `(${a} // ${pick([2, 3, 4, -5])})`, `(${a} % ${pick([2, 3, 8])})`,
      `T.truncdiv(${a}, ${pick([3, -7])})`, `T.q_multiply_shift(${a}, ${b}, 31, ${between(-8, 2)})`,
      `T.max(T.min(${a}, 127), -128)`,
    ]); // prettier-ignore
  }

  condition(size: number, depth: number): string {
    const { between, chance, pick } = this.random;
    if (depth > 0 && chance(0.5)) {
      const { name, spelled } = this.loops[between(0, depth - 1)]!;
      const [end, last] = [spelled, `${spelled} - 1`];
      return pick([
        `${name} == 0`, `${name} == ${last}`, `${name} > 0`, `${name} < ${last}`, `${name} != 0`, `${name} + 1 < ${end}`,
      ]); // prettier-ignore
    }
    if (size > 0 && chance(0.3)) {
      const op = pick(["T.And", "T.Or"]);
      return `${op}(${this.condition(size - 1, depth)}, ${this.condition(size - 1, depth)})`;
    }
    const type = pick(["int32", "int32", "float32"] as const);
    const op = pick(["<", "<=", ">", ">=", "==", "!="]);
    return `${this.value(type, Math.max(0, size - 1), depth)} ${op} ${this.value(type, 0, depth)}`;
  }

  private store(depth: number): string {
    const written = this.data.filter((d) => d.isWritten);
    const data = this.random.pick(written);
    const type = data.type === "float32" ? "float32" : "int32";
    const value = this.value(type, 3, depth);
    const cast = data.type === type ? value : `T.Cast("${data.type}", ${value})`;
    return `${data.name}[${this.index(data, depth)}] = ${cast}`;
  }

  private statement(depth: number): string[] {
    const { chance, pick } = this.random;
    if (chance(0.2)) {
      const lines = [`if ${this.condition(1, depth)}:`, `    ${this.simple(depth)}`];
      return chance(0.5) ? [...lines, "else:", `    ${this.simple(depth)}`] : lines;
    }
    if (chance(0.08)) {
      const local = pick(this.locals);
      const sum = `${local.name}[0] + ${this.value(local.type, 1, depth).replaceAll("i0", "u")}`;
      return ["for u in T.unroll(2):", `    ${local.name}[0] = ${sum}`];
    }
    return [this.simple(depth)];
  }

  private simple(depth: number): string {
    const { chance, pick } = this.random;
    if (chance(0.5)) return this.store(depth);
    const { name, type } = pick(this.locals);
    const value = this.value(type, 2, depth);
    return `${name}[0] = ${chance(0.6) ? `${name}[0] + ${value}` : value}`;
  }

  private body(level: number): string[] {
    const { between, chance } = this.random;
    const depth = level + 1;
    const some = (n: number): string[] =>
      Array.from({ length: n }, () => this.statement(depth)).flat();
    if (level === this.loops.length - 1) return [...some(between(1, 4)), this.store(depth)];
    const inner = this.loop(level + 1);
    const before = chance(0.5) ? some(between(1, 2)) : [];
    return [...before, ...inner, ...(chance(0.5) ? some(1) : [])];
  }

  private loop(level: number): string[] {
    const { name, spelled } = this.loops[level]!;
    const body = this.body(level).map((line) => `    ${line}`);
    if (level > 0) return [`for ${name} in range(${spelled}):`, ...body];
    const outermost = this.loops.map((l) => `${l.name} == 0`).join(" and ");
    const set = this.locals.map((l) => `        ${l.name}[0] = ${this.random.between(-3, 3)}`);
    const start = [`    if ${outermost}:`, ...set];
    const header = `for ${name} in T.serial(${spelled}, annotations={"cgra.kernel": "nest"}):`;
    // Variables are set in the first of all iterations, wherever that is.
    if (this.loops.length === 1) return [header, ...start, ...body];
    return [header, `    if ${name} == 0:`, ...set, ...body];
  }

  text(): string {
    const lines = this.loop(0).map((line) => `    ${line}`);
    const params = [
      ...this.data.map(
        ({ name, type, elements }) => `    ${name}: T.Buffer((${elements},), "${type}"),`,
      ),
      ...Object.keys(this.sizes).map((name) => `    ${name}: T.int32,`),
    ];
    const locals = this.locals.map(
      ({ name, type }) => `    ${name} = T.alloc_buffer((1,), "${type}", scope="local")`,
    );
    return `@T.prim_func\ndef main(\n${params.join("\n")}\n):\n${[...locals, ...lines].join("\n")}\n`;
  }
}

export function generateNest(random: Random): GeneratedNest {
  const nest = new Nest(random);
  const text = nest.text();
  return { text, sizes: nest.sizes };
}
