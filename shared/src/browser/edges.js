// The edges of both pages that are shorter in the browser's own language, before the page's own script (the relay's build
// puts them together). Never knows what a message says.
//
// What the wasm finds, `window.merhaba`:
//   detour()          websockets do not open: fetches link.js, if the relay answers, to see whether it can take their place.
//                     A page that is loaded within ten minutes of one where it did begins with it.
//   lead(steal, on)   asks to be the one tab that sends: on(true) when it is, on(false) when another tab has taken it; steal:
//                     does not wait for the other. Returns how to give it up, after which on is not called. Where there are
//                     no locks (an insecure origin, a browser that denies them) every tab sends.
//   time(at, tag)     hour and minute of a moment, in milliseconds since 1970, as people of the language write them
//   date(at, tag)     its weekday, day and month; day, month and year where that is not this year
//   part(name, data)  opens a part (widget/parts.js), which is fetched for it, with whatever it needs to know. Files that are
//                     chosen behind #a, pasted or dropped anywhere open the part that uploads them.
//   day(at)           the number of its day where the person is: two moments of one day have the same
{
const formats = {}, d = document, D = d.documentElement.dataset,
  filed = (v, n) => D.files > 0 && n.types.includes('Files') && !v.preventDefault(),
  files = (v, n) => { filed(v, n) && merhaba.part('files', [...n.files]); },
  // The language with the person's own region, where it has none: en is en-GB in Britain. A format is costly to make.
  format = (tag, kind, how) => formats[tag + kind] ||= new Intl.DateTimeFormat(
    /-/.test(tag) ? tag : navigator.languages.find(own => own.split('-')[0] == tag) || tag, how);
let picker;
window.merhaba = {
  part: (name, data) => import(D.parts).then(n => n.start(name, data)),
  detour(sure) {
    fetch(D.link).then(() => import(D.link)).then(n => n.default(sure)).catch(() => {});
  },
  lead(steal, on) {
    const stop = new AbortController, { signal } = stop, tell = yes => { signal.aborted || on(yes); },
      hold = () => signal.aborted || new Promise(done => { signal.onabort = done; tell(true); });
    Promise.resolve()
      .then(() => navigator.locks.request('merhaba:' + D.key, steal ? { steal } : { signal }, hold))
      .catch(why => tell(why.name != 'AbortError'));
    return () => stop.abort();
  },
  time: (at, tag) => format(tag, 'time', { hour: 'numeric', minute: '2-digit' }).format(at),
  date(at, tag) {
    const year = new Date(at).getFullYear(), long = { day: 'numeric', month: 'long' };
    return (year == new Date().getFullYear() ? format(tag, 'day', { weekday: 'long', ...long }) : format(tag, 'year', { year: 'numeric', ...long })).format(at);
  },
  day: at => Math.floor((at - new Date(at).getTimezoneOffset() * 6e4) / 864e5)
};
d.addEventListener('click', v => {
  if (!v.target.closest('#a')) return;
  picker = Object.assign(d.createElement('input'), { type: 'file', multiple: true });
  picker.onchange = () => merhaba.part('files', [...picker.files]);
  picker.click();
});
// A word processor copies a picture of its text along: then the text is meant.
d.onpaste = v => { v.clipboardData.types.includes('text/plain') || files(v, v.clipboardData); };
d.ondragover = v => { filed(v, v.dataTransfer); };
d.ondragenter = v => { filed(v, v.dataTransfer) && merhaba.part('files', []); };
d.ondrop = v => files(v, v.dataTransfer);
}
try { Date.now() - sessionStorage['merhaba:link'] < 6e5 && merhaba.detour(1); } catch { /* Storage is blocked: it begins afresh. */ }
