// The edges of both pages that are shorter in the browser's own language, before the page's own script (the relay's build
// puts them together). Never knows what a message says.
//
// What the wasm finds, `window.merhaba`:
//   detour()          websockets do not open: fetches link.js, if the relay answers, to see whether it can take their place.
//                     A page that is loaded within ten minutes of one where it did begins with it.
//   lead(steal, on)   asks to be the one tab that sends: on(true) when it is, on(false) when another tab has taken it; steal:
//                     does not wait for the other. Returns how to give it up, after which on is not called. Where there are
//                     no locks (an insecure origin, a browser that denies them) every tab sends.
window.merhaba = {
  detour(sure) {
    const { link } = document.documentElement.dataset;
    fetch(link).then(() => import(link)).then(n => n.default(sure)).catch(() => {});
  },
  lead(steal, on) {
    const stop = new AbortController, { signal } = stop, tell = yes => { signal.aborted || on(yes); },
      hold = () => signal.aborted || new Promise(done => { signal.onabort = done; tell(true); });
    Promise.resolve()
      .then(() => navigator.locks.request('merhaba:' + document.documentElement.dataset.key, steal ? { steal } : { signal }, hold))
      .catch(why => tell(why.name != 'AbortError'));
    return () => stop.abort();
  }
};
try { Date.now() - sessionStorage['merhaba:link'] < 6e5 && merhaba.detour(1); } catch { /* Storage is blocked: it begins afresh. */ }
