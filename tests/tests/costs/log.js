// Put into the plain page before its own scripts: notes when the socket says hello and when the log has first been
// painted, how long the page goes without a frame, and which numbered messages have been in the log. Reads the page,
// changes nothing in it.
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
    if (last) seen.gaps.push(Math.round(now - last));
    last = now;
    requestAnimationFrame(frame);
  };
  seen.begin = () => {
    Object.assign(seen, { gaps: [], numbers: new Set(), watching: true });
    last = 0;
    d.querySelectorAll('#log .row').forEach(note);
    console.timeStamp('begin');
    requestAnimationFrame(frame);
  };
  /** How many frames there were, the longest gaps between them, and how many messages have been in the log. */
  seen.end = () => {
    seen.watching = false;
    console.timeStamp('end');
    return { frames: seen.gaps.length, longest_gaps_ms: seen.gaps.sort((a, b) => b - a).slice(0, 5), numbers: seen.numbers.size };
  };
})();
