// Takes names out of the page, as texts, tables and links, and to the clipboard.

import { element, toast } from "./elements.js";

/** Names as text, one per line; a note follows its name after a tab. */
export const asText = (pairs) =>
  pairs.map(([name, note]) => `${[name, note].filter(Boolean).join("\t")}\r\n`).join("");

/** Names as CSV, with notes if there are any; formulas are escaped as in cli/formats.py. */
export function asCSV(pairs) {
  const cell = (text) => `"${(/^[=+\-@]/.test(text) ? "'" : "") + text.replaceAll('"', '""')}"`;
  const columns = pairs.some(([, note]) => note) ? 2 : 1;
  const rows = pairs.map((pair) => pair.slice(0, columns).map(cell));
  return [["name", "note"].slice(0, columns), ...rows].map((row) => `${row}\r\n`).join("");
}

/** The stem of the file in which a model or its names are saved. */
export const fileNameOf = ({ name }) => name.replaceAll(/[^\p{L}\p{M}\p{N}._-]+/gu, "-") || "names";

export function download(parts, file) {
  const url = URL.createObjectURL(new Blob(parts, { type: "application/octet-stream" }));
  element("a", { href: url, download: file }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

/** Shares a link through the menu of a touch screen, if it has one; otherwise copies it. */
export function shareLink(url, sentence) {
  const isTouched = matchMedia("(hover: none)").matches;
  if (isTouched && navigator.canShare?.({ url })) navigator.share({ url }).catch(() => {});
  else if (url.includes("&list=")) copy(url, `${sentence}. It works only where your list is.`);
  else if (location.protocol !== "file:") copy(url, sentence);
  else copy(url, `${sentence}. It works only with this file.`);
}

export async function copy(text, sentence = "Copied") {
  const { classList } = document.activeElement ?? document.body;
  try {
    await navigator.clipboard.writeText(text);
    toast([sentence]);
    classList.add("done"); // the button has a check mark for a moment
    setTimeout(() => classList.remove("done"), 2000);
  } catch {
    toast(["The browser does not allow pages to copy here"]);
  }
}
