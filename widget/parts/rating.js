// "How was this conversation?": asked in the log after each closing, once, and never in the way: it can be left alone or put
// aside. What is said goes to the relay, which keeps it once per closing; the log then shows that it was said.
const LOOK = `
.rating { align-self: center; width: min(100%, 340px); margin: var(--s2) 0 var(--s3); padding: var(--s4); border: 1px solid var(--line); border-radius: var(--radius); display: flex; flex-direction: column; gap: var(--s3); background: var(--paper) }
.rating fieldset { border: 0; padding: 0; min-width: 0; display: flex; flex-direction: column; gap: var(--s2) }
.rating legend { font-weight: 650; padding: 0; margin-block-end: var(--s2) }
.rating .scale { display: flex; justify-content: space-between }
.rating label { display: grid; place-items: center; min-width: 44px; min-height: 44px; border-radius: var(--radius-s); cursor: pointer; font-size: min(1.625rem, 9vw); line-height: 1 }
.rating label:hover { background: var(--mist) }
.rating label:has(:checked) { background: var(--brand-soft); box-shadow: inset 0 0 0 2px var(--brand) }
.rating label:has(:focus-visible) { outline: 2px solid var(--brand); outline-offset: 2px }
.rating input { position: absolute; opacity: 0; width: 1px; height: 1px }
.rating .ends { display: flex; justify-content: space-between; font-size: var(--meta); color: var(--ink-2) }
.rating .steps label { font-size: .9375rem; font-variant-numeric: tabular-nums; border: 1px solid var(--line) }
.rating textarea { font: inherit; font-size: max(1rem, 16px); color: inherit; background: var(--paper); border: 1px solid var(--line); border-radius: var(--radius-s); padding: var(--s2) var(--s3); min-height: 72px; resize: vertical }
.rating textarea::placeholder { color: var(--ink-2); opacity: 1 }
.rating .acts { display: flex; flex-wrap: wrap; gap: var(--s2); justify-content: flex-end }
.rating .bad { color: var(--bad); font-size: var(--small) }`;
const FACES = ['😞', '🙁', '😐', '🙂', '😀'], SCALE = [0, 25, 50, 75, 100], LONGEST = 1000;
let asked;

/** Closings that were put aside, in this browser. */
const aside = key => {
  try { return localStorage[key] || ''; } catch { return ''; }
};

export default api => {
  const { node, text, style, state, call, root, log } = api, { id, closing } = state(), key = 'merhaba:' + root.dataset.key + ':aside', mark = id + '/' + closing;
  if (!closing || asked == mark || aside(key) == mark) return;
  asked = mark;
  style('rating', LOOK);
  const scale = (name, legend, shown, plain) => node('fieldset', { className: plain ? 'steps' : '' }, node('legend', null, text(legend)),
    node('div', { className: 'scale' }, SCALE.map((value, at) => node('label', { title: text(name + '_' + at) },
      node('input', { type: 'radio', name, value, 'aria-label': text(name + '_' + at) }), node('span', { 'aria-hidden': 'true' }, shown[at])))),
    plain && node('div', { className: 'ends', 'aria-hidden': 'true' }, node('span', null, text(name + '_0')), node('span', null, text(name + '_4'))));
  const words = node('textarea', { rows: 3, maxLength: LONGEST, 'aria-label': text('rating_comment'), placeholder: text('rating_comment'), dir: 'auto' });
  const wrong = node('p', { className: 'bad', role: 'alert', hidden: true });
  const more = node('div', { hidden: true }, scale('ces', 'rating_ease', ['1', '2', '3', '4', '5'], true), words);
  const send = node('button', { className: 'do first', disabled: true }, text('rating_send'));
  const later = node('button', { type: 'button', className: 'do' }, text('rating_later'));
  const card = node('form', { className: 'rating', 'aria-label': text('rating') }, scale('csat', 'rating', FACES), more, wrong, node('div', { className: 'acts' }, later, send));
  style('part-do', '.do { min-height: 44px; padding: 0 var(--s4); border-radius: 22px; font-weight: 600; border: 1px solid var(--line); color: var(--brand-ink) } .do.first { background: var(--brand); color: var(--on-brand); border-color: transparent } .do:disabled { opacity: .5; cursor: default } .rating > div[hidden] { display: none } .rating > div:not(.acts) { display: flex; flex-direction: column; gap: var(--s3) }');
  const atEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 60;
  const grow = fn => { const stay = atEnd(); fn(); if (stay) log.scrollTop = log.scrollHeight; };
  const gone = () => { stop(); asked = ''; card.remove(); };
  card.onchange = () => grow(() => { more.hidden = false; send.disabled = false; });
  // Enter in the comment is a line, and a key typed here is nobody else's.
  later.onclick = () => {
    try { localStorage[key] = mark; } catch { /* Then it asks again next time. */ }
    stop();
    card.remove();
    api.field.focus({ preventScroll: true });
  };
  card.onsubmit = async v => {
    v.preventDefault();
    const value = name => { const box = card.querySelector('[name=' + name + ']:checked'); return box ? +box.value : null; };
    if (value('csat') == null && value('ces') == null) return;
    send.disabled = true;
    try {
      await call('POST', 'conversations/' + encodeURIComponent(id) + '/rating', { closing, csat: value('csat'), ces: value('ces'), comment: words.value.trim() || null });
      gone();
    } catch (error) {
      wrong.textContent = api.sorry(error);
      wrong.hidden = send.disabled = false;
    }
  };
  // Opened again, rated in another tab, or another conversation is shown: then there is nothing to ask here.
  const stop = api.watch(() => { const is = state(); if (is.id != id || is.closing != closing) gone(); });
  grow(() => log.insertBefore(card, log.querySelector('.row:has(.typing)')));
};
