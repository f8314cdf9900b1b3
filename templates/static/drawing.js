// A PDF of hundreds of lots takes many seconds to draw: the link to it says so, and for how long, until the file is
// here. Without this file the browser waits by itself.
"use strict";
(() => {
  const AFTER = 300;
  const KEPT = 60_000;
  const keep = (file, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), KEPT);
  };
  const named = (answer) => {
    const [, name] = /filename\*=utf-8''([^;]+)/.exec(answer.headers.get("Content-Disposition")) ?? [];
    return decodeURIComponent(name ?? "");
  };
  // What is read aloud says it once, not every second.
  const say = (link) => {
    const begun = Date.now();
    const since = document.createElement("span");
    since.setAttribute("aria-hidden", "true");
    const count = () => { since.textContent = ` ${Math.floor((Date.now() - begun) / 1000)} s`; };
    count();
    // One child, since a button lays out each by itself and drops the space between.
    const told = document.createElement("span");
    told.append(link.dataset.drawing, since);
    link.replaceChildren(told);
    return setInterval(count, 1000);
  };
  const fetched = async (link) => {
    try {
      const answer = await fetch(link.href);
      if (answer.ok && answer.headers.get("Content-Type") === "application/pdf") {
        keep(await answer.blob(), named(answer));
        return;
      }
    } catch { /* The browser says what is wrong. */ }
    location.assign(link.href);
  };
  addEventListener("click", async (event) => {
    const link = event.target.closest?.("a[data-drawing]");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (link.hasAttribute("aria-busy")) return;
    const content = [...link.childNodes];
    let counting;
    const waiting = setTimeout(() => { counting = say(link); }, AFTER);
    link.setAttribute("aria-busy", "true");
    link.setAttribute("aria-live", "polite");
    await fetched(link);
    clearTimeout(waiting);
    clearInterval(counting);
    link.replaceChildren(...content);
    link.removeAttribute("aria-busy");
  });
})();
