// What is shown where: one of three views, and on a phone one drawer at a time.

import { changed, chosen } from "./chosen.js";
import { $, listenToArrows, stopAt } from "./elements.js";

const SWIPE = 60; // px to the side that a finger goes to open a drawer

/** Opens a drawer, or closes what is open: `null`. Only a phone's style sheet sees it. */
export function openDrawer(id) {
  const before = document.body.dataset.drawer;
  if (id) $("toast").replaceChildren(); // it would lie on the drawer
  if (id) document.body.dataset.drawer = id;
  else delete document.body.dataset.drawer;
  for (const opener of $("bar").querySelectorAll("[data-drawer]"))
    opener.setAttribute("aria-expanded", opener.dataset.drawer === id);
  if (id && id !== "likely") $(id).querySelector(".close").focus();
  if (!id && before) $("bar").querySelector(`[data-drawer="${before}"]`)?.focus();
}

const tabs = Array.from($("views").querySelectorAll("[role=tab]"));

/** Shows one of the views: "results", which are names, "casts", which have lines, or "own-list". */
export function showView(id) {
  document.body.dataset.view = id;
  for (const tab of tabs) {
    const isShown = tab.dataset.view === id;
    tab.setAttribute("aria-selected", isShown);
    if (!isShown) continue;
    stopAt(tab, tabs);
    $("panel").setAttribute("aria-labelledby", tab.id);
  }
  $("casts").hidden = id !== "casts";
  $("results").hidden = id === "own-list";
  $("own-list").hidden = id !== "own-list";
  if (id !== "own-list" && (id === "casts") !== $("names").classList.contains("lines")) {
    $("names").classList.toggle("lines");
    for (const place of $("names").children) place.replaceChildren(); // names are no lines
  }
  const lines = id === "casts" ? "lines" : "names";
  $("copy-names").textContent = `Copy these ${lines}`;
  $("more").textContent = `More ${lines}`;
  openDrawer(null);
  $("toast").replaceChildren(); // it was about another view
  scrollTo(0, 0);
}

/** `fitCount` asks for as many names, or lines, as fit, where somebody goes to another view. */
export function listenToDrawers(fitCount) {
  const openView = (tab) => {
    if (tab.dataset.view !== document.body.dataset.view) chosen.held.clear();
    showView(tab.dataset.view);
    fitCount();
    if (tab.dataset.view !== "own-list") changed(true);
  };
  for (const opener of $("bar").querySelectorAll("[data-drawer]"))
    opener.addEventListener("click", () => {
      const { drawer } = opener.dataset;
      openDrawer(document.body.dataset.drawer === drawer ? null : drawer);
    });
  for (const close of document.querySelectorAll(".drawer .close"))
    close.addEventListener("click", () => openDrawer(null));
  for (const tab of tabs) tab.addEventListener("click", () => openView(tab));
  listenToArrows($("views").firstElementChild, openView);
  listenToArrows($("kinds"), stopAt);
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") $("close-card").click(); // and with it a drawer
  });
  listenToSwipes();
}

/** A swipe over the names opens the settings or what is kept; one down over a drawer closes it. */
function listenToSwipes() {
  let from = /** @type {any} */ (null);
  document.addEventListener("touchstart", (event) => {
    from = event.touches.length === 1 ? { ...where(event), target: event.target } : null;
  });
  document.addEventListener("touchend", (event) => {
    if (!from) return;
    const { x, y } = where(event);
    const [aside, down] = [x - from.x, y - from.y];
    if (from.target.closest(".drawer-head, .card-head") && down > SWIPE) openDrawer(null);
    const isAside = Math.abs(aside) > SWIPE && Math.abs(down) < SWIPE / 2;
    if (isAside && from.target.closest("#names")) openDrawer(aside > 0 ? "settings" : "kept");
  });
}

/** Where a finger is. @param {any} _ */
const where = ({ changedTouches: [{ clientX: x, clientY: y }] }) => ({ x, y });
