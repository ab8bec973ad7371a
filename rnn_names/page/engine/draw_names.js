// Draws names that meet all conditions, in slices of time.

import { conditionsOf } from "./conditions.js";
import { drawOptions, withBoldness, withTexts } from "./draw_options.js";
import { blendOf } from "./models.js";
import { NameQueue } from "./name_queue.js";
import { WrongSettings } from "./options.js";

const SLICE = 16; // ms of work before the browser handles events
const FIRST_SLICE = 60; // ms of the first slice, so that the first paint shows some names

/**
 * Draws `count` names of some models in slices of time. Ignores case if no name can meet the
 * conditions as typed, unless names may have any shape. Returns `names`; `shortage`, a message if
 * there are fewer or if rare conditions distort them; and `drawUpTo`, which takes a larger count
 * and continues. Calls `watch.found(name)`, `watch.progress()` and `watch.stopped()`, which returns
 * true to end the search.
 */
export async function drawNames(models, settings, count, watch = {}) {
  const { blend, parts } = blendOf(models, settings.shares);
  try {
    return await drawAsTyped(blend, parts, settings, count, watch);
  } catch (error) {
    if (!(error instanceof WrongSettings) || settings.ignoreCase || settings.anyShape) throw error;
    const inAnyCase = { ...settings, ignoreCase: true };
    return drawAsTyped(blend, parts, inAnyCase, count, watch).catch(() => Promise.reject(error));
  }
}

async function drawAsTyped(blend, models, asked, count, watch) {
  const settings = withBoldness(withTexts(asked), models);
  const options = drawOptions(settings, blend, models);
  const conditions = conditionsOf(settings, models, blend, options);
  const queue = new NameQueue(blend, options, conditions);
  async function drawUpTo(count) {
    let until = performance.now() + FIRST_SLICE;
    let isStopped = false;
    for (const _ of queue.run(count, watch)) {
      if (performance.now() < until) continue;
      await pause();
      isStopped = watch.stopped?.();
      if (isStopped) break;
      until = performance.now() + SLICE;
    }
    const names = queue.addWaiting(count, watch);
    const short = shortage(names.length, count, queue.nDrawn, conditions, isStopped);
    const warning = settings.unique ? "" : (queue.guided?.warning() ?? "");
    return { names, shortage: short || warning, drawUpTo };
  }
  return drawUpTo(count);
}

export const formatted = (n) => Math.round(n).toLocaleString("en");

/** A message that says why there are too few names; "" if there are enough. */
function shortage(found, count, drawn, conditions, isStopped) {
  if (found === count) return "";
  const [n_found, n_wanted, n_drawn] = [found, count, drawn].map(formatted);
  const begin = isStopped ? "Stopped: " : "";
  const sentence = `${begin}${n_found} of ${n_wanted} names found in ${n_drawn} drawn.`;
  const tested = conditions.filter((condition) => condition.tested);
  if (!tested.length) return sentence;
  const rate = ({ tested, passed }) => Math.max(passed, 0.5) / tested;
  const tightest = tested.reduce((a, b) => (rate(b) < rate(a) ? b : a));
  if (!isStopped && !found && !tightest.passed && /^(contains|ends|matches) /.test(tightest.title))
    return `No name ${tightest.title} here.`;
  const often = tightest.passed
    ? `met by 1 in ${formatted(tightest.tested / tightest.passed)}`
    : `met by none of ${formatted(tightest.tested)}`;
  return `${sentence} The tightest condition: a name ${tightest.title} (${often}).`;
}

/** Lets the browser handle events. Unlike setTimeout, it is not throttled when called often. */
const pause = () =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(port1.close());
    port2.postMessage(null);
  });
