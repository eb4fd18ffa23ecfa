// What there is to press or to fill in under a message: quick replies, cards, a form. Pressing sends the words as the
// visitor's own message; a form's answers go to the relay, which makes a message of them that everybody can read. On the
// agent page all of it is shown as the visitor sees it, and does nothing. It never writes HTML, and never runs what it is sent.
const LOOK = `
.rich { grid-column: 2; min-inline-size: 0; display: flex; flex-direction: column; gap: var(--s2) }
.row:has(> .rich) { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: var(--s2) 0; align-items: end }
.row:has(> .rich):not(.out) { max-inline-size: 100%; inline-size: 100% }
.row:has(> .rich) > .face { grid-column: 1; margin-inline-end: var(--s2) }
.row:has(> .rich) > .bubble { grid-column: 2; justify-self: start; max-inline-size: 84% }
.row.out:has(> .rich) > .bubble { justify-self: end; max-inline-size: 100% }
.rich .press { display: flex; flex-wrap: wrap; gap: var(--s2) }
.rich .press button, .rich .card button, .rich .card a { min-block-size: 44px; padding: 6px var(--s4); border-radius: 22px; border: 1px solid var(--brand); color: var(--brand-ink); background: var(--paper); font-weight: 600; display: inline-flex; align-items: center; justify-content: center; text-align: center; text-decoration: none; overflow-wrap: anywhere; max-inline-size: 100% }
.rich .press button:hover:enabled, .rich .card :is(a, button:enabled):hover { background: var(--brand-soft) }
.rich .cards { display: flex; gap: var(--s2); overflow-x: auto; scroll-snap-type: x proximity; padding-block-end: 2px; scrollbar-width: thin }
.rich .card { flex: 0 0 min(236px, 86%); scroll-snap-align: start; border: 1px solid var(--line); border-radius: 14px; padding: var(--s3); display: flex; flex-direction: column; gap: var(--s2); background: var(--paper) }
.rich .card:only-child { flex-basis: min(300px, 100%) }
.rich .card img { inline-size: calc(100% + 2 * var(--s3)); max-inline-size: none; margin: calc(-1 * var(--s3)) calc(-1 * var(--s3)) 0; aspect-ratio: 16 / 10; object-fit: cover; background: var(--mist); border-radius: 13px 13px 0 0 }
.rich .card b { overflow-wrap: anywhere }
.rich .card p { color: var(--ink-2); font-size: var(--small); white-space: pre-wrap; overflow-wrap: anywhere }
.rich .card :is(a, button) { inline-size: 100% }
.rich .card :is(a, button):first-of-type { margin-block-start: auto }
.rich form { border: 1px solid var(--line); border-radius: 14px; padding: var(--s3) var(--s4); display: flex; flex-direction: column; gap: var(--s3); max-inline-size: 340px; background: var(--paper) }
.rich label { display: flex; flex-direction: column; gap: 4px; font-size: var(--small); font-weight: 600 }
.rich label span { overflow-wrap: anywhere }
.rich :is(input, textarea, select) { font: inherit; font-size: max(1rem, 16px); font-weight: 400; color: inherit; background: var(--paper); border: 1px solid var(--ink-2); border-radius: var(--radius-xs); padding: var(--s2) var(--s3); min-block-size: 44px; inline-size: 100% }
.rich textarea { min-block-size: 88px; resize: vertical }
.rich form button { min-block-size: 44px; padding: 0 var(--s4); border-radius: 22px; font-weight: 600; background: var(--brand); color: var(--on-brand); align-self: flex-start }
.rich form p { color: var(--bad); font-size: var(--small) }
.rich [aria-invalid="true"] { border-color: var(--bad) }
.rich :disabled { opacity: .6; cursor: default }`;
const TYPES = { email: 'email', phone: 'tel', number: 'number', date: 'date' };

const press = (api, words) => {
  api.tell({ k: 'send', text: words });
  api.field.focus({ preventScroll: true });
};

/** One of the message's own files, which the relay has drawn itself; its place is there before it is. */
const picture = (api, id) => {
  const image = api.node('img', { alt: '', decoding: 'async' }), gone = () => image.remove();
  image.onerror = gone;
  api.part('files').then(files => files.linked([id])).then(([file]) => file && file.preview ? image.src = file.preview : gone()).catch(gone);
  return image;
};

const card = (api, { picture: shown, title, text, buttons = [] }) => api.node('div', { className: 'card', role: 'listitem' },
  shown && picture(api, shown), api.node('b', { dir: 'auto' }, title), text && api.node('p', { dir: 'auto' }, text),
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

/** A form; its answers keep one id over all tries, so that they are one message. What is wrong stands under its field. */
const form = (api, seq, { fields }) => {
  const { node, text, call, state, language } = api, id = api.fresh();
  const wrong = node('p', { role: 'alert', hidden: true }), send = node('button', { disabled: api.agent }, text('rating_send'));
  const box = node('form', { className: 'ask', noValidate: true, 'aria-label': text('form') }, fields.map(one => field(api, one)), wrong, send);
  box.dataset.seq = seq;
  const inputs = () => [...box.querySelectorAll('[name]')];
  const well = () => {
    wrong.hidden = true;
    for (const one of inputs()) {
      one.removeAttribute('aria-invalid');
      one.removeAttribute('aria-describedby');
    }
  };
  const blame = (one, why) => {
    wrong.textContent = why;
    wrong.hidden = false;
    if (!one) return;
    wrong.id = 'wrong-' + seq;
    one.setAttribute('aria-invalid', 'true');
    one.setAttribute('aria-describedby', wrong.id);
    one.closest('label').after(wrong);
    one.focus();
  };
  box.oninput = well;
  box.onsubmit = async v => {
    v.preventDefault();
    well();
    const bad = inputs().find(one => !one.checkValidity());
    if (bad) return void blame(bad, text(bad.validity.valueMissing ? 'form_missing' : 'form_check'));
    const values = Object.fromEntries([...new FormData(box)].filter(([, value]) => value.trim()));
    if (!Object.keys(values).length) return void blame(inputs()[0], text('form_missing'));
    send.disabled = true;
    try {
      await call('POST', 'conversations/' + encodeURIComponent(state().id) + '/answers', { client_id: id, of: seq, values, locale: language });
      answered.add(name(api, seq));
      api.field.focus({ preventScroll: true });
    } catch (error) {
      send.disabled = false;
      // The relay names the field that it does not take.
      const named = error.status == 400 && inputs().find(one => error.message.startsWith(one.name + ':'));
      blame(named, named ? text(named.value.trim() ? 'form_check' : 'form_missing') : api.sorry(error));
    }
  };
  return box;
};

const draw = (api, bubble) => {
  const { node } = api, { seq, replies, cards, form: asked, answers } = api.extra(bubble);
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
