// Learning from a list in a worker, as the page asks for it.

import { Network } from "../engine/network.js";

/**
 * Starts to learn. `script` is the text of the engine and of all that learns; the worker gets the
 * rest (worker.js), and `watch.progress` each message of the worker. Returns { finished, stop }: a
 * promise of the best model, and what ends the work early, with the best model so far, or undefined
 * if there is none yet.
 */
export function startLearning(script, { models, ...rest }, watch = {}) {
  const blob = new Blob([script, "\nlearnOnMessage();\n"], { type: "text/javascript" });
  const url = URL.createObjectURL(blob);
  const worker = new Worker(workerURL(url));
  let best;
  let stop;
  const finished = new Promise((resolve, reject) => {
    stop = () => {
      worker.terminate();
      URL.revokeObjectURL(url);
      resolve(best && withNetwork(best));
    };
    worker.onmessage = ({ data }) => {
      best = data.model ?? best;
      watch.progress?.(data);
      if (data.isDone) stop();
    };
    worker.onerror = ({ message }) => {
      worker.terminate();
      reject(new Error(message));
    };
  });
  worker.postMessage({ ...rest, models: models.map(({ network, ...model }) => model) });
  return { finished, stop };
}

/** A model with its network, as the page's own models have theirs. */
export const withNetwork = (model) => ({ ...model, network: new Network(model, model.weights) });

let policy; // what makes addresses that a page with `require-trusted-types-for` takes

/** The address of a worker's script, with the word that it is trusted where one is asked for. */
function workerURL(url) {
  policy ??= globalThis.trustedTypes?.createPolicy("learning", { createScriptURL: (own) => own });
  return policy?.createScriptURL(url) ?? url;
}
