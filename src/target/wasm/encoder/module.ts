/** Building a module: imports, functions, one memory, globals, exports, data; and its binary form. */
import { byteWriter, type ByteWriter } from "./bytes.js";
import {
  functionBuilder,
  valueTypeCode,
  type FunctionBuilder,
  type FunctionRef,
  type ValueType,
} from "./function.js";

export interface ModuleBuilder {
  /** Declares an imported function; the same name gives the same function. */
  importFunction(
    module: string,
    name: string,
    params: readonly ValueType[],
    results: readonly ValueType[],
  ): FunctionRef;
  /** Declares a function; its body is given by {@link define}. */
  declare(name: string, params: readonly ValueType[], results: readonly ValueType[]): FunctionRef;
  define(ref: FunctionRef, body: (f: FunctionBuilder) => void): void;
  /** Adds a function that was built before. */
  add(f: FunctionBuilder): void;
  /** A mutable global; its index. */
  global(type: "i32" | "i64" | "f64", initial: number, exportAs?: string): number;
  export(name: string, ref: FunctionRef): void;
  /** Puts bytes into the data segment; their address. */
  data(bytes: Uint8Array, align: number): number;
  /** Leaves room behind the data, which holds zeros at first; its address. */
  reserve(bytes: number, align: number): number;
  /** Takes the memory, shared by threads, from the host as `host.memory`. */
  shareMemory(): void;
  /** First address behind the data. */
  readonly dataEnd: number;
  encode(): Uint8Array;
}

interface ImportedFunction {
  readonly module: string;
  readonly ref: FunctionRef;
}
interface Global {
  readonly type: "i32" | "i64" | "f64";
  readonly initial: number;
  readonly exportAs: string | undefined;
}
const PAGE = 65_536;

/** An empty module whose data starts at `dataStart`; the memory is exported as `memory`. */
export function moduleBuilder(dataStart = 1024): ModuleBuilder {
  const imports: ImportedFunction[] = [];
  const functions: FunctionRef[] = [];
  const bodies = new Map<FunctionRef, FunctionBuilder>();
  const globals: Global[] = [];
  const exported: { readonly name: string; readonly ref: FunctionRef }[] = [];
  const segments: { readonly at: number; readonly bytes: Uint8Array }[] = [];
  let dataEnd = dataStart;
  let isShared = false;

  return {
    importFunction(module, name, params, results) {
      const known = imports.find((i) => i.module === module && i.ref.name === name);
      if (known !== undefined) return known.ref;
      const ref = { name, params, results };
      imports.push({ module, ref });
      return ref;
    },
    declare(name, params, results) {
      const ref = { name, params, results };
      functions.push(ref);
      return ref;
    },
    define(ref, body) {
      const builder = functionBuilder(ref);
      body(builder);
      bodies.set(ref, builder);
    },
    add(f) {
      functions.push(f.ref);
      bodies.set(f.ref, f);
    },
    global(type, initial, exportAs) {
      globals.push({ type, initial, exportAs });
      return globals.length - 1;
    },
    export: (name, ref) => void exported.push({ name, ref }),
    data(bytes, align) {
      const at = Math.ceil(dataEnd / align) * align;
      segments.push({ at, bytes });
      dataEnd = at + bytes.length;
      return at;
    },
    reserve(bytes, align) {
      const at = Math.ceil(dataEnd / align) * align;
      dataEnd = at + bytes;
      return at;
    },
    shareMemory: () => void (isShared = true),
    get dataEnd() {
      return dataEnd;
    },
    encode() {
      const index = new Map<FunctionRef, number>();
      for (const { ref } of imports) index.set(ref, index.size);
      for (const ref of functions) index.set(ref, index.size);
      const indexOf = (ref: FunctionRef): number => {
        const found = index.get(ref);
        if (found === undefined) throw new Error(`function ${ref.name} belongs to another module`);
        return found;
      };
      const types = typeTable([...imports.map((i) => i.ref), ...functions]);
      const out = byteWriter();
      out.raw([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
      section(out, 1, types.signatures, (w, ref) => {
        w.u8(0x60);
        w.uleb(ref.params.length);
        for (const t of ref.params) w.u8(valueTypeCode[t]);
        w.uleb(ref.results.length);
        for (const t of ref.results) w.u8(valueTypeCode[t]);
      });
      const pages = Math.max(1, Math.ceil(dataEnd / PAGE));
      section(out, 2, [...imports, ...(isShared ? [undefined] : [])], (w, imported) => {
        w.text(imported?.module ?? "host");
        w.text(imported?.ref.name ?? "memory");
        if (imported !== undefined) {
          w.u8(0);
          return w.uleb(types.indexOf(imported.ref));
        }
        w.u8(2);
        memoryType(w, 3, pages);
      });
      section(out, 3, functions, (w, ref) => w.uleb(types.indexOf(ref)));
      section(out, 5, isShared ? [] : [pages], (w, least) => memoryType(w, 1, least));
      section(out, 6, globals, (w, g) => {
        w.u8(valueTypeCode[g.type]);
        w.u8(1);
        w.u8(g.type === "i32" ? 0x41 : g.type === "i64" ? 0x42 : 0x44);
        if (g.type === "f64") w.f64(g.initial);
        else w.sleb(g.initial);
        w.u8(0x0b);
      });
      const entries: { name: string; kind: number; index: number }[] = [
        { name: "memory", kind: 2, index: 0 },
      ];
      globals.forEach(
        (g, i) => g.exportAs !== undefined && entries.push({ name: g.exportAs, kind: 3, index: i }),
      );
      for (const { name, ref } of exported) entries.push({ name, kind: 0, index: indexOf(ref) });
      section(out, 7, entries, (w, e) => {
        w.text(e.name);
        w.u8(e.kind);
        w.uleb(e.index);
      });
      section(out, 10, functions, (w, ref) => {
        const body = bodies.get(ref);
        if (body === undefined) throw new Error(`function ${ref.name} has no body`);
        const bytes = body.encode(indexOf);
        w.uleb(bytes.length);
        w.raw(bytes);
      });
      section(out, 11, segments, (w, { at, bytes }) => {
        w.u8(0);
        w.u8(0x41);
        w.sleb(at);
        w.u8(0x0b);
        w.uleb(bytes.length);
        w.raw(bytes);
      });
      return out.bytes();
    },
  };
}

/** At most 4 GiB; `flags` says whether threads share it. */
function memoryType(w: ByteWriter, flags: 1 | 3, pages: number): void {
  w.u8(flags);
  w.uleb(pages);
  w.uleb(PAGE);
}

/** Distinct signatures in order of first use. */
function typeTable(refs: readonly FunctionRef[]): {
  signatures: FunctionRef[];
  indexOf(ref: FunctionRef): number;
} {
  const key = (ref: FunctionRef): string => `${ref.params.join()}->${ref.results.join()}`;
  const known = new Map<string, number>();
  const signatures: FunctionRef[] = [];
  for (const ref of refs) {
    if (known.has(key(ref))) continue;
    known.set(key(ref), signatures.length);
    signatures.push(ref);
  }
  return { signatures, indexOf: (ref) => known.get(key(ref))! };
}

function section<T>(
  out: ByteWriter,
  id: number,
  items: readonly T[],
  write: (w: ByteWriter, item: T) => void,
): void {
  if (items.length === 0) return;
  const body = byteWriter();
  body.uleb(items.length);
  for (const item of items) write(body, item);
  out.u8(id);
  out.uleb(body.length);
  out.raw(body.bytes());
}
