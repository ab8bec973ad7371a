// How the page's elements are made. Texts of models and of people are only ever set as text:
// `element` is how everything in the page is made.

import { modelsIn } from "../engine/models.js";

export const $ = (id) => document.getElementById(id);

/** An element with properties and children; strings become text. */
export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

export const bdi = (text) => element("bdi", {}, text);

/** A probability or a share, from 0 to 1, as people read it. */
export function percent(share) {
  if (share === 0) return "0 %";
  if (share < 0.00095) return "under 0.1 %";
  return `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`;
}

export const data = JSON.parse($("data").textContent);
export const models = modelsIn(data.models);
export const openingShares = () => models.map(({ share }) => share);

/** What people call a model: norwegian-towns are norwegian towns. As in page/page.py. */
export const titleOf = ({ name }) => name.replaceAll(/(?<=[\p{L}\p{N}])[-_](?=[\p{L}\p{N}])/gu, " ");
