// Tables that are wider than the page scroll: with the keyboard too.
addEventListener("load", () => {
  for (const region of document.querySelectorAll(".md-typeset__scrollwrap")) region.tabIndex = 0;
});
// The theme puts each button that copies into a landmark of its own, and none has a name.
new MutationObserver(() => {
  for (const nav of document.querySelectorAll(".md-code__nav:not([role])")) {
    nav.role = "none";
    nav.classList.toggle("plain", !nav.parentElement.querySelector(".gp")); // a figure, perhaps
  }
}).observe(document.documentElement, { childList: true, subtree: true });
// What a command prints, by lines: site.css leaves them out of what is copied.
for (const output of document.querySelectorAll(".go"))
  output.closest("span[id^=__span]")?.classList.add("output");
