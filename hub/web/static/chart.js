// Draws the scores of the latest decisions, one colour and legend entry per label. It reads the points the page was
// made with, then each row as it arrives. Sizes and colours are set through the CSSOM, which the page's policy allows.
(function () {
  'use strict';
  const keep = 600, colours = 8, height = 250;
  const spacing = 5; // pixels per point, so that dots stay apart
  const least = 30;  // seconds that the chart is wide, however few the points

  function css(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  }

  function Chart(box, points) {
    this.box = box;
    this.points = points;
    this.threshold = parseFloat(box.dataset.threshold) || 0;
    this.labels = [];
    this.plot = null;
    this.pending = false;
    this.empty = document.getElementById('chart-empty');
    new ResizeObserver(() => this.resize()).observe(box.parentElement);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => this.rebuild());
    this.draw();
  }

  Chart.prototype.add = function (d) {
    this.points.push({ t: +d.at, s: +d.score, l: d.label, p: d.pipeline });
    if (this.points.length > keep) this.points.shift();
    if (this.pending) return;
    this.pending = true;
    requestAnimationFrame(() => { this.pending = false; this.draw(); });
  };

  // One row of times, one row of scores per label: null where another label was the answer.
  Chart.prototype.table = function () {
    const room = Math.max(40, Math.floor(this.width() / spacing));
    const sorted = this.points.slice(-room).sort((a, b) => a.t - b.t);
    const many = new Set(sorted.map((p) => p.p)).size > 1;
    const key = (p) => (many ? p.p + ': ' + p.l : p.l);
    const labels = Array.from(new Set(sorted.map(key))).sort();
    const rows = labels.map((l) => sorted.map((p) => (key(p) === l ? p.s : null)));
    return { labels, data: [sorted.map((p) => p.t / 1000)].concat(rows) };
  };

  Chart.prototype.draw = function () {
    if (!this.points.length) return;
    this.empty.hidden = true;
    const t = this.table();
    if (!this.plot || t.labels.join('\n') !== this.labels.join('\n')) {
      this.labels = t.labels;
      if (this.plot) this.plot.destroy();
      this.plot = new uPlot(this.options(), t.data, this.box);
      return;
    }
    this.plot.setData(t.data);
  };

  Chart.prototype.rebuild = function () {
    this.labels = [];
    this.draw();
  };

  Chart.prototype.width = function () {
    const s = getComputedStyle(this.box.parentElement);
    return Math.max(200, this.box.parentElement.clientWidth - parseFloat(s.paddingLeft) - parseFloat(s.paddingRight));
  };

  Chart.prototype.resize = function () {
    if (!this.plot) return;
    this.plot.setSize({ width: this.width(), height });
    this.draw();
  };

  Chart.prototype.options = function () {
    const axis = { stroke: css('--quiet'), grid: { stroke: css('--edge'), width: 1 }, ticks: { show: false }, font: '12px system-ui, sans-serif' };
    const time = { label: 'Time', value: (u, v) => (v == null ? '–' : new Date(v * 1000).toLocaleTimeString([], { hour12: false })) };
    return {
      width: this.width(), height, padding: [8, 26, 0, 0],
      scales: { x: { range: (u, min, max) => (max - min < least ? [max - least, max] : [min, max]) }, y: { range: [0, 1.04] } },
      axes: [
        Object.assign({}, axis, { space: 80, size: 32, values: clock }),
        Object.assign({}, axis, { size: 40, incrs: [0.25], values: (u, vs) => vs.map((v) => (v > 1 ? '' : v.toFixed(2))) }),
      ],
      cursor: { drag: { x: false, y: false }, y: false },
      legend: { markers: { fill: (u, i) => u.series[i].stroke(u, i) } },
      series: [time].concat(this.labels.map((l, i) => this.series(l, i))),
      hooks: { draw: [(u) => this.line(u)] },
    };
  };

  function clock(u, values) {
    const two = (n) => String(n).padStart(2, '0');
    return values.map((v) => { const d = new Date(v * 1000); return two(d.getHours()) + ':' + two(d.getMinutes()) + ':' + two(d.getSeconds()); });
  }

  Chart.prototype.series = function (label, i) {
    const colour = css('--s' + (1 + (i % colours)));
    const dash = i < colours ? [] : [4, 3];
    return {
      label, stroke: colour, width: 1.5, dash, spanGaps: false,
      points: { show: true, size: 6, width: 1.5, fill: i % 2 ? css('--panel') : colour, stroke: colour },
      value: (u, v) => (v == null ? '–' : v.toFixed(2)),
    };
  };

  Chart.prototype.line = function (u) {
    if (!this.threshold) return;
    const y = u.valToPos(this.threshold, 'y', true), c = u.ctx;
    c.save();
    c.strokeStyle = css('--quiet');
    c.setLineDash([5, 5]);
    c.beginPath();
    c.moveTo(u.bbox.left, y);
    c.lineTo(u.bbox.left + u.bbox.width, y);
    c.stroke();
    c.restore();
  };

  document.addEventListener('DOMContentLoaded', () => {
    const box = document.getElementById('chart');
    if (!box) return;
    const points = JSON.parse(document.getElementById('points').textContent) || [];
    window.dunlinChart = new Chart(box, points);
  });
})();
