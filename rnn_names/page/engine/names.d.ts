// Written by rnn-names: the types of the module beside this file.

/** Conditions and settings; each has a default. */
export interface SampleOptions {
  /** Fixes the names, as `rnn-names sample --seed` does. Default: a new one. */
  seed?: number | bigint;
  /** Sets several options, which can be overridden one by one. Default: "balanced". */
  boldness?: "safe" | "balanced" | "wild";
  /** Leave out characters below this fraction of the highest probability. Default: 0. */
  minP?: number;
  /** Above 1, names are wilder; below 1, they are more alike. Default: 1. */
  temperature?: number;
  /** What names begin with: a text, or any of several. */
  prefix?: string | readonly string[];
  /** What names end in: a text, or any of several. */
  suffix?: string | readonly string[];
  /** What names contain: a text, or all of several. */
  contains?: string | readonly string[];
  /** What names must not contain, ignoring case. */
  excludeWords?: string | readonly string[];
  /** A regular expression in Python's syntax that whole names match, or any of several. */
  match?: string | readonly string[];
  /** Ignore case in `prefix`, `suffix`, `contains` and `match`. */
  ignoreCase?: boolean;
  /** Minimum length, in characters. Default: the list's minimum. */
  minLength?: number;
  /** Maximum length, in characters. Default: the list's maximum. */
  maxLength?: number;
  /** Keep only this many of the most probable next characters. Default: all. */
  topK?: number;
  /** Keep only the most probable next characters, up to this total probability. Default: 1. */
  topP?: number;
  /** Skip this many names. Default: 0. */
  start?: number;
  /** Allow capitals and punctuation where no name in the list has them. */
  anyShape?: boolean;
  /** The old name of `anyShape`. */
  anyBeginning?: boolean;
  /** No three characters in a row that no name in the list has. */
  knownTriples?: boolean;
  /** Only names that are not in the list. */
  novel?: boolean;
  /** Only names that are in the list. */
  listed?: boolean;
  /** At least this many edits between any two names, and between names and the list unless `listed`. */
  minEdits?: 1 | 2;
  /** No names with rude or loaded words in English, German, French, Spanish or Italian. */
  clean?: boolean;
  /** No names that are common English words of three to seven letters. */
  noWords?: boolean;
  /** Minimum geometric mean of the probabilities of characters after the third. Default: 0. */
  minMeanP?: number;
  /** No name twice. */
  unique?: boolean;
  /** The share of each model; only ratios count. Default: those of `models`. */
  shares?: readonly number[];
}

/** The options of `cast`. Conditions apply to each name that does not set its own. */
export interface CastOptions extends Omit<SampleOptions, "shares"> {
  /** "same": the names of a line share an initial; "different": the first names of lines do not. */
  initials?: "same" | "different";
  /** No line twice. */
  unique?: boolean;
  /** The lines of the files that a pattern names, as in {words.txt}. */
  files?: Readonly<Record<string, readonly string[]>>;
}

/** A model in the module. */
export interface Model {
  readonly name: string;
  readonly share: number;
  /** The lists that it learned from. */
  readonly sources: readonly { what: string; origin: string; terms: string }[];
}

/** Draws names; fewer than `count` (20) if the conditions leave no more. */
export function sample(count?: number, options?: SampleOptions): Promise<string[]>;

/**
 * Draws lines of a pattern such as "[Lord|Lady] {elvish:prefix=A} of {towns}". [a|b*3] chooses one
 * of some patterns, the second three times as often. {MODEL:option=value,…} is a name, {A=2+B} a
 * name of a blend, and {words.txt} a line of a file. {x=MODEL} is a name that {=x} repeats, and
 * {=x:rules=FILE} repeats it, changed by rules.
 */
export function cast(
  pattern: string,
  count?: number,
  options?: CastOptions & { parts?: false },
): Promise<string[]>;
export function cast(
  pattern: string,
  count: number,
  options: CastOptions & { parts: true },
): Promise<string[][]>;

/** The natural logarithm of a name's probability, including its end; -Infinity if it is 0. */
export function score(name: string, options?: Pick<SampleOptions, "shares">): number;

/** The models, in the order of `shares`. */
export const models: readonly Model[];
