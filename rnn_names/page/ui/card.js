// The card of a name: the probabilities of its letters; buttons for similar names, copying, speech.

import { isAmong } from "../engine/fingerprints.js";
import { blendOf } from "../engine/models.js";
import { EOS } from "../engine/network.js";
import { chosen, models } from "./chosen.js";
import { openDrawer } from "./drawers.js";
import { $, bdi, button, element, nameOfCard, onClick, percent, toast } from "./elements.js";
import { setCondition } from "./messages.js";
import { copy } from "./sharing.js";

const SCALE = [0.3, 0.1, 0.03, 0.01, 0]; // the least probability of each colour in #scale
const END = "end";
const [PER_ROW, LETTER] = [9, 38]; // the least number of letters that fit a row; their width, in px

/** A visible label for a character, which may be a space or a combining mark. */
function visible(character) {
  if (/^\s$/u.test(character)) return "␣";
  return /^\p{M}$/u.test(character) ? `◌${character}` : character;
}

export function openCard(name) {
  $("typed").value = name;
  $("likely").hidden = false;
  openDrawer("likely");
  explain(name);
}

/** Shows the probability of each letter of a name. */
export function explain(name) {
  const { blend, parts } = blendOf(models, chosen.shares);
  const places = name ? blend.predictions(name) : [];
  const letters = Array.from(name.normalize("NFC"));
  $("typed").style.setProperty("--letters", `${letters.length}`);
  const tiles = [
    ...places.map((place, i) => letterButton(blend, place, letters, i)),
    ...letters.slice(places.length).map(restTile), // after a letter that no name can have
  ];
  const fitting = Math.floor(($("likely").clientWidth - 32) / LETTER); // all rows get about as many
  const rows = Math.ceil(tiles.length / Math.max(PER_ROW, fitting));
  $("letters").style.setProperty("--per-row", `${Math.ceil(tiles.length / rows) || 1}`);
  $("letters").replaceChildren(...tiles);
  $("verdict").replaceChildren(...(name ? verdict(name, places, letters, parts) : []));
  if (places.length) showExpected(blend, places[0], letters, 0);
  else $("expected").replaceChildren();
  const shared = Math.min(3, Math.ceil(letters.length / 2)); // letters in common with similar names
  const prefix = letters.slice(0, shared).join("");
  const suffix = letters.slice(-shared).join("");
  $("more-begin").replaceChildren(bdi(prefix), "…");
  $("more-begin").ariaLabel = `Begins like ${prefix}…`;
  $("more-end").replaceChildren("…", bdi(suffix));
  $("more-end").ariaLabel = `Ends like …${suffix}`;
  $("card-actions").hidden = !letters.length;
  $("more-begin").parentElement.hidden = places.at(-1)?.character === undefined; // unwritable
  showWhole($("whole").ariaExpanded === "true");
}

/** Shows or hides the probabilities of the letters and dispatches "card". */
export function showWhole(isWhole) {
  $("details").hidden = !isWhole || !nameOfCard();
  $("whole").ariaExpanded = isWhole;
  document.dispatchEvent(new Event("card"));
}

export function closeCard() {
  $("likely").hidden = true;
  document.dispatchEvent(new Event("card"));
  openDrawer(null);
}

export function listenToCard() {
  const moreLike = (id) => (event) => {
    setCondition(id, event.currentTarget.querySelector("bdi").textContent);
    closeCard();
  };
  onClick({
    "close-card": closeCard,
    look: () => {
      openCard("");
      showWhole(true);
      $("typed").focus();
    },
    "more-begin": moreLike("prefix"),
    "more-end": moreLike("suffix"),
    "copy-name": () => copy(nameOfCard()),
    speak: () => {
      speechSynthesis.cancel();
      speechSynthesis.speak(new SpeechSynthesisUtterance(nameOfCard()));
    },
    whole: () => showWhole($("details").hidden),
  });
  const showVoices = () => {
    $("speak").hidden = !globalThis.speechSynthesis?.getVoices().length;
  };
  showVoices();
  globalThis.speechSynthesis?.addEventListener("voiceschanged", showVoices);
  $("typed").addEventListener("input", () => {
    const [first, ...others] = nameOfCard().split(/\s*\n\s*/);
    if (others.length) {
      $("typed").value = first;
      toast(["One name at a time: this is the first"]);
    }
    explain(nameOfCard());
  });
}

