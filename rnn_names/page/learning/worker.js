// Learning in a worker: it gets a list, and posts what there is to watch.

import { blendOf } from "../engine/models.js";
import { drawNames } from "../engine/sampler.js";
import { Learner } from "./learner.js";
import { withNetwork } from "./learning.js";
import { learnedModel } from "./result.js";

const NAMES_TO_WATCH = 8;
const WATCHING = 200; // ms that those may take
const MOMENT = 300; // ms between two messages about how far it is

/**
 * What the worker does. Its message has `names`, `models` to start from, and `name`, what the model
 * is to be called. It posts { share, epoch, heldOutLoss }, after each epoch that is the best so far
 * the `model` and some of its `names` too, and `isDone` at the end.
 */
export function learnOnMessage() {
  self.onmessage = async ({ data }) => {
    const learner = new Learner(data.names, data.models);
    let last = 0;
    for (const step of learner.epochs()) {
      if (step.isBest) {
        const model = learnedModel(learner, data.name);
        self.postMessage({ ...step, model, names: await namesToWatch(model) });
      } else if (performance.now() - last > MOMENT) {
        self.postMessage(step);
        last = performance.now();
      }
    }
    self.postMessage({ share: 1, isDone: true });
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
