// While a form is on its way it says so and is not sent twice. Without this file the server still does once
// what comes twice.
"use strict";
(() => {
  const AFTER = 300;
  // Who stopped the page from loading can send again.
  const AT_MOST = 60_000;
  const sent = new Map();
  const buttons = (form) => [...form.elements].filter((one) => one.type === "submit");

  const restore = (form) => {
    const { timers, changed } = sent.get(form);
    timers.forEach(clearTimeout);
    for (const { button, disabled, content } of changed) {
      button.disabled = disabled;
      button.replaceChildren(...content);
    }
    form.removeAttribute("aria-busy");
    sent.delete(form);
  };
  // Later than the event: a button that is disabled is not sent along.
  const show = (form, pressed) => {
    for (const button of buttons(form)) {
      sent.get(form).changed.push({ button, disabled: button.disabled, content: [...button.childNodes] });
      button.disabled = true;
      if (button === pressed) button.textContent = document.body.dataset.sending;
    }
  };
  addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.getAttribute("method") !== "post") return;
    if (sent.has(form)) {
      event.preventDefault();
      return;
    }
    const pressed = event.submitter ?? buttons(form)[0];
    const timers = [setTimeout(show, AFTER, form, pressed), setTimeout(restore, AT_MOST, form)];
    sent.set(form, { timers, changed: [] });
    form.setAttribute("aria-busy", "true");
  });
  // A page that is come back to is as it was when it was left.
  addEventListener("pageshow", (event) => {
    if (event.persisted) for (const form of [...sent.keys()]) restore(form);
  });
})();