function letterButton(blend, place, letters, i) {
  const letter = i < letters.length ? visible(letters[i]) : END;
  const probability = Math.exp(place.logProbs[place.character] ?? -Infinity);
  const known = place.character !== undefined;
  const likely = percent(probability).replace(" %", "").replace("under 0", "<");
  const className = `letter p${levelOf(probability)}${letter === END ? " end" : ""}`;
  const made = button(element("span", {}, letter), () => {}, { className });
  made.append(element("small", {}, known ? likely : "–"));
  for (const event of ["pointerenter", "focus"])
    made.addEventListener(event, () => showExpected(blend, place, letters, i));
  return made;
}

const restTile = (letter) =>
  element("span", { className: "letter rest" }, element("span", {}, visible(letter)));

const levelOf = (probability) => SCALE.findIndex((least) => probability >= least);

const tints = SCALE.map((_, level) => {
  const made = globalThis.Highlight && new Highlight();
  if (made) CSS.highlights.set(`p${level}`, made);
  return made;
});

/** Tints the letters of a name in a text node, unexpected ones more. Null removes the tints. */
export function tint(text) {
  for (const each of tints) each?.clear();
  if (!text) return;
  const { blend } = blendOf(models, chosen.shares);
  let end = 0;
  for (const { character, logProbs } of blend.predictions(text.data)) {
    const letter = new StaticRange({
      startContainer: text,
      startOffset: end,
      endContainer: text,
      endOffset: (end += blend.characters[character - 1]?.length ?? 0),
    });
    tints[levelOf(Math.exp(logProbs[character] ?? 0))]?.add(letter);
  }
}

function showExpected(blend, place, letters, i) {
  const before = i ? ["after ", bdi(letters.slice(0, i).join(""))] : ["at the beginning"];
  $("expected-title").replaceChildren("Expected ", ...before);
  const { logProbs } = place;
  const indices = Array.from(logProbs.keys()).sort((a, b) => logProbs[b] - logProbs[a]);
  $("expected").replaceChildren(
    ...indices.slice(0, 5).map((c) => {
      const probability = Math.exp(place.logProbs[c]);
      const bar = element("span", { className: "bar" });
      bar.style.setProperty("--share", probability);
      const letter = bdi(c === EOS ? END : visible(blend.characters[c - 1]));
      const item = element("li", {}, letter, bar, element("span", {}, percent(probability)));
      if (c === place.character) item.className = "here";
      return item;
    }),
  );
  for (const [at, letter] of Array.from($("letters").children).entries())
    letter.classList.toggle("shown", at === i);
}

function verdict(name, places, letters, parts) {
  const known = places.map(({ character, logProbs }) => logProbs[character] ?? -Infinity);
  const total = known.reduce((sum, logProb) => sum + logProb, 0);
  const odd = letters[places.length - 1];
  if (total === -Infinity)
    return ["No name in the list has the character “", bdi(odd), "”, so it cannot be written."];
  const lists = parts.map((model) => model.fingerprints);
  const isListed = lists.some((list) => list && isAmong(name, list));
  const listed = isListed ? " In the list." : lists.every(Boolean) ? " Not in the list." : "";
  const often = Math.exp(Math.min(-total, 35)).toLocaleString("en", {
    notation: "compact",
    compactDisplay: "long",
    maximumSignificantDigits: 2,
  });
  const about = -total > 35 ? "Fewer than" : "About";
  return [`${about} 1 in ${often} names is `, bdi(name), `.${listed}`];
}
