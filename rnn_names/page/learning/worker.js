// Starts a worker that learns from a list, and contains the code that it runs.

import { drawNames } from "../engine/draw_names.js";
import { Learner } from "./learner.js";
import { learnedModel } from "./result.js";

const NAMES_TO_WATCH = 16;
const WATCHING = 200; // ms that drawing these may take
const AT_LAST = 2000; // the same, for the last ones
const MOMENT = 500; // ms between two messages

let policy; // makes URLs that a page with `require-trusted-types-for` accepts

/**
 * Starts a worker that learns. `script` is the text of the engine and of `learning/`; `progress` is
 * called with each message that the worker posts. Returns { finished, stop }: a promise of the best
 * model, and a function that ends the work early. The promise then gives the best model so far or
 * undefined.
 */
export function startLearning(script, message, progress) {
  const blob = new Blob([script, "\nlearnOnMessage();\n"], { type: "text/javascript" });
  const url = URL.createObjectURL(blob);
  policy ??= globalThis.trustedTypes?.createPolicy("learning", { createScriptURL: (own) => own });
  const worker = new Worker(policy?.createScriptURL(url) ?? url);
  const { promise: finished, resolve, reject } = Promise.withResolvers();
  let best;
  const stop = () => {
    worker.terminate();
    URL.revokeObjectURL(url);
    resolve(best);
  };
  worker.onmessage = ({ data }) => {
    best = data.model ?? best;
    progress(data);
    if (data.isDone) stop();
  };
  worker.onerror = ({ message }) => {
    worker.terminate();
    reject(new Error(message));
  };
  worker.postMessage(message);
  return { finished, stop };
}

/**
 * The worker's side. It receives `names`, the `models` and the `base` that training may start from,
 * the model's `name`, and the `seed` of names to watch. It posts { startedFrom, share, epoch,
 * heldOutLoss }, where `share` is the finished share of the run. It adds the best `model` so far if
 * that is new, with some of its `names`. `isDone` is true in the last message.
 */
export function learnOnMessage() {
  self.onmessage = async ({ data }) => {
    const learner = new Learner(data.names, data.models, { base: data.base });
    const startedFrom = learner.start?.name;
    self.postMessage({ startedFrom, share: 0 });
    let [last, sent] = [0, 0];
    const news = async (time = 0) => {
      if (!time && learner.best.epoch === sent) return {};
      sent = learner.best.epoch;
      const model = learnedModel(learner, data.name);
      return { model, names: await namesToWatch(model, data.seed, time || WATCHING) };
    };
    for (const step of learner.epochs()) {
      if (performance.now() - last < MOMENT) continue;
      self.postMessage({ startedFrom, ...step, ...(await news()) });
      last = performance.now();
    }
    self.postMessage({ share: 1, isDone: true, ...(await news(AT_LAST)) });
  };
}

/** A few new names of a model. People can watch them improve, since the seed stays the same. */
export async function namesToWatch(model, seed, time = WATCHING) {
  const end = performance.now() + time;
  const stopped = () => performance.now() > end; // names of the first epochs may have no end
  const settings = { seed, boldness: "safe", novel: true, clean: true, unique: true };
  return (await drawNames([model], settings, NAMES_TO_WATCH, { stopped })).names;
}
