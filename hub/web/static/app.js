// Keeps the page's times fresh, its list of decisions short, and says whether it is live. All content comes from the
// server; without this file the page is complete as of its loading.
(function () {
  'use strict';
  const keep = 60; // rows of the list of decisions

  function words(ms) {
    const s = Math.max(0, Math.round(ms / 1000));
    if (s < 60) return s + ' s';
    if (s < 3600) return Math.floor(s / 60) + ' min';
    if (s < 48 * 3600) return Math.floor(s / 3600) + ' h';
    return Math.floor(s / 86400) + ' days';
  }

  function tick() {
    const now = Date.now();
    for (const t of document.querySelectorAll('time[data-rel]')) {
      const text = words(now - Date.parse(t.dateTime));
      const want = t.dataset.rel === 'span' ? text : (text === '0 s' ? 'now' : text + ' ago');
      if (t.textContent !== want) t.textContent = want;
    }
  }

  function link(on) {
    const el = document.getElementById('link');
    el.hidden = false;
    el.dataset.link = on ? 'on' : 'off';
    el.querySelector('.word').textContent = on ? 'live' : 'waiting for the hub';
  }

  // A row that is already there comes again after a reconnect: drop it.
  function once(e) {
    const event = e.detail;
    if (event.type === 'decision' && document.getElementById('d-' + event.lastEventId)) e.preventDefault();
  }

  function arrived(e) {
    if (e.detail.type !== 'decision') return tick();
    const rows = e.target;
    const row = rows.firstElementChild;
    if (!row) return;
    row.classList.add('fresh');
    document.getElementById('decisions-empty').hidden = true;
    while (rows.children.length > keep) rows.lastElementChild.remove();
    if (window.dunlinChart) window.dunlinChart.add(row.dataset);
    tick();
  }

  document.addEventListener('htmx:sseOpen', () => link(true));
  document.addEventListener('htmx:sseError', () => link(false));
  document.addEventListener('htmx:sseBeforeMessage', once);
  document.addEventListener('htmx:sseMessage', arrived);
  setInterval(tick, 1000);
})();
