/** Random programs that are all about memory: kernels in chains, branches, recursion, tuples, symbolic sizes. */
import type { Random } from "./random.js";

/** A program as text, and sizes to run it with. */
export interface MemoryProgram {
  readonly text: string;
  /** Values of `n` and `m`. */
  readonly sizes: Readonly<Record<string, number>>;
}

const KERNELS = `
    @T.prim_func(private=True)
    def double(A: T.Buffer(("n",), "float32"), B: T.Buffer(("n",), "float32")):
        n = T.int64()
        for i in range(n):
            with T.sblock("double"):
                v = T.axis.spatial(n, i)
                B[v] = A[v] * T.float32(2) + T.float32(1)

    @T.prim_func(private=True)
    def add(A: T.Buffer(("n",), "float32"), B: T.Buffer(("n",), "float32"), C: T.Buffer(("n",), "float32")):
        n = T.int64()
        for i in range(n):
            with T.sblock("add"):
                v = T.axis.spatial(n, i)
                C[v] = A[v] + B[v]

    @T.prim_func(private=True)
    def reverse(A: T.Buffer(("n",), "float32"), B: T.Buffer(("n",), "float32")):
        n = T.int64()
        for i in range(n):
            with T.sblock("reverse"):
                v = T.axis.spatial(n, i)
                B[v] = A[n - v - T.int64(1)]

    @T.prim_func(private=True)
    def stretch(A: T.Buffer(("n",), "float32"), B: T.Buffer(("m",), "float32")):
        n = T.int64()
        m = T.int64()
        for i in range(m):
            with T.sblock("stretch"):
                v = T.axis.spatial(m, i)
                B[v] = A[v % n] - T.float32(3)

    @T.prim_func(private=True)
    def both(A: T.Buffer(("n",), "float32"), B: T.Buffer(("n",), "float32"), C: T.Buffer(("n",), "float32")):
        n = T.int64()
        for i in range(n):
            with T.sblock("both"):
                v = T.axis.spatial(n, i)
                B[v] = A[v] + T.float32(5)
                C[v] = A[v] - T.float32(5)

    @T.prim_func(private=True)
    def is_large(A: T.Buffer(("n",), "float32"), B: T.Buffer((), "bool")):
        n = T.int64()
        B[()] = A[T.int64(0)] > T.float32(4)

    @T.prim_func(private=True)
    def is_zero(A: T.Buffer((), "int64"), B: T.Buffer((), "bool")):
        B[()] = A[()] <= T.int64(0)

    @T.prim_func(private=True)
    def decrement(A: T.Buffer((), "int64"), B: T.Buffer((), "int64")):
        B[()] = A[()] - T.int64(1)
`;

interface Tensor {
  readonly name: string;
  readonly length: string;
}

const lengths = ["n", "m", "n + m", "n * 2", "12"] as const;
const info = (length: string): string => `R.Tensor((${length},), "float32")`;
const LENGTHS_IN_SIGNATURE: Readonly<Record<string, string>> = { n: '"n"', m: '"m"' };

class Writer {
  readonly lines: string[] = [];
  private count = 0;
  constructor(
    private readonly rng: Random,
    private readonly self: string,
    private readonly callees: readonly string[],
  ) {}

  fresh = (): string => `v${this.count++}`;
  put(depth: number, line: string): void {
    this.lines.push(`${"    ".repeat(depth + 2)}${line}`);
  }
  private call(depth: number, kernel: string, args: readonly string[], length: string): Tensor {
    const name = this.fresh();
    const list = args.length === 1 ? `${args[0]},` : args.join(", ");
    this.put(depth, `${name} = R.call_tir(cls.${kernel}, (${list}), out_ty=${info(length)})`);
    return { name, length };
  }

  /** Bindings on what is known; gives the values in reach afterwards. */
  block(depth: number, known: readonly Tensor[], size: number): Tensor[] {
    const values = [...known];
    for (let k = 0; k < size; k++) values.push(...this.step(depth, values));
    return values;
  }

