// The clock since disclosure goes on by the server's time; without this it stands where the page was drawn.
(() => {
  const clock = document.querySelector("[data-since]");
  if (!clock) return;
  const ahead = Date.now() - Date.parse(clock.dataset.now);
  const since = Date.parse(clock.dataset.since);
  const two = (number) => String(number).padStart(2, "0");
  const tick = () => {
    const seconds = Math.max(0, Math.floor((Date.now() - ahead - since) / 1000));
    const hours = Math.floor(seconds / 3600);
    clock.textContent = `${hours}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  };
  tick();
  setInterval(tick, 1000);
})();
