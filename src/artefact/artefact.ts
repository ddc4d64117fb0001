/** The parts of a `.rxe` file. */
import { DiagnosticError } from "../support/diagnostic.js";
import { Damaged } from "./bytes.js";
import { codes } from "./codes.js";
import { bigAsJson } from "./dim-json.js";
import { checked, readContainer, writeContainer, type Sections } from "./container.js";
import {
  decodeCode,
  decodeConstants,
  decodeSourceMap,
  encodeCode,
  encodeConstants,
  encodeSourceMap,
} from "./encode.js";
import type { Executable } from "./executable.js";
import { decodeGraphs, encodeGraphs } from "./graph-json.js";
import type { GraphFunction } from "./graph.js";

/** Plain data about the artefact; JSON in the file. */
export interface Manifest {
  /** Version of the compiler that wrote it. */
  readonly producer: string;
  readonly target: string;
  readonly entry?: string | undefined;
  /** What the code generator of the target says of its kernels. */
  readonly kernels?: unknown;
  /** Parameters and results of the functions, as the driver writes them. */
  readonly signatures?: unknown;
  /** What the public functions take and give, for programs that call them. */
  readonly interface?: unknown;
}

export interface Artefact {
  readonly manifest: Manifest;
  readonly executable: Executable;
  /** Code of the target. */
  readonly kernels: Uint8Array;
  /** Functions of the graph executor; absent when it was not built for it. */
  readonly graphs?: readonly GraphFunction[];
}

const utf8 = new TextEncoder();

/** Bytes of an artefact; the same artefact gives the same bytes. */
export function encodeArtefact(a: Artefact): Uint8Array {
  const { manifest } = a;
  const fields = {
    producer: manifest.producer,
    target: manifest.target,
    entry: manifest.entry,
    kernels: manifest.kernels,
    signatures: manifest.signatures,
    interface: manifest.interface,
  };
  const json = JSON.stringify(fields, bigAsJson);
  const sections: [string, Uint8Array][] = [
    ["manifest", utf8.encode(json)],
    ["code", encodeCode(a.executable)],
    ["kernels", a.kernels],
    ["constants", encodeConstants(a.executable.constants)],
    ["source-map", encodeSourceMap(a.executable)],
  ];
  if (a.graphs !== undefined) sections.push(["graph", encodeGraphs(a.graphs)]);
  return writeContainer(new Map(sections));
}

/** Reads an artefact and checks its form; the code itself is checked by the machine that loads it. */
export function decodeArtefact(bytes: Uint8Array, file: string): Artefact {
  const sections = readContainer(bytes, file);
  return checked(file, () => {
    const places = sections.get("source-map");
    const map = places === undefined ? { sources: [], places: [] } : decodeSourceMap(places);
    const graphs = sections.get("graph");
    const code = decodeCode(section(sections, "code", file));
    if (map.places.length !== 0 && map.places.length !== code.offsets.length) {
      throw new Damaged("its source map does not fit its code");
    }
    return {
      manifest: readManifest(section(sections, "manifest", file)),
      executable: {
        ...code,
        ...map,
        constants: decodeConstants(section(sections, "constants", file)),
      },
      kernels: section(sections, "kernels", file),
      ...(graphs && { graphs: decodeGraphs(graphs) }),
    };
  });
}

function section(sections: Sections, name: string, file: string): Uint8Array {
  const bytes = sections.get(name);
  if (bytes !== undefined) return bytes;
  throw new DiagnosticError(codes.artefactSection({ file, section: name }));
}

function readManifest(bytes: Uint8Array): Manifest {
  let data: unknown;
  try {
    data = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new Damaged("its manifest is not JSON");
  }
  const fields =
    typeof data === "object" && data !== null ? new Map(Object.entries(data)) : undefined;
  const text = (name: string): string | undefined => {
    const value: unknown = fields?.get(name);
    if (value === undefined || typeof value === "string") return value;
    throw new Damaged(`\`${name}\` of its manifest is not a text`);
  };
  const target = text("target");
  if (target === undefined) throw new Damaged("its manifest names no target");
  return {
    producer: text("producer") ?? "",
    target,
    entry: text("entry"),
    kernels: fields?.get("kernels"),
    signatures: fields?.get("signatures"),
    ...(fields?.has("interface") && { interface: fields.get("interface") }),
  };
}
