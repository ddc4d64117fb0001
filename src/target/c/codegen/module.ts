/** What the functions of one C file share, and what they ask for. */
import type { StatusInfo } from "../../../runtime/kernel-info.js";
import type { NDArray } from "../../../support/ndarray.js";
import type { Kernel, ModuleContext } from "./context.js";
import type { Names } from "./names.js";

export interface ModuleParts {
  readonly shared: ModuleContext;
  /** Helpers in the order of their definitions. */
  readonly routines: ReadonlyMap<string, string>;
  readonly statuses: readonly StatusInfo[];
}

/** Collects helpers, tables and statuses. */
export function makeModule(
  prefix: string,
  kernels: ReadonlyMap<string, Kernel>,
  names: Names,
  allowFloat: boolean,
): ModuleParts {
  const routines = new Map<string, string>();
  const statuses: StatusInfo[] = [];
  const shared: ModuleContext = {
    prefix,
    kernels,
    externs: new Map(),
    tables: [],
    allowFloat,
    routine(name, make) {
      if (!routines.has(name)) {
        const text = make();
        routines.set(name, text);
      }
      return name;
    },
    status(func, reason) {
      const same = statuses.findIndex(
        (s) => s.function === func && s.message === reason.message && s.span === reason.span,
      );
      if (same >= 0) return same + 1;
      return statuses.push({
        kind: reason.kind,
        function: func,
        message: reason.message,
        symbols: [],
        span: reason.span,
      });
    },
    table(element, hint, values) {
      const name = names.take(`${prefix}_${hint}_values`);
      shared.tables.push(tableText(element, name, values()));
      return name;
    },
    bitTable(element, hint, data) {
      const name = names.take(`${prefix}_${hint}_values`);
      const bits = element === "double" ? "uint64_t" : "uint32_t";
      shared.tables.push(bitTableText(element, bits, name, data));
      return `${name}.x`;
    },
  };
  return { shared, routines, statuses };
}

/** A table with lines of readable length. */
function tableText(element: string, name: string, values: readonly string[]): string {
  const count = Math.max(values.length, 1);
  return `static const ${element} ${name}[${count}] = {\n${tableLines(values)}\n};`;
}

function bitTableText(element: string, bits: string, name: string, { bytes }: NDArray): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = bits === "uint64_t";
  const count = Math.max(bytes.byteLength / (wide ? 8 : 4), 1);
  const values = Array.from({ length: count }, (_, k) =>
    wide ? `UINT64_C(${view.getBigUint64(8 * k, true)})` : `${view.getUint32(4 * k, true)}u`,
  );
  const members = `union {\n  ${bits} bits[${count}];\n  ${element} x[${count}];\n}`;
  return `static const ${members} ${name} = {{\n${tableLines(values)}\n}};`;
}

function tableLines(values: readonly string[]): string {
  const lines: string[] = [];
  let line = " ";
  for (const v of values.length === 0 ? ["0"] : values) {
    if (line.length + v.length > 98) {
      lines.push(line);
      line = " ";
    }
    line += ` ${v},`;
  }
  lines.push(line);
  return lines.join("\n");
}
