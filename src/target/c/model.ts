/**
 * The C interface of a whole model: one function that runs it in memory that the caller gives, one that tells how much,
 * and the model's constants.
 */
import type { AotFunction } from "../../transform/relax/aot/lower.js";
import type { PrimExpr, Var } from "../../ir/tir/expr.js";
import { exprText } from "../../arith/index.js";
import type { Kernel } from "./codegen/context.js";
import { paramsOf, prototype, SCRATCH, type CParam } from "./codegen/kernel.js";
import { parameterComment, prototypeText, type Declared } from "./codegen/prototype.js";
import { scratchName, scratchParams, scratchPrototype } from "./codegen/scratch.js";

/** Tables of constants up to this size are part of the source. */
export const MOST_IN_SOURCE = 1 << 20;

/** A model with its place in the C file. */
export interface Model {
  readonly described: AotFunction;
  /** Name of the function that runs it. */
  readonly symbol: string;
  readonly kernel: Kernel;
  /** The function that gives the bytes of the workspace. */
  readonly size?: Kernel | undefined;
  /** Memory that is part of the program instead of a parameter. */
  readonly isStatic: boolean;
}

/** What a parameter of the lowered function is to the caller. */
type Role = "input" | "output" | "constants" | "workspace" | "bytes" | "scratch" | "size";

/** The parameters of the lowered function. */
export function rolesOf({ described, kernel }: Model): (CParam & { readonly role: Role })[] {
  const position = new Map<Var, number>(kernel.func.params.map((p, k) => [p.var, k]));
  const end = described.inputs + described.outputs;
  return paramsOf(kernel).map((p) => {
    if (p.var === undefined) return { ...p, role: "scratch" };
    const k = position.get(p.var);
    if (k === undefined) return { ...p, role: p.var.name === "workspace_bytes" ? "bytes" : "size" };
    if (p.var.dtype.code !== "handle") return { ...p, role: "size" };
    if (k < described.inputs) return { ...p, role: "input" };
    if (k < end) return { ...p, role: "output" };
    return {
      ...p,
      role: described.constants !== undefined && k === end ? "constants" : "workspace",
    };
  });
}

/** Whether the constants are a file that the caller reads. */
export const hasSideFile = ({ described }: Model): boolean =>
  (described.constants?.length ?? 0) > MOST_IN_SOURCE;

/** Whether the caller gives memory, or the program has it. */
export const needsMemory = (m: Model): boolean => m.size !== undefined || m.kernel.needsScratch;

/** The parameters of the function that runs the model. */
export function modelParams(m: Model): Declared[] {
  const roles = rolesOf(m);
  const pick = (role: Role) => roles.filter((p) => p.role === role);
  return [
    ...pick("input"),
    ...pick("output"),
    ...(hasSideFile(m) ? [{ type: "const void *", name: "constants" }] : []),
    ...(needsMemory(m) && !m.isStatic ? [{ type: "void *", name: "memory" }] : []),
    ...pick("size"),
  ];
}

/** Those that are sizes. */
export const sizeParams = (m: Model) => rolesOf(m).filter((p) => p.role === "size");
/** Name of the function that gives the bytes of memory. */
export const memoryName = (m: Model): string => `${m.symbol}_memory`;
const constantsName = (m: Model): string => `${m.symbol}_constants`;

/** Name of the file with the constants. */
export const sideFile = (m: Model): string => `${constantsName(m)}.bin`;

const runPrototype = (m: Model): string => prototypeText(`int32_t ${m.symbol}`, modelParams(m));
const memoryPrototype = (m: Model): string =>
  prototypeText(`int64_t ${memoryName(m)}`, sizeParams(m));

/** The lines of a model in the header. */
export function modelHeader(m: Model): string {
  const roles = rolesOf(m);
  const sizes = sizeParams(m)
    .map((p) => p.name)
    .join(", ");
  const isGiven = needsMemory(m) && !m.isStatic;
  const rows = [
    ...roles.filter((p) => p.role === "input").map((p) => bufferRow(p)),
    ...roles.filter((p) => p.role === "output").map((p) => bufferRow(p, ", written")),
    ...(hasSideFile(m) ? [{ name: "constants", note: `the bytes of ${sideFile(m)}, aligned to 8 bytes` }] : []), // prettier-ignore
    ...(isGiven ? [{ name: "memory", note: `${memoryName(m)}(${sizes}) bytes, aligned to 64` }] : []), // prettier-ignore
  ];
  const what = `Runs \`${m.described.name}\`; 0, or a status. Buffers are compact, and do not overlap.`;
  const fixed = m.described.workspaceBytes;
  const isFixed = needsMemory(m) && fixed !== undefined && !m.kernel.needsScratch;
  const macro = isFixed ? `#define ${memoryName(m).toUpperCase()} ${fixed}\n` : "";
  return `${parameterComment(what, rows)}
${macro}${needsMemory(m) ? `${memoryPrototype(m)};\n` : ""}${runPrototype(m)};`;
}

