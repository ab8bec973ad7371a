// Drawing names until as many meet all conditions as are wanted, in slices of time.

import { conditionsOf, drawOptions, meetsAll, withBoldness, withTexts } from "./conditions.js";
import { WrongSettings } from "./options.js";
import { GIVE_UP, Search } from "./search.js";

const SLICE = 16; // ms of work before the browser gets its turn
const FIRST_SLICE = 60; // the first one: a few names are there before anything is painted

/**
 * Draws until `count` names meet the conditions, in slices, so that the browser stays awake. If no
 * name can meet them as they are typed, case is ignored.
 *
 * Returns the names, and why there are fewer if so, in `shortage`. `watch.found(name)` and
 * `watch.progress()` are told on the way; `watch.stopped()` ends it.
 */
export async function drawNames(blend, models, settings, count, watch = {}) {
  try {
    return await drawAsTyped(blend, models, settings, count, watch);
  } catch (error) {
    if (!(error instanceof WrongSettings) || settings.ignoreCase || settings.anyShape) throw error;
    const inAnyCase = { ...settings, ignoreCase: true };
    return drawAsTyped(blend, models, inAnyCase, count, watch).catch(() => Promise.reject(error));
  }
}

async function drawAsTyped(blend, models, asked, count, watch) {
  const settings = withBoldness(withTexts(asked), models);
  const options = drawOptions(settings, blend, models);
  const conditions = conditionsOf(settings, models, blend, options);
  const onSeveral = conditions.filter(({ dependsOnOthers }) => dependsOnOthers);
  const onEach = conditions.filter((each) => !onSeveral.includes(each));
  const search = new Search(blend, options, onEach);
  const names = [];
  let last = 0; // value of search.drawn at the last success
  let offered = 0;
  let vain = 0; // names in a row that are too near to others
  let until = performance.now() + FIRST_SLICE;
  let isStopped = false;
  while (!isStopped && names.length < count && search.drawn - last < GIVE_UP) {
    const wanted = ((count - names.length) * (offered + 1)) / (names.length + 1);
    const batch = search.batch(Math.ceil(wanted));
    let step;
    while (!isStopped && !(step = batch.next()).done) {
      if (performance.now() < until) continue;
      await pause();
      isStopped = watch.stopped?.();
      until = performance.now() + SLICE;
    }
    for (const name of step.value ?? []) {
      offered++;
      if (!meetsAll(name, onSeveral)) {
        vain++;
        continue;
      }
      [last, vain] = [search.drawn, 0];
      names.push(name);
      watch.found?.(name);
      if (names.length === count) break;
    }
    if (!vain) last = Math.max(last, search.drawnAtLastHit);
    watch.progress?.();
  }
  for (const { name } of search.pendingNumbers) // of later numbers than one that has no name yet
    if (names.length < count && name !== null && meetsAll(name, onSeveral)) names.push(name);
  const short = shortage(names.length, count, search.drawn, isStopped ? [] : conditions);
  return { names, shortage: short || (settings.unique ? "" : search.warning()) };
}

export const formatted = (n) => Math.round(n).toLocaleString("en");

/** A sentence on why there are too few names; "" if there are enough. */
function shortage(found, count, drawn, conditions) {
  if (found === count) return "";
  const sentence = `${formatted(found)} of ${formatted(count)} names found in ${formatted(drawn)} drawn.`;
  const tested = conditions.filter((condition) => condition.tested);
  if (!tested.length) return `Stopped: ${sentence}`;
  const rate = ({ tested, passed }) => Math.max(passed, 0.5) / tested;
  const tightest = tested.reduce((a, b) => (rate(b) < rate(a) ? b : a));
  if (!found && !tightest.passed && /^(contains|ends|matches) /.test(tightest.words))
    return `No name ${tightest.words} here.`;
  const often = tightest.passed
    ? `1 in ${formatted(tightest.tested / tightest.passed)} does`
    : `none of ${formatted(tightest.tested)} did`;
  return `${sentence} The tightest condition: a name ${tightest.words} (${often}).`;
}

/** Lets the browser do what waits. Unlike setTimeout, it is not slowed down when called often. */
const pause = () =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => resolve(port1.close());
    port2.postMessage(null);
  });
