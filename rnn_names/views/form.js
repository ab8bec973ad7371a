// The settings: in the form, and in the address, so that a link brings the same names back.

const TEXTS = ["prefix", "suffix", "contains"];
const CHECKS = ["novel", "unique"];
const NUMBERS = ["count", "temperature", "min-length", "max-length"];
let seed = newSeed();

const shareInputs = models.map((_, i) => $(`share-${i}`));

/** What the form says, as `drawNames` takes it. */
function settingsOfForm() {
  const value = (id) =>
    $(id).value === "" || !$(id).validity.valid ? undefined : Number($(id).value);
  return {
    seed,
    count: value("count") ?? data.count,
    temperature: value("temperature"),
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

/** The shares that the sliders say; equal ones where all are at 0. */
function sharesOfForm() {
  const shares = shareInputs.map((input) => Number(input.value));
  return shares.some((share) => share > 0) ? shares : shares.map(() => 1);
}

/** The address's part after #: the seed, and what is not as it was on opening. */
function addressOfForm() {
  const address = new URLSearchParams({ seed });
  for (const id of [...NUMBERS, ...TEXTS])
    if ($(id).value !== $(id).defaultValue) address.set(id, $(id).value);
  for (const id of CHECKS) if ($(id).checked) address.set(id, "yes");
  if (shareInputs.some((input) => input.value !== input.defaultValue)) {
    address.set("shares", shareInputs.map((input) => input.value).join(" "));
  }
  return `#${address}`;
}

/** Sets the form from the address; what makes no sense there is left as on opening. */
function readAddress() {
  const address = new URLSearchParams(location.hash.slice(1));
  $("settings").reset();
  for (const id of [...NUMBERS, ...TEXTS]) if (address.has(id)) $(id).value = address.get(id);
  for (const id of NUMBERS) if (!$(id).validity.valid) $(id).value = $(id).defaultValue;
  for (const id of CHECKS) $(id).checked = address.has(id) && !$(id).disabled;
  (address.get("shares") ?? "")
    .split(" ")
    .slice(0, models.length)
    .forEach((share, i) => {
      if (/^\d+$/.test(share)) shareInputs[i].value = share;
    });
  seed = /^\d{1,10}$/.test(address.get("seed")) ? Number(address.get("seed")) >>> 0 : newSeed();
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

/** What follows from the form: the numbers beside the sliders, and hints. */
function showValues() {
  $("temperature-value").textContent = Number($("temperature").value).toFixed(2);
  const shares = sharesOfForm();
  const total = shares.reduce((a, b) => a + b);
  shares.forEach((share, i) => {
    const text = `${Math.round((100 * share) / total)} %`;
    $(`share-${i}-value`).textContent = text;
    shareInputs[i].setAttribute("aria-valuetext", text);
  });
  const { parts } = blendOf(shares);
  $("min-length").placeholder = Math.min(...parts.map(({ shortest }) => shortest));
  $("max-length").placeholder = Math.max(...parts.map(({ longest }) => longest));
  $("names").style.setProperty("--longest", $("max-length").value || $("max-length").placeholder);
  const forgetful = parts.filter(({ fingerprints }) => !fingerprints);
  $("novel").disabled = forgetful.length > 0;
  if (forgetful.length) $("novel").checked = false;
  $("novel-hint").hidden = !forgetful.length;
}
