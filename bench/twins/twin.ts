/** What is measured on both sides: one network, from which our text and the peer's model are made. */
import type { Net } from "../../scripts/nets/net.js";

/** One run of an artefact. */
export interface Point {
  /** Name of the case. */
  readonly name: string;
  /** Values of the symbols. */
  readonly sizes: Readonly<Record<string, number>>;
  /** Floating-point operations of a call, for the share of the peak. */
  readonly work?: number;
}

export interface Twin {
  readonly net: Net;
  /** Weights that are known at build time. */
  readonly constants: "all" | "none";
  /** One artefact serves all of them. */
  readonly points: readonly Point[];
  /** Symbols become numbers at build time; then there is one point. */
  readonly isFixed?: boolean;
  /** What is added to the target. */
  readonly options?: string;
  /** Greatest difference from the peer, relative to the greatest value; default 1e-4. */
  readonly tolerance?: number;
}
