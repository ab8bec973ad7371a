// Tables that are wider than the page scroll: with the keyboard too.
addEventListener("load", () => {
  for (const region of document.querySelectorAll(".md-typeset__scrollwrap")) region.tabIndex = 0;
});

// The names of the first screen change: every few seconds one of them becomes another.
const shelves = [...document.querySelectorAll(".names[data-names]")];
const still = matchMedia("(prefers-reduced-motion: reduce)");

for (const shelf of shelves) {
  const waiting = JSON.parse(shelf.dataset.names);
  const places = [...shelf.children];
  let turn = 0;
  setInterval(() => {
    if (still.matches || document.hidden) return;
    const place = places[(turn * 5) % places.length];
    turn += 1;
    place.classList.add("leaves");
    setTimeout(() => {
      waiting.push(place.textContent);
      place.textContent = waiting.shift();
      place.classList.remove("leaves");
    }, 400);
  }, 1500);
}
