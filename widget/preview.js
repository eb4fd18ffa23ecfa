// What the owner's preview has before the chat's own script: the same chat, which here keeps nothing, takes no text and leads
// nowhere. The relay's policy forbids it to send anything; this is so that it looks as it does to visitors all the same.
{
  const d = document, said = __SAID__;

  /** What a document without an origin lacks, for as long as it is there. */
  class Memory {
    getItem(key) { return Object.hasOwn(this, key) ? this[key] : null; }
    setItem(key, value) { this[key] = String(value); }
    removeItem(key) { delete this[key]; }
    key(at) { return Object.keys(this)[at] ?? null; }
    get length() { return Object.keys(this).length; }
  }
  for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name, { value: new Memory() });

  const stop = event => {
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  for (const name of ['drop', 'dragover', 'dragenter', 'paste']) addEventListener(name, stop, true);
  // Questions can be tried; what fetches, uploads or leads elsewhere is only looked at.
  addEventListener('click', event => { if (event.target.closest('a, #a, #e, #m, #x, #log button')) stop(event); }, true);
  d.getElementById('t').readOnly = true;
  parent.postMessage({ k: 'preview', trouble: said.trouble }, said.to);
}