  private step(depth: number, values: readonly Tensor[]): Tensor[] {
    const { rng } = this;
    // Later values are used more often, so that lives differ.
    const late = values[values.length - 1 - rng.below(Math.min(values.length, 3))]!;
    const any = rng.chance(0.7) ? late : rng.pick(values);
    const other = rng.pick(values.filter((v) => v.length === any.length));
    switch (rng.below(10)) {
      case 0:
      case 1:
        return [this.call(depth, "double", [any.name], any.length)];
      case 2:
        return [this.call(depth, "add", [any.name, other.name], any.length)];
      case 3:
        return [this.call(depth, "reverse", [any.name], any.length)];
      case 4:
        return [this.call(depth, "stretch", [any.name], rng.pick(lengths))];
      case 5:
        return this.pair(depth, any);
      case 6:
      case 7:
        return depth < 3 ? [this.branch(depth, values, any)] : [];
      case 8: {
        const callee = this.callees.length > 0 ? rng.pick(this.callees) : undefined;
        if (callee === undefined || any.length !== "n") return [];
        const name = this.fresh();
        const times = rng.below(4);
        this.put(
          depth,
          `${name}: ${info("n")} = cls.${callee}(${any.name}, R.const(${times}, "int64"))`,
        );
        return [{ name, length: "n" }];
      }
      default: {
        const name = this.fresh();
        this.put(depth, `${name} = ${any.name}`);
        return [{ name, length: any.length }];
      }
    }
  }

  private pair(depth: number, from: Tensor): Tensor[] {
    const [pair, a, b] = [this.fresh(), this.fresh(), this.fresh()];
    const out = info(from.length);
    this.put(depth, `${pair} = R.call_tir(cls.both, (${from.name},), out_ty=[${out}, ${out}])`);
    this.put(depth, `${a} = ${pair}[0]`);
    this.put(depth, `${b} = ${pair}[1]`);
    return [a, b].map((name) => ({ name, length: from.length }));
  }

  private branch(depth: number, values: readonly Tensor[], on: Tensor): Tensor {
    const [cond, name] = [this.fresh(), this.fresh()];
    const { length } = this.rng.pick(values);
    this.put(
      depth,
      `${cond} = R.call_tir(cls.is_large, (${on.name},), out_ty=R.Tensor((), "bool"))`,
    );
    for (const head of [`if ${cond}:`, "else:"]) {
      this.put(depth, head);
      const inner = this.block(depth + 1, values, this.rng.below(4));
      const result = this.rng.pick(inner.filter((v) => v.length === length));
      this.put(depth + 1, `${name}: ${info(length)} = ${result.name}`);
    }
    return { name, length };
  }

  /** `while steps > 0` as recursion: the body is done again on its own result. */
  loop(): void {
    this.put(0, `done = R.call_tir(cls.is_zero, (steps,), out_ty=R.Tensor((), "bool"))`);
    this.put(0, "if done:");
    this.put(1, `out: ${info("n")} = x`);
    this.put(0, "else:");
    const values = this.block(1, [{ name: "x", length: "n" }], 1 + this.rng.below(4));
    const last = values.filter((v) => v.length === "n").at(-1)!;
    this.put(1, `left = R.call_tir(cls.decrement, (steps,), out_ty=R.Tensor((), "int64"))`);
    this.put(1, `out: ${info("n")} = cls.${this.self}(${last.name}, left)`);
    this.put(0, "return out");
  }
}

/** A program whose \`main(x, y)\` gives a tensor or a tuple of them. */
export function generateMemoryProgram(rng: Random): MemoryProgram {
  const loops = Array.from({ length: rng.below(3) }, (_, i) => `loop${i}`);
  const parts = loops.map((name, i) => {
    const w = new Writer(rng, name, loops.slice(0, i));
    w.loop();
    return `
    @R.function(private=True)
    def ${name}(x: R.Tensor(("n",), "float32"), steps: R.Tensor((), "int64")) -> R.Tensor(("n",), "float32"):
        n = T.int64()
        m = T.int64()
        cls = Program
${w.lines.join("\n")}
`.replace(
      /^ {8}m = T.int64\(\)\n/m,
      w.lines.some((l) => /\bm\b/.test(l))
        ? '        m: R.Prim("int64") = R.prim_value(n + 1)\n'
        : "",
    );
  });
  const w = new Writer(rng, "main", loops);
  const values = w.block(
    0,
    [
      { name: "x", length: "n" },
      { name: "y", length: "m" },
    ],
    3 + rng.below(14),
  );
  const results = Array.from({ length: 1 + rng.below(3) }, () => rng.pick(values));
  const result =
    results.length === 1 ? results[0]!.name : `(${results.map((r) => r.name).join(", ")})`;
  const text = `@I.ir_module
class Program:${KERNELS}${parts.join("")}
    @R.function
    def main(x: R.Tensor((${LENGTHS_IN_SIGNATURE.n},), "float32"), y: R.Tensor((${LENGTHS_IN_SIGNATURE.m},), "float32")):
        n = T.int64()
        m = T.int64()
        cls = Program
${w.lines.join("\n")}
        return ${result}
`;
  return { text, sizes: { n: 1 + rng.below(40), m: 1 + rng.below(70) } };
}
