// Sends every chosen file at once, one after the other, and shows how far it is. A phone may drop the
// page when its camera opens: what has arrived is kept. Without this file the form is sent as a whole.
"use strict";
(() => {
  const form = document.querySelector("form[data-uploads]");
  if (!form) return;
  const words = form.dataset;
  const input = form.elements.file;
  const list = document.querySelector("ul.queue");
  const said = document.querySelector("p.said");
  const row = document.querySelector("ul.queue + template").content.firstElementChild;
  const waiting = [];
  let busy = false;
  let describe = false;
  // Every file comes with a form's one-time id, the same however often it is tried.
  let seal = form.elements.form.value;

  const option = () => form.elements.type.selectedOptions[0].dataset;
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const size = (bytes) => {
    const [number, unit] = bytes < 1e5 ? [Math.max(1, Math.round(bytes / 1e3)), "kB"] : [bytes / 1e6, "MB"];
    return `${number.toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 })}\u00a0${unit}`;
  };

  const show = (entry, percent) => {
    entry.bar.value = percent;
    entry.row.querySelector(".percent").textContent = `${percent}\u00a0%`;
  };
  const fail = (entry, text) => {
    entry.row.querySelector(".bar").hidden = true;
    entry.row.querySelector(".failed").hidden = false;
    entry.row.querySelector(".wrong").textContent = text;
    said.textContent = `${entry.file.name}: ${text}`;
  };
  // What can be known before a byte is sent; the server looks at the file itself.
  const trouble = ({ file }) => {
    const { most, media, allowed } = option();
    if (!file.size) return words.empty;
    if (file.size > Number(most)) return fill(words.large, { limit: Math.floor(most / 1e6) });
    if (file.type && !media.split(",").includes(file.type)) return fill(words.kind, { allowed });
    return "";
  };

  const request = (method, body, progress) => new Promise((done) => {
    const asked = new XMLHttpRequest();
    asked.responseType = "document";
    asked.upload.addEventListener("progress", progress ?? (() => {}));
    asked.addEventListener("loadend", () => done(asked));
    asked.open(method, form.action);
    asked.send(body);
  });
  // The page that answers says what has arrived, and has an id for the next file.
  const read = (page) => {
    const arrived = page?.getElementById("arrived");
    if (!arrived) return;
    seal = arrived.dataset.seal;
    describe ||= page.querySelector("form[data-describes]") !== null;
    document.getElementById("arrived").replaceWith(document.adoptNode(arrived));
  };
  const reason = (page) => (page?.getElementById("file-wrong") ?? page?.querySelector("[role=alert] li, [role=alert] p")
    ?? page?.querySelector("h1"))?.textContent.trim() ?? words.lost;

  const send = async (entry) => {
    const wrong = trouble(entry);
    if (wrong) return fail(entry, wrong);
    entry.row.querySelector(".bar").hidden = false;
    entry.row.querySelector(".failed").hidden = true;
    show(entry, 0);
    said.textContent = fill(words.sending, { name: entry.file.name });
    if (!entry.seal) {
      if (!seal) read((await request("GET")).response);
      [entry.seal, seal] = [seal, ""];
    }
    if (!entry.seal) return fail(entry, words.lost);
    const body = new FormData();
    for (const [name, value] of new FormData(form)) if (!["form", "file"].includes(name)) body.append(name, value);
    body.append("form", entry.seal);
    body.append("answer", "keep");
    body.append("file", entry.file);
    const answer = await request("POST", body, (told) => {
      if (told.lengthComputable) show(entry, Math.floor((100 * told.loaded) / told.total));
    });
    read(answer.response);
    if (answer.status !== 200) {
      // An answer ends the try; without one the same try is made again.
      if (answer.status) entry.seal = "";
      return fail(entry, answer.status ? reason(answer.response) : words.lost);
    }
    said.textContent = fill(words.arrived, { name: entry.file.name });
    entry.row.remove();
  };

  const work = async () => {
    if (busy) return;
    busy = true;
    while (waiting.length) await send(waiting.shift());
    busy = false;
    list.hidden = !list.children.length;
    if (describe && list.hidden) location.assign(form.action);
  };
  const queue = (file) => {
    const entry = { file, row: row.cloneNode(true), seal: "" };
    entry.bar = entry.row.querySelector("progress");
    entry.bar.setAttribute("aria-label", file.name);
    entry.row.querySelector(".name").textContent = file.name;
    entry.row.querySelector(".size").textContent = size(file.size);
    entry.row.addEventListener("click", ({ target }) => {
      if (target.value === "drop") entry.row.remove();
      else if (target.value === "again") waiting.push(entry);
      else return;
      if (target.value === "drop") input.focus();
      work();
    });
    list.append(entry.row);
    list.hidden = false;
    waiting.push(entry);
  };

  input.multiple = true;
  const accept = () => { input.accept = option().media; };
  accept();
  form.elements.type.addEventListener("change", accept);
  document.getElementById("file-hint").textContent = words.hint;
  // What is printed on a paper is asked for once it has arrived.
  for (const part of form.querySelectorAll(".printed, .actions")) part.hidden = true;
  input.addEventListener("change", () => {
    for (const file of input.files) queue(file);
    input.value = "";
    work();
  });
})();
