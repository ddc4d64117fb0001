/** A data file that is not as its format says; `reason` completes "the file …". */
export class FileFormatError extends Error {
  constructor(readonly reason: string) {
    super(reason);
  }
}
