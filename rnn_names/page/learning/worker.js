// Learning in a worker: it gets a list, and posts what there is to watch.

import { blendOf } from "../engine/models.js";
import { drawNames } from "../engine/sampler.js";
import { Learner } from "./learner.js";
import { withNetwork } from "./learning.js";
import { learnedModel } from "./result.js";

const NAMES_TO_WATCH = 8;
const WATCHING = 200; // ms that those may take
const MOMENT = 500; // ms between two messages

/**
 * What the worker does. Its message has `names`, `models` and a `base` to start from, and `name`,
 * what the model is to be called. It posts what it starts from and how far it is, { startedFrom,
 * share, epoch, heldOutLoss }, with the best `model` so far and some of its `names` if it is new, and
 * `isDone` at the end.
 */
export function learnOnMessage() {
  self.onmessage = async ({ data }) => {
    const learner = new Learner(data.names, data.models, { base: data.base });
    const startedFrom = learner.start?.name;
    self.postMessage({ startedFrom, share: 0 });
    let [last, sent] = [0, 0];
    const news = async () => {
      if (learner.best.epoch === sent) return {};
      sent = learner.best.epoch;
      const model = learnedModel(learner, data.name);
      return { model, names: await namesToWatch(model) };
    };
    for (const step of learner.epochs()) {
      if (performance.now() - last < MOMENT) continue;
      self.postMessage({ startedFrom, ...step, ...(await news()) });
      last = performance.now();
    }
    self.postMessage({ share: 1, isDone: true, ...(await news()) });
  };
}

/** A few names of a model, of one seed: they can be seen to become better. */
async function namesToWatch(model) {
  const { blend, parts } = blendOf([withNetwork(model)], [1]);
  const end = performance.now() + WATCHING;
  const stopped = () => performance.now() > end; // names of the first epochs may have no end
  const settings = { seed: 1, temperature: 0.7 };
  return (await drawNames(blend, parts, settings, NAMES_TO_WATCH, { stopped })).names;
}
