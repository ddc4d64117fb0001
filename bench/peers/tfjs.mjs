/** TensorFlow.js on WebAssembly with vectors, one thread: the operators it has, on tensors that stay in its memory. */
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { round, serve } from "./answer.mjs";

const from = createRequire(pathToFileURL(join(resolve(process.argv[2]), "package.json")));
const tf = from("@tensorflow/tfjs");
const wasm = from("@tensorflow/tfjs-backend-wasm");
wasm.setWasmPaths(
  `${join(dirname(from.resolve("@tensorflow/tfjs-backend-wasm/package.json")), "dist")}/`,
);
wasm.setThreadsCount(1);
tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
await tf.setBackend("wasm");
await tf.ready();

const random = (shape) => tf.randomNormal(shape);
/** Channels last, as the library likes it. */
function convolution({ inputs, attrs }, shapes) {
  const [, ci, height, width] = shapes[inputs[0]];
  const [co, inner, kh, kw] = shapes[inputs[1]];
  const x = random([1, height, width, ci]);
  const isDepthwise = inner === 1 && ci === co;
  const filter = random(isDepthwise ? [kh, kw, ci, 1] : [kh, kw, ci, co]);
  const bias = random([co]);
  const common = { x, filter, strides: attrs.strides, pad: "same", bias, activation: "relu" };
  return () => (isDepthwise ? tf.fused.depthwiseConv2d(common) : tf.fused.conv2d(common));
}
const unary =
  (op) =>
  ([x]) => {
    const tensor = random(x);
    return () => op(tensor);
  };
const OPERATORS = {
  relu: unary(tf.relu),
  tanh: unary(tf.tanh),
  softmax: unary(tf.softmax),
  matmul([a, b]) {
    const [x, y] = [random(a), random(b)];
    return () => tf.matMul(x, y);
  },
};
let call;

await serve({
  load({ net }) {
    tf.disposeVariables();
    const shapes = Object.fromEntries([net.input, ...net.weights].map((t) => [t.name, t.shape]));
    const [first, second, ...rest] = net.layers;
    const isConvolution = first.op === "conv2d" && second?.op === "relu" && rest.length === 0;
    const make = second === undefined ? OPERATORS[first.op] : undefined;
    if (isConvolution) call = convolution(first, shapes);
    else if (make) call = make(first.inputs.map((name) => shapes[name]));
    else throw new Error("has no such operator");
  },
  feed() {
    for (let i = 0; i < 3; i++) call().dispose();
  },
  round: async ({ seconds }) => ({ seconds: await round(() => call().dispose(), seconds) }),
});
