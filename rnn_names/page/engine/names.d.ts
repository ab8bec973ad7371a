// Written by rnn-names: the types of the module beside this file.

/** Conditions and settings; each has a default. */
export interface SampleOptions {
  /** Fixes the names: as with `rnn-names sample --seed`. Default: a new one. */
  seed?: number | bigint;
  /** One word for several options; single ones override it. Default: "balanced". */
  boldness?: "safe" | "balanced" | "wild";
  /** Leave out characters less than this many times as probable as the most probable. Default: 0. */
  minP?: number;
  /** Above 1 for wilder names; below 1, they are more alike. Default: 1. */
  temperature?: number;
  /** What names begin with; of several texts, any of them. */
  prefix?: string | readonly string[];
  /** What names end in; of several texts, any of them. */
  suffix?: string | readonly string[];
  /** What names contain; of several texts, all. */
  contains?: string | readonly string[];
  /** What names must not contain, in upper or lower case. */
  excludeWords?: string | readonly string[];
  /** A regular expression, in Python's syntax, that names match as a whole; of several, any. */
  match?: string | readonly string[];
  /** Upper and lower case are equal in `prefix`, `suffix`, `contains` and `match`. */
  ignoreCase?: boolean;
  /** Shortest name, in characters. Default: the shortest of the list. */
  minLength?: number;
  /** Longest name, in characters. Default: the longest of the list. */
  maxLength?: number;
  /** Keep only this many of the most probable next characters. Default: all. */
  topK?: number;
  /** Keep only the most probable next characters, of this probability together. Default: 1. */
  topP?: number;
  /** Skip this many names. Default: 0. */
  start?: number;
  /** Allow capitals and punctuation where no name of the list has them. */
  anyShape?: boolean;
  /** The old name of `anyShape`. */
  anyBeginning?: boolean;
  /** No three characters in a row that no name of the list has. */
  knownTriples?: boolean;
  /** Only names that are not in the list. */
  novel?: boolean;
  /** Only names that are in the list. */
  listed?: boolean;
  /** At least this many edits between any two names, and between names and the list unless `listed`. */
  minEdits?: 1 | 2;
  /** No names with a rude or loaded word of English, German, French, Spanish or Italian. */
  clean?: boolean;
  /** No names that are a common English word of three to seven letters. */
  noWords?: boolean;
  /** The least probability of characters after the third on average (geometric). Default: 0. */
  minMeanP?: number;
  /** No name twice. */
  unique?: boolean;
  /** The share of each model; only ratios count. Default: those of `models`. */
  shares?: readonly number[];
}

/** What `cast` takes: conditions hold for each name that does not set its own. */
export interface CastOptions extends Omit<SampleOptions, "shares"> {
  /** "same": all names of a line begin with one letter; "different": no two lines do. */
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

/** Draws names; fewer than `count` (20) where the conditions leave no more. */
export function sample(count?: number, options?: SampleOptions): Promise<string[]>;

/**
 * Lines of several names, by a pattern such as "[Lord|Lady] {elvish:prefix=A} of {towns}": text,
 * [a|b*3] for one of some patterns, the second three times as often, {MODEL:option=value,…} for a
 * name, {A=2+B} for one of a blend, {words.txt} for a line of a file, {x=MODEL} for a name that
 * {=x} writes again, or {=x:rules=FILE} changed.
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

/** The natural logarithm of a name's probability, its end included; -Infinity if it has none. */
export function score(name: string, options?: Pick<SampleOptions, "shares">): number;

/** The models, in the order of `shares`. */
export const models: readonly Model[];
