// What pages of ours do besides htmx: a few keys, and when to listen. Everything works without it too.
"use strict";
(() => {
  const places = { t: "/", o: "/orders", a: "/alerts", m: "/master" };
  let going = false;
  // A tab that is opened behind others listens when it is first seen: a browser has six connections for
  // all tabs of a site, and a seventh page would wait for ever.
  const seen = () => document.hidden || document.body.dispatchEvent(new Event("seen"));
  // After htmx, which begins a moment after its script.
  addEventListener("load", () => setTimeout(seen));
  document.addEventListener("visibilitychange", seen);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, select, textarea, [contenteditable], dialog[open]")) return;
    const followed = going;
    going = false;
    if (followed && places[event.key]) location.assign(places[event.key]);
    else if (event.key === "g") going = true;
    // On the list of keys only for those who may order.
    else if (event.key === "n" && document.getElementById("key-n")) location.assign("/orders/new");
    else if (event.key === "?") document.getElementById("keys")?.showModal();
    else if (event.key === "/") {
      document.getElementById("find")?.focus();
      event.preventDefault();
    }
  });
})();
