// The page at work: draws names and shows them.

let current = null; // the drawing that goes on: an earlier one ends when it sees another here

/** Draws names for the form as it is, and puts each in its place as it is found. */
async function draw() {
  const settings = settingsOfForm();
  const { count } = settings;
  const places = placesFor(count);
  const mine = (current = { isStopped: false });
  let found = 0;
  busy(true);
  try {
    const { blend, parts } = blendOf(models, settings.shares);
    const { shortage } = await drawNames(blend, parts, settings, count, {
      found: (name) => {
        showName(places[found++], name);
      },
      progress: () => {
        $("progress").value = found / count;
      },
      stopped: () => mine.isStopped || mine !== current,
    });
    if (mine === current) say(shortage || withoutLetters(parts), found);
  } catch (error) {
    if (!(error instanceof WrongSettings)) throw error;
    say(error.message);
  }
  if (mine !== current) return;
  places.slice(found).forEach((place) => {
    showName(place, "");
  });
  if (found && !$("typed").value) explain(places[0].textContent);
  busy(false);
}

function busy(isBusy) {
  $("stop").disabled = !isBusy;
  $("progress").value = 0;
  $("progress").classList.toggle("busy", isBusy);
  $("names").setAttribute("aria-busy", isBusy);
}

/** Says why there are fewer names than wanted; how many there are is for screen readers. */
function say(text, found = 0) {
  $("status").replaceChildren(text, element("span", { className: "unseen" }, ` ${found} names.`));
}

/** A sentence if a model has no letter in common with the others: there are no names between them. */
function withoutLetters(parts) {
  const letters = parts.map(({ vocabulary }) => vocabulary.match(/[\p{L}\p{N}]/gu) ?? []);
  const alone = parts.find((_, i) => {
    const others = new Set(letters.filter((_, other) => other !== i).flat());
    return parts.length > 1 && !letters[i].some((letter) => others.has(letter));
  });
  const sentence = "has no letter in common with the others: set its share to 0, or theirs.";
  return alone ? `${alone.name} ${sentence}` : "";
}

/** A place in the list for each name; those that are there keep their names until new ones come. */
function placesFor(count) {
  const list = $("names");
  while (list.children.length > count) list.lastChild.remove();
  while (list.children.length < count) list.append(element("li"));
  for (const item of list.children) if (!item.firstChild) item.append(nameButton());
  const places = Array.from(list.children, (item) => item.firstChild);
  for (const place of places) place.classList.add("old");
  return places;
}

function nameButton() {
  const button = element("button", { type: "button", className: "name" }, bdi(""));
  button.addEventListener("click", () => {
    toggleFavourite(button.textContent);
  });
  button.addEventListener("focus", () => {
    if (!$("typed").value) explain(button.textContent);
  });
  return button;
}

function showName(button, name) {
  button.firstChild.textContent = name;
  button.hidden = !name;
  button.style.setProperty("--width", widthOf(name));
  button.classList.remove("old");
  button.setAttribute("aria-pressed", favourites.has(name));
}

const pen = document.createElement("canvas").getContext("2d");
pen.font = `100px ${getComputedStyle($("names")).fontFamily}`;

/** How wide a text is in the letters of names, in em. */
const widthOf = (text) => pen.measureText(text).width / 100;

// --- Start ---------------------------------------------------------------------------------------

/** New names, of another seed. */
function more() {
  seed = newSeed();
  writeAddress(true);
  draw();
}

let waiting; // a change of a control is drawn when nothing has changed for a moment

function changed() {
  showValues();
  current = null; // names that are being drawn are out of date
  $("names").setAttribute("aria-busy", true);
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    writeAddress(false);
    draw();
    explain($("typed").value || $("typed").placeholder);
  }, 60);
}

function openAddress() {
  readAddress();
  showValues();
  writeAddress(false);
  draw();
}

function listen() {
  $("settings").addEventListener("submit", (event) => {
    event.preventDefault();
    more();
  });
  $("settings").addEventListener("input", (event) => {
    moved(event.target);
    changed();
  });
  document.addEventListener("keydown", (event) => {
    const elsewhere = event.target === document.body || event.target === document.documentElement;
    if (event.key === "Enter" && elsewhere) more();
  });
  $("stop").addEventListener("click", () => {
    if (current) current.isStopped = true;
  });
  $("start-over").addEventListener("click", () => {
    resetForm();
    changed();
  });
  $("copy-link").addEventListener("click", (event) => {
    copy(location.href, event.target);
  });
  $("copy").addEventListener("click", (event) => {
    copy(asText(), event.target);
  });
  $("save-text").addEventListener("click", () => {
    download(asText(), "names.txt");
  });
  $("save-csv").addEventListener("click", () => {
    download(asCSV(), "names.csv");
  });
  $("clear").addEventListener("click", () => {
    favourites.clear();
    favouritesChanged();
    $("typed").focus();
  });
  $("typed").addEventListener("input", () => {
    explain($("typed").value.trim());
  });
  window.addEventListener("hashchange", () => {
    if (location.hash !== addressOfForm()) openAddress();
  });
}

/** For scripts: functions over the models of the page. */
window.rnnNames = engineOf(models);

$("scale").replaceChildren(
  ...SCALE.map(([, words], i) => element("li", { className: `p${i}` }, words)),
);
listen();
showFavourites(true);
openAddress();
