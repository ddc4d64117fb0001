/**
 * What a search may do. Steps are counted work, the same on all machines, and decide where a search ends; time is what
 * ends it on machines too slow for that.
 */
export class Budget {
  private steps = 0;

  constructor(
    private readonly most = Infinity,
    private readonly isLate: () => boolean = () => false,
    private readonly whole?: Budget,
  ) {}

  /** What is spent of a part is spent of the whole; it is over when either is. */
  part(share: number): Budget {
    return new Budget(share * this.left(), this.isLate, this);
  }

  spend(steps: number): void {
    this.steps += steps;
    this.whole?.spend(steps);
  }
  spent(): number {
    return this.steps;
  }
  left(): number {
    return this.most - this.steps;
  }
  isOver(): boolean {
    return this.isSpent() || this.isLate();
  }
  isSpent(): boolean {
    return this.steps >= this.most || this.whole?.isSpent() === true;
  }
}
