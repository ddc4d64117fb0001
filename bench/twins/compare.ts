/** Times a twin on both sides in turns, after its results were compared. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Tensor } from "../../src/runtime/api/tensor.js";
import type { NDArray } from "../../src/support/ndarray.js";
import { readNpy, writeNpy } from "../../src/support/npy.js";
import { fromArray } from "../../src/runtime/api/tensor.js";
import { collect, timeRowOf, type BenchRow } from "../measure.js";
import { buildOurs, Unavailable, type Prepared } from "./ours.js";
import type { Peak } from "./peak.js";
import { onnxRuntime, type Peer } from "./peer.js";
import type { Point, Twin } from "./twin.js";

export interface CompareOptions {
  readonly bench: string;
  readonly target: string;
  /** Another target of ours as a peer. */
  readonly beside?: string;
  /** Peers beside ONNX Runtime, which makes their models. */
  readonly others?: readonly Peer[];
  /** ONNX Runtime itself is timed; default true. */
  readonly isNative?: boolean;
  /** Also the share of a peak that the operations reach. */
  readonly peak?: Peak | undefined;
}

const ROUNDS = 7;
/** Seconds of one round of a side, and of all rounds of ours. */
const ROUND = 0.08;
const MOST = 6;
const TOLERANCE = 1e-4;

/** Rows of all twins; those which cannot be measured say why on standard error. */
export async function compareAll(
  twins: readonly Twin[],
  options: CompareOptions,
): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const folder = mkdtempSync(join(tmpdir(), "relaxc-bench-"));
  const onnx = onnxRuntime();
  if (onnx === undefined) console.error("no peers: `npm run bench:setup` sets them up");
  try {
    for (const twin of twins) {
      try {
        await compare(twin, { ...options, folder, onnx }, (row) => rows.push(row));
      } catch (error) {
        console.error(`${options.bench}, ${twin.points[0]!.name}: ${(error as Error).message}`);
        if (error instanceof Unavailable) break;
        process.exitCode = 1;
      }
    }
  } finally {
    onnx?.end();
    for (const peer of options.others ?? []) peer.end();
    rmSync(folder, { recursive: true });
  }
  return rows;
}

interface Setting extends CompareOptions {
  readonly folder: string;
  readonly onnx: Peer | undefined;
}

async function compare(twin: Twin, to: Setting, give: (row: BenchRow) => void): Promise<void> {
  const { net, options = "" } = twin;
  const ours = await buildOurs(twin, `${to.target} ${options}`);
  const other = to.beside === undefined ? undefined : await buildOurs(twin, to.beside);
  try {
    const model = join(to.folder, "model.onnx");
    const constants = twin.constants === "all" ? net.weights.map((w) => w.name) : [];
    for (const [i, point] of twin.points.entries()) {
      const tensors = ours.tensorsFor(point.sizes);
      const files = write(to.folder, tensors);
      const pick = (names: readonly string[]): Record<string, string> =>
        Object.fromEntries(names.map((name) => [name, files(name, "npy")]));
      const inputs = [...tensors.keys()].filter((name) => !constants.includes(name));
      if (i === 0) {
        const shaped = twin.isFixed === true ? { ...net, input: fixed(twin) } : net;
        await to.onnx?.ask({ do: "load", net: shaped, constants: pick(constants), save: model });
      }
      const result = files("result", "npy");
      await to.onnx?.ask({ do: "feed", feeds: pick(inputs), result });
      const prepared = ours.prepare(tensors);
      if (to.onnx)
        check(
          prepared.output(),
          fromArray(readNpy(new Uint8Array(readFileSync(result)))),
          twin.tolerance,
        );
      const raw = inputs.map((name) => {
        const { dtype, shape } = tensors.get(name)!;
        return { name, dtype: dtype.name, shape, file: files(name, "raw") };
      });
      for (const row of await timed(point, prepared, other?.prepare(tensors), {
        ...to,
        model,
        net,
        raw,
        isFirst: i === 0,
      }))
        give(row);
    }
  } finally {
    ours.dispose();
    other?.dispose();
  }
}

interface Timing extends Setting {
  readonly model: string;
  readonly net: Twin["net"];
  readonly raw: readonly object[];
  readonly isFirst: boolean;
}

/** One contestant: it gives the best of a round. */
interface Side {
  readonly name: string;
  round(): Promise<number> | number;
}

