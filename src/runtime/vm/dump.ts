/** Bytecode as text. */
import {
  ARGUMENT,
  MACHINE_REGISTER,
  OPCODE,
  VOID_REGISTER,
  wordKind,
  wordValue,
  type Executable,
} from "../../artefact/index.js";
import { showTensor } from "../../support/show-value.js";

function operandText(e: Executable, w: bigint): string {
  const value = wordValue(w);
  switch (wordKind(w)) {
    case ARGUMENT.register:
      if (Number(value) === VOID_REGISTER) return "%void";
      return Number(value) === MACHINE_REGISTER ? "%vm" : `%${value}`;
    case ARGUMENT.immediate:
      return `i${value}`;
    case ARGUMENT.constant:
      return `c[${value}]`;
    case ARGUMENT.function:
      return `f[${e.functions[Number(value)]?.name ?? value}]`;
    default:
      return `?${w}`;
  }
}

function instructionText(e: Executable, at: number): string {
  const start = e.offsets[at]!;
  const end = e.offsets[at + 1] ?? e.words.length;
  const [op, a, b, , ...rest] = e.words.subarray(start, end);
  switch (op) {
    case OPCODE.call: {
      const name = e.functions[Number(b)]?.name ?? `?${b}`;
      const args = rest.map((w) => operandText(e, w)).join(", ");
      const dst = Number(a) === VOID_REGISTER ? "" : ` dst: %${a}`;
      return `call ${name} in: ${args}${dst}`;
    }
    case OPCODE.ret:
      return `ret %${a}`;
    case OPCODE.goto:
      return `goto ${at + Number(a)}`;
    case OPCODE.branch:
      return `if %${a} else ${at + Number(b)}`;
    default:
      return `?${op}`;
  }
}

function constantText(c: Executable["constants"][number]): string {
  switch (c.kind) {
    case "tensor": {
      const text = showTensor(c.data);
      const shape = c.data.shape.join(", ");
      return `${c.data.dtype.name} (${shape}) ${text.length > 60 ? `${text.slice(0, 60)}…` : text}`;
    }
    case "shape":
      return `shape (${c.dims.join(", ")})`;
    case "int":
    case "float":
      return `${c.dtype} ${c.value}`;
    default:
      return JSON.stringify(c.value);
  }
}

/** Functions with their instructions, then the constants. */
export function dumpExecutable(e: Executable): string {
  const lines: string[] = [];
  for (const f of e.functions) {
    if (f.kind !== "vm") continue;
    const params = f.paramNames.map((p, i) => `%${i} ${p}`).join(", ");
    lines.push(`${f.name}(${params})  ${f.registers} registers`);
    for (let i = f.start; i < f.end; i++) lines.push(`  ${i}: ${instructionText(e, i)}`);
  }
  e.constants.forEach((c, i) => lines.push(`c[${i}] = ${constantText(c)}`));
  return lines.map((line) => `${line}\n`).join("");
}
