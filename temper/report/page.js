"use strict";
// Draws the plots. Without this script the page lacks its plots only; the tables have their numbers.
(() => {
  const plots = JSON.parse(document.getElementById("plots").textContent);
  const root = document.documentElement;
  const charts = [];
  let weights = plots.weights;

  const style = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  const rgb = (name, alpha = 1) => `rgba(${style(name).split(/\s+/).join(",")},${alpha})`;
  const minus = (text) => text.replace("-", "\u2212");
  // As many decimals as neighboring ticks need to differ.
  const decimals = (ticks, unit) => {
    const step = ticks.length > 1 ? Math.abs(ticks[1].value - ticks[0].value) * unit : 1;
    return Math.max(0, Math.ceil(-Math.log10(step) - 1e-9));
  };
  const plain = (value, _, ticks) => minus(value.toFixed(decimals(ticks, 1)));
  const share = (value, _, ticks) => percent(value, decimals(ticks, 100));
  const significant = (value) => minus(String(Number(value.toPrecision(4))));
  const percent = (value, digits = 2) => `${minus((100 * value).toFixed(digits))}\u202f%`;

  function axis(title, ticks, more = {}) {
    return {
      type: "linear",
      title: { display: true, text: title, color: style("--ink-2"), font: { size: 12 } },
      ticks: { color: style("--ink-2"), maxRotation: 0, autoSkipPadding: 16, maxTicksLimit: 7, callback: ticks },
      grid: { color: style("--rule"), drawTicks: false, offset: false, borderColor: style("--rule") },
      ...more,
    };
  }

  function draw(id, type, datasets, x, y, tooltip, more = {}) {
    const canvas = document.getElementById(id);
    if (!canvas) return;
    charts.push(new Chart(canvas, {
      type,
      data: { datasets },
      options: {
        animation: false,
        maintainAspectRatio: false,
        parsing: false,
        normalized: true,
        interaction: { mode: "index", intersect: false },
        scales: { x, y },
        plugins: { legend: { display: false }, tooltip: { displayColors: false, callbacks: tooltip } },
        ...more,
      },
    }));
  }

  const points = (side, key) => side.map((p) => ({ x: p.epoch, y: key === "r2" ? p.errors?.r2 : p[key] }));

  function line(label, data, colour, more = {}) {
    return {
      label, data, borderColor: rgb(colour), backgroundColor: rgb(colour), borderWidth: 2, tension: 0,
      pointRadius: data.length > 40 ? 0 : 3, pointHoverRadius: 5, clip: 6, ...more,
    };
  }

  function alike(id, key, title, text) {
    const { train, validation, attacked } = plots[weights];
    const epochs = train.map((p) => p.epoch);
    const only = epochs.length === 1 ? 1 : 0;
    const range = { min: Math.min(...epochs) - only, max: Math.max(...epochs) + only };
    const shade = rgb("--validation", 0.16);
    const datasets = [line("Training", points(train, key), "--train")];
    if (validation.length)
      datasets.push(line("Validation", points(validation, key), "--validation", {
        borderDash: [6, 4],
        pointStyle: "rectRot",
        fill: key === "loss" ? { target: 0, above: shade, below: shade } : false,
      }));
    if (attacked.length && key === "accuracy")
      datasets.push(line("Validation, under attack", points(attacked, key), "--attacked", {
        borderDash: [2, 3],
        pointStyle: "triangle",
      }));
    const tooltip = {
      title: (items) => `Epoch ${items[0].parsed.x}`,
      label: (item) => `${item.dataset.label} ${text(item.parsed.y)}`,
      footer: (items) => {
        if (key !== "loss" || items.length !== 2) return "";
        const gap = items[1].parsed.y - items[0].parsed.y;
        return `Gap ${gap < 0 ? "\u2212" : "+"}${Math.abs(gap).toFixed(4)}`;
      },
    };
    const whole = (value) => (Number.isInteger(value) ? value : null);
    draw(id, "line", datasets, axis("Epoch", whole, range),
         axis(title, text === percent ? share : plain), tooltip);
  }

  function running(id, index, colour, title) {
    const data = plots.running.filter((p) => p[0] !== null).map((p) => ({ x: p[0], y: p[index] }));
    const tooltip = {
      title: (items) => `Epoch ${items[0].parsed.x.toFixed(2)}`,
      label: (item) => `${title} ${significant(item.parsed.y)}`,
    };
    draw(id, "line", [line(title, data, colour, { pointRadius: 0, borderWidth: 1.5 })],
         axis("Epoch", plain, { min: 0, max: data.length ? data[data.length - 1].x : 1 }),
         axis(title, plain, index === 2 ? { min: 0 } : {}), tooltip);
  }

  // Difference of the two curves of alike(), on an axis that includes 0.
  function gap(id, key, title, text, sign) {
    const { train, validation } = plots[weights];
    const seen = new Map(train.map((p) => [p.epoch, p[key]]));
    const data = validation.filter((p) => p[key] !== null && seen.get(p.epoch) != null)
      .map((p) => ({ x: p.epoch, y: sign * (p[key] - seen.get(p.epoch)) }));
    const epochs = data.map((p) => p.x);
    const only = epochs.length === 1 ? 1 : 0;
    const shade = rgb("--validation", 0.16);
    const whole = (value) => (Number.isInteger(value) ? value : null);
    draw(id, "line", [line(title, data, "--validation", { fill: { target: { value: 0 }, above: shade, below: shade } })],
         axis("Epoch", whole, { min: Math.min(...epochs) - only, max: Math.max(...epochs) + only }),
         axis(title, text === significant ? plain : share, { suggestedMin: 0, suggestedMax: 0 }), {
           title: (items) => `Epoch ${items[0].parsed.x}`,
           label: (item) => text(item.parsed.y),
         });
  }

  function reliability(bins, suffix) {
    if (!bins.length) return;
    const centre = (bin) => (bin.low + bin.high) / 2;
    const filled = bins.filter((bin) => bin.count > 0);
    const bar = { barPercentage: 0.94, categoryPercentage: 1, grouped: false };
    const range = (bin) => `Confidence ${percent(bin.low, 1)} to ${percent(bin.high, 1)}`;
    const tooltip = (lines) => ({
      filter: (item) => item.datasetIndex === 0,
      title: (items) => (items.length ? range(items[0].raw.bin) : ""),
      label: (item) => lines(item.raw.bin),
    });
    const x = () => axis("Confidence", (value) => percent(value, 0), { min: 0, max: 1, offset: false });
    const exact = { interaction: { mode: "nearest", axis: "x", intersect: false } };
    draw(`reliability${suffix}`, "bar", [
      { ...bar, data: filled.map((bin) => ({ x: centre(bin), y: bin.accuracy, bin })), backgroundColor: rgb("--train", 0.5), order: 3 },
      { type: "line", showLine: false, data: filled.map((bin) => ({ x: centre(bin), y: bin.confidence })), pointStyle: "line", pointRadius: 8, pointHoverRadius: 8, pointBorderWidth: 3, borderColor: rgb("--validation"), order: 1 },
      { type: "line", data: [{ x: 0, y: 0 }, { x: 1, y: 1 }], borderColor: style("--ink-2"), borderWidth: 1.2, borderDash: [4, 4], pointRadius: 0, order: 2 },
    ], x(), axis("Accuracy", (value) => percent(value, 0), { min: 0, max: 1 }), tooltip((bin) => [
      `Accuracy ${percent(bin.accuracy)}`, `Mean confidence ${percent(bin.confidence)}`, `${bin.count} images`,
    ]), exact);
    draw(`confidence${suffix}`, "bar", [
      { ...bar, data: bins.map((bin) => ({ x: centre(bin), y: bin.count, bin })), backgroundColor: rgb("--train", 0.5) },
    ], x(), axis("Images", (value) => (Number.isInteger(value) ? value : null), { min: 0 }),
         tooltip((bin) => `${bin.count} images`), exact);
  }

  function drawAll() {
    charts.splice(0).forEach((chart) => chart.destroy());
    Chart.defaults.font.family = style("--sans");
    alike("loss", "loss", plots.loss, significant);
    alike("r2", "r2", "R\u00b2", significant);
    alike("accuracy", "accuracy", "Accuracy", percent);
    running("running", 1, "--train", "Loss");
    running("lr", 2, "--train", "Learning rate");
    gap("gap-loss", "loss", "Loss", significant, 1);
    gap("gap-accuracy", "accuracy", "Accuracy", percent, -1);
    reliability(plots.bins, "");
    reliability(plots.scaled_bins, "-scaled");
  }

  function chooseWeights() {
    const group = document.querySelector(".switch");
    if (!group) return;
    group.hidden = false;
    group.addEventListener("click", (event) => {
      const chosen = event.target.dataset.weights;
      if (!chosen) return;
      weights = chosen;
      for (const button of group.children) button.setAttribute("aria-pressed", button.dataset.weights === chosen);
      for (const basis of document.querySelectorAll("[data-basis]"))
        basis.textContent = `${chosen} weights`;
      drawAll();
    });
  }

  chooseWeights();
  addFrame(drawAll, {
    learning: "Learning curves", gap: "Generalization gap", mistakes: "Mistakes", classes: "Classes", values: "Errors",
    calibration: "Calibration", clusters: "Clusters", norms: "Norms", replays: "Replayed steps", time: "Time", reproduce: "Reproducibility",
  });
  addEventListener("beforeprint", () => charts.forEach((chart) => chart.resize()));
})();
