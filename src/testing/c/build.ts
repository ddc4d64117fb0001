/** Compiling generated C and running it, for tests. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { laneOf, isFloat } from "../../support/dtype.js";
import { elementAccess } from "../../support/numeric/element.js";
import { floatValue, intValue, type Value } from "../../support/value.js";
import { int } from "../../support/int.js";
import { driverText, type CompiledC } from "../../target/c/index.js";

/** What strict hosts compile with. */
export const STRICT = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-Wmissing-prototypes"]; // prettier-ignore

/** The first of these compilers that is installed. */
export const findCompiler = (...names: readonly string[]): string | undefined =>
  names
    .flatMap((name) => (process.env.PATH ?? "").split(delimiter).map((dir) => join(dir, name)))
    .find((path) => existsSync(path));

export interface CProgram {
  /** Calls a function; tensors receive what it stores. Text of what went wrong, if something did. */
  run(name: string, args: readonly Value[]): { readonly problem?: string; readonly result?: Value };
  close(): void;
}

/** Compiles a file with a driver. Throws the compiler's messages. */
export function buildC(
  compiled: CompiledC,
  names: readonly string[],
  compiler: string,
  flags: readonly string[],
): CProgram {
  const dir = mkdtempSync(join(tmpdir(), "relaxc-c-"));
  const { prefix } = compiled;
  writeFileSync(join(dir, `${prefix}.h`), compiled.header);
  writeFileSync(join(dir, `${prefix}.c`), compiled.source);
  writeFileSync(join(dir, "driver.c"), driverText(compiled, names));
  const program = join(dir, "driver");
  const made = spawnSync(compiler, [...flags, "-o", program, join(dir, `${prefix}.c`), join(dir, "driver.c"), "-lm"], { encoding: "utf8" }); // prettier-ignore
  if (made.status !== 0) {
    const reason = `${made.stderr}${made.stdout}`.slice(0, 4000);
    throw new Error(`${compiler} in ${dir}: ${reason}`);
  }
  return {
    run: (name, args) => runProgram(dir, program, compiled, name, args),
    close: () => rmSync(dir, { recursive: true }),
  };
}

function runProgram(
  dir: string,
  program: string,
  compiled: CompiledC,
  name: string,
  args: readonly Value[],
): { problem?: string; result?: Value } {
  const kernel = compiled.kernels.get(name)!;
  const { info } = kernel.signature;
  const numbers: string[] = [];
  const buffers: Uint8Array[] = [];
  for (const p of info.params) {
    const value = p.index === undefined ? undefined : args[p.index];
    if (p.role === "pointer")
      buffers.push(value?.kind === "tensor" ? value.data.bytes : new Uint8Array()); // prettier-ignore
    else if (value?.kind === "int" || value?.kind === "float") numbers.push(String(value.value));
    else if (p.source === undefined) numbers.push("0");
    else {
      const tensor = args[p.source.param];
      const shape = tensor?.kind === "tensor" ? tensor.data.shape : [];
      const { field, axis } = p.source;
      if (field === "offset") numbers.push("0");
      else if (field === "shape") numbers.push(String(shape[axis] ?? 0));
      else numbers.push(String(shape.slice(axis + 1).reduce((n, d) => n * d, 1)));
    }
  }
  const [input, output] = [join(dir, "in"), join(dir, "out")];
  writeFileSync(input, Buffer.concat(buffers));
  try {
    execFileSync(program, [name, input, output, ...numbers], { stdio: "pipe", timeout: 60_000 });
  } catch (error) {
    return { problem: String((error as { stderr?: unknown }).stderr ?? error).slice(0, 2000) };
  }
  const bytes = readFileSync(output);
  let at = 0;
  for (const p of info.params) {
    const { buffer, var: v } = kernel.func.params[p.index ?? -1] ?? {};
    const value = p.index === undefined ? undefined : args[p.index];
    if (p.role !== "pointer" || value?.kind !== "tensor") continue;
    if (!kernel.written.has(buffer?.data ?? v!)) continue;
    value.data.bytes.set(bytes.subarray(at, at + value.data.bytes.length));
    at += value.data.bytes.length;
  }
  if (info.returns === undefined) return {};
  const access = elementAccess(laneOf(info.returns));
  const raw = access.read(new DataView(bytes.buffer, bytes.byteOffset), at);
  return {
    result: isFloat(info.returns) ? floatValue(Number(raw), info.returns) : intValue(int(raw), info.returns), // prettier-ignore
  };
}
