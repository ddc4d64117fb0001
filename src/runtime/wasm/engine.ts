/** The part of the WebAssembly interface that is used; the same in Node and in browsers. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}
export interface WasmEngine {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports?: Record<string, Record<string, unknown>>,
  ) => { readonly exports: Readonly<Record<string, unknown>> };
  readonly Memory: new (size: {
    readonly initial: number;
    readonly maximum: number;
    readonly shared: boolean;
  }) => WasmMemory;
  validate(bytes: Uint8Array): boolean;
}

/** The engine of this JavaScript runtime. */
export const wasmEngine: WasmEngine = (
  globalThis as unknown as { readonly WebAssembly: WasmEngine }
).WebAssembly;
