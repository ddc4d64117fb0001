/** From the bytes of a `.rxe` file to a machine that is ready to run. */
import { decodeArtefact, dimOfJson, type Artefact, type Dim } from "../artefact/index.js";
import { DiagnosticError } from "../support/diagnostic.js";
import { tryDType } from "../support/dtype.js";
import type { Source } from "../support/source.js";
import type { HostCode } from "../support/value.js";
import { codes as artefactCodes } from "../artefact/codes.js";
import { codes } from "./codes.js";
import {
  makeGraphExecutor,
  type GraphExecutor,
  type GraphExecutorOptions,
} from "./graph/executor.js";
import { memoryDevice, wasmDevice, type Device } from "./vm/device.js";
import { makeMachine, type Machine, type MachineOptions } from "./vm/machine.js";
import { instantiate } from "./wasm/instance.js";
import type { ThreadStarter } from "./wasm/team.js";
import type { KernelTable } from "./kernel-table.js";
import type { FunctionInfo, NativeCall, ValueForm } from "./wasm/function-info.js";
import type { HostArgument, HostImport, KernelInfo, StatusInfo } from "./kernel-info.js";

/** Makes a device of native code; throws a DiagnosticError when it cannot run here. */
export type NativeLoader = (code: Uint8Array, table: KernelTable, file: string) => Device;
export interface CodeOptions {
  /** Absent: native code is refused. */
  readonly native?: NativeLoader | undefined;
  /** Starts threads for WebAssembly that was built for several; absent: one thread runs it. */
  readonly startThread?: ThreadStarter | undefined;
}

/** Decodes, checks and instantiates; `file` is for messages. Throws a {@link DiagnosticError}. */
export function loadArtefact(
  bytes: Uint8Array,
  file: string,
  options: MachineOptions & CodeOptions = {},
): Machine {
  const artefact = decodeArtefact(bytes, file);
  return makeMachine(artefact.executable, makeDevice(artefact, file, options), options);
}

/** The same for the graph executor; throws also when the artefact was not built for it. */
export function loadGraph(
  bytes: Uint8Array,
  file: string,
  options: Pick<MachineOptions, "hosts" | "print"> & GraphExecutorOptions & CodeOptions = {},
): GraphExecutor {
  const artefact = decodeArtefact(bytes, file);
  const { executable, graphs } = artefact;
  if (graphs === undefined) throw new DiagnosticError(codes.noGraph({ name: file }));
  return makeGraphExecutor(executable, graphs, makeDevice(artefact, file, options), options);
}

function makeDevice(
  artefact: Artefact,
  file: string,
  options: Pick<MachineOptions, "hosts" | "print"> & CodeOptions,
): Device {
  if (artefact.kernels.length === 0) return memoryDevice();
  const damaged = (reason: string): never => {
    throw new DiagnosticError(artefactCodes.artefactDamaged({ file, reason }));
  };
  const { target } = artefact.manifest;
  if (target !== "wasm" && target !== "llvm") damaged(`its target is \`${target}\``);
  const table = readTable(artefact.manifest.kernels, artefact.executable.sources, damaged);
  const hosts = options.hosts ?? new Map<string, HostCode>();
  const missing = table.hostImports.filter((i) => !hosts.has(i.name)).map((i) => `\`${i.name}\``);
  if (missing.length > 0) {
    const names = [...new Set(missing)].join(", ");
    throw new DiagnosticError(codes.missingHost({ names }));
  }
  if (target === "llvm") {
    if (options.native === undefined) throw new DiagnosticError(codes.noNativeCode({ name: file }));
    return options.native(artefact.kernels, table, file);
  }
  const { threads = 1 } = table;
  if (threads > 1 && typeof SharedArrayBuffer === "undefined")
    throw new DiagnosticError(codes.noSharedMemory({ name: file, threads }));
  try {
    const context = { print: (text: string) => options.print?.(text) };
    return wasmDevice(
      instantiate({ bytes: artefact.kernels, ...table }, hosts, context, {
        threads,
        start: options.startThread,
      }),
      table.constants,
    );
  } catch (error) {
    if (error instanceof DiagnosticError) throw error;
    const features = table.requires?.join(", ") ?? "";
    if (features !== "")
      throw new DiagnosticError(codes.missingInstructions({ name: file, features }));
    return damaged("its WebAssembly code cannot be instantiated");
  }
}

/** Threads that an artefact may ask for. */
const MOST_THREADS = 256;

/** Symbols that a function of an artefact may have. */
const MOST_SYMBOLS = 65_536;

type Fields = Readonly<Record<string, unknown>>;

