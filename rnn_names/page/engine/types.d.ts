// The types of the objects that functions of the engine pass to one another.

import type { Shape } from "./shape.js";

/** The result of an attempt. `logWeight` and `point` are for proposals of a guide. */
export interface Drawn {
  name: string | null; // null if its length is not allowed
  logWeight: number; // the logarithm of the weight
  point: number; // a random number below 1, for rounding the number of copies
}

/** A prefix of names in a walk. */
export interface Node {
  text: string;
  length: number; // in characters
  hidden: (Float64Array | Float32Array)[]; // the state of each network of the blend: (n_a,)
  logFactor?: number; // of the weights of its names, in nats
  // With a guide:
  state?: any; // of the automaton
  context?: any; // of the chain
  logEstimate?: number; // of the completion probability, in nats
  reach?: number; // log-probability of reaching it, in a beam search
  visited?: Prefix;
}

/** A node at which a walk begins. */
export interface Root extends Node {
  symbols: string; // as in chain.js
  logProb: number;
}

/** A prefix that a guide has visited, which all of its walks share. */
export interface Prefix {
  symbols: string;
  length: number;
  state: number;
  nNames: number; // names that begin with it
  children: Map<number, Prefix>;
  context?: number;
  logs?: Float64Array; // the network's log-probabilities of the next character: (n_y,)
  hidden?: Float32Array[];
  p?: Float64Array; // the probabilities that the chain learns from
  logValue?: number; // the completion probability, in nats
  logVisited?: number; // the part of `logValue` that belongs to visited names
}

/** The options of a draw (draw_options.js). */
export interface DrawOptions {
  key: { high: number; low: number }; // 64 bits, of the seed
  start: number; // the first number
  numbers?: number[]; // the numbers to draw, those of a cast's lines
  roots: Root[];
  minLength: number;
  maxLength: number;
  temperature: number;
  minP: number;
  topK: number;
  topP: number;
  shape: Shape | undefined;
}

/** A condition on names, with the numbers of names that it has tested and that passed. */
export interface Condition {
  title: string; // completes "a name …"
  passes: (name: any) => boolean;
  automaton?: any; // of its spelling
  isOfSpelling?: boolean;
  dependsOnOthers: boolean; // on other names
  tested: number;
  passed: number;
}
