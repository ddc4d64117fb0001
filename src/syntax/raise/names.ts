/** Names of variables in print (`printing.md` §3): hints made unique along the scopes of a function. */

const KEYWORDS = new Set(
  (
    "False None True and as assert break class continue def del elif else except finally for from global if import in is " +
    "lambda nonlocal not or pass raise return try while with yield async await range metadata"
  ).split(" "),
);

/** Allocates names. Keys are the IR objects (variables, buffers). */
export interface Names {
  /** Name of an object that has one. */
  get(key: object): string | undefined;
  /** Gives `key` a fresh name made from `hint` in the present scope. */
  give(key: object, hint: string): string;
  /** As `give`, but kept until the end of the function: for declarations at its top. */
  keep(key: object, hint: string): string;
  /** A fresh name without an owner. */
  fresh(hint: string): string;
  /** Gives `key` exactly this text, e.g. `A.data` for the pointer of A; reserves nothing. */
  alias(key: object, text: string): void;
  /** Opens and closes a scope; names given inside may be reused after it. */
  push(): void;
  pop(): void;
  /** Names of another function: the same ones reserved, none given. */
  another(): Names;
}

/** @param reserved prefixes, module and sibling names in use */
export function makeNames(reserved: Iterable<string>): Names {
  return namesBeside(new Set(reserved));
}

function namesBeside(reserved: ReadonlySet<string>): Names {
  const given = new Set<string>();
  const taken = { has: (name: string) => given.has(name) || reserved.has(name) };
  const texts = new Map<object, string>();
  /** Next number to try per hint, so that many equal hints stay linear. */
  const next = new Map<string, number>();
  const frames: {
    readonly names: string[];
    readonly keys: object[];
    readonly counters: Map<string, number | undefined>;
  }[] = [];
  const fresh = (hint: string): string => {
    const clean = identifier(hint);
    let name = clean;
    if (taken.has(name) || KEYWORDS.has(name)) {
      let i = next.get(clean) ?? 1;
      while (taken.has(`${clean}_${i}`)) i++;
      name = `${clean}_${i}`;
      const frame = frames[frames.length - 1];
      if (frame !== undefined && !frame.counters.has(clean))
        frame.counters.set(clean, next.get(clean));
      next.set(clean, i + 1);
    }
    given.add(name);
    frames[frames.length - 1]?.names.push(name);
    return name;
  };
  return {
    get: (key) => texts.get(key),
    give(key, hint) {
      const name = fresh(hint);
      texts.set(key, name);
      frames[frames.length - 1]?.keys.push(key);
      return name;
    },
    keep(key, hint) {
      const inner = frames.splice(0, frames.length);
      const name = fresh(hint);
      frames.push(...inner);
      texts.set(key, name);
      return name;
    },
    fresh,
    alias(key, text) {
      texts.set(key, text);
      frames[frames.length - 1]?.keys.push(key);
    },
    push() {
      frames.push({ names: [], keys: [], counters: new Map() });
    },
    pop() {
      const frame = frames.pop();
      if (frame === undefined) return;
      for (const name of frame.names) given.delete(name);
      for (const key of frame.keys) texts.delete(key);
      for (const [hint, before] of frame.counters) {
        if (before === undefined) next.delete(hint);
        else next.set(hint, before);
      }
    },
    another: () => namesBeside(reserved),
  };
}

/** Makes an identifier of a hint: other characters become `_`, a leading digit gets one, empty becomes `v`. */
export function identifier(hint: string): string {
  for (let i = 0; i < hint.length; i++) {
    const c = hint.charCodeAt(i);
    const letter = (c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 95;
    if (!letter && !(i > 0 && c >= 48 && c <= 57)) return repaired(hint);
  }
  return hint === "" ? "v" : hint;
}

function repaired(hint: string): string {
  const clean = hint.replace(/[^A-Za-z0-9_]/g, "_");
  return /^[0-9]/.test(clean) ? `_${clean}` : clean;
}
