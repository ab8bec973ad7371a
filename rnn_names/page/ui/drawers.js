// The visible parts of the page: one of three views, and at most one drawer on small screens.

import { followKinds } from "./casts.js";
import { changed, chosen } from "./chosen.js";
import { $, listenToArrows, showTitle, stopAt } from "./elements.js";

const SWIPE = 60; // px: the least length of a swipe
const SCREEN_EDGE = 24; // px from a side, where the browser may have its own swipes

const closeAll = () => $("close-card").click(); // the card and a drawer

let watcher; // lets the back gesture of phones close a drawer first

/** Opens a drawer, or closes the open one if `id` is null. Wide screens show no drawers. */
export function openDrawer(id) {
  watcher?.destroy();
  const { CloseWatcher } = /** @type {any} */ (globalThis);
  watcher = id && CloseWatcher && new CloseWatcher();
  if (watcher) watcher.onclose = closeAll;
  const before = document.body.dataset.drawer;
  if (id) $("toast").replaceChildren();
  if (id) document.body.dataset.drawer = id;
  else delete document.body.dataset.drawer;
  for (const opener of $("bar").querySelectorAll("[data-drawer]"))
    opener.ariaExpanded = String(opener.dataset.drawer === id);
  if (id && id !== "likely") $(id).querySelector(".close").focus();
  if (!id && before) $("bar").querySelector(`[data-drawer="${before}"]`)?.focus();
}

const tabs = Array.from($("views").querySelectorAll("[role=tab]"));

/** Shows a view: "results" shows names, "casts" shows lines, and "own-list" learns from a list. */
export function showView(id) {
  document.body.dataset.view = id;
  const shown = $(`tab-${id}`);
  for (const tab of tabs) tab.ariaSelected = tab === shown;
  stopAt(shown, tabs);
  $("panel").setAttribute("aria-labelledby", shown.id);
  $("casts").hidden = id !== "casts";
  $("results").hidden = id === "own-list";
  $("own-list").hidden = id !== "own-list";
  if (id !== "own-list" && (id === "casts") !== $("names").classList.contains("lines")) {
    $("names").classList.toggle("lines");
    chosen.holdNothing();
    for (const size of ["width", "half"]) $("names").style.removeProperty(`--typical-${size}`);
    for (const place of $("names").children) place.replaceChildren(); // of the other view
  }
  showTitle();
  closeAll(); // the card is about a name of another view, as messages are
  $("toast").replaceChildren();
  scrollTo(0, 0);
}

/** Listens to tabs, drawers and swipes; `setCountForView` is called when a view opens. */
export function listenToDrawers(setCountForView) {
  const openView = (tab) => {
    showView(tab.dataset.view);
    if (tab.dataset.view === "casts") followKinds();
    chosen.wantedLists = []; // other names are meant now
    setCountForView();
    if (tab.dataset.view !== "own-list") changed(true);
  };
  for (const opener of $("bar").querySelectorAll("[data-drawer]"))
    opener.addEventListener("click", () =>
      openDrawer(opener.ariaExpanded === "true" ? null : opener.dataset.drawer),
    );
  for (const close of document.querySelectorAll(".drawer .close"))
    close.addEventListener("click", () => openDrawer(null));
  for (const tab of tabs) tab.addEventListener("click", () => openView(tab));
  listenToArrows($("views").firstElementChild, openView);
  listenToArrows($("kinds"), stopAt);
  for (const summary of $("settings").querySelectorAll(":scope > details > summary"))
    summary.addEventListener("click", () => {
      const block = document.body.dataset.drawer ? "start" : "nearest"; // a drawer shows little
      setTimeout(() => summary.parentElement.scrollIntoView({ block })); // after it unfolds
    });
  document.addEventListener("keydown", ({ key }) => {
    if (key === "Escape") closeAll();
  });
  // A tap beside a sheet closes it, and does nothing else.
  const closeSheet = (event) => {
    const isSheet = ["settings", "kept"].includes(document.body.dataset.drawer ?? "");
    const isBeside =
      event.target.closest("h1, nav, #panel") && !event.target.closest("#bar, .drawer");
    if (!isSheet || !isBeside || !matchMedia("(hover: none) and (orientation: portrait)").matches)
      return;
    event.preventDefault();
    event.stopPropagation();
    openDrawer(null);
  };
  document.addEventListener("click", closeSheet, true);
  listenToSwipes();
}

/** A sideways swipe over the names opens or closes a drawer. One down on its head closes it. */
function listenToSwipes() {
  let from = /** @type {any} */ (null); // the start of a swipe
  document.addEventListener("touchstart", ({ touches }) => {
    from = touches.length === 1 ? touches[0] : null;
  });
  document.addEventListener("touchend", ({ changedTouches: [to] }) => {
    if (!from) return;
    const [aside, down] = [to.clientX - from.clientX, to.clientY - from.clientY];
    if (from.target.closest(".drawer-head, .card-head") && down > SWIPE) openDrawer(null);
    const isOurs = from.clientX > SCREEN_EDGE && from.clientX < innerWidth - SCREEN_EDGE;
    const isAside = isOurs && Math.abs(aside) > SWIPE && Math.abs(down) < SWIPE / 2;
    if (isAside && from.target.closest("#names"))
      openDrawer(document.body.dataset.drawer ? null : aside > 0 ? "settings" : "kept");
  });
}