/** The lines of a T function that others may call in the header. */
export function kernelHeader(kernel: Kernel): string {
  const rows = paramsOf(kernel).flatMap((p) => {
    if (p.name === SCRATCH) {
      const sizes = scratchParams(kernel).map(({ name }) => name);
      return { name: SCRATCH, note: `${scratchName(kernel)}(${sizes.join(", ")}) bytes, aligned to 64` }; // prettier-ignore
    }
    const isWritten = p.buffer !== undefined && kernel.written.has(p.buffer.data);
    return p.buffer === undefined ? [] : bufferRow(p, isWritten ? ", written" : "");
  });
  const mayOverlap = kernel.func.attrs.get("tir.noalias") === false;
  const buffers = rows.length === 0 ? "" : mayOverlap ? " Buffers may overlap." : " Buffers do not overlap."; // prettier-ignore
  const what = `Runs \`${kernel.name}\`; 0, or a status.${buffers}`;
  const size = kernel.needsScratch ? `${scratchPrototype(kernel)};\n` : "";
  return `${parameterComment(what, rows)}\n${size}${prototype(kernel)};`;
}

const bufferRow = ({ name, buffer }: CParam, more = ""): { name: string; note: string } => {
  if (buffer === undefined) return { name, note: more };
  const { dtype, shape, strides } = buffer;
  const list = (dims: readonly PrimExpr[]): string => `[${dims.map(exprText).join(", ")}]`;
  const steps = strides.length > 0 ? `, strides ${list(strides)}` : "";
  return { name, note: `${dtype.name}${list(shape)}${steps}${more}` };
};

/** The definitions of a model. */
export function modelSource(m: Model): string {
  const roles = rolesOf(m);
  const sizes = sizeParams(m);
  const parts: string[] = [];
  const constants = m.described.constants;
  if (constants !== undefined && !hasSideFile(m)) parts.push(constantsText(m, constants));
  if (needsMemory(m)) parts.push(memoryText(m, sizes));
  if (m.isStatic) {
    const bytes = m.described.workspaceBytes ?? 0;
    parts.push(`static union {\n  uint8_t bytes[${Math.max(bytes, 1)}];\n  double align;\n} ${m.symbol}_space;\n`); // prettier-ignore
  }
  const usesBytes = roles.some((p) => p.role === "bytes" || p.role === "scratch");
  const memory = m.isStatic ? `${m.symbol}_space.bytes` : "(uint8_t *)memory";
  const args = roles.map((p) => argument(m, p, memory));
  const call = `${m.kernel.symbol}(${args.join(", ")})`;
  parts.push(
    usesBytes && m.size !== undefined
      ? `${runPrototype(m)} {
  int64_t rx_bytes = 0;
  const int32_t rx_status = ${m.size.symbol}(${[...sizeArgs(m, sizes), "&rx_bytes"].join(", ")});
  if (rx_status != 0) return rx_status;
  return ${call};
}
`
      : `${runPrototype(m)} {\n  return ${call};\n}\n`,
  );
  return parts.join("\n");
}

/** Arguments of the function that gives the size of the workspace: parameters by name. */
export const sizeArgs = (m: Model, sizes: readonly CParam[]): string[] =>
  m.described.symbols.map((v, k) => {
    const found = sizes.find((p) => p.var === v) ?? sizes.find((p) => p.var?.name === v.name);
    return found?.name ?? sizes[k]!.name;
  });

const ROUNDED = "(rx_bytes + 63) / 64 * 64";

function argument(m: Model, p: CParam & { readonly role: Role }, memory: string): string {
  switch (p.role) {
    case "constants":
      return hasSideFile(m) ? "(const uint8_t *)constants" : `${constantsName(m)}.bytes`;
    case "workspace":
      return memory;
    case "bytes":
      return "rx_bytes";
    case "scratch":
      return m.size === undefined ? memory : `${memory} + ${ROUNDED}`;
    default:
      return p.name;
  }
}

function memoryText(m: Model, sizes: readonly CParam[]): string {
  const own = m.kernel.needsScratch
    ? `${scratchName(m.kernel)}(${[...sizes.map((p) => p.name), ...(rolesOf(m).some((p) => p.role === "bytes") ? ["rx_bytes"] : [])].join(", ")})` // prettier-ignore
    : undefined;
  const unused = sizes
    .filter(
      (p) => own === undefined && !(m.size !== undefined && sizeArgs(m, sizes).includes(p.name)),
    )
    .map((p) => `  (void)${p.name};\n`);
  const ask =
    m.size === undefined
      ? ""
      : `  if (${m.size.symbol}(${[...sizeArgs(m, sizes), "&rx_bytes"].join(", ")}) != 0) return -1;\n`;
  const result =
    own === undefined ? "rx_bytes" : m.size === undefined ? own : `${ROUNDED} + ${own}`;
  const declared = m.size === undefined ? "" : "  int64_t rx_bytes = 0;\n";
  return `${memoryPrototype(m)} {\n${declared}${unused.join("")}${ask}  return ${result};\n}\n`;
}

function constantsText(m: Model, bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let k = 0; k < bytes.length; k += 20) lines.push(`  ${[...bytes.subarray(k, k + 20)].join(", ")},`); // prettier-ignore
  return `static const union {
  uint8_t bytes[${bytes.length}];
  double align;
} ${constantsName(m)} = {{
${lines.join("\n")}
}};
`;
}
