/** Bars: the least ratios that are asked of cases, where a bench runs for the target it is about. */
import type { BenchRow } from "./measure.js";

interface Bar {
  readonly cases: RegExp;
  readonly peer: string;
  readonly least: number;
}

const bar = (cases: RegExp, peer: string, least: number): Bar => ({ cases, peer, least });
const ORT = "onnxruntime";
const WEB = "onnxruntime-web";
const TFJS = "tfjs-wasm";

/** By bench; the first that names a case and the peer of a row counts. */
const bars: Readonly<Record<string, readonly Bar[]>> = {
  attention: [bar(/^/, ORT, 1.1)],
  matmul: [
    bar(/^(\d|u8s8)/, ORT, 1),
    bar(/^(256|512|1024)/, "peak", 0.9),
    bar(/^m=1 /, ORT, 1.2),
    bar(/^m=[38] /, ORT, 1.8),
    bar(/^m=(17|32) /, ORT, 1.4),
    bar(/^m=/, ORT, 1),
  ],
  conv: [
    bar(/int8$/, ORT, 1),
    bar(/^dw .*s2$/, ORT, 1.3),
    bar(/^dw /, ORT, 2),
    bar(/^pw 24x/, ORT, 1.4),
    bar(/^pw /, ORT, 1),
    bar(/ relaxed$/, ORT, 2.5),
    bar(/ 3x3 /, ORT, 1.4),
    bar(/^/, ORT, 1),
  ],
  memops: [
    bar(/^mul_add_relu /, ORT, 2.5),
    bar(/^gelu /, ORT, 2),
    bar(/^layernorm /, ORT, 1.5),
    bar(/^transpose /, ORT, 4),
    bar(/^tanh /, ORT, 1.2),
    bar(/^softmax /, ORT, 1),
    bar(/^(relu|add) DRAM/, ORT, 1.1),
  ],
  nets: [
    bar(/^resnet18 static/, ORT, 1.25),
    bar(/^mobilenet-v2 static/, ORT, 1.15),
    bar(/^encoder static/, ORT, 1.2),
    bar(/against static/, "static", 0.95),
    bar(/^resnet18 .*two threads/, "one thread", 1.7),
  ],
  // Products of bytes, and those that read a large matrix once, are asked to be as fast. Where memory bounds, copies of
  // arrays take longer than the work: only calls in place count.
  wasm: [
    bar(/^(u8s8|1x)/, WEB, 1),
    bar(/^(\d+x\d+x\d+|\d+x\d+ 3x3|pw )/, WEB, 1.5),
    bar(/^(?!1x)(\d+x\d+x\d+|\d+x\d+ 3x3|pw )/, TFJS, 1.2),
    bar(/^(dw|relu|gelu|tanh|layernorm) (?!.*arrays)/, WEB, 3),
    bar(/^softmax (?!.*arrays)/, WEB, 2),
    bar(/ static /, WEB, 1.6),
  ],
  c: [bar(/^(256|512|1024)/, "peak", 0.85), bar(/^resnet18 static/, "our llvm", 0.8)],
  // Intervals and times: at most those of others, at most the limit.
  cgra: ["factorised SAT with CaDiCaL", "Morpher", "CGRA-Mapper", "bound", "limit"].map((peer) =>
    bar(/^/, peer, 1),
  ),
  nests: [bar(/^1024x1024x1024 (llvm|c)$/, "peak", 0.8)],
};

/** What is asked of a row; undefined where nothing is. */
export const barOf = ({ bench, case: name, peerName }: BenchRow): number | undefined =>
  bars[bench]?.find(({ cases, peer }) => peer === peerName && cases.test(name))?.least;

/** A row with its bar, if there is one, and whether that is met. */
export interface JudgedRow extends BenchRow {
  readonly bar?: number;
  readonly met?: boolean;
}

export function judged(row: BenchRow): JudgedRow {
  const least = barOf(row);
  return least === undefined ? row : { ...row, bar: least, met: (row.ratio ?? 0) >= least };
}

/** How many bars are met, and which are missed; nothing where nothing is asked. */
export function verdict(bench: string, rows: readonly JudgedRow[]): string[] {
  const asked = rows.filter(({ met }) => met !== undefined);
  const missed = asked.filter(({ met }) => met === false);
  if (asked.length === 0) return [];
  return [
    `${bench}: ${asked.length - missed.length} of ${asked.length} bars met`,
    ...missed.map((row) => `missed: ${row.case}, ${row.ratio} × ${row.peerName}, asked ${row.bar}`),
  ];
}
