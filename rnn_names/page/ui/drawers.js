// What is shown where: the names or the list of one's own; on a phone, one drawer at a time.

import { $ } from "./elements.js";
import { changed } from "./page.js";

/** Opens a drawer, or closes what is open: `null`. Only a phone's style sheet sees it. */
export function openDrawer(id) {
  const before = document.body.dataset.drawer;
  if (id) document.body.dataset.drawer = id;
  else delete document.body.dataset.drawer;
  for (const button of document.querySelectorAll("#bar [data-drawer]"))
    button.setAttribute("aria-expanded", button.dataset.drawer === id);
  if (id && id !== "likely") $(id).querySelector(".close").focus();
  if (!id && before) document.querySelector(`#bar [data-drawer="${before}"]`)?.focus();
}

/** Shows one of the views: "results", which are names, "casts", which have lines, or "own-list". */
export function showView(id) {
  for (const button of $("views").children) {
    const isShown = button.dataset.view === id;
    button.setAttribute("aria-pressed", isShown);
    $(button.dataset.view).hidden = !isShown;
  }
  if (id === "casts") $("results").hidden = false;
  $("names").classList.toggle("lines", id === "casts");
  const lines = id === "casts" ? "lines" : "names";
  $("copy-names").textContent = $("copy-names").dataset.label = `Copy these ${lines}`;
  for (const button of document.querySelectorAll("[type=submit]")) {
    button.textContent = `More ${lines}`;
    button.hidden = id === "own-list"; // which has a button of its own
  }
  openDrawer(null);
}

export function listenToDrawers() {
  for (const button of document.querySelectorAll("#bar [data-drawer]")) {
    button.addEventListener("click", () => {
      const { drawer } = button.dataset;
      openDrawer(document.body.dataset.drawer === drawer ? null : drawer);
    });
  }
  for (const button of document.querySelectorAll(".close"))
    button.addEventListener("click", () => openDrawer(null));
  for (const button of $("views").children)
    button.addEventListener("click", () => {
      showView(button.dataset.view);
      if (button.dataset.view !== "own-list") changed();
    });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") openDrawer(null);
  });
}
