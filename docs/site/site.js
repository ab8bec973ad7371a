// Tables and pictures that are wider than the page scroll: with the keyboard too.
addEventListener("load", () => {
  const wide = '.md-typeset__scrollwrap, .screens, p:has(> [src$=".svg"])';
  for (const region of document.querySelectorAll(wide))
    if (region.scrollWidth > region.clientWidth) region.tabIndex = 0;
});
// On a phone, a table of texts is shown as a list, and one of figures scrolls.
for (const table of document.querySelectorAll(".md-typeset table:not([class])")) {
  const [heads, ...rows] = [...table.rows].map(({ cells }) => [...cells]);
  const isLong = (cell) => cell.cellIndex && cell.textContent.length > 40;
  if (heads.length > 5 || !rows.flat().some(isLong)) continue;
  table.dataset.list = "";
  for (const cell of heads.length > 2 ? rows.flat() : [])
    if (cell.cellIndex) cell.dataset.label = heads[cell.cellIndex].textContent;
}
// Pictures have the colours that were chosen for the page, which may not be those of the system.
for (const source of document.querySelectorAll('source[media*="color-scheme: dark"]')) {
  const inDark = source.media.replace(/( and )?\(prefers-color-scheme: dark\)/, "") || "all";
  const follow = () => {
    source.media = document.body.dataset.mdColorScheme === "slate" ? inDark : "not all";
  };
  new MutationObserver(follow).observe(document.body, { attributeFilter: ["data-md-color-scheme"] });
  follow();
}
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
// Options and names of models are never broken at a hyphen.
for (const code of document.querySelectorAll(".highlight code"))
  code.classList.toggle("typed", /^(\$|rnn-names|pipx?|npm|make) /.test(code.textContent));
for (const code of document.querySelectorAll(".highlight code:is(.typed, :has(.gp))")) {
  if (!code.children.length) {
    const lines = code.textContent.split(/(?<=\n)/).map((textContent) => {
      return Object.assign(document.createElement("span"), { className: "line", textContent });
    });
    code.replaceChildren(...lines); // as in code of a language
  }
  const walker = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) texts.push(walker.currentNode);
  for (const text of texts) {
    const parts = text.data.split(/((?<![\w-])(?:--?\w[\w-]*|\w+(?:-\w+)+))/).map((part, i) => {
      const whole = { className: "whole", textContent: part };
      return i % 2 ? Object.assign(document.createElement("span"), whole) : part;
    });
    if (parts.length > 1) text.replaceWith(...parts);
  }
}
// Short code in a text stays in one piece, and in a narrower column if it is shorter.
for (const code of document.querySelectorAll(":is(p, li, [data-list] td) > code"))
  if (code.textContent.length < (code.closest("td") ? 18 : 24)) code.classList.add("whole");
// A search for an option, such as --min-p, or for 100 %: to the engine of the search, signs are
// operators or parts of words that no page has, and the last letter of --min-p begins a word of any
// title, so both are left out. Small words are left out unless there are no others.
const SMALL = /(?<!\S)(an?|the|how|to|of|is|it|do|i|my|your|in|for)(?!\S)/gi;
const queryOf = (typed) => {
  const plain = typed.replace(/[^\p{L}\p{M}\p{N}\s.'’_-]+/gu, " ");
  const words = plain.replace(/(?<!\S)[.'’_-]+|(?<=\S)(-\w|[.'’_-]+)(?!\S)/g, "");
  return words.replace(SMALL, "").trim() ? words.replace(SMALL, "") : words;
};
const { postMessage } = Worker.prototype;
Worker.prototype.postMessage = function (message, ...rest) {
  const query = typeof message?.data === "string" ? queryOf(message.data) : null;
  postMessage.call(this, query === null ? message : { ...message, data: query }, ...rest);
};
// The page of kinds shows those that are called as somebody types, or else those with such a name.
document.getElementById("find-kind")?.addEventListener("input", ({ target }) => {
  const wanted = target.value.trim().toLowerCase();
  const cards = [...document.querySelectorAll(".kinds > li")];
  const withText = (textOf) =>
    cards.filter((card) => textOf(card).toLowerCase().includes(wanted));
  const titled = withText((card) => `${card.querySelector("h3").textContent} ${card.dataset.also}`);
  const found = titled.length ? titled : withText((card) => card.querySelector("ul").textContent);
  for (const card of cards) card.hidden = !found.includes(card);
  for (const group of document.querySelectorAll(".group")) {
    const isEmpty = !group.querySelector(".kinds > li:not([hidden])");
    const link = `[href="#${group.querySelector("h2").id}"]`;
    const ways = document.querySelectorAll(`.md-nav :has(> ${link}), .jump ${link}`);
    for (const way of ways) way.hidden = isEmpty;
  }
  const isFound = document.querySelector(".kinds > li:not([hidden])");
  document.getElementById("no-kind").hidden = Boolean(isFound);
});
// A long page says, in a narrow window, at which of its parts one is, and lists them all: of one
// with numbered steps, these.
const parts = [...document.querySelectorAll(".steps h2")];
const numbered = parts.filter(({ id }) => /^\d/.test(id));
const steps = numbered.length ? numbered : parts;
const titleOf = ({ textContent }) => textContent.replace("¶", "").trim();
if (steps.length) {
  const bar = Object.assign(document.createElement("details"), { className: "at-step" });
  const summary = bar.appendChild(document.createElement("summary"));
  const list = bar.appendChild(document.createElement("ul"));
  for (const step of steps) {
    const link = Object.assign(document.createElement("a"), { href: `#${step.id}` });
    link.append(titleOf(step));
    list.appendChild(document.createElement("li")).append(link);
  }
  list.addEventListener("click", () => bar.removeAttribute("open"));
  const show = () => {
    const seen = steps.filter((step) => step.getBoundingClientRect().top < innerHeight / 3);
    const title = titleOf(seen.at(-1) ?? steps[0]).replace(/^\d+\. /, "");
    summary.textContent = `${seen.length || 1} of ${steps.length}: ${title}`;
  };
  addEventListener("scroll", show, { passive: true });
  show();
  document.querySelector("h1").after(bar);
}
// A link to an option that is folded unfolds it, also in browsers that do not do so themselves.
const unfold = () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  target?.closest("details")?.setAttribute("open", "");
};
addEventListener("hashchange", unfold);
unfold();
// The button for a list opens that tab of the framed page, which is above.
document.querySelector('a[href$="#your-list"]')?.addEventListener("click", (event) => {
  const page = document.querySelector(".live")?.contentDocument;
  if (!page?.getElementById("tab-own-list")) return; // the link opens the page itself
  event.preventDefault();
  page.getElementById("tab-own-list").click();
  scrollTo({ top: 0 });
  page.getElementById("own-names").focus({ preventScroll: true });
});
// The space bar draws others in the framed page, as that says, while it is what one sees.
addEventListener("keydown", (event) => {
  const frame = document.querySelector(".live");
  const isSeen = frame && scrollY < innerHeight / 3;
  if (event.key !== " " || !isSeen || event.target !== document.body) return;
  event.preventDefault();
  frame.focus();
  frame.contentDocument?.querySelector(".main").click();
});
