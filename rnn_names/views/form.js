// The settings: in the form, and in the address, so that a link brings the same names back.

const TEXTS = ["prefix", "suffix", "contains"];
const CHECKS = ["novel", "unique"];
const NUMBERS = ["count", "min-length", "max-length"];
const OPENING_TEMPERATURE = 1;
const LARGEST_SHARE = 100; // the end of a slider

const shareInputs = models.map((_, i) => $(`share-${i}`));
let seed = newSeed();

// A slider shows the nearest number that it has, such as 17 for a share of 16.67, or 2 for a
// temperature of 3. What counts is here.
let temperature = OPENING_TEMPERATURE;
let shares = openingShares();

/** What the form says, as `drawNames` takes it. */
function settingsOfForm() {
  const value = (id) =>
    $(id).value === "" || !$(id).validity.valid ? undefined : Number($(id).value);
  return {
    seed,
    count: value("count") ?? data.count,
    temperature,
    prefix: $("prefix").value,
    suffix: $("suffix").value,
    contains: $("contains").value,
    minLength: value("min-length"),
    maxLength: value("max-length"),
    novel: $("novel").checked,
    unique: $("unique").checked,
    shares: sharesOfForm(),
  };
}

/** The shares of the models; equal ones where all are 0. */
function sharesOfForm() {
  return shares.some((share) => share > 0) ? shares : shares.map(() => 1);
}

/** Takes in where somebody moved a slider to. */
function moved(slider) {
  const value = Number(slider.value);
  if (slider === $("temperature")) temperature = value;
  shares = shares.map((share, i) => (slider === shareInputs[i] ? value : share));
}

/** Sets everything but the seed as on opening. */
function resetForm() {
  $("settings").reset();
  temperature = OPENING_TEMPERATURE;
  shares = openingShares();
}

/** The address's part after #: the seed, and what is not as it was on opening. */
function addressOfForm() {
  const address = new URLSearchParams({ seed });
  for (const id of [...NUMBERS, ...TEXTS])
    if ($(id).value !== $(id).defaultValue) address.set(id, $(id).value);
  for (const id of CHECKS) if ($(id).checked) address.set(id, "yes");
  if (temperature !== OPENING_TEMPERATURE) address.set("temperature", temperature);
  if (shares.some((share, i) => share !== models[i].share)) address.set("shares", shares.join(" "));
  return `#${address}`;
}

/** Sets the form from the address; what makes no sense there is left as on opening. */
function readAddress() {
  const address = new URLSearchParams(location.hash.slice(1));
  resetForm();
  for (const id of [...NUMBERS, ...TEXTS]) if (address.has(id)) $(id).value = address.get(id);
  for (const id of NUMBERS) if (!$(id).validity.valid) $(id).value = $(id).defaultValue;
  for (const id of CHECKS) $(id).checked = address.has(id) && !$(id).disabled;
  const degrees = Number(address.get("temperature"));
  if (degrees > 0 && degrees < Infinity) temperature = degrees;
  shares = sharesIn(address.get("shares") ?? "") ?? openingShares();
  seed = /^\d{1,10}$/.test(address.get("seed")) ? Number(address.get("seed")) >>> 0 : newSeed();
}

/** The shares in a text such as "300 100", scaled to fit the sliders; undefined for nonsense. */
function sharesIn(text) {
  const given = text.split(" ").map((share) => (share === "" ? NaN : Number(share)));
  const isRight = given.every((share) => share >= 0 && share < Infinity);
  if (given.length !== models.length || !isRight) return undefined;
  const scale = Math.min(1, LARGEST_SHARE / Math.max(...given));
  return given.map((share) => share * scale);
}

/** Shows the settings in the address, as a new entry of the history or in place of the last. */
function writeAddress(isNew) {
  const address = addressOfForm();
  if (address === location.hash) return;
  try {
    history[isNew ? "pushState" : "replaceState"](null, "", address);
  } catch {
    location.hash = address; // where a browser allows a local file no more than that
  }
}

/** What follows from the settings: the sliders, the numbers beside them, and hints. */
function showValues() {
  showSlider($("temperature"), temperature, twoPlaces(temperature));
  scaled(sharesOfForm()).forEach((part, i) => {
    showSlider(shareInputs[i], shares[i], percent(part));
  });
  const { parts } = blendOf(models, sharesOfForm());
  $("min-length").placeholder = Math.min(...parts.map(({ shortest }) => shortest));
  $("max-length").placeholder = Math.max(...parts.map(({ longest }) => longest));
  $("names").style.setProperty("--longest", $("max-length").value || $("max-length").placeholder);
  const forgetful = parts.filter(({ fingerprints }) => !fingerprints);
  $("novel").disabled = forgetful.length > 0;
  if (forgetful.length) $("novel").checked = false;
  $("novel-hint").hidden = !forgetful.length;
}

function showSlider(slider, value, text) {
  slider.value = value;
  slider.setAttribute("aria-valuetext", text);
  $(`${slider.id}-value`).textContent = text;
}

/** A number with two decimal places, or with more digits where those would not tell what it is. */
function twoPlaces(value) {
  const text = value.toFixed(2);
  return Number(text) === value ? text : String(value);
}
