// The door of the parts, for the chat and for the agent page: what is fetched when a person opens something that the plain conversation does without. A part is
// a plain module in parts/NAME.js; the relay's build puts the addresses of all of them, and of their texts, in here.
// ARCHITECTURE.md ("Parts") lists what a part is handed. It never writes HTML, and what a part draws is nodes and text.
const PARTS = __PARTS__, TEXTS = __TEXTS__;
const d = document, root = d.documentElement, D = root.dataset, m = window.merhaba;
const watchers = new Set(), sheets = new Map();
// The agent page is known by its cookie, a visitor's by the token.
const AGENT = D.key == 'agent', BASE = AGENT ? '/api/v1/' : '/api/v1/visitor/';
let words, panel;

// The wasm calls it after it has drawn; a watcher that throws stops nobody else.
m.drawn = () => watchers.forEach(fn => { try { fn(); } catch (error) { console.error(error); } });

const texts = () => words ||= fetch(TEXTS[root.lang] || TEXTS.en).then(n => n.json()).catch(error => { words = 0; throw error; });

/** What the relay said instead of yes: `code` for programs, `message` for people, `wait` in seconds or 0. */
class Refused extends Error {
  constructor(status, { code = 'Unavailable', detail = '' }, wait) {
    super(detail);
    Object.assign(this, { status, code, wait });
  }
}

/** What a call says who calls. */
const who = () => AGENT ? {} : { 'Merhaba-Site': D.key, Authorization: 'Bearer ' + (state().token || '') };

/** One call below /api/v1/visitor/ as this visitor, or below /api/v1/ as this agent; `null` where there is nothing to say. */
const call = async (method, path, body) => {
  const headers = who();
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const answer = await fetch(BASE + path, { method, headers, body: body === undefined ? body : JSON.stringify(body) });
  const said = await answer.json().catch(() => null);
  if (!answer.ok) throw new Refused(answer.status, said || {}, +answer.headers.get('Retry-After') || 0);
  return said;
};

/** The app's answer to one of its hooks. */
const tell = message => m.tell && m.tell(message);
const state = () => tell({ k: 'state' }) || {};

/** An element: properties are set as properties, what begins with `aria-` or `data-` as attributes; children are nodes or text. */
const node = (tag, props, ...children) => {
  const n = tag == 'svg' || tag == 'path' ? d.createElementNS('http://www.w3.org/2000/svg', tag) : d.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (/-|^role$/.test(name) || n.namespaceURI.endsWith('svg')) n.setAttribute(name, value);
    else n[name] = value;
  }
  n.append(...children.flat().filter(child => child != null && child !== false));
  return n;
};

/** A drawn sign: one path on a field of 24 by 24. */
const icon = path => node('svg', { viewBox: '0 0 24 24', 'aria-hidden': 'true' }, node('path', { d: path }));

/** An id for a message: made once, the same at every try. */
const fresh = () => [...crypto.getRandomValues(new Uint8Array(16))].map(n => n.toString(16).padStart(2, '0')).join('');

/** What a bubble's message has besides text and files, with its Seq (`shared/src/layout/attached.rs`); nothing where it has nothing. */
const extra = ({ dataset: { extra: text = '' } }) => {
  const at = text.indexOf(' ');
  try { return { seq: +text.slice(0, at), ...JSON.parse(text.slice(at + 1)) }; } catch { return {}; }
};

/** Styles, adopted once per name: the document's policy lets no other way in. */
const style = (name, css) => {
  if (sheets.has(name)) return;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  sheets.set(name, sheet);
  d.adoptedStyleSheets = [...d.adoptedStyleSheets, sheet];
};

