// Starts the agent page: light or dark before the first paint, then the program, checked against its hash. It never
// sends anything.
{
  const root = document.documentElement, { js, wasm, sri } = root.dataset, word = document.getElementById('boot-word');
  const say = kind => { word.textContent = word.dataset[kind + (root.lang == 'tr' ? 'Tr' : 'En')] || word.dataset[root.lang] || 'Merhaba'; };
  try {
    root.dataset.theme = localStorage['merhaba:agent:theme'] || 'auto';
    root.lang = localStorage['merhaba:agent:lang'] || root.lang;
  } catch { /* Storage is blocked: the device decides. */ }
  say('');
  import(js)
    .then(page => page.default({ module_or_path: fetch(wasm, sri ? { integrity: sri } : {}) }))
    .catch(() => say('failed'));
  // Files of messages, and what there is to press in them, are drawn by parts, which are fetched with the first of them.
  new MutationObserver(changes => {
    const bubbles = changes.flatMap(change => [...change.addedNodes]).flatMap(node => node.querySelectorAll ? [...node.querySelectorAll('.bubble')] : []);
    for (const [part, name] of [['files', 'files'], ['rich', 'extra']]) {
      const some = bubbles.filter(bubble => bubble.dataset[name]);
      if (some.length) window.merhaba.part(part, some);
    }
  }).observe(document.body, { childList: true, subtree: true });
}
