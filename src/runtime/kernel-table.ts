/** What an artefact's manifest says of its kernels. */
import type { Source } from "../support/source.js";
import type { FunctionInfo, ValueForm } from "./wasm/function-info.js";
import type { HostImport, KernelInfo, StatusInfo } from "./kernel-info.js";

export interface KernelTable {
  readonly kernels: readonly KernelInfo[];
  readonly statuses: readonly StatusInfo[];
  readonly hostImports: readonly HostImport[];
  /** Relax functions of the code, and the numbers of the constants that they use. */
  readonly functions: readonly FunctionInfo[];
  readonly constants: readonly number[];
  /** Extensions of the processor that native code needs. */
  readonly requires?: readonly string[] | undefined;
  /** Threads for parallel loops; default 1. */
  readonly threads?: number | undefined;
}

/** Plain data for the manifest; `sources` are the texts that places may refer to. */
export function writeKernelTable(table: KernelTable, sources: readonly Source[]): unknown {
  return {
    kernels: table.kernels.map((k) => ({
      name: k.name,
      params: k.params.map((p) => ({
        name: p.name,
        role: p.role,
        dtype: p.dtype.name,
        index: p.index,
        source: p.source,
      })),
      returns: k.returns?.name,
      isTeam: k.isTeam,
    })),
    statuses: table.statuses.map((s) => {
      const { span } = s;
      const source = sources.findIndex(
        (x) => x.name === span?.source.name && x.text === span.source.text,
      );
      return {
        kind: s.kind,
        function: s.function,
        message: s.message,
        symbols: s.symbols,
        place: span && source >= 0 ? [source, span.start, span.end] : undefined,
      };
    }),
    hostImports: table.hostImports.map((h) => ({
      key: h.key,
      name: h.name,
      args: h.args.map((a) => ("dtype" in a ? { ...a, dtype: a.dtype.name } : a)),
      result: h.result && { register: h.result.register, dtype: h.result.dtype.name },
    })),
    functions: table.functions.map((f) => ({
      name: f.name,
      params: f.params.map(writeForm),
      symbols: f.symbols,
      result: writeForm(f.result),
      native: f.native,
    })),
    constants: table.constants,
    requires: table.requires,
    threads: table.threads,
  };
}

function writeForm(form: ValueForm): unknown {
  if (form.kind === "tuple") return { kind: form.kind, fields: form.fields.map(writeForm) };
  return "dtype" in form ? { ...form, dtype: form.dtype.name } : form;
}
