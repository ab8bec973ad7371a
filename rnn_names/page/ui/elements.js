// Makes the page's elements, from tags or from templates. Text is never parsed as markup, since it
// may come from strangers.

/** @type {(id: string) => any} */
export const $ = (id) => document.getElementById(id);

/** An element with properties and children, which may be texts. @returns {any} */
export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** The elements of a template of the page, with a text in the first one's <bdi>. */
export function copyOf(id, text = "") {
  const made = [...$(id).content.cloneNode(true).children];
  made[0].querySelector("bdi")?.append(text);
  return made;
}

export function button(label, action, properties = {}) {
  const made = element("button", { type: "button", ...properties }, label);
  made.addEventListener("click", action);
  return made;
}

/** Gives the window the title of the view, unless the page has a title of its own. */
export const showTitle = () => {
  const titles = [...($("like")?.parentElement.children ?? [])];
  document.title = titles.find((each) => each.checkVisibility())?.textContent ?? document.title;
};

/** Makes `stop` the only element of `all` that the Tab key reaches. */
export function stopAt(stop, all) {
  for (const each of all) each.tabIndex = each === stop ? 0 : -1;
}

export const pressed = {
  isPointed: false, // whether a press, not a key, moved the focus
  isLong: false, // whether it is a long press, which must not become a click
};

export function listenToPresses() {
  const begin = () => Object.assign(pressed, { isPointed: true, isLong: false });
  const click = (event) => {
    if (pressed.isLong) event.stopPropagation(); // the opened card may have moved the names
    pressed.isLong = false;
  };
  document.addEventListener("pointerdown", begin, true); // before the listeners of names
  document.addEventListener("click", click, true);
  // A message without buttons goes with the next action.
  const drop = () => $("toast").querySelector("button") ?? $("toast").replaceChildren();
  for (const event of ["pointerdown", "keydown"]) document.addEventListener(event, drop, true);
}

/** Arrow keys move the focus in a box and call `go`, except after a press on a kind. */
export function listenToArrows(box, go) {
  box.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || (pressed.isPointed && box.id === "kinds")) return;
    event.preventDefault();
    const all = Array.from(box.children);
    const next = all[(all.indexOf(event.target) + step + all.length) % all.length];
    go(next, all);
    next.focus();
  });
}

/** Sets the value of a slider and fills its track up to the value. */
export function setSlider(slider, value) {
  slider.value = value;
  slider.style.setProperty("--fill", (slider.value - slider.min) / (slider.max - slider.min));
}

/** Adds click listeners: `actions` are functions of the event, by the id of the button. */
export function onClick(actions) {
  for (const [id, action] of Object.entries(actions)) $(id).addEventListener("click", action);
}

export const nameOfCard = () => $("typed").value.trim();

/** The result of a promise, or undefined if it takes longer than `ms`. */
export const within = (ms, promise) =>
  Promise.race([promise, new Promise((resolve) => setTimeout(resolve, ms))]);

export const bdi = (text) => element("bdi", {}, text);

/** A probability or a share, from 0 to 1, as a percentage. */
export function percent(share) {
  if (share === 0) return "0 %";
  if (share < 0.00095) return "under 0.1 %";
  return `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %`;
}

let fading = 0;

/** Shows a message at the bottom of the page for some seconds, with buttons for actions. */
export function toast(text, /** @type {any} */ { undo, ...actions } = {}) {
  const close = () => $("toast").replaceChildren();
  const buttons = Object.entries(actions).map(([label, action]) => button(label, action));
  if (undo) buttons.push(button("Undo", undo, { id: "undo" }));
  for (const each of buttons) each.addEventListener("click", close, true); // before the action
  $("toast").replaceChildren(element("span", {}, ...text), ...buttons);
  clearTimeout(fading);
  const fade = () => {
    if ($("toast").matches(":hover, :focus-within")) fading = setTimeout(fade, 1000);
    else close();
  };
  fading = setTimeout(fade, buttons.length ? 7000 : 4000);
}
