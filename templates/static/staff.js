// What pages of ours do besides htmx: a few keys. Everything works without this file too.
"use strict";
(() => {
  const places = { t: "/", o: "/orders", a: "/alerts", m: "/master" };
  let going = false;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea, [contenteditable], dialog[open]")) return;
    const followed = going;
    going = false;
    if (followed && places[event.key]) location.assign(places[event.key]);
    else if (event.key === "g") going = true;
    else if (event.key === "n") location.assign("/orders/new");
    else if (event.key === "?") document.getElementById("keys")?.showModal();
    else if (event.key === "/") {
      document.getElementById("find")?.focus();
      event.preventDefault();
    }
  });
})();
