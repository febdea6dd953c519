"use strict";
const find = document.getElementById("find");
const filter = document.getElementById("filter");
const count = document.getElementById("count");
const entries = [...document.querySelectorAll(".entry")].map((entry) => ({
  entry,
  head: [entry.querySelector("h3").textContent, entry.querySelector("p")?.textContent].join(" ").toLowerCase(),
  rows: [...entry.querySelectorAll(":scope > dl > .row")].map((row) => ({ row, text: row.textContent.toLowerCase() })),
}));
const show = () => {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (text) => words.every((word) => text.includes(word));
  let shown = 0;
  for (const { entry, head, rows } of entries) {
    const whole = fits(head);
    let some = whole;
    for (const { row, text } of rows) {
      row.hidden = !whole && !fits(`${head} ${text}`);
      some ||= !row.hidden;
    }
    entry.hidden = !some;
    shown += some;
  }
  for (const section of document.querySelectorAll("main > section")) {
    section.hidden = words.length > 0 && !section.querySelector(".entry:not([hidden])");
  }
  count.textContent = words.length ? `${shown} / ${entries.length}` : "";
};
filter.addEventListener("input", show);
addEventListener("hashchange", () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target?.closest("[hidden]") || target?.querySelector("[hidden]")) {
    filter.value = "";
    show();
    target.scrollIntoView();
  }
});
find.hidden = false;
