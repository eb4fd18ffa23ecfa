// What there is to press or to fill in under a message: quick replies, cards, a form. Pressing sends the words as the
// visitor's own message; a form's answers go to the relay, which makes a message of them that everybody can read. On the
// agent page all of it is shown as the visitor sees it, and does nothing. It never writes HTML, and never runs what it is sent.
const LOOK = `
.rich { flex: 0 0 100%; min-inline-size: 0; display: flex; flex-direction: column; gap: var(--s2); padding-block-start: var(--s1) }
.row:has(> .rich) { flex-wrap: wrap }
.row:has(> .rich):not(.out) { max-inline-size: 100%; inline-size: 100% }
.row:not(.me):has(.face) > .rich { padding-inline-start: 36px }
.rich .press { display: flex; flex-wrap: wrap; gap: var(--s2) }
.rich .press button, .rich .card button, .rich .card a { min-block-size: 44px; padding: 0 var(--s4); border-radius: 22px; border: 1px solid var(--brand); color: var(--brand-ink); background: var(--paper); font-weight: 600; display: inline-flex; align-items: center; justify-content: center; text-align: center; text-decoration: none; overflow-wrap: anywhere; max-inline-size: 100% }
.rich .press button:hover:enabled, .rich .card :is(a, button:enabled):hover { background: var(--brand-soft) }
.rich .cards { display: flex; gap: var(--s2); overflow-x: auto; scroll-snap-type: x proximity; padding-block-end: 2px; scrollbar-width: thin }
.rich .card { flex: 0 0 min(236px, 86%); scroll-snap-align: start; border: 1px solid var(--line); border-radius: 14px; padding: var(--s3); display: flex; flex-direction: column; gap: var(--s2); background: var(--paper) }
.rich .card:only-child { flex-basis: min(300px, 100%) }
.rich .card b { overflow-wrap: anywhere }
.rich .card p { color: var(--ink-2); font-size: var(--small); white-space: pre-wrap; overflow-wrap: anywhere }
.rich .card :is(a, button) { inline-size: 100% }
.rich .card :is(a, button):first-of-type { margin-block-start: auto }
.rich form { border: 1px solid var(--line); border-radius: 14px; padding: var(--s3) var(--s4); display: flex; flex-direction: column; gap: var(--s3); max-inline-size: 340px; background: var(--paper) }
.rich label { display: flex; flex-direction: column; gap: 4px; font-size: var(--small); font-weight: 600 }
.rich label span { overflow-wrap: anywhere }
.rich :is(input, textarea, select) { font: inherit; font-size: 16px; font-weight: 400; color: inherit; background: var(--paper); border: 1px solid var(--ink-2); border-radius: var(--radius-xs); padding: var(--s2) var(--s3); min-block-size: 44px; inline-size: 100% }
.rich textarea { min-block-size: 88px; resize: vertical }
.rich form button { min-block-size: 44px; padding: 0 var(--s4); border-radius: 22px; font-weight: 600; background: var(--brand); color: var(--on-brand); align-self: flex-start }
.rich form p { color: var(--bad); font-size: var(--small) }
.rich :disabled { opacity: .6; cursor: default }`;
const TYPES = { email: 'email', phone: 'tel', number: 'number', date: 'date' };
const random = () => [...crypto.getRandomValues(new Uint8Array(16))].map(n => n.toString(16).padStart(2, '0')).join('');

/** What a bubble has: the Seq of its message, and what is in it. */
const read = bubble => {
  const { extra } = bubble.dataset, at = extra.indexOf(' ');
  try { return { seq: +extra.slice(0, at), ...JSON.parse(extra.slice(at + 1)) }; } catch { return {}; }
};

const press = (api, words) => {
  api.tell({ k: 'send', text: words });
  api.field.focus({ preventScroll: true });
};

const card = (api, { title, text, buttons = [] }) => api.node('div', { className: 'card', role: 'listitem' },
  api.node('b', { dir: 'auto' }, title), text && api.node('p', { dir: 'auto' }, text),
  buttons.map(({ text, url, reply }) => /^https?:/i.test(url || '')
    ? api.node('a', { href: url, target: '_blank', rel: 'noopener noreferrer nofollow', dir: 'auto' }, text)
    : api.node('button', { type: 'button', disabled: api.agent, dir: 'auto', onclick: () => press(api, reply) }, text)));

