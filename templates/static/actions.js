// Receiving: says what is left as accepted while one types. The server counts again; it works without.
"use strict";
// Who goes scanning a number finds what was typed before in the form again.
for (const link of document.querySelectorAll("a[data-scan]")) {
  link.addEventListener("click", () => {
    const address = new URL(link.href);
    for (const [name, value] of new FormData(link.closest("form"))) {
      if (typeof value === "string" && value && name !== "form" && name !== "version") {
        address.searchParams.append(name, value);
      }
    }
    link.href = address;
  });
}
// Sending: says what leaves a lot that is counted in another unit while one types how many pieces go.
for (const told of document.querySelectorAll("[data-takes]")) {
  const input = told.closest("form").elements[told.dataset.of];
  const shown = new Intl.NumberFormat(document.documentElement.lang, {
    maximumFractionDigits: 6,
    useGrouping: "always",
  });
  input.addEventListener("input", () => {
    const text = input.value.trim().replace(/[\s\u00a0\u202f]/g, "");
    // A mark before three digits can be read in two ways: nothing is said of that, and the server asks.
    const pieces = /^[1-9]\d{0,2}[.,]\d{3}$/.test(text) ? NaN : Number(text.replace(",", "."));
    const exact = Math.round(pieces * Number(told.dataset.share) * 1e6) / 1e6;
    const some = "whole" in told.dataset ? Math.ceil(exact) : exact;
    told.textContent =
      pieces > 0 && Number.isFinite(pieces)
        ? told.dataset.takes.replace("{pieces}", shown.format(pieces)).replace("{some}", shown.format(some))
        : "";
  });
}
(() => {
  const parts = ["rejected", "pending", "unprocessed", "tested", "scrapped"];
  const number = (input) => {
    const text = (input?.value ?? "").trim().replace(/[\s\u00a0\u202f]/g, "").replace(",", ".");
    return text === "" ? 0 : Number(text);
  };
  const plain = (value) => String(Math.round(value * 1e6) / 1e6);
  for (const place of document.querySelectorAll("[data-split]")) {
    const field = (name) => place.querySelector(`input[name$=".${name}"]`);
    const accepted = field("accepted");
    const output = place.querySelector("output");
    // Filled by us it follows the others; typed by hand it stays.
    let ours = accepted.value === "";
    const show = () => {
      const counted = number(field("counted"));
      const others = parts.reduce((sum, name) => sum + number(field(name)), 0);
      const rest = counted - others;
      output.hidden = !Number.isFinite(rest) || (!counted && !others);
      if (output.hidden) return;
      output.classList.toggle("bad", rest < 0);
      output.textContent = (rest < 0 ? place.dataset.bad : place.dataset.split)
        .replace("{rest}", plain(rest)).replace("{counted}", plain(counted)).replace("{over}", plain(-rest));
      if (ours) accepted.value = rest >= 0 ? plain(rest) : "";
    };
    place.addEventListener("input", (event) => {
      if (event.target === accepted) ours = accepted.value === "";
      show();
    });
    show();
  }
})();
