// Translates regular expressions from Python's syntax to the browser's: expressions without an
// automaton, and expressions of rules. Constructs that browsers lack are a SyntaxError.

/** The contents of the sets of Python's \d, \s and \w. */
const MEMBERS = { d: "\\p{Nd}", s: "\\x1c-\\x1f\\p{White_Space}", w: "_\\p{L}\\p{N}" };

/** The set of \d, \s or \w, or of \D, \S or \W. */
export const categorySet = (letter) =>
  letter in MEMBERS ? `[${MEMBERS[letter]}]` : `[^${MEMBERS[letter.toLowerCase()]}]`;

const WORD = categorySet("w");
const EDGE = `(?<=${WORD})(?!${WORD})|(?<!${WORD})${WORD}`;
const IN_BROWSERS = {
  ".": "[^\\n]",
  $: "(?=\\n?$)",
  "\\A": "^",
  "\\Z": "$",
  "\\b": `(?=${EDGE})`,
  "\\B": `(?!${EDGE})`,
  "(?P<": "(?<",
};
const PIECE = /\[(\^?)(\]?(?:\\.|[^\\\]])*)\]|\(\?(?!i?:|<?[=!])(?:P<)?|\\(?:u\{|.)|[.$]/gsu;
const SURE_GROUP = /\([^()]*\)(?![?*+{])/g;
const SKIPPED = /\||\)[?*+{]|\(\?<?!/; // what may leave a group without a match

/** An expression without its escapes and sets, which may have brackets. */
export const bare = (text) => text.replace(/\\.|\[\^?\]?[^\]]*\]/gsu, "");

/** The source of an expression for browsers, with the flag u. */
export function browserSource(text) {
  // A reference to a group without a match is the empty text in browsers, and fails in Python.
  if (/\\[1-9]/.test(text) && SKIPPED.test(bare(text).replace(SURE_GROUP, "")))
    throw new SyntaxError("a group may have no match");
  return text.replace(PIECE, (piece, not, members) => {
    if (members !== undefined) return setOf(not, members);
    if (/^(\\[ckpP]|\\u\{|\(\?)$/.test(piece)) throw new SyntaxError(`${piece} is not known`);
    if (/\\[dsw]/i.test(piece)) return categorySet(piece[1]);
    return IN_BROWSERS[piece] ?? escaped(piece);
  });
}

/** A set of characters; complements such as \W are alternatives to the others. */
function setOf(not, members) {
  const sets = [];
  const others = members.replace(/\\.|^\]/gsu, (piece) => {
    if (!/\\[DSW]/.test(piece)) return MEMBERS[piece[1]] ?? escaped(piece);
    sets.push(categorySet(piece[1]));
    return "";
  });
  const any = [`[${others.replace(/^\^/, "\\^")}]`, ...sets].join("|");
  return not ? `(?:(?!${any})[^])` : `(?:${any})`;
}

/** The browser's form of the escape at the end of a piece; letters and digits stay the same. */
function escaped(piece) {
  const sign = Array.from(piece).at(-1);
  return /[a-z\d]/i.test(sign) ? piece : `\\u{${sign.codePointAt(0).toString(16)}}`;
}