const field = ({ node, agent }, { name, label, kind, required, options = [] }) => {
  const props = { name, required: !!required, disabled: agent, dir: 'auto', maxLength: 1000 };
  const input = kind == 'long' ? node('textarea', props)
    : kind == 'choice' ? node('select', { name, required: !!required, disabled: agent }, node('option', { value: '' }, ''), options.map(value => node('option', { value, dir: 'auto' }, value)))
      : node('input', { ...props, type: TYPES[kind] || 'text', ...(kind == 'number' ? { step: 'any' } : {}), autocomplete: kind == 'email' ? 'email' : kind == 'phone' ? 'tel' : 'off' });
  return node('label', null, node('span', { dir: 'auto' }, label + (required ? ' *' : '')), input);
};

/** Forms that have been answered, by conversation and Seq: further down in a long log the answers are drawn no more. */
const answered = new Set(), name = ({ state }, seq) => state().id + ' ' + seq;

/** A form; its answers keep one id over all tries, so that they are one message. */
const form = (api, seq, { fields }) => {
  const { node, text, call, state, language } = api, id = random();
  const wrong = node('p', { role: 'alert', hidden: true }), send = node('button', { disabled: api.agent }, text('rating_send'));
  const box = node('form', { className: 'ask', 'aria-label': text('form') }, fields.map(one => field(api, one)), wrong, send);
  box.dataset.seq = seq;
  box.onsubmit = async v => {
    v.preventDefault();
    const values = Object.fromEntries([...new FormData(box)].filter(([, value]) => value.trim()));
    if (!Object.keys(values).length) return void box.querySelector('input, textarea, select').focus();
    send.disabled = true;
    try {
      await call('POST', 'conversations/' + encodeURIComponent(state().id) + '/answers', { client_id: id, of: seq, values, locale: language });
      answered.add(name(api, seq));
      api.field.focus({ preventScroll: true });
    } catch (error) {
      wrong.textContent = api.sorry(error);
      wrong.hidden = send.disabled = false;
    }
  };
  return box;
};

const draw = (api, bubble) => {
  const { node } = api, { seq, replies, cards, form: asked, answers } = read(bubble);
  if (answers) bubble.dataset.answers = answers.of;
  const parts = [
    cards && node('div', { className: 'cards', role: 'list' }, cards.map(one => card(api, one))),
    asked && form(api, seq, asked),
    replies && node('div', { className: 'press' }, replies.map(words => node('button', { type: 'button', disabled: api.agent, dir: 'auto', onclick: () => press(api, words) }, words)))
  ].filter(Boolean);
  if (parts.length) bubble.parentElement.append(node('div', { className: 'rich' }, parts));
};

/** Quick replies are there until somebody has written after them; a form until it is answered. */
const settle = api => {
  const { log } = api;
  const rows = [...log.querySelectorAll('.row:not(:has(.typing))')];
  log.querySelectorAll('.bubble[data-answers]').forEach(n => answered.add(name(api, n.dataset.answers)));
  rows.forEach((row, at) => {
    const replies = row.querySelector('.press'), asked = row.querySelector('form.ask');
    if (replies) replies.hidden = 'to' in log.dataset || rows.slice(at + 1).some(later => later.matches('.me') || !later.matches('.out') && row.matches('.out'));
    if (asked && answered.has(name(api, asked.dataset.seq))) [...asked.elements].forEach(one => { one.disabled = true; });
  });
};

let watching;
export default api => {
  api.style('rich', LOOK);
  const { log } = api;
  api.stay(() => {
    for (const bubble of api.data) {
      if (bubble.dataset.pressed) continue;
      bubble.dataset.pressed = 1;
      draw(api, bubble);
    }
    settle(api);
  });
  if (watching == log) return;
  watching = log;
  new MutationObserver(() => settle(api)).observe(log, { childList: true });
};
