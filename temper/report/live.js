"use strict";
// Loads the page again when the server has another version of it, and shows it as it was: scroll position, theme,
// weights, open details.
(() => {
  const kInterval = 2000; // milliseconds between two questions
  const kQuiet = 60; // seconds without a change of the files that are worth a remark
  const kKey = "temper-watch";
  const root = document.documentElement;
  const bar = document.querySelector(".live");
  const note = bar.querySelector(".live-note");
  const details = () => [...document.querySelectorAll("details")];

  function age(seconds) {
    if (seconds < 120) return `${Math.floor(seconds)} seconds`;
    if (seconds < 7200) return `${Math.floor(seconds / 60)} minutes`;
    return `${Math.floor(seconds / 3600)} hours`;
  }

  // A run that was stopped or killed looks like one that takes long for its next line.
  function show(connected) {
    const written = Number(bar.dataset.written);
    const quiet = Date.now() / 1000 - written;
    if (!connected) note.textContent = "temper watch does not answer: this is the last page that it served.";
    else if (written && quiet > kQuiet && !bar.classList.contains("ended"))
      note.textContent = `Nothing has been written for ${age(quiet)}.`;
    else note.textContent = "";
  }

  async function ask() {
    if (document.hidden) return;
    let answer = null;
    try {
      answer = await fetch("/", { method: "HEAD", cache: "no-store" });
    } catch {
      // shown below
    }
    show(answer !== null);
    const changed = answer?.ok && answer.headers.get("ETag") !== `"${bar.dataset.version}"`;
    if (changed && getSelection().isCollapsed) location.reload();
  }

  function keep() {
    const weights = document.querySelector('.switch [aria-pressed="true"]')?.dataset.weights;
    const open = details().map((element) => element.open);
    sessionStorage.setItem(kKey, JSON.stringify({ x: scrollX, y: scrollY, theme: root.dataset.theme, weights, open }));
  }

  function restore(kept) {
    const button = [...document.querySelectorAll(".switch [data-weights]")].find(
      (found) => found.dataset.weights === kept.weights);
    if (button && button.getAttribute("aria-pressed") !== "true") button.click();
    const elements = details();
    if (elements.length === kept.open.length) elements.forEach((element, i) => (element.open = kept.open[i]));
    scrollTo({ left: kept.x, top: kept.y, behavior: "instant" });
  }

  history.scrollRestoration = "manual";
  const kept = JSON.parse(sessionStorage.getItem(kKey) ?? "null");
  if (kept?.theme) root.dataset.theme = kept.theme; // before anything is drawn
  addEventListener("DOMContentLoaded", () => {
    if (kept) restore(kept);
  });
  addEventListener("pagehide", keep);
  document.addEventListener("visibilitychange", ask);
  setInterval(ask, kInterval);
  show(true);
})();
