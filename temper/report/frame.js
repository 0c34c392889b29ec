"use strict";
// Links to the sections, and the button for the theme; `draw` draws the figures, in the colors of the theme.
function addFrame(draw, names) {
  const root = document.documentElement;
  const button = document.getElementById("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const show = () => {
    button.textContent = isDark() ? "Light theme" : "Dark theme";
    draw();
  };
  const nav = document.querySelector("nav");
  for (const section of document.querySelectorAll("main section[id]")) {
    const link = document.createElement("a");
    link.href = `#${section.id}`;
    link.textContent = names[section.id];
    nav.append(link);
  }
  nav.hidden = !nav.children.length;
  button.hidden = false;
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    show();
  });
  system.addEventListener("change", show);
  show();
}
