// Files in the chat: chosen, dropped or pasted ones wait in a tray over the field while they are uploaded, and those of
// messages are shown under their words: pictures small, with a viewer, everything else by name and size. The agent page
// has it too. The relay says what a file is; nothing here believes a name. Text nodes only.
const MOST = 10, LARGEST = +document.documentElement.dataset.files || 20 * 1024 * 1024, AT_ONCE = 30, GOOD = 4 * 60 * 1000;
const LOOK = `
.tray { display: flex; gap: var(--s2); overflow-x: auto; scrollbar-width: thin; scrollbar-color: var(--line) transparent; scroll-padding-inline: var(--s4); padding: var(--s2) var(--s4); border-block-start: 1px solid var(--line) }
.tray[hidden] { display: none }
.tray + .compose { border-block-start: 0 }
.compose > .tray { border: 0; padding: 0 0 var(--s2) }
.tray > div { position: relative; flex: none; inline-size: min(11rem, 80%); border: 1px solid var(--line); border-radius: 12px; padding-block: 8px 10px; padding-inline: 12px 44px; font-size: var(--small); overflow: hidden }
.tray b, .file b { display: block; text-align: match-parent; text-align: -webkit-match-parent; font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap }
.tray span, .file span { color: var(--ink-2); font-size: var(--meta); font-variant-numeric: tabular-nums }
.tray > div:has(img) { padding-inline-start: 58px }
.tray img { position: absolute; inset-block: 0; inset-inline-start: 0; inline-size: 46px; block-size: 100%; object-fit: cover; background: var(--mist) }
.tray button { position: absolute; inset-block: 0; inset-inline-end: 0; inline-size: 44px; display: grid; place-items: center; color: var(--ink-2) }
.tray button svg { inline-size: 16px; block-size: 16px }
.tray i { position: absolute; inset-inline-start: 0; inset-block-end: 0; block-size: 3px; background: var(--brand); transition: inline-size var(--quick) }
.tray .wrong { inline-size: min(16rem, 86%); border-color: var(--bad) }
.tray .wrong span { color: var(--bad) }
.compose[data-files] .send { background: var(--brand); color: var(--on-brand) }
.row:has(.files) { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 4px 0; align-items: end }
.row:has(.files) > .face { grid-area: 1 / 1 / span 2; margin-inline-end: var(--s2) }
.row:has(.files) > .bubble { grid-area: 2 / 2; justify-self: start }
.row > .files { grid-area: 1 / 2; display: flex; flex-wrap: wrap; gap: 4px; min-inline-size: 0 }
.row:has(.bubble[hidden]) > .files { grid-row: 1 / span 2 }
.row:is(.me, .out):has(.files) > .bubble { justify-self: end }
.row:is(.me, .out) > .files { justify-content: flex-end }
.files button { display: block; border-radius: 18px; overflow: hidden; background: var(--mist); max-inline-size: 100% }
.files img { display: block; inline-size: 100%; block-size: 100%; object-fit: cover }
.file { display: grid; grid-template-columns: 24px minmax(0, 1fr); gap: 0 10px; align-items: center; inline-size: 236px; max-inline-size: 100%; min-block-size: 44px; border: 1px solid var(--line); border-radius: 18px; padding: 9px 13px; color: inherit; text-decoration: none; background: var(--paper); text-align: start }
.file svg { grid-row: 1 / 3; color: var(--brand-ink) }
.drop { position: fixed; inset: 8px; z-index: 3; border: 2px dashed var(--brand); border-radius: var(--radius); background: color-mix(in srgb, var(--paper) 88%, transparent); display: grid; place-items: center; font-weight: 600; pointer-events: none }
dialog.view { margin: 0; max-inline-size: none; max-block-size: none; inline-size: 100%; block-size: 100%; border: 0; padding: 0; background: #0c0e0f; color: #fff }
dialog.view img { position: absolute; inset: 60px 8px 8px; inline-size: calc(100% - 16px); block-size: calc(100% - 68px); object-fit: scale-down }
dialog.view header { position: absolute; inset-block-start: 0; inset-inline: 0; display: flex; align-items: center; gap: var(--s2); padding: var(--s2) }
dialog.view h2 { flex: 1; min-inline-size: 0; font-size: var(--small); font-weight: 500; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; padding-inline-start: var(--s2) }
dialog.view a, dialog.view button { inline-size: 44px; block-size: 44px; display: grid; place-items: center; color: #fff; border-radius: 50% }
dialog.view :focus-visible { outline-color: #fff }`;
const CROSS = 'M6 6l12 12M18 6L6 18', DOWN = 'M12 4v11M7 11l5 5 5-5M5 20h14';
const SHEET = 'M7 3h7l4 4v14H7zM14 3v4h4';

/** What is known of files, by id, with links that are good for a while. */
const known = new Map();

/** What a browser can show of a chosen file, for as long as it takes to draw it: nothing of it is ever run. */
const small = (node, file) => {
  if (!/^image\/(jpeg|png|gif|webp)$/.test(file.type)) return;
  const image = node('img', { src: URL.createObjectURL(file), alt: '', decoding: 'async' });
  image.onload = image.onerror = v => {
    URL.revokeObjectURL(image.src);
    if (v.type == 'error') image.remove();
  };
  return image;
};