/** Reads what the manifest says of kernels; anything not as written is damage. */
function readTable(
  data: unknown,
  sources: readonly Source[],
  damaged: (reason: string) => never,
): KernelTable {
  const wrong = (): never => damaged("its table of kernels is malformed");
  const object = (x: unknown): Fields =>
    typeof x === "object" && x !== null && !Array.isArray(x) ? (x as Fields) : wrong();
  const list = (x: unknown): readonly unknown[] => (Array.isArray(x) ? (x as unknown[]) : wrong());
  const text = (x: unknown): string => (typeof x === "string" ? x : wrong());
  const count = (x: unknown): number =>
    typeof x === "number" && Number.isSafeInteger(x) && x >= 0 ? x : wrong();
  const oneOf = <T extends string>(x: unknown, ...words: readonly T[]): T =>
    words.find((w) => w === x) ?? wrong();
  const type = (x: unknown) => tryDType(text(x)) ?? wrong();
  const root = object(data);
  const kernels = list(root["kernels"]).map((k): KernelInfo => {
    const kernel = object(k);
    const params = list(kernel["params"]).map((p) => {
      const param = object(p);
      const source = param["source"] === undefined ? undefined : object(param["source"]);
      return {
        name: text(param["name"]),
        role: oneOf(param["role"], "pointer", "scalar", "symbol"),
        dtype: type(param["dtype"]),
        ...(param["index"] !== undefined && { index: count(param["index"]) }),
        ...(source && {
          source: {
            param: count(source["param"]),
            field: oneOf(source["field"], "shape", "strides", "offset"),
            axis: count(source["axis"]),
          },
        }),
      };
    });
    const returns = kernel["returns"];
    const name = text(kernel["name"]);
    const isTeam = kernel["isTeam"] === true;
    return {
      name,
      params,
      ...(returns !== undefined && { returns: type(returns) }),
      ...(isTeam && { isTeam }),
    };
  });
  const statuses = list(root["statuses"]).map((x): StatusInfo => {
    const status = object(x);
    return {
      kind: oneOf(
        status["kind"],
        "assert",
        "bounds",
        "division-by-zero",
        "guard",
        "memory",
        "unreachable",
      ),
      function: text(status["function"]),
      message: text(status["message"]),
      symbols: list(status["symbols"]).map(text),
      span: place(status["place"]),
    };
  });
  const hostImports = list(root["hostImports"]).map((x): HostImport => {
    const host = object(x);
    const result = host["result"] === undefined ? undefined : object(host["result"]);
    return {
      key: text(host["key"]),
      name: text(host["name"]),
      args: list(host["args"]).map((a) => hostArgument(object(a))),
      ...(result && {
        result: {
          register: oneOf(result["register"], "i32", "i64", "f32", "f64"),
          dtype: type(result["dtype"]),
        },
      }),
    };
  });
  const functions = list(root["functions"] ?? []).map((f): FunctionInfo => {
    const func = object(f);
    const symbols = count(func["symbols"]);
    if (symbols > MOST_SYMBOLS) return wrong();
    const dimension = (d: unknown): Dim => dimOfJson(d, symbols, wrong);
    return {
      name: text(func["name"]),
      params: list(func["params"]).map((p) => form(object(p), dimension)),
      symbols,
      result: form(object(func["result"]), dimension),
      ...(func["native"] !== undefined && { native: nativeCall(object(func["native"])) }),
    };
  });
  const constants = list(root["constants"] ?? []).map(count);
  const requires = list(root["requires"] ?? []).map(text);
  const threads = Math.min(count(root["threads"] ?? 1), MOST_THREADS);
  return { kernels, statuses, hostImports, functions, constants, requires, threads };

  function form(f: Fields, dimension: (x: unknown) => Dim): ValueForm {
    const kind = oneOf(f["kind"], "tensor", "scalar", "shape", "tuple");
    if (kind === "tuple")
      return { kind, fields: list(f["fields"]).map((x) => form(object(x), dimension)) };
    if (kind === "shape") return { kind, dims: list(f["dims"]).map(dimension) };
    const dtype = type(f["dtype"]);
    if (kind === "tensor") return { kind, dtype, shape: list(f["shape"]).map(dimension) };
    return { kind, dtype, value: f["value"] === undefined ? undefined : dimension(f["value"]) };
  }

  function nativeCall(f: Fields): NativeCall {
    const space = f["workspace"] === undefined ? undefined : object(f["workspace"]);
    return {
      constants: list(f["constants"]).map(count),
      workspace: space && {
        kernel: text(space["kernel"]),
        symbols: list(space["symbols"]).map(count),
      },
    };
  }

  function hostArgument(a: Fields): HostArgument {
    const kind = oneOf(a["kind"], "scalar", "pointer", "string", "tensor");
    if (kind === "pointer") return { kind };
    if (kind === "string") return { kind, value: text(a["value"]) };
    if (kind === "scalar") return { kind, dtype: type(a["dtype"]) };
    return { kind, dtype: type(a["dtype"]), rank: count(a["rank"]) };
  }

  function place(x: unknown): StatusInfo["span"] {
    if (x === undefined) return undefined;
    const [source, start, end] = list(x).map(count) as [number, number, number];
    const found = sources[source];
    if (found === undefined || !(start <= end && end <= found.text.length)) return undefined;
    return { source: found, start, end };
  }
}
