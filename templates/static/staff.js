// What pages of ours do besides htmx: a few keys, and when to listen. Everything works without it too.
"use strict";
(() => {
  const places = { t: "/", o: "/orders", a: "/alerts", m: "/master" };
  let going = false;
  // A tab that is opened behind others listens when it is first seen: a browser has six connections for
  // all tabs of a site, and a seventh page would wait for ever.
  const seen = () => document.hidden || document.body.dispatchEvent(new Event("seen"));
  // After htmx, which begins some time after its script: a busy machine lets it wait. It listens once.
  addEventListener("load", () => [0, 300, 1500, 5000].forEach((wait) => setTimeout(seen, wait)));
  document.addEventListener("visibilitychange", seen);
  // Whatever keeps word from coming, nobody looks at what was a minute ago.
  setInterval(() => document.hidden || document.body.dispatchEvent(new Event("changed")), 60000);
  // What is laid over the old is said to who cannot see it: what reads otherwise now, the first first.
  const said = document.getElementById("said");
  const parts = "h1, h2, h3, p, li, dt, dd, th, td, summary";
  const texts = () => [...document.querySelectorAll("#live :is(" + parts + ")")]
    .filter((one) => !one.querySelector(parts))
    .map((one) => one.innerText.replace(/\s+/g, " ").trim())
    .filter(Boolean);
  const live = document.getElementById("live");
  if (said && live) {
    let before = new Set(texts());
    let waiting;
    let held;
    live.parentElement.addEventListener("focusin", (event) => { held = event.target; });
    // Who stood on a button that is gone goes on at the heading over it, not at the top of the page.
    const stay = () => {
      if (!held || held.isConnected || document.activeElement !== document.body) return;
      const heading = document.querySelector("#live h2");
      heading?.setAttribute("tabindex", "-1");
      heading?.focus({ preventScroll: true });
    };
    const tell = () => {
      const now = texts();
      const news = now.filter((text) => !before.has(text)).slice(0, 3).join(" · ");
      const gone = now.length < before.size;
      before = new Set(now);
      if (news || gone) said.textContent = said.dataset.updated.replace("…", news).replace(/[:：]\s*$/, "");
    };
    new MutationObserver(() => {
      stay();
      clearTimeout(waiting);
      waiting = setTimeout(tell, 300);
    }).observe(live.parentElement, { childList: true, subtree: true, characterData: true });
  }
  // What opened from the bar closes when one goes on elsewhere.
  const close = (target) => document.querySelectorAll(".bar details[open]").forEach((menu) => {
    if (!menu.contains(target)) menu.open = false;
  });
  document.addEventListener("click", (event) => close(event.target));
  document.addEventListener("focusin", (event) => close(event.target));
  document.addEventListener("keydown", (event) => {
    const menu = event.target.closest(".bar details[open]");
    if (event.key === "Escape" && menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
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
