/**
 * A conflict-driven clause learning SAT solver: two watched literals, activity-ordered decisions, first-unique-implication-
 * point learning with minimisation, restarts by the quality of learnt clauses, saved phases and clause reduction
 * (Eén and Sörensson 2003; Audemard and Simon 2009; Biere and Fröhlich 2015). Phases of fast restarts, which refute, and
 * of rare ones, which follow the largest assignment without conflict and find solutions, take turns (Biere 2018).
 * Incremental: clauses may be added between calls, and a call takes assumptions. Same input, same answer: nothing is
 * random.
 *
 * Literals are non-zero integers as in DIMACS; inside, variable `v` has the literals `2v` and `2v + 1`.
 */
import { activityHeap } from "./activity-heap.js";
import { clauseStore, type ClauseRef } from "./clause-store.js";
import { Memory } from "./memory.js";
import { watchLists } from "./watch-lists.js";

export type SatResult = "sat" | "unsat" | "unknown";

/** When to give up; the answer is then `unknown`. */
export interface SatLimits {
  /** Conflicts of this call. */
  readonly conflicts?: number;
  /** Asked every few thousand steps. */
  readonly stop?: () => boolean;
}

/** What a solver is made with. */
export interface SatOptions {
  readonly proof?: ProofListener;
  /** What it takes is counted here; when that is full it drops what it learnt, or gives up. */
  readonly memory?: Memory;
}

/** Told of every clause derived and dropped, in DIMACS literals: the lines of a DRAT proof. */
export interface ProofListener {
  add(clause: readonly number[]): void;
  remove(clause: readonly number[]): void;
}

export interface SatStatistics {
  readonly variables: number;
  readonly clauses: number;
  readonly conflicts: number;
  readonly decisions: number;
  readonly propagations: number;
  /** Clauses and literals looked at: how much was done, the same on all machines. */
  readonly steps: number;
  /** Gave up because there was no memory left: what was added last is missing, and every answer is `unknown`. */
  readonly isFull: boolean;
}

export interface SatSolver {
  newVariable(): number;
  addClause(clause: readonly number[]): void;
  solve(assumptions?: readonly number[], limits?: SatLimits): SatResult;
  /** Value of a literal after `sat`. */
  holds(literal: number): boolean;
  /** The phase tried first when the variable is decided. */
  prefer(literal: number): void;
  statistics(): SatStatistics;
}

const TRUE = 1;
const FALSE = -1;
const NO_REASON = 0;
const ACTIVITY_DECAY = 0.95;
const RESCALE = 1e100;
const FIRST_REDUCTION = 2000;
const REDUCTION_STEP = 300;
const STOP_INTERVAL = 1000;
const FIRST_MODE = 1000;
const STABLE_RESTART = 512;
const REPHASE = 1000;
/** Work of adding a clause, besides its literals. */
const CLAUSE_STEPS = 10;
/** Conflicts between two times that memory is short. */
const SHORTAGE_INTERVAL = 1000;

const inner = (literal: number): number => (literal > 0 ? 2 * literal : -2 * literal + 1);
const outer = (lit: number): number => ((lit & 1) === 0 ? lit >> 1 : -(lit >> 1));

/** 1 1 2 1 1 2 4 …, from 1 on (Luby, Sinclair and Zuckerman 1993). */
function luby(i: number): number {
  let size = 1;
  while (2 * size <= i + 1) size *= 2;
  return size === i + 1 ? size / 2 : luby(i - size + 1);
}

/** Bytes a variable takes in the arrays below and in the heap. */
const VARIABLE_BYTES = 48;

