// Earlier conversations as a list: where each stands, its last words, when, and how many messages are unread. Choosing one
// shows it in the log; the list itself changes nothing.
const LOOK = `
.past { display: flex; flex-direction: column; gap: 2px; margin: 0; padding: 0; list-style: none }
.past button { width: 100%; min-height: 64px; padding: var(--s2) var(--s3); border-radius: var(--radius-s); text-align: start; display: grid; grid-template-columns: 1fr auto; gap: 2px var(--s3); outline-offset: -2px }
.past button:hover, .past [aria-current] { background: var(--mist) }
.past b, .past span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; min-width: 0 }
.past b, .past span { text-align: match-parent; text-align: -webkit-match-parent }
.past b { font-weight: 650 }
.past span, .past time { color: var(--ink-2); font-size: var(--small) }
.past time, .past button > :last-child { text-align: end }
.past .unread span { color: var(--ink); font-weight: 600 }
.past i { font-style: normal; min-width: 20px; padding: 0 6px; border-radius: 10px; background: var(--bad); color: var(--paper); font-size: var(--meta); font-weight: 650; text-align: center; place-self: center end }
.part .calm { color: var(--ink-2); text-align: center; padding: var(--s6) var(--s4) }`;

const when = (at, language) => {
  const day = 864e5, age = Date.now() - at, date = new Date(at);
  if (age < day && date.getDate() == new Date().getDate()) return date.toLocaleTimeString(language, { hour: '2-digit', minute: '2-digit' });
  return date.toLocaleDateString(language, age < 6 * day ? { weekday: 'short' } : { day: 'numeric', month: 'short' });
};

export default async api => {
  const { node, text, count, style, call, tell, state, language } = api;
  style('history', LOOK);
  const panel = api.panel(text('earlier'));
  panel.body.append(node('p', { className: 'calm', role: 'status' }, text('loading')));
  const row = ({ id, status, at, preview, mine, agent, unread }) => node('li', null,
    node('button', {
      type: 'button', className: unread ? 'unread' : '', ...(id == state().id ? { 'aria-current': 'true' } : {}),
      onclick: () => { panel.close(); tell({ k: 'conversation', id }); api.field.focus({ preventScroll: true }); }
    },
    node('b', { dir: 'auto' }, agent || document.getElementById('name').textContent),
    node('time', { dateTime: new Date(at).toISOString() }, when(at, language)),
    node('span', { dir: 'auto' }, preview ? (mine ? text('mine', { text: preview }) : preview) : text('entry_deleted')),
    unread ? node('i', { 'aria-label': count('unread', unread) }, unread.toLocaleString(language)) : node('span', null, text('status_' + status.toLowerCase()))));
  const show = async () => {
    try {
      const { conversations } = await call('GET', 'conversations');
      const list = node('ul', { className: 'past' }, conversations.map(row));
      panel.body.replaceChildren(conversations.length ? list : node('p', { className: 'calm' }, text('no_earlier')));
    } catch (error) {
      panel.body.replaceChildren(node('p', { className: 'calm bad', role: 'alert' }, api.sorry(error), ' ', node('button', { type: 'button', className: 'do', onclick: show }, text('again'))));
    }
  };
  await show();
};