const LOOK = `
.part { position: absolute; inset-inline: 0; inset-block: 0; z-index: 2; display: flex; flex-direction: column; background: var(--paper); padding-block-end: var(--safe-b, env(safe-area-inset-bottom)); animation: part-in var(--quick) }
@keyframes part-in { from { opacity: 0; translate: 0 8px } }
.part > header { display: flex; align-items: center; gap: var(--s2); padding: var(--s2); padding-block-start: calc(var(--s2) + var(--safe-t, env(safe-area-inset-top))); border-block-end: 1px solid var(--line) }
.part > header h2 { flex: 1; min-width: 0; font-size: var(--title); font-weight: 650; letter-spacing: -.01em }
.part > div { flex: 1; min-height: 0; overflow: auto; padding: var(--s4) }
[dir=rtl] .part .back svg { scale: -1 1 }
.part .do, .do { min-height: 44px; padding: 0 var(--s4); border-radius: 22px; font-weight: 600; border: 1px solid var(--line); color: var(--brand-ink); background: var(--paper) }
.do.first { background: var(--brand); color: var(--on-brand); border-color: transparent }
.part .bad { color: var(--bad); font-size: var(--small) }
body { position: relative }`;

/**
 * A sheet over the whole chat with a title and a way back. What was focused gets the focus back when it closes; Escape and
 * the arrow close it, and so does another sheet.
 */
const open = (api, title) => {
  panel && panel.close();
  style('part', LOOK);
  const before = d.activeElement, end = [], id = 'part-' + api.name;
  const back = node('button', { className: 'icon back', type: 'button', "aria-label": api.text("back"), onclick: () => close() }, icon('M15 5l-7 7 7 7'));
  const body = node('div', { tabIndex: -1 });
  const box = node('section', { className: 'part', role: 'dialog', "aria-modal": "true", 'aria-labelledby': id },
    node('header', null, back, node('h2', { id }, title)), body);
  const rest = [...d.body.children].filter(n => !n.inert);
  const close = () => {
    if (panel != self) return;
    panel = null;
    rest.forEach(n => { n.inert = false; });
    box.remove();
    end.splice(0).forEach(fn => fn());
    before && before.isConnected && before.focus({ preventScroll: true });
  };
  box.onkeydown = v => {
    if (v.key != 'Escape' || v.isComposing) return;
    v.stopPropagation();
    close();
  };
  const self = { body, box, close, onclose: fn => end.push(fn) };
  rest.forEach(n => { n.inert = true; });
  d.body.append(box);
  back.focus({ preventScroll: true });
  return panel = self;
};

const api = (name, data) => {
  const a = {
    name, data, root, call, tell, state, node, icon, style, fresh, extra,
    language: root.lang,
    agent: AGENT, base: BASE, who,
    log: d.getElementById('log'), form: d.querySelector('.compose'), field: d.querySelector('.compose textarea'), head: d.querySelector('.head'),
    /** A text; `{n}` and the like are replaced. */
    text: (key, values = {}) => (a.texts[key] || '').replace(/\{(\w+)\}/g, (all, name) => name in values ? values[name] : all),
    /** A text that counts, in the form that the language has for the number. */
    count: (key, n) => a.text(key + '_' + new Intl.PluralRules(root.lang).select(n) in a.texts ? key + '_' + new Intl.PluralRules(root.lang).select(n) : key + '_other', { n: n.toLocaleString(root.lang) }),
    panel: title => open(a, title),
    /** Calls fn whenever the app has drawn; returns what stops it. */
    watch: fn => { watchers.add(fn); return () => watchers.delete(fn); },
    part: (name, data) => start(name, data),
    /** Does what lets the log grow: one that shows its end still does, one that is read further up stays where it is. */
    stay: fn => {
      const { log } = a;
      if (!log) return fn();
      const end = log.scrollHeight - log.scrollTop - log.clientHeight < 120, top = n => n ? n.getBoundingClientRect().top : 0;
      const line = [...log.children].find(n => n.getBoundingClientRect().bottom > top(log)), stood = top(line);
      fn();
      log.scrollTop = end ? log.scrollHeight : log.scrollTop + top(line) - stood;
    },
    /** What went wrong, in words for the person. */
    sorry: error => error.code == 'RateLimited' ? a.text('too_fast', { s: error.wait || 1 }) : a.text('failed')
  };
  return a;
};

/** Opens a part. Its default export is called each time; one that says nothing exports `texts = false`. */
export const start = async (name, data) => {
  if (!Object.hasOwn(PARTS, name)) return;
  const part = await import(PARTS[name]), a = api(name, data);
  a.texts = part.texts === false ? {} : await texts();
  return part.default(a);
};
