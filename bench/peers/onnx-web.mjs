/** ONNX Runtime Web on WebAssembly with vectors, one thread; a call takes and gives arrays. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { round, serve } from "./answer.mjs";

const folder = join(resolve(process.argv[2]), "node_modules", "onnxruntime-web", "dist");
const ort = await import(pathToFileURL(join(folder, "ort.wasm.bundle.min.mjs")).href);
ort.env.wasm.numThreads = 1;
ort.env.logLevel = "error";

const ARRAYS = { float32: Float32Array, uint8: Uint8Array, int8: Int8Array, int32: Int32Array };
let session;
let feeds;

await serve({
  async load({ model }) {
    await session?.release();
    session = await ort.InferenceSession.create(new Uint8Array(readFileSync(model)), {
      executionProviders: ["wasm"],
      graphOptimizationLevel: "all",
    });
  },
  async feed({ raw }) {
    feeds = Object.fromEntries(
      raw.map(({ name, dtype, shape, file }) => {
        const bytes = new Uint8Array(readFileSync(file));
        return [name, new ort.Tensor(dtype, new ARRAYS[dtype](bytes.buffer), shape)];
      }),
    );
    for (let i = 0; i < 3; i++) await session.run(feeds);
  },
  round: async ({ seconds }) => ({ seconds: await round(() => session.run(feeds), seconds) }),
});
