/** Device IR on the processor at hand: kernels and the C bodies of their intrinsics as one library. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { evaluate } from "../arith/index.js";
import { interpret } from "../interp/index.js";
import { irModule } from "../ir/module.js";
import type { PrimFunc } from "../ir/tir/function.js";
import type { Var } from "../ir/tir/expr.js";
import { foreign } from "../native/foreign.js";
import { compileIr } from "../native/llvm/compile.js";
import { bytesOf, isFloat, laneOf } from "../support/dtype.js";
import { elementCount, zeros, type NDArray } from "../support/ndarray.js";
import { elementAccess } from "../support/numeric/element.js";
import { floatValue, intValue, tensorValue, type Value } from "../support/value.js";
import { HEADER_NAME, intrinsicsHeader } from "../target/cgra/llvm/header.js";
import type { Random } from "./generate/random.js";

/** Compiles a module of device IR in a folder and loads it. */
export function loadDeviceIr(
  text: string,
  dir: string,
): ReturnType<ReturnType<typeof foreign>["load"]> {
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, HEADER_NAME), intrinsicsHeader());
  writeFileSync(
    join(dir, "intrinsics.c"),
    `#define RELAX_CGRA_EXTERN\n#include "${HEADER_NAME}"\n`,
  );
  writeFileSync(join(dir, "kernels.o"), compileIr(text, { processor: "x86-64-v2", passes: "default<O1>" })); // prettier-ignore
  const flags = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-O1", "-ffp-contract=off", "-fPIC", "-shared"]; // prettier-ignore
  execFileSync("gcc", [...flags, "-o", "kernels.so", "intrinsics.c", "kernels.o", "-lm"], { cwd: dir }); // prettier-ignore
  return foreign().load(resolve(dir, "kernels.so"));
}

/** Runs a kernel natively and by the interpreter on equal random data; text of the first difference. */
export function deviceDifference(
  library: ReturnType<typeof loadDeviceIr>,
  func: PrimFunc,
  sizes: Readonly<Record<string, number>>,
  random: Random,
  largest = 2 ** 20,
): string | undefined {
  const values = new Map<Var, number>();
  const types: string[] = [];
  const native: unknown[] = [];
  const args: Value[] = [];
  const pairs: { name: string; mine: NDArray; theirs: Uint8Array }[] = [];
  for (const { var: v, buffer } of func.params) {
    if (buffer === undefined) {
      const value = sizes[v.name] ?? random.between(1, 5);
      values.set(v, value);
      types.push(isFloat(v.dtype) ? "float" : "int32_t");
      native.push(value);
      args.push(isFloat(v.dtype) ? floatValue(value, v.dtype) : intValue(value, v.dtype));
      continue;
    }
    const shape = buffer.shape.map((s) => Number(evaluate(s, { of: (x) => values.get(x) })));
    const mine = zeros(buffer.dtype, shape);
    const access = elementAccess(buffer.dtype);
    const view = new DataView(mine.bytes.buffer, mine.bytes.byteOffset, mine.bytes.byteLength);
    const size = bytesOf(buffer.dtype) / buffer.dtype.lanes;
    for (let i = 0; i < elementCount(shape) * buffer.dtype.lanes; i++)
      access.write(view, i * size, isFloat(laneOf(buffer.dtype)) ? random.between(-64, 64) / 8 : random.between(buffer.dtype.code === "uint" ? 0 : Math.max(-largest, -128), Math.min(largest, 127))); // prettier-ignore
    // Buffers of kernels are aligned to 64 bytes.
    const room = Buffer.alloc(mine.bytes.length + 64);
    const theirs = room.subarray(0, mine.bytes.length);
    theirs.set(mine.bytes);
    types.push("void *");
    native.push(theirs);
    args.push(tensorValue(mine));
    pairs.push({ name: buffer.name, mine, theirs });
  }
  library.func(`void ${func.name}(${types.join(", ")})`)(...native);
  const outcome = interpret(irModule(new Map([[func.name, func]])), func.name, args, {
    stepLimit: 20_000_000,
  });
  if (!outcome.ok) return `interpreter: ${outcome.diagnostic.message}`;
  for (const { name, mine, theirs } of pairs) {
    const at = mine.bytes.findIndex((b, i) => b !== theirs[i]);
    if (at >= 0) return `${func.name}: byte ${at} of ${name} is ${theirs[at]}, not ${mine.bytes[at]}`; // prettier-ignore
  }
  return undefined;
}
