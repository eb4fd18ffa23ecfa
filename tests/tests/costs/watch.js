// Put into every document before its own scripts: notes when what a person waits for has been painted. Reads the page,
// changes nothing in it. Times are milliseconds since the epoch, so that page and frame tell the same time.
(() => {
  const d = document, top = window.parent === window;
  const at = time => performance.timeOrigin + time, now = () => at(performance.now());
  const seen = window.seen = { tasks: [], shifts: [] };
  // A frame's callbacks come before it is painted; a message sent from one is heard after it.
  const painted = name => {
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => { seen[name] = now(); };
      channel.port2.postMessage(0);
    });
  };
  /** Looks in each frame until it is so. */
  const until = (name, test) => {
    const look = () => { test() ? painted(name) : requestAnimationFrame(look); };
    look();
  };
  const watch = (type, fn) => new PerformanceObserver(list => list.getEntries().forEach(fn)).observe({ type, buffered: true });
  watch('longtask', task => seen.tasks.push([task.name, at(task.startTime), task.duration]));
  const named = ({ node }) => node && (node.id || node.className || node.nodeName);
  watch('layout-shift', shift => seen.shifts.push([at(shift.startTime), shift.value, ...shift.sources.map(named)]));
  if (!top) {
    until('composer', () => (n => n && n.offsetHeight > 0)(d.getElementById('t')));
    addEventListener('focusin', () => { seen.focus = seen.focus || now(); }, true);
    addEventListener('input', event => { seen.typed = seen.typed || at(event.timeStamp); }, true);
    return;
  }
  const chat = () => [...(d.documentElement || d).children].map(n => n.shadowRoot).find(n => n);
  until('launcher', () => { const root = chat(); return root && root.querySelector('a').offsetWidth > 0; });
  const first = (event, name) => addEventListener(event, v => {
    const root = chat();
    if (root && v.target === root.host) seen[name] = seen[name] || at(v.timeStamp);
  }, true);
  first('pointerover', 'intent');
  first('pointerdown', 'down');
  first('click', 'click');
  addEventListener('click', () => until('panel', () => {
    const frame = chat().querySelector('iframe');
    return frame && getComputedStyle(frame).visibility === 'visible';
  }), true);
  addEventListener('merhaba:ready', () => { seen.ready = seen.ready || now(); });
  addEventListener('merhaba:status', event => {
    if (/^(online|away)$/.test(event.detail.status)) seen.live = seen.live || now();
  });
})();