export function satSolver({ proof, memory = new Memory() }: SatOptions = {}): SatSolver {
  const store = clauseStore(memory);
  const watches = watchLists(memory);
  let variables = 0;
  let values = new Int8Array(256); // by literal
  let levels = new Int32Array(128); // by variable
  let reasons = new Int32Array(128);
  let phases = new Int8Array(128);
  // The largest assignments without conflict: since the last change of phases, and of all.
  let targets = new Int8Array(128);
  let targetSize = 0;
  let bests = new Int8Array(128);
  let bestSize = 0;
  let seen = new Uint8Array(128);
  let trail = new Int32Array(128);
  let trailSize = 0;
  let head = 0;
  let limits: number[] = []; // trail sizes at which levels begin
  let increment = 1;
  let consistent = true;
  const heap = activityHeap();
  let learnts: ClauseRef[] = [];
  let originals = 0;
  let conflicts = 0;
  let decisions = 0;
  let propagations = 0;
  let steps = 0;
  let isFull = false;
  let nextShortage = 0;
  let model = new Int8Array(0);
  // Marks of decision levels while the quality of a clause is counted.
  let levelStamps = new Int32Array(128);
  let stamp = 0;

  function grow(): void {
    const size = 2 * reasons.length;
    memory.take(VARIABLE_BYTES * reasons.length);
    const copy = <T extends Int8Array | Int32Array | Uint8Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    values = copy(values, new Int8Array(2 * size));
    levels = copy(levels, new Int32Array(size));
    reasons = copy(reasons, new Int32Array(size));
    phases = copy(phases, new Int8Array(size));
    targets = copy(targets, new Int8Array(size));
    bests = copy(bests, new Int8Array(size));
    seen = copy(seen, new Uint8Array(size));
    trail = copy(trail, new Int32Array(size));
    levelStamps = copy(levelStamps, new Int32Array(size));
  }

  function newVariable(): number {
    variables++;
    if (variables + 1 >= reasons.length) grow();
    watches.reserve(2 * variables + 2);
    heap.add(variables);
    return variables;
  }

  function assign(lit: number, reason: number): void {
    values[lit] = TRUE;
    values[lit ^ 1] = FALSE;
    const v = lit >> 1;
    levels[v] = limits.length;
    reasons[v] = reason;
    trail[trailSize++] = lit;
  }

  function attach(ref: ClauseRef): void {
    const lits = store.data;
    const at = store.literals(ref);
    watches.add(lits[at]! ^ 1, ref, lits[at + 1]!);
    watches.add(lits[at + 1]! ^ 1, ref, lits[at]!);
  }

  function addClause(clause: readonly number[]): void {
    if (!consistent || isFull) return;
    if (memory.isFull()) {
      isFull = true;
      return;
    }
    undo(0);
    steps += CLAUSE_STEPS + clause.length;
    for (const literal of clause) while (Math.abs(literal) > variables) newVariable();
    const lits = [...new Set(clause.map(inner))].sort((a, b) => a - b);
    if (lits.some((l, i) => lits[i + 1] === (l ^ 1)) || lits.some((l) => values[l] === TRUE))
      return;
    const open = lits.filter((l) => values[l] !== FALSE);
    if (open.length < lits.length) proof?.add(open.map(outer));
    if (open.length === 0) consistent = false;
    else if (open.length === 1) {
      assign(open[0]!, NO_REASON);
      if (propagate() !== 0) refute();
    } else {
      originals++;
      attach(store.add(open, false, 0));
    }
  }

  function refute(): void {
    consistent = false;
    proof?.add([]);
  }

  /** Draws all consequences; the clause that is violated, or 0. */
  function propagate(): ClauseRef {
    const data = store.data;
    const header = store.HEADER;
    while (head < trailSize) {
      const lit = trail[head++]!;
      propagations++;
      // Clauses that watch the negation of `lit`.
      const list = watches.of(lit);
      const size = watches.size(lit);
      steps += 1 + (size >> 1);
      const falsified = lit ^ 1;
      let kept = 0;
      let i = 0;
      while (i < size) {
        const ref = list[i]!;
        const blocker = list[i + 1]!;
        i += 2;
        if (values[blocker] === TRUE) {
          list[kept++] = ref;
          list[kept++] = blocker;
          continue;
        }
        const at = ref + header;
        if (data[at] === falsified) {
          data[at] = data[at + 1]!;
          data[at + 1] = falsified;
        }
        const first = data[at]!;
        if (first !== blocker && values[first] === TRUE) {
          list[kept++] = ref;
          list[kept++] = first;
          continue;
        }
        const end = at + data[ref]!;
        let next = at + 2;
        while (next < end && values[data[next]!] === FALSE) next++;
        if (next < end) {
          const other = data[next]!;
          data[at + 1] = other;
          data[next] = falsified;
          watches.add(other ^ 1, ref, first);
          continue;
        }
        list[kept++] = ref;
        list[kept++] = first;
        if (values[first] === FALSE) {
          while (i < size) list[kept++] = list[i++]!;
          watches.truncate(lit, kept);
          head = trailSize;
          return ref;
        }
        assign(first, ref);
      }
      watches.truncate(lit, kept);
    }
    return 0;
  }

  function undo(level: number): void {
    if (limits.length <= level) return;
    const start = limits[level]!;
    for (let i = trailSize - 1; i >= start; i--) {
      const lit = trail[i]!;
      const v = lit >> 1;
      values[lit] = 0;
      values[lit ^ 1] = 0;
      phases[v] = (lit & 1) === 0 ? TRUE : FALSE;
      heap.add(v);
    }
    trailSize = start;
    head = start;
    limits.length = level;
  }

  function bump(v: number): void {
    if (heap.bump(v, increment) > RESCALE) {
      heap.rescale(1 / RESCALE);
      increment /= RESCALE;
    }
  }

  const learnt: number[] = [];
  const toClear: number[] = [];
  const pending: number[] = [];

  /** The clause learnt from a conflict, its asserting literal first; the level to return to. */
  function analyse(conflict: ClauseRef): number {
    learnt.length = 0;
    learnt.push(0);
    let open = 0;
    let lit = -1;
    let index = trailSize - 1;
    let ref = conflict;
    for (;;) {
      if (store.isLearnt(ref)) store.touch(ref, conflicts);
      const at = store.literals(ref);
      const end = at + store.size(ref);
      for (let j = at; j < end; j++) {
        const q = store.data[j]!;
        const v = q >> 1;
        if (q === lit || seen[v] !== 0 || levels[v] === 0) continue;
        bump(v);
        seen[v] = 1;
        toClear.push(v);
        if (levels[v]! >= limits.length) open++;
        else learnt.push(q);
      }
      while (seen[trail[index]! >> 1] === 0) index--;
      lit = trail[index]!;
      index--;
      ref = reasons[lit >> 1]!;
      seen[lit >> 1] = 0;
      if (--open === 0) break;
    }
    learnt[0] = lit ^ 1;
    let abstract = 0;
    for (let i = 1; i < learnt.length; i++) abstract |= 1 << (levels[learnt[i]! >> 1]! & 31);
    let kept = 1;
    for (let i = 1; i < learnt.length; i++) {
      const q = learnt[i]!;
      if (reasons[q >> 1] === NO_REASON || !isImplied(q, abstract)) learnt[kept++] = q;
    }
    learnt.length = kept;
    for (const v of toClear) seen[v] = 0;
    toClear.length = 0;
    if (learnt.length === 1) return 0;
    let best = 1;
    for (let i = 2; i < learnt.length; i++)
      if (levels[learnt[i]! >> 1]! > levels[learnt[best]! >> 1]!) best = i;
    [learnt[1], learnt[best]] = [learnt[best]!, learnt[1]!];
    return levels[learnt[1]! >> 1]!;
  }

  /** Whether the other literals of the learnt clause imply this one. */
  function isImplied(lit: number, abstract: number): boolean {
    pending.length = 0;
    pending.push(lit);
    const mark = toClear.length;
    while (pending.length > 0) {
      const ref = reasons[pending.pop()! >> 1]!;
      const at = store.literals(ref);
      const end = at + store.size(ref);
      for (let j = at; j < end; j++) {
        const q = store.data[j]!;
        const v = q >> 1;
        // The literal that the clause implied is true; the others are false.
        if (values[q] === TRUE || seen[v] !== 0 || levels[v] === 0) continue;
        if (reasons[v] !== NO_REASON && (abstract & (1 << (levels[v]! & 31))) !== 0) {
          seen[v] = 1;
          toClear.push(v);
          pending.push(q);
          continue;
        }
        while (toClear.length > mark) seen[toClear.pop()!] = 0;
        return false;
      }
    }
    return true;
  }

  /** Number of decision levels among the literals: few means useful (Audemard and Simon 2009). */
  function levelCount(lits: readonly number[]): number {
    stamp++;
    let count = 0;
    for (const l of lits) {
      const level = levels[l >> 1]!;
      if (levelStamps[level] === stamp) continue;
      levelStamps[level] = stamp;
      count++;
    }
    return count;
  }

  const isReason = (ref: ClauseRef): boolean => {
    const first = store.data[store.literals(ref)]!;
    return values[first] === TRUE && reasons[first >> 1] === ref;
  };

  /** Drops the worse half of the learnt clauses; where memory is short all that may be dropped. */
  function reduce(isShort = false): void {
    const candidates = learnts.filter(
      (ref) => (isShort || store.quality(ref) > 2) && !isReason(ref),
    );
    candidates.sort(
      (a, b) => store.quality(b) - store.quality(a) || store.touched(a) - store.touched(b) || a - b,
    );
    const dropped = new Set(isShort ? candidates : candidates.slice(0, candidates.length >> 1));
    for (const ref of dropped) {
      proof?.remove(store.toArray(ref).map(outer));
      store.remove(ref);
    }
    learnts = learnts.filter((ref) => !dropped.has(ref));
    watches.filter((ref) => !store.isRemoved(ref));
    if (!isShort && store.wasted() * 2 < store.used()) return;
    const moved = store.compact();
    learnts = learnts.map((ref) => moved.get(ref)!);
    for (let i = 0; i < trailSize; i++) {
      const v = trail[i]! >> 1;
      if (reasons[v] !== NO_REASON) reasons[v] = moved.get(reasons[v]!) ?? NO_REASON;
    }
    watches.rename((ref) => moved.get(ref)!);
    if (!isShort) return;
    store.shrink();
    watches.shrink();
  }

  /** Drops what was learnt; unless that helps for a while, it is the end. */
  function makeRoom(): boolean {
    isFull = conflicts < nextShortage;
    nextShortage = conflicts + SHORTAGE_INTERVAL;
    if (!isFull) reduce(true);
    isFull ||= memory.isFull();
    return !isFull;
  }

  function decide(): number {
    for (;;) {
      const v = heap.pop();
      if (v === 0) return -1;
      if (values[2 * v] !== 0) continue;
      const phase = isStable && targets[v] !== 0 ? targets[v] : phases[v];
      return phase === TRUE ? 2 * v : 2 * v + 1;
    }
  }

  /** Remembers the assignment up to the decision that led to a conflict. */
  function remember(): void {
    const size = limits[limits.length - 1] ?? 0;
    if (size > targetSize) {
      targetSize = size;
      for (let i = 0; i < size; i++) targets[trail[i]! >> 1] = (trail[i]! & 1) === 0 ? TRUE : FALSE;
    }
    if (size > bestSize) {
      bestSize = size;
      for (let i = 0; i < size; i++) bests[trail[i]! >> 1] = (trail[i]! & 1) === 0 ? TRUE : FALSE;
    }
  }

  /** Turns to other phases: the best ones, all false, or the opposite. */
  function rephase(): void {
    const kind = rephases++ % 4;
    if (kind === 1) phases.fill(FALSE);
    else if (kind === 3) for (let v = 1; v <= variables; v++) phases[v] = -phases[v]! as -1 | 1;
    else for (let v = 1; v <= variables; v++) if (bests[v] !== 0) phases[v] = bests[v]!;
    targets.fill(0);
    targetSize = 0;
    bestSize = 0;
  }

  function record(backTo: number): void {
    proof?.add(learnt.map(outer));
    const quality = levelCount(learnt);
    undo(backTo);
    if (learnt.length === 1) assign(learnt[0]!, NO_REASON);
    else {
      const ref = store.add(learnt, true, quality);
      store.touch(ref, conflicts);
      learnts.push(ref);
      attach(ref);
      assign(learnt[0]!, ref);
    }
    increment /= ACTIVITY_DECAY;
    fast += (quality - fast) / 32;
    slow += (quality - slow) / 4096;
  }

  // Moving averages of the quality of learnt clauses; a restart helps when recent ones are worse.
  let fast = 0;
  let slow = 0;
  let isStable = false;
  let modeLength = FIRST_MODE;
  let modeEnd = FIRST_MODE;
  let rephases = 0;
  let nextRephase = REPHASE;
  let restarts = 0;

  function solve(assumptions: readonly number[] = [], bounds: SatLimits = {}): SatResult {
    if (!consistent) return "unsat";
    if (isFull) return "unknown";
    undo(0);
    const assumed = assumptions.map(inner);
    const last = conflicts + (bounds.conflicts ?? Infinity);
    let sinceRestart = 0;
    let nextReduction = conflicts + FIRST_REDUCTION + REDUCTION_STEP * (learnts.length >> 9);
    let rounds = 0;
    for (;;) {
      const conflict = propagate();
      if (conflict !== 0) {
        conflicts++;
        sinceRestart++;
        if (limits.length === 0) {
          refute();
          return "unsat";
        }
        if (isStable) remember();
        record(analyse(conflict));
        if (conflicts >= last) return finish("unknown");
        if (memory.isFull() && !makeRoom()) return finish("unknown");
        continue;
      }
      if (++rounds % STOP_INTERVAL === 0 && bounds.stop?.() === true) return finish("unknown");
      if (conflicts >= modeEnd) {
        isStable = !isStable;
        if (!isStable) modeLength *= 1.5;
        modeEnd = conflicts + modeLength;
      }
      const isDue = isStable
        ? sinceRestart > STABLE_RESTART * luby(restarts + 1)
        : sinceRestart > 50 && fast > 1.2 * slow;
      if (isDue) {
        sinceRestart = 0;
        restarts++;
        undo(Math.min(assumed.length, limits.length));
        if (conflicts >= nextRephase) {
          rephase();
          nextRephase = conflicts + REPHASE * (rephases + 1);
        }
        continue;
      }
      if (conflicts >= nextReduction) {
        reduce();
        nextReduction = conflicts + FIRST_REDUCTION + REDUCTION_STEP * (learnts.length >> 9);
      }
      let next = -1;
      while (limits.length < assumed.length) {
        const a = assumed[limits.length]!;
        if (values[a] === FALSE) return finish("unsat");
        if (values[a] !== TRUE) {
          next = a;
          break;
        }
        limits.push(trailSize);
      }
      if (next < 0) next = decide();
      if (next < 0) {
        model = values.slice(0, 2 * variables + 2);
        return finish("sat");
      }
      decisions++;
      limits.push(trailSize);
      assign(next, NO_REASON);
    }
  }

  function finish(result: SatResult): SatResult {
    undo(0);
    return result;
  }

  return {
    newVariable,
    addClause,
    solve,
    holds: (literal) => model[inner(literal)] === TRUE,
    prefer(literal) {
      phases[Math.abs(literal)] = literal > 0 ? TRUE : FALSE;
    },
    statistics: () => ({
      variables,
      clauses: originals,
      conflicts,
      decisions,
      propagations,
      steps,
      isFull,
    }),
  };
}
