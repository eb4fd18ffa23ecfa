// Starts the agent page: light or dark before the first paint, then the program, checked against its hash. It never
// reads or sends anything else.
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
}
