// Starts the agent page: light or dark before the first paint, then the program, checked against its hash. It never
// sends anything but, when the agent wants alerts, where this browser is reached while the page is closed.
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
  // What the program calls: alerts while the page is closed (they need the worker), and the browser's offer to install.
  const workers = navigator.serviceWorker, ask = (method, body) =>
    fetch('/api/v1/push', { method, body: body && JSON.stringify(body), headers: body ? { 'content-type': 'application/json' } : {} });
  const script = () => {
    const address = '/agent/worker.js?lang=' + root.lang;
    return window.trustedTypes ? trustedTypes.createPolicy('worker', { createScriptURL: () => address }).createScriptURL('') : address;
  };
  let offer, last = Promise.resolve();
  const subscribe = async () => {
    const worker = await workers.register(script(), { scope: '/agent/' });
    await workers.ready;
    const options = { userVisibleOnly: true, applicationServerKey: (await (await ask('GET')).json()).key };
    // A subscription under another relay's key is worth nothing here.
    const made = await worker.pushManager.subscribe(options).catch(async () => {
      const old = await worker.pushManager.getSubscription();
      if (old) await old.unsubscribe();
      return worker.pushManager.subscribe(options);
    });
    const { endpoint, keys } = made.toJSON();
    window.merhaba.pushed = (await ask('PUT', { endpoint, keys })).ok;
  };
  const forget = async () => {
    window.merhaba.pushed = false;
    const worker = await workers.getRegistration('/agent/'), made = worker && await worker.pushManager.getSubscription();
    if (made) await made.unsubscribe();
    await ask('DELETE');
  };
  Object.assign(window.merhaba, {
    // One after the other. A browser without a push service, or whose service is away, has the page's own alerts.
    push: on => { if (workers) last = last.then(on ? subscribe : forget).catch(() => {}); },
    install: () => { if (offer) offer.prompt(); offer = null; delete root.dataset.install; },
  });
  addEventListener('beforeinstallprompt', event => { event.preventDefault(); offer = event; root.dataset.install = 'offer'; });
  addEventListener('appinstalled', () => { delete root.dataset.install; });
  // Only Safari on iPhones and iPads has this word, and no offer.
  if (navigator.standalone === false) root.dataset.install = 'by-hand';
  // An alert was pressed: the program follows the address.
  if (workers) workers.addEventListener('message', ({ data }) => {
    if (data && data.conversation) { history.pushState(null, '', data.conversation); dispatchEvent(new PopStateEvent('popstate')); }
  });
  // Files of messages, and what there is to press in them, are drawn by parts, which are fetched with the first of them.
  new MutationObserver(changes => {
    const bubbles = changes.flatMap(change => [...change.addedNodes]).flatMap(node => node.querySelectorAll ? [...node.querySelectorAll('.bubble')] : []);
    for (const [part, name] of [['files', 'files'], ['rich', 'extra']]) {
      const some = bubbles.filter(bubble => bubble.dataset[name]);
      if (some.length) window.merhaba.part(part, some);
    }
  }).observe(document.body, { childList: true, subtree: true });
}