async function timed(
  point: Point,
  prepared: Prepared,
  other: Prepared | undefined,
  to: Timing,
): Promise<BenchRow[]> {
  const others: Peer[] = [];
  for (const peer of to.others ?? []) {
    try {
      if (to.isFirst) await peer.ask({ do: "load", net: to.net, model: to.model });
      await peer.ask({ do: "feed", raw: to.raw });
      others.push(peer);
    } catch (error) {
      console.error(`${to.bench}, ${point.name}: ${(error as Error).message}`);
    }
  }
  const peers = [...(to.onnx && to.isNative !== false ? [to.onnx] : []), ...others];
  const ofPeer = (peer: Peer): Side => ({
    name: peer.name,
    round: async () => Number((await peer.ask({ do: "round", seconds: ROUND }))["seconds"]),
  });
  const resident: Side = { name: "resident", round: () => prepared.resident(ROUND) };
  const copying: Side = { name: "copying", round: () => prepared.copying!(ROUND) };
  const needsCopies = prepared.copying !== undefined && peers.some(isCopying);
  const beside: Side | undefined = other && {
    name: `our ${to.beside}`,
    round: () => other.resident(ROUND),
  };
  const sides = [
    resident,
    ...(needsCopies ? [copying] : []),
    ...(beside ? [beside] : []),
    ...peers.map(ofPeer),
  ];
  const peak = to.peak;
  const best = await rounds(peak && point.work ? [...sides, peak.side(to.target)] : sides);
  const of = (name: string): number => best.get(name)! * 1e6;
  const rows = peers.flatMap((peer) => {
    const row = (name: string, side: Side): BenchRow =>
      timeRowOf(to.bench, name, "us CPU", of(side.name), of(peer.name), peer.name);
    const rest =
      needsCopies && isCopying(peer) ? [row(`${point.name}, arrays in and out`, copying)] : [];
    return [row(point.name, resident), ...rest];
  });
  if (beside !== undefined)
    rows.push(
      timeRowOf(to.bench, point.name, "us CPU", of("resident"), of(beside.name), beside.name),
    );
  if (rows.length === 0) rows.push(timeRowOf(to.bench, point.name, "us CPU", of("resident")));
  if (peak && point.work !== undefined)
    rows.push(peak.row(to.bench, point, best.get("resident")!, best.get("peak")!));
  return rows;
}

/** Its calls take arrays of JavaScript and give them. */
const isCopying = (peer: Peer): boolean => peer.name === "onnxruntime-web";

/** Runs the sides in turns; gives the best of each. */
async function rounds(sides: readonly Side[]): Promise<Map<string, number>> {
  const best = new Map<string, number>();
  const end = performance.now() + MOST * 1000 * sides.length;
  collect();
  for (let i = 0; i < ROUNDS && (i < 3 || performance.now() < end); i++) {
    for (const side of sides) {
      const seconds = await side.round();
      best.set(side.name, Math.min(best.get(side.name) ?? Infinity, seconds));
    }
  }
  return best;
}

/** Throws when the results differ by more than the order of additions explains. */
function check(ours: Tensor, theirs: Tensor, tolerance = TOLERANCE): void {
  let largest = 0;
  let worst = 0;
  for (let i = 0; i < theirs.data.length; i++) {
    const [a, b] = [Number(ours.data[i]), Number(theirs.data[i])];
    largest = Math.max(largest, Math.abs(b));
    worst = Math.abs(a - b) <= worst ? worst : Math.abs(a - b);
  }
  if (ours.data.length === theirs.data.length && worst <= tolerance * largest) return;
  throw new Error(`our result is off by ${worst}, with values up to ${largest}`);
}

/** Writes tensors; gives the path of one by name. */
function write(
  folder: string,
  tensors: ReadonlyMap<string, NDArray>,
): (name: string, ending: "npy" | "raw") => string {
  const path = (name: string, ending: string): string => join(folder, `${name}.${ending}`);
  for (const [name, tensor] of tensors) {
    writeFileSync(path(name, "npy"), writeNpy(tensor));
    writeFileSync(path(name, "raw"), tensor.bytes);
  }
  return path;
}

/** The input with numbers for symbols. */
function fixed({ net, points }: Twin): Twin["net"]["input"] {
  const { sizes } = points[0]!;
  const shape = net.input.shape.map((d) => (typeof d === "string" ? sizes[d]! : d));
  return { ...net.input, shape };
}
