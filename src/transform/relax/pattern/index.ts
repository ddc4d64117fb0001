/** Dataflow patterns: as text, as values, and where they match. */
export { codes as patternCodes } from "./codes.js";
export { blockMatches, type PatternMatch } from "./block-matches.js";
export {
  isDescription,
  patternOf,
  patternsOf,
  PATTERN,
  REPLACEMENT,
  type NamedPattern,
} from "./from-function.js";
export { matchPattern, sameAttr, type Match, type MatchSite } from "./match.js";
export { pattern, type Pattern } from "./pattern.js";
