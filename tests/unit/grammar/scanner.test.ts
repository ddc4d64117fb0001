import fc from "fast-check";
import { Lexer } from "chevrotain";
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { makeSpellings, scan } from "../../../grammar/scanner.js";
import { lexerTokens } from "../../../grammar/tokens.js";

const scanner = suite("scanner");

/** The token table as Chevrotain reads it. */
const reference = new Lexer([...lexerTokens], {
  positionTracking: "onlyOffset",
  ensureOptimizations: true,
});

const shown = (text: string, base: number): unknown => {
  const { tokens, comments, bad } = scan(text, base, makeSpellings());
  const brief = (all: typeof tokens): unknown =>
    all.map((x) => [x.tokenType.name, x.image, x.startOffset - base, x.tokenTypeIdx]);
  return { tokens: brief(tokens), comments: brief(comments), bad: bad.map((x) => x - base) };
};

const wanted = (text: string): unknown => {
  const { tokens, groups, errors } = reference.tokenize(text);
  const brief = (all: typeof tokens): unknown =>
    all.map((x) => [x.tokenType.name, x.image, x.startOffset, x.tokenTypeIdx]);
  return {
    tokens: brief(tokens),
    comments: brief(groups.comments ?? []),
    bad: errors.map((x) => x.offset),
  };
};

const pieces = [
  ..."abnrRfBux_09.,:;()[]{}+-*/%@&|^~!=<>#'\"\\\n\r\t \f$?`é\u00a0\u00aa\ufeff\uffdd😀",
  ...["not", "in", "is", "not in", "is  not", "isnot", "if", "for", "None", "matches", "class_"],
  ...['"""', "'''", 'r"', "rb'", 'f"a"', '""', "''", '"a\\"b"', "\\\n", "\r\n", "\n    ", "\n\t"],
  ...["0x1F", "0b2", "1_000", "1__0", "1e-5", "1.5", ".5", "1.", "12ab", "3j", "...", "**=", "//="],
  ...["->", ":=", "&&", "||", "!=", "<<=", "# a comment", "T.int32", 'x["float32"]'],
];

scanner("agrees with Chevrotain on the token table", () => {
  const text = fc.array(fc.constantFrom(...pieces), { maxLength: 24 }).map((x) => x.join(""));
  fc.assert(
    fc.property(text, fc.nat(100), (input, base) => {
      assert.equal(shown(input, base), wanted(input));
    }),
    { seed: 11, numRuns: 4000 },
  );
});

scanner("agrees with Chevrotain on every token alone", () => {
  for (const text of pieces) assert.equal(shown(text, 0), wanted(text), JSON.stringify(text));
});

scanner("shares the spellings of a file", () => {
  const spellings = makeSpellings();
  scan("alpha beta alpha 10 10", 0, spellings);
  const size = spellings.size;
  scan("beta 10 alpha", 0, spellings);
  assert.is(spellings.size, size);
});

scanner.run();
