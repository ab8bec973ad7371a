// How likely a name is, letter by letter.

const SCALE = [
  [0.3, "30 % or more"],
  [0.1, "10 to 30 %"],
  [0.03, "3 to 10 %"],
  [0.01, "1 to 3 %"],
  [0, "under 1 %"],
];
const END = "end";

/** Which colour a probability gets: 0 for what was most expected. */
const colourOf = (probability) => SCALE.findIndex(([least]) => probability >= least);

const minus = (text) => text.replace("-", "−");

/** A character as it can be seen alone. */
function visible(character) {
  if (/^\s$/u.test(character)) return "␣";
  return /^\p{M}$/u.test(character) ? `◌${character}` : character;
}

/** Shows a name letter by letter. */
function explain(name) {
  const { blend } = blendOf(models, sharesOfForm());
  const places = name ? blend.expectations(name) : [];
  const letters = Array.from(name.normalize("NFC"));
  $("typed").placeholder = name;
  $("letters").dir = directionOf(name);
  $("letters").replaceChildren(...places.map((place, i) => letterButton(blend, place, letters, i)));
  $("verdict").replaceChildren(...(name ? verdict(name, places, letters, blend) : []));
  if (places.length) showExpected(blend, places[0], letters, 0);
  else $("expected").replaceChildren();
}

/** "rtl" or "ltr", as the browser finds it for a text on its own. */
function directionOf(text) {
  const alone = bdi(text);
  $("letters").replaceChildren(alone);
  return getComputedStyle(alone).direction;
}

function letterButton(blend, place, letters, i) {
  const letter = i < letters.length ? visible(letters[i]) : END;
  const probability = Math.exp(place.logProbs[place.character] ?? -Infinity);
  const known = place.character !== undefined;
  const button = element(
    "button",
    { type: "button", className: `letter p${colourOf(probability)}` },
    bdi(letter),
    element("small", {}, known ? percent(probability) : "unknown"),
  );
  for (const event of ["pointerenter", "focus"]) {
    button.addEventListener(event, () => showExpected(blend, place, letters, i));
  }
  return button;
}

/** The five most expected characters at a place. */
function showExpected(blend, place, letters, i) {
  $("expected-title").replaceChildren(
    ...(i ? ["Expected after ", bdi(letters.slice(0, i).join(""))] : ["Expected at the beginning"]),
  );
  const indices = Array.from(place.logProbs.keys()).sort(
    (a, b) => place.logProbs[b] - place.logProbs[a],
  );
  $("expected").replaceChildren(
    ...indices.slice(0, 5).map((c) => {
      const probability = Math.exp(place.logProbs[c]);
      const bar = element("span", { className: "bar" });
      bar.style.setProperty("--share", probability);
      const item = element(
        "li",
        {},
        bdi(c === EOS ? END : visible(blend.characters[c - 1])),
        bar,
        element("span", {}, percent(probability)),
      );
      if (c === place.character) item.className = "here";
      return item;
    }),
  );
  for (const [at, button] of Array.from($("letters").children).entries())
    button.classList.toggle("shown", at === i);
}

function verdict(name, places, letters, blend) {
  const total = places.reduce(
    (sum, { character, logProbs }) => sum + (logProbs[character] ?? -Infinity),
    0,
  );
  if (total === -Infinity)
    return [
      "No name of the list has the character “",
      bdi(letters[places.length - 1]),
      "”, so this name can't be written.",
    ];
  const { parts } = blendOf(models, sharesOfForm());
  const lists = parts.map((model) => model.fingerprints);
  const isListed = lists.some((known) => known && isAmong(name, known));
  const listed = isListed
    ? " It is in the list."
    : lists.every(Boolean)
      ? " It is not in the list."
      : "";
  const often =
    -total < 35
      ? number(Number(Math.exp(-total).toPrecision(2)))
      : `10 to the ${number(-total / Math.LN10)}`;
  const mean = minus((total / places.length).toFixed(2));
  const nats = `${minus(total.toFixed(2))} nats, ${mean} per character with the end.`;
  return [
    `At temperature 1, one name in ${often} is `,
    bdi(name),
    `. Log-probability: ${nats}${listed}`,
  ];
}
