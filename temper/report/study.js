"use strict";
// Draws the figures of a study as SVG. Without this script the page lacks its figures only; the tables have their numbers.
(() => {
  const { metric, validation, forest, arms } = JSON.parse(document.getElementById("plots").textContent);
  const kText = 12; // pixels
  const kDashes = ["", "7 3", "2 3"];

  function node(tag, attributes = {}, ...children) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }
  const canvas = (width, height, label) =>
    node("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label });
  const text = (x, y, words, cls = "", anchor = "start") =>
    node("text", { x, y, class: cls, "text-anchor": anchor }, words);
  const title = (words) => node("title", {}, words);
  const line = (x1, y1, x2, y2, cls) => node("line", { x1, y1, x2, y2, class: cls });

  const ruler = document.createElement("canvas").getContext("2d");
  function widthOf(words, weight = 400) {
    ruler.font = `${weight} ${kText}px ${getComputedStyle(document.body).fontFamily}`;
    return ruler.measureText(words).width;
  }
  function shortened(words, room) {
    if (widthOf(words) <= room) return words;
    let kept = words;
    while (kept.length > 1 && widthOf(`${kept}…`) > room) kept = kept.slice(0, -1);
    return `${kept.trimEnd()}…`;
  }

  const minus = (words) => words.replace("-", "\u2212");
  const plain = (value, digits) => minus(value.toFixed(digits));
  const signed = (value, digits = metric.digits) => `${value > 0 ? "+" : ""}${plain(value, digits)}`;
  const withUnit = (words) => (metric.unit ? `${words}\u202f${metric.unit}` : words);

  // Round numbers between low and high, about `count` of them.
  function ticks(low, high, count) {
    const raw = (high - low) / Math.max(1, count);
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = power * [1, 2, 5, 10].find((factor) => factor * power >= raw * 0.7);
    const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    const found = [];
    for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; ++i) found.push(i * step);
    return { found, digits };
  }
  function padded(low, high, share) {
    const room = (high - low || Math.abs(high) || 1) * share;
    return [low - room, high + room];
  }
  const scale = (low, high, from, to) => (value) => from + ((value - low) / (high - low)) * (to - from);

  // A plane with axes; returns where a value lies.
  function plane(svg, box, xs, ys, names, { format = {}, wholeX = false } = {}) {
    const x = scale(...xs, box.left, box.right);
    const y = scale(...ys, box.bottom, box.top);
    const across = ticks(...xs, Math.max(2, (box.right - box.left) / 80));
    const up = ticks(...ys, Math.max(2, (box.bottom - box.top) / 45));
    for (const value of up.found) {
      svg.append(line(box.left, y(value), box.right, y(value), "grid"));
      svg.append(text(box.left - 7, y(value) + 4, (format.y ?? plain)(value, up.digits), "tick", "end"));
    }
    for (const value of across.found) {
      if (wholeX && !Number.isInteger(value)) continue;
      svg.append(line(x(value), box.top, x(value), box.bottom, "grid"));
      svg.append(text(x(value), box.bottom + 17, (format.x ?? plain)(value, wholeX ? 0 : across.digits), "tick", "middle"));
    }
    svg.append(line(box.left, box.bottom, box.right, box.bottom, "axis"));
    svg.append(text((box.left + box.right) / 2, box.bottom + 36, names.x, "axis-name", "middle"));
    return { x, y };
  }

  // ---- forest plot: a strip for every comparison

  const judged = (item) => item.low !== undefined;

  // Strips far wider than the others would leave no room for these: they are cut, with an arrow.
  function domain(items) {
    const ends = items.filter(judged).map((item) => [item.sim_low, item.sim_high, ...item.values]);
    if (!ends.length) return [-1, 1];
    const size = ends.map((list) => Math.max(...list.map(Math.abs))).sort((a, b) => a - b);
    const limit = Math.max(6 * size[Math.floor((size.length - 1) / 2)], 2 * metric.margin);
    const within = ends.flat().map((value) => Math.min(limit, Math.max(-limit, value)));
    return padded(Math.min(0, ...within, -metric.margin), Math.max(0, ...within, metric.margin), 0.03);
  }

  function diamond(x, y, cls) {
    return node("path", { d: `M${x - 6} ${y}L${x} ${y - 6}L${x + 6} ${y}L${x} ${y + 6}Z`, class: cls });
  }

  function strip(item, y, x, box) {
    const kept = (value) => Math.min(box.right, Math.max(box.left, x(value)));
    const group = node("g", { class: `strip ${item.cls}` });
    group.append(title(`${item.name}: ${item.text}`));
    group.append(line(kept(item.sim_low), y - 5, kept(item.sim_high), y - 5, "simultaneous"));
    group.append(line(kept(item.low), y - 5, kept(item.high), y - 5, "single"));
    item.values.forEach((value, i) => {
      if (x(value) < box.left || x(value) > box.right) return;
      const dot = node("circle", { cx: x(value), cy: y + 8 + ((i % 3) - 1) * 2.5, r: 2.6, class: "seed" });
      dot.append(title(`seed ${item.seeds[i]}: ${withUnit(signed(value))}`));
      group.append(dot);
    });
    if (x(item.mean) >= box.left && x(item.mean) <= box.right) group.append(diamond(x(item.mean), y - 5, "mean"));
    for (const [beyond, at, way] of [[x(item.sim_low) < box.left, box.left, -1], [x(item.sim_high) > box.right, box.right, 1]])
      if (beyond) group.append(node("path", { d: `M${at} ${y - 9}l${5 * way} 4l${-5 * way} 4Z`, class: "cut" }));
    return group;
  }

  function drawForest(place) {
    const width = place.clientWidth;
    const narrow = width < 640;
    const labels = Math.min(width * 0.3, Math.max(...forest.map((item) => widthOf(item.name))) + 18);
    const numbers = Math.max(...forest.map((item) => widthOf(item.text))) + 14;
    const box = narrow ? { left: 8, right: width - 8 } : { left: labels, right: width - numbers };
    const tall = narrow ? 60 : 38;
    const x = scale(...domain(forest), box.left, box.right);
    const rows = [];
    let y = 4;
    let heading = "";
    for (const item of forest) {
      if (item.group !== heading) rows.push({ heading: (heading = item.group), y: (y += 26) - 8 });
      rows.push({ item, y: y + (narrow ? 40 : 19) });
      y += tall;
    }
    const bottom = y + 4;
    const svg = canvas(width, bottom + 44, "Forest plot of the differences; the numbers are in the table");
    svg.append(node("rect", { x: x(-metric.margin), y: 2, width: x(metric.margin) - x(-metric.margin), height: bottom - 2, class: "margin" }));
    const marks = ticks(...domain(forest), Math.max(2, (box.right - box.left) / 70));
    for (const value of marks.found) {
      svg.append(line(x(value), 2, x(value), bottom, Math.abs(value) < 1e-12 ? "zero" : "grid"));
      svg.append(text(x(value), bottom + 17, signed(value, marks.digits), "tick", "middle"));
    }
    svg.append(text((box.left + box.right) / 2, bottom + 38, `difference in ${metric.name}${metric.unit ? `, ${metric.unit}` : ""}`, "axis-name", "middle"));
    for (const row of rows) {
      if (row.heading !== undefined) {
        svg.append(text(0, row.y, row.heading, "heading"));
        continue;
      }
      const { item } = row;
      const base = narrow ? row.y - 22 : row.y + 4;
      const room = narrow ? width - widthOf(item.text) - 12 : labels - 12;
      svg.append(text(0, base, shortened(item.name, room), "label"));
      svg.append(text(width, base, item.text, `numbers ${item.cls}`, "end"));
      if (judged(item)) svg.append(strip(item, row.y, x, box));
    }
    place.replaceChildren(svg);
  }

  // ---- curves

  const looks = (i) => ({ color: `var(--line-${i % 7})`, dash: kDashes[Math.floor(i / 7) % kDashes.length] });
  const drawn = arms.map((arm, i) => ({ ...arm, ...looks(i) })).filter((arm) => arm.epochs.length);
  let chosen = -1;

  function drawCurves(place) {
    const { of, name } = place.dataset;
    const width = place.clientWidth;
    const height = Math.min(300, Math.max(230, width * 0.62));
    const values = drawn.map((arm) => arm.epochs.map((epoch, i) => ({ x: epoch, y: arm[of][i] ?? NaN }))
      .filter((p) => Number.isFinite(p.y)));
    const all = values.flat();
    if (!all.length) return;
    // The first quarter of the epochs would flatten the rest.
    const end = Math.max(...all.map((p) => p.x));
    const start = Math.min(...all.map((p) => p.x));
    const late = all.filter((p) => p.x >= start + (end - start) / 4).map((p) => p.y);
    const svg = canvas(width, height, `${name} by epoch, mean over seeds`);
    const box = { left: 48, right: width - 10, top: 10, bottom: height - 44 };
    const { x, y } = plane(svg, box, start === end ? [start - 1, end + 1] : [start, end], padded(Math.min(...late), Math.max(...late), 0.06), { x: "epoch" }, { wholeX: true });
    const id = `clip-${of}`;
    svg.append(node("clipPath", { id }, node("rect", { x: box.left - 4, y: box.top, width: box.right - box.left + 8, height: box.bottom - box.top })));
    const inside = node("g", { "clip-path": `url(#${id})` });
    svg.append(inside);
    const path = (points) => points.map((p, i) => `${i ? "L" : "M"}${x(p.x).toFixed(1)} ${y(p.y).toFixed(1)}`).join("");
    const order = [...drawn.keys()].sort((a, b) => (a === chosen) - (b === chosen));
    for (const i of order) {
      const points = values[i];
      if (!points.length) continue;
      const curve = node("path", { d: path(points), class: chosen >= 0 && i !== chosen ? "curve faded" : "curve",
        style: `stroke:${drawn[i].color};stroke-dasharray:${drawn[i].dash || "none"}` });
      curve.append(title(drawn[i].name));
      inside.append(curve);
    }
    place.replaceChildren(svg);
  }

  function addKey(list) {
    const buttons = drawn.map((arm, i) => {
      const button = document.createElement("button");
      button.type = "button";
      const swatch = node("svg", { width: 26, height: 8, "aria-hidden": "true" }, node("line", {
        x1: 1, y1: 4, x2: 25, y2: 4, style: `stroke:${arm.color};stroke-width:2.5;stroke-dasharray:${arm.dash || "none"}` }));
      button.append(swatch, arm.name);
      const choose = (index) => {
        chosen = index;
        buttons.forEach((other, k) => other.setAttribute("aria-pressed", k === chosen));
        document.querySelectorAll("[data-of]").forEach(drawCurves);
      };
      button.addEventListener("click", () => choose(chosen === i ? -1 : i));
      const item = document.createElement("li");
      item.append(button);
      list.append(item);
      return button;
    });
  }

  // ---- points with names: cost against gain, Pareto front

  // The names at the side of their points where they cover least.
  function placeNames(svg, points, box) {
    const taken = points.map((p) => [p.px - 6, p.py - 6, p.px + 6, p.py + 6]);
    const covered = (a) => taken.reduce((sum, b) => sum + Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0])) *
      Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1])), 0);
    const outside = (a) => Math.max(0, box.left - a[0]) + Math.max(0, a[2] - box.right) + Math.max(0, box.top - a[1]) + Math.max(0, a[3] - box.bottom);
    for (const p of [...points].sort((a, b) => a.py - b.py)) {
      const words = shortened(p.name, 150);
      const width = widthOf(words);
      let best;
      for (const [dx, dy] of [[9, 4], [-9 - width, 4], [-width / 2, -11], [-width / 2, 19], [7, -9], [7, 17], [-7 - width, -9], [-7 - width, 17],
                              [9, -22], [9, 30], [-9 - width, -22], [-9 - width, 30]]) {
        const area = [p.px + dx, p.py + dy - 10, p.px + dx + width, p.py + dy + 3];
        const cost = covered(area) + 40 * outside(area);
        if (!best || cost < best.cost - 1e-9) best = { cost, area, x: p.px + dx, y: p.py + dy };
      }
      taken.push(best.area);
      svg.append(text(best.x, best.y, words, `point-name ${p.cls ?? ""}`));
    }
  }

  const duration = (seconds) => seconds < 60 ? `${seconds.toFixed(seconds < 9.95 ? 1 : 0)}\u202fs`
    : seconds < 3600 ? `${(seconds / 60).toFixed(seconds < 600 ? 1 : 0)}\u202fmin` : `${(seconds / 3600).toFixed(1)}\u202fh`;

  function drawGain(place) {
    const points = forest.filter((item) => judged(item) && item.group === forest[0].group && Number.isFinite(item.extra_seconds));
    if (!points.length) return;
    const width = place.clientWidth;
    const height = Math.min(380, Math.max(290, width * 0.7));
    const svg = canvas(width, height, "Difference against additional time; the numbers are in the table");
    const box = { left: 52, right: width - 12, top: 12, bottom: height - 44 };
    const xs = padded(Math.min(0, ...points.map((p) => p.extra_seconds)), Math.max(0, ...points.map((p) => p.extra_seconds)), 0.12);
    const [low, high] = domain(points);
    const { x, y } = plane(svg, box, xs, [low, high], { x: "additional time of a run, s" }, { format: { x: signed, y: signed } });
    svg.insertBefore(node("rect", { x: box.left, y: y(metric.margin), width: box.right - box.left, height: y(-metric.margin) - y(metric.margin), class: "margin" }), svg.firstChild);
    svg.append(line(box.left, y(0), box.right, y(0), "zero"), line(x(0), box.top, x(0), box.bottom, "zero"));
    const kept = (value) => Math.min(box.bottom, Math.max(box.top, y(value)));
    const placed = points.map((p) => ({ ...p, px: x(p.extra_seconds), py: kept(p.mean) }));
    for (const p of placed) {
      const group = node("g", { class: `strip ${p.cls}` });
      group.append(title(`${p.name}: ${p.text}, ${signed(p.extra_seconds, 1)} s`));
      group.append(line(p.px, kept(p.low), p.px, kept(p.high), "single"), diamond(p.px, p.py, "mean"));
      svg.append(group);
    }
    placeNames(svg, placed, box);
    place.replaceChildren(svg);
  }

  function drawFront(place) {
    const points = arms.filter((arm) => Number.isFinite(arm.validation) && arm.seconds > 0);
    if (!points.length) return;
    const width = place.clientWidth;
    const height = Math.min(380, Math.max(290, width * 0.7));
    const svg = canvas(width, height, `${validation.name} against time; the numbers are in the table`);
    const box = { left: 52, right: width - 12, top: 12, bottom: height - 44 };
    const span = (of) => [Math.min(...points.map(of)), Math.max(...points.map(of))];
    const { x, y } = plane(svg, box, padded(...span((p) => p.seconds), 0.15), padded(...span((p) => p.validation), 0.12),
                           { x: "time of a run" }, { format: { x: duration } });
    const front = points.filter((arm) => arm.front).sort((a, b) => a.seconds - b.seconds);
    const corners = front.map((arm, i) => `${i ? `H${x(arm.seconds).toFixed(1)}V${y(arm.validation).toFixed(1)}` : `M${x(arm.seconds).toFixed(1)} ${y(arm.validation).toFixed(1)}`}`);
    if (front.length) svg.append(node("path", { d: `${corners.join("")}H${box.right}`, class: "front" }));
    const placed = points.map((arm) => ({ ...arm, cls: arm.front ? "" : "behind", px: x(arm.seconds), py: y(arm.validation) }));
    for (const arm of placed) {
      const dot = node("circle", { cx: arm.px, cy: arm.py, r: 5, class: arm.front ? "arm" : "arm behind" });
      dot.append(title(`${arm.name}: ${plain(arm.validation, validation.digits)}, ${duration(arm.seconds)}`));
      svg.append(dot);
    }
    placeNames(svg, placed, box);
    place.replaceChildren(svg);
  }

  function drawAll() {
    const all = { "forest-plot": drawForest, gain: drawGain, front: drawFront };
    for (const [id, draw] of Object.entries(all)) {
      const place = document.getElementById(id);
      if (place) draw(place);
    }
    document.querySelectorAll("[data-of]").forEach(drawCurves);
  }

  const key = document.getElementById("curve-key");
  if (key) addKey(key);
  addFrame(drawAll, {
    results: "Results", claims: "Claims", forest: "Forest plot", effects: "Effects", curves: "Learning curves", cost: "Cost", tuning: "Tuning",
    method: "Method",
  });
  let width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth !== width) drawAll();
    width = innerWidth;
  });
})();