/** The files that a message's cards show: they are not shown below it again. */
const onCards = (api, bubble) => (api.extra(bubble).cards || []).map(card => card.picture);

/** Over the page a dragged file shows where it may fall. */
const hint = ({ node, text }) => {
  let over;
  const leave = () => { over && over.remove(); over = null; };
  const enter = v => {
    if (!over && v.dataTransfer.types.includes('Files') && document.querySelector('.compose')) document.body.append(over = node('div', { className: 'drop' }, text('file_drop')));
  };
  document.addEventListener('dragover', enter);
  document.addEventListener('dragleave', v => { if (!v.relatedTarget) leave(); });
  document.addEventListener('drop', leave, true);
};

/** One form's files. */
const make = api => {
  const { node, icon, style, text, form, language, stay } = api;
  style('files', LOOK);
  // A visitor is somebody once the relay has greeted them.
  const ready = () => new Promise(done => {
    const look = () => { if (api.agent || api.state().token) { stop(); done(); } }, stop = api.watch(look);
    look();
  });
  const { conversation } = form.dataset, where = conversation ? 'conversation=' + encodeURIComponent(conversation) + '&' : '';
  const number = (value, unit, how) => new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: unit == 'byte' ? 'long' : 'short', maximumFractionDigits: value < 100 ? 1 : 0, ...how }).format(value);
  const size = (bytes, how) => bytes < 1000 ? number(bytes, 'byte') : bytes < 1e6 ? number(bytes / 1e3, 'kilobyte', how) : number(bytes / 1048576, 'megabyte', how);
  const tray = node('div', { className: 'tray', role: 'list', 'aria-label': text('files'), hidden: true });
  let items = [], sending = false;
  if (api.agent) form.prepend(tray); else form.before(tray);

  // The form carries the ids of what is uploaded: whoever sends takes them from there.
  const settle = () => {
    const done = items.filter(item => item.id).map(item => item.id).join(' ');
    if (done) form.dataset.files = done; else delete form.dataset.files;
    tray.hidden = !items.length;
    api.field.dispatchEvent(new Event('input', { bubbles: true }));
    if (sending && !items.some(item => item.request)) {
      sending = false;
      form.requestSubmit();
    }
  };
  const drop = item => {
    items = items.filter(other => other != item);
    item.request && item.request.abort();
    item.box.remove();
    settle();
  };
  const wrong = (item, why) => {
    item.request = null;
    item.box.className = 'wrong';
    item.bar.remove();
    stay(() => { item.state.textContent = why; });
    item.state.setAttribute('role', 'alert');
    settle();
  };
  const why = (item, status, said, wait) => {
    const { code, limit } = said || {};
    if (status == 413) return text('file_too_large', { size: size(item.file.size, { roundingMode: 'ceil' }), limit: size(limit || LARGEST) });
    if (status == 422) return text('file_picture');
    if (status == 429) return text('file_too_often', { when: new Intl.RelativeTimeFormat(language).format(Math.ceil(wait / 60), 'minute') });
    if (status == 408) return text('file_slow');
    if (code == 'NoFiles') return text('file_none');
    if (code == 'Empty') return text('file_empty');
    if (status == 507) return text('file_full');
    return text('file_failed');
  };
  const upload = async item => {
    await ready();
    if (!items.includes(item)) return;
    const request = item.request = new XMLHttpRequest();
    request.open('POST', api.base + 'files?' + where + 'name=' + encodeURIComponent(item.file.name));
    Object.entries(api.who()).forEach(([name, value]) => request.setRequestHeader(name, value));
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.upload.onprogress = v => {
      item.bar.style.inlineSize = 100 * v.loaded / v.total + '%';
      item.state.textContent = text('file_part', { done: size(v.loaded), all: size(v.total) });
    };
    request.onload = () => {
      item.request = null;
      let said;
      try { said = JSON.parse(request.responseText); } catch { /* A proxy's words, perhaps. */ }
      if (request.status != 201) return wrong(item, why(item, request.status, said, +request.getResponseHeader('Retry-After') || 60));
      item.id = said.id;
      known.set(said.id, { file: said, until: 0 });
      item.bar.remove();
      item.state.textContent = size(item.file.size);
      settle();
    };
    request.onerror = request.ontimeout = () => wrong(item, text('file_failed'));
    request.send(item.file);
  };
  const add = files => {
    for (const file of files) {
      const item = { file, state: node('span', null, size(file.size)), bar: node('i') };
      item.box = node('div', { role: 'listitem' }, small(node, file), node('b', { dir: 'auto', title: file.name }, file.name), item.state, item.bar,
        node('button', { type: 'button', 'aria-label': text('file_remove', { name: file.name }), onclick: () => drop(item) }, icon(CROSS)));
      const full = items.length >= MOST;
      items.push(item);
      stay(() => {
        tray.append(item.box);
        tray.hidden = false;
      });
      if (full) wrong(item, text('file_most', { n: MOST }));
      else if (!file.size) wrong(item, text('file_empty'));
      else if (file.size > LARGEST) wrong(item, why(item, 413));
      else {
        item.request = { abort() {} };
        upload(item);
      }
    }
    tray.lastChild && tray.lastChild.scrollIntoView({ block: 'nearest', inline: 'nearest' });
    settle();
  };
  // Who sends while something is still on its way means it to go along.
  form.addEventListener('submit', v => {
    if (!items.some(item => item.request)) return;
    v.preventDefault();
    v.stopImmediatePropagation();
    sending = true;
  }, true);
  new MutationObserver(() => {
    if (form.dataset.files || !items.some(item => item.id)) return;
    items.filter(item => item.id).forEach(item => item.box.remove());
    items = items.filter(item => !item.id);
    settle();
  }).observe(form, { attributeFilter: ['data-files'] });

  const link = async ids => {
    const now = Date.now(), ask = [...new Set(ids)].filter(id => !(known.has(id) && known.get(id).until > now));
    for (let at = 0; at < ask.length; at += AT_ONCE) {
      const said = await api.call('POST', 'files/links', { ids: ask.slice(at, at + AT_ONCE) });
      said.links.forEach(file => known.set(file.id, { file, until: now + GOOD }));
    }
    return ids.map(id => known.get(id)).filter(Boolean).map(({ file }) => file);
  };
  const view = async id => {
    const [file] = await link([id]);
    if (!file) return;
    const box = node('dialog', { className: 'view', 'aria-label': file.name },
      node('img', { src: file.url, alt: file.name, decoding: 'async' }),
      node('header', null, node('h2', { dir: 'auto' }, file.name),
        node('a', { href: file.url, download: file.name, 'aria-label': text('file_save') }, icon(DOWN)),
        node('button', { type: 'button', 'aria-label': text('close'), onclick: () => box.close() }, icon(CROSS))));
    box.onclose = () => box.remove();
    box.onkeydown = v => v.stopPropagation();
    box.onclick = v => { if (v.target == box || v.target.tagName == 'IMG') box.close(); };
    document.body.append(box);
    box.showModal();
  };
  const save = async (v, id, name) => {
    v.preventDefault();
    const [file] = await link([id]).catch(() => []);
    if (file && file.url) node('a', { href: file.url, download: name }).click();
  };
  const piece = file => {
    const { id, name, picture, preview } = file;
    if (!picture || !preview) return node('a', { className: 'file', href: file.url || '#', download: name, onclick: v => save(v, id, name) }, icon(SHEET), node('b', { dir: 'auto', title: name }, name), node('span', null, size(file.size)));
    const scale = Math.min(1, 236 / picture.width, 300 / picture.height);
    const image = node('img', { src: preview, alt: name, decoding: 'async' });
    // A link that has died, as after a restart: once more with a new one.
    image.onerror = () => { image.onerror = null; known.delete(id); link([id]).then(([fresh]) => { if (fresh) image.src = fresh.preview; }).catch(() => {}); };
    const button = node('button', { type: 'button', 'aria-label': text('file_view', { name }), onclick: () => view(id) }, image);
    button.style.inlineSize = Math.max(44, Math.round(picture.width * scale)) + 'px';
    button.style.aspectRatio = picture.width + ' / ' + picture.height;
    button.style.minBlockSize = '44px';
    return button;
  };
  const show = async bubbles => {
    const filesOf = bubble => bubble.dataset.files.split(' ').filter(id => !onCards(api, bubble).includes(id));
    const fresh = bubbles.filter(bubble => !bubble.dataset.shown), open = fresh.filter(bubble => filesOf(bubble).length);
    fresh.forEach(bubble => {
      bubble.dataset.shown = 1;
      bubble.hidden = !bubble.textContent.trim();
    });
    open.forEach(bubble => {
      bubble.filesBox = node('div', { className: 'files' });
      bubble.after(bubble.filesBox);
    });
    let found;
    try {
      await ready();
      found = new Map((await link(open.flatMap(filesOf))).map(file => [file.id, file]));
    } catch {
      found = new Map();
    }
    stay(() => open.forEach(bubble => {
      const missing = id => node('button', { type: 'button', className: 'file', onclick: () => { bubble.filesBox.remove(); delete bubble.dataset.shown; show([bubble]); } }, icon(SHEET), node('b', null, text('file')), node('span', null, text('again')));
      bubble.filesBox.replaceChildren(...filesOf(bubble).map(id => found.has(id) ? piece(found.get(id)) : missing(id)));
    }));
  };

  /** Files with links, for who shows them elsewhere. */
  const linked = async ids => { await ready(); return link(ids); };

  return { add, show, linked };
};

const forms = new WeakMap();
let hinted;
export default api => {
  if (!api.form) return;
  if (!hinted) hint(api);
  hinted = true;
  if (!forms.has(api.form)) forms.set(api.form, make(api));
  const made = forms.get(api.form), first = api.data && api.data[0];
  if (first instanceof File) made.add(api.data);
  else if (first) made.show(api.data);
  return made;
};
