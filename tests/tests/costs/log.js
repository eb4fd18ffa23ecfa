// Put into the plain page before its own scripts: notes when the socket says hello and when the log has first been
// painted, how long the page goes without a frame on each part of the way, and which numbered messages have been in the
// log. Reads the page, changes nothing in it.
(() => {
  const d = document, at = () => performance.now(), say = WebSocket.prototype.send;
  const seen = window.seen = { gaps: [], numbers: new Set() };
  WebSocket.prototype.send = function (...frame) {
    seen.hello = seen.hello || at();
    return say.apply(this, frame);
  };
  // A frame's callbacks come before it is painted; a message sent from one is heard after it.
  const look = () => {
    if (!d.querySelector('#log .row:not(.last)')) return requestAnimationFrame(look);
    const channel = new MessageChannel();
    channel.port1.onmessage = () => { seen.drawn = at(); };
    channel.port2.postMessage(0);
  };
  look();
  const note = row => row.matches && row.matches('.row.me') && seen.numbers.add(row.lastChild.textContent.split(' ')[0]);
  d.addEventListener('DOMContentLoaded', () => {
    new MutationObserver(all => all.forEach(change => change.addedNodes.forEach(note))).observe(d.getElementById('log'), { childList: true });
  });
  let last = 0;
  const frame = now => {
    if (!seen.watching) return;
    const part = Math.min(seen.gaps.length - 1, Math.floor(seen.numbers.size / seen.each));
    if (last) seen.gaps[part] = Math.max(seen.gaps[part], Math.round(now - last));
    last = now;
    requestAnimationFrame(frame);
  };
  /** Of as many messages; the way through them has so many parts. */
  seen.begin = (parts, messages) => {
    Object.assign(seen, { gaps: Array(parts).fill(0), each: messages / parts, numbers: new Set(), watching: true });
    last = 0;
    d.querySelectorAll('#log .row').forEach(note);
    requestAnimationFrame(frame);
  };
  /** The longest gap between two frames in each part, and how many messages have been in the log. */
  seen.end = () => {
    seen.watching = false;
    return { gaps: seen.gaps, numbers: seen.numbers.size };
  };
})();
