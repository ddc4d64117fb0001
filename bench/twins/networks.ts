/** The networks of `samples/nets` that are timed, with weights known at build time. */
import { nets, type Net } from "../../scripts/nets/index.js";
import type { Point, Twin } from "./twin.js";

const image = (n: number, size: number): Point => ({
  name: `b${n} ${size}`,
  sizes: { n, h: size, w: size },
});
const tokens = (batch: number, seq: number): Point => ({
  name: `b${batch} ${seq}`,
  sizes: { batch, seq },
});

/** Sizes of one artefact; the first are the usual ones. */
const POINTS: Readonly<Record<string, readonly Point[]>> = {
  resnet18: [image(1, 224), image(1, 160), image(2, 192), image(1, 288)],
  "mobilenet-v2": [image(1, 224), image(1, 160), image(2, 192)],
  encoder: [tokens(1, 128), tokens(1, 17), tokens(1, 100), tokens(4, 128), tokens(1, 512)],
};

/** Sums of thousands of products in another order, through tens of layers. */
const TOLERANCE = 1e-3;

const named = (net: Net, kind: string, points: readonly Point[]): Twin["points"] =>
  points.map((p) => ({ ...p, name: `${net.name} ${kind} ${p.name}` }));

/** Each network at its usual size, fixed at build time. */
export const fixedNetworks = (): Twin[] =>
  chosen().map((net) => ({
    net,
    constants: "all",
    points: named(net, "static", POINTS[net.name]!.slice(0, 1)),
    isFixed: true,
    tolerance: TOLERANCE,
  }));

/** The network of 3 × 3 convolutions at its usual size, with relaxed accuracy. */
export const relaxedNetworks = (): Twin[] =>
  fixedNetworks()
    .filter(({ net }) => net.name === "resnet18")
    .map((twin) => ({
      ...twin,
      points: twin.points.map((p) => ({ ...p, name: `${p.name} relaxed` })),
      options: "-accuracy=relaxed",
    }));

/** Each network as one artefact for all sizes. */
export const symbolicNetworks = (): Twin[] =>
  chosen().map((net) => ({
    net,
    constants: "all",
    points: named(net, "dynamic", POINTS[net.name]!),
    tolerance: TOLERANCE,
  }));

const chosen = (): readonly Net[] => nets().filter((net) => net.name in POINTS);
