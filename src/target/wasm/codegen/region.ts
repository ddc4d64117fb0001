/**
 * What is known in a stretch of straight-line code: addresses already computed and values already loaded. Addresses
 * stay known inside conditional code and loops; loaded values until memory may have changed.
 */
import type { Local } from "../encoder/function.js";

/** A local that holds an address of the form of some key, with this constant. */
export interface KnownAddress {
  readonly local: Local;
  readonly constant: number;
  /** Whether memory was accessed there; then no larger constant makes the sum wrap. */
  isAccessed: boolean;
}

export interface Region {
  /** The addresses of a form, constants aside. */
  addressesOf(key: string): readonly KnownAddress[];
  addAddress(key: string, address: KnownAddress): void;
  /** The local with the value that an instruction loaded from an address. */
  loaded(key: string): Local | undefined;
  addLoaded(key: string, local: Local): void;
  /** Memory may have changed. */
  forgetLoads(): void;
  /** A variable was bound again. */
  forgetAll(): void;
  /** Code that may not run, or more than once. What it learns is forgotten after it. */
  inside(work: () => void, runsAgain?: boolean): void;
}

/** Nothing known. */
export function makeRegion(): Region {
  let addresses = new Map<string, readonly KnownAddress[]>();
  let loads = new Map<string, Local>();
  let changes = 0;
  let bindings = 0;
  return {
    addressesOf: (key) => addresses.get(key) ?? [],
    addAddress(key, address) {
      addresses.set(key, [...(addresses.get(key) ?? []), address]);
    },
    loaded: (key) => loads.get(key),
    addLoaded: (key, local) => void loads.set(key, local),
    forgetLoads() {
      changes++;
      loads = new Map();
    },
    forgetAll() {
      changes++;
      bindings++;
      loads = new Map();
      addresses = new Map();
    },
    inside(work, runsAgain = false) {
      const outerAddresses = addresses;
      const outerLoads = loads;
      const before = changes;
      const bound = bindings;
      // Accesses inside say nothing about those behind.
      addresses = new Map(
        [...addresses].map(([key, known]) => [key, known.map((address) => ({ ...address }))]),
      );
      loads = new Map(runsAgain ? [] : loads);
      work();
      addresses = bound === bindings ? outerAddresses : new Map();
      loads = changes === before ? outerLoads : new Map();
    },
  };
}
