"use strict";
// Draws the curves of several runs over one another. Without this script the page lacks them only.
(() => {
  const { runs, quality } = JSON.parse(document.getElementById("plots").textContent);
  const root = document.documentElement;
  const charts = [];
  let over = "epoch";

  const style = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  const colour = (index) => style(`--line-${index % 7}`);
  const minus = (text) => text.replace("-", "\u2212");
  const significant = (value) => minus(String(Number(value.toPrecision(4))));
  const percent = (value) => `${minus((100 * value).toFixed(2))}\u202f%`;

  function axis(title, ticks, whole = false) {
    return {
      type: "linear",
      title: { display: true, text: title, color: style("--ink-2"), font: { size: 12 } },
      ticks: { color: style("--ink-2"), maxRotation: 0, autoSkipPadding: 16, maxTicksLimit: 7, callback: ticks,
               ...(whole ? { precision: 0 } : {}) },
      grid: { color: style("--rule"), drawTicks: false },
    };
  }

  // A run's validation curve, and its training curve dashed. One of them is named in the legend.
  function lines(key) {
    const made = [];
    runs.forEach((run, index) => {
      for (const side of ["validation", "train"]) {
        const data = run.epochs.filter((e) => e[side] && e[side][key] != null)
          .map((e) => ({ x: over === "epoch" ? e.epoch : e.seconds / 60, y: e[side][key] }));
        if (!data.length) continue;
        const dashed = side === "train";
        const named = !dashed || !made.some((other) => other.run === index);
        made.push({
          label: `${run.label}, ${dashed ? "training" : "validation"}`, run: index, named, data,
          borderColor: colour(index), backgroundColor: colour(index), borderWidth: dashed ? 1.2 : 2, tension: 0,
          borderDash: dashed ? [4, 4] : [], pointRadius: dashed || data.length > 40 ? 0 : 2.5, pointHoverRadius: 5, clip: 6,
        });
      }
    });
    return made;
  }

  function draw(id, key, title, text) {
    const canvas = document.getElementById(id);
    if (!canvas) return;
    const x = over === "epoch" ? "Epoch" : "Training time, minutes";
    charts.push(new Chart(canvas, {
      type: "line",
      data: { datasets: lines(key) },
      options: {
        animation: false, maintainAspectRatio: false, parsing: false, normalized: true,
        interaction: { mode: "nearest", axis: "x", intersect: false },
        scales: { x: axis(x, (value) => significant(value), over === "epoch"), y: axis(title, (value) => text(value)) },
        plugins: {
          legend: { labels: { color: style("--ink-2"), boxWidth: 18, boxHeight: 2, filter: (item, data) => data.datasets[item.datasetIndex].named } },
          tooltip: {
            callbacks: {
              title: (items) => (items.length ? `${x} ${significant(items[0].parsed.x)}` : ""),
              label: (item) => `${item.dataset.label} ${text(item.parsed.y)}`,
            },
          },
        },
      },
    }));
  }

  function drawAll() {
    charts.splice(0).forEach((chart) => chart.destroy());
    Chart.defaults.font.family = style("--sans");
    draw("loss", "loss", "Loss", significant);
    draw("quality", quality === "R²" ? "r2" : "accuracy", quality, quality === "R²" ? significant : percent);
  }

  const group = document.querySelector(".switch");
  if (group) {
    group.hidden = false;
    group.addEventListener("click", (event) => {
      const chosen = event.target.dataset.over;
      if (!chosen) return;
      over = chosen;
      for (const button of group.children) button.setAttribute("aria-pressed", button.dataset.over === chosen);
      drawAll();
    });
  }
  addFrame(drawAll, {
    recipes: "Recipes", results: "Results", curves: "Curves", images: "Image by image", classes: "Classes", method: "Method",
  });
  addEventListener("beforeprint", () => charts.forEach((chart) => chart.resize()));
})();
