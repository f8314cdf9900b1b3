// Judges measured values as they are typed: inside or outside, how many of how many, where on the ruler.
// The server judges what is sent; it works without this file.
"use strict";
(() => {
  // Exactly, as decimals: [digits, places]. Null for what can be read in two ways or in none.
  const read = (text, decimal = ".") => {
    const found = /^([+-]?)(\d{0,20})(?:([.,])(\d{0,20}))?$/.exec(text.replace(/[\s\u00a0\u2009\u202f]/g, ""));
    if (!found) return null;
    const [, sign, whole, mark, rest = ""] = found;
    if (!(whole + rest)) return null;
    // The reader's own mark stands before decimals; the other one may stand after thousands.
    if (mark !== decimal && rest.length === 3 && /^[1-9]\d{0,2}$/.test(whole)) return null;
    return { digits: BigInt(`${sign === "-" ? "-" : ""}${whole}${rest}`), places: rest.length };
  };
  const less = (one, other) =>
    one.digits * 10n ** BigInt(other.places) < other.digits * 10n ** BigInt(one.places);
  const number = ({ digits, places }) => Number(digits) / 10 ** places;
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  for (const item of document.querySelectorAll("fieldset.measured")) {
    const words = item.dataset;
    const [lower, upper] = [words.lower, words.upper].map((limit) => (limit ? read(limit) : null));
    const judge = (text) => {
      const value = read(text, words.decimal);
      if (!value) return "unreadable";
      return (lower && less(value, lower)) || (upper && less(upper, value)) ? "outside" : "inside";
    };
    const draw = (values) => {
      const ruler = item.querySelector(".ruler");
      if (!ruler) return;
      ruler.querySelectorAll("circle").forEach((mark) => mark.remove());
      for (const text of values.slice(0, 200)) {
        const value = read(text, words.decimal);
        if (!value) continue;
        const mark = document.createElementNS("http://www.w3.org/2000/svg", "circle");
        const at = 20 + (60 * (number(value) - number(lower))) / (number(upper) - number(lower));
        const place = { class: judge(text), cx: Math.min(98, Math.max(2, at)), cy: 6, r: 2.4 };
        for (const [name, given] of Object.entries(place)) mark.setAttribute(name, given);
        ruler.append(mark);
      }
    };
    const count = (done) => {
      item.querySelector(".done").textContent = fill(words.done, { done, count: words.count });
    };
    const list = item.querySelector("textarea");
    const show = () => {
      if (words.kind !== "variable") {
        if (!item.querySelector("input[value=all]")) count(item.querySelectorAll("input:checked").length);
        return;
      }
      const cells = [...item.querySelectorAll(".cell input")];
      const values = list ? list.value.split(/[\s;；]+/) : cells.map((cell) => cell.value);
      const given = values.filter((value) => value.trim());
      for (const cell of cells) {
        const verdict = cell.value.trim() ? judge(cell.value) : "";
        const said = cell.parentElement.querySelector(".verdict");
        said.className = `verdict ${verdict}`;
        if (said.textContent !== (words[verdict] ?? "")) said.textContent = words[verdict] ?? "";
      }
      if (list) {
        const bad = given.filter((value) => judge(value) !== "inside").length;
        list.parentElement.querySelector(".verdict").textContent = bad ? fill(words.bad, { count: bad }) : "";
      }
      count(given.length);
      draw(given);
    };
    item.addEventListener("input", show);
    show();
  }
})();
