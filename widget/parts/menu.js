// The menu behind the three points in the head: what a person seldom wants. It does nothing of that itself: it asks the app,
// the relay, or another part. It stands in the head for as long as it is open, and keys work in it as in any menu.
const LOOK = `
.head { position: relative; z-index: 1 }
.menu { position: absolute; inset-block-start: calc(100% - 6px); inset-inline-end: var(--s2); min-width: 230px; max-width: calc(100% - 2 * var(--s2)); max-height: calc(100dvh - 140px); overflow: auto; padding: var(--s1); border-radius: var(--radius-s); background: var(--paper); border: 1px solid var(--line); box-shadow: var(--lift); display: flex; flex-direction: column }
.menu button { min-height: 44px; padding: var(--s2) var(--s3); border-radius: var(--radius-xs); text-align: start; display: flex; align-items: center; gap: var(--s3); outline-offset: -2px }
.menu button:hover, .menu button:focus-visible { background: var(--mist) }
.menu svg { width: 18px; height: 18px; color: var(--ink-2) }
.menu .count { margin-inline-start: auto; min-width: 20px; padding: 0 6px; border-radius: 10px; background: var(--bad); color: var(--paper); font-size: var(--meta); font-weight: 650; text-align: center }
.toast { position: absolute; z-index: 3; inset-inline: var(--s4); inset-block-end: calc(72px + var(--safe-b, env(safe-area-inset-bottom))); padding: var(--s3) var(--s4); border-radius: var(--radius-s); background: var(--ink); color: var(--paper); font-size: var(--small); pointer-events: none }`;

const NEW = 'M12 5v14M5 12h14', PAST = 'M12 7v5l3 2M4.5 8A8.5 8.5 0 1 1 3.5 12M4 4v4h4', END = 'M5 12.5l4.5 4.5L19 7.5',
  LOUD = 'M4 10v4h3l5 4V6L7 10zM16 9a4 4 0 0 1 0 6M18.5 6.5a8 8 0 0 1 0 11', MUTE = 'M4 10v4h3l5 4V6L7 10zM16 10l4 4M20 10l-4 4',
  PAPER = 'M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h6', OUT = 'M14 4h6v6M20 4l-9 9M18 14v6H4V6h6', BELL = 'M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15zM10 20h4';
let shut;

/** A sentence over the composer, said once to a screen reader too. */
const toast = ({ node }, words) => {
  const box = node('div', { className: 'toast', role: 'status' });
  document.body.append(box);
  box.textContent = words;
  setTimeout(() => box.remove(), 5000);
};

/** The log says that it ended, and asks how it was. */
const end = async (api, id) => {
  try {
    await api.call('POST', 'conversations/' + encodeURIComponent(id) + '/end');
  } catch (error) {
    toast(api, api.sorry(error));
  }
};

/** The same conversation in a window of its own: it is told who the visitor is, since its storage may be another one. */
const popOut = ({ root, tell, state }) => {
  const { token } = state(), to = open('/c/' + root.dataset.key + '?lang=' + root.lang, 'merhaba-' + root.dataset.key, 'popup,width=420,height=720');
  if (!to) return;
  if (token) to.addEventListener('load', () => to.merhaba.tell({ k: 'adopt', token }));
  to.focus();
  if (root.dataset.mode == 'frame') window.merhaba.post({ k: 'close' });
};

export default async api => {
  if (shut) return shut();
  const { node, style, text, icon, tell, root, part } = api;
  style('menu', LOOK);
  const button = api.head.querySelector('#m'), now = api.state(), sound = await part('sound', 'ask');
  if (shut) return;
  const entry = (path, key, act, more) => node('button', { type: 'button', role: 'menuitem', tabIndex: -1, onclick: () => { close(); act(); } }, icon(path), text(key), more);
  const menu = node('div', { className: 'menu', role: 'menu', 'aria-label': text('menu') },
    now.id && entry(NEW, 'new_conversation', () => { tell({ k: 'new' }); window.merhaba.begins?.(); api.field.focus(); }),
    now.known && entry(PAST, 'earlier', () => part('history'), now.elsewhere > 0 && node('span', { className: 'count' }, now.elsewhere.toLocaleString(api.language))),
    now.open && entry(END, 'end', () => end(api, now.id)),
    now.id && entry(PAPER, 'transcript', () => part('transcript')),
    entry(sound ? LOUD : MUTE, sound ? 'sound_off' : 'sound_on', () => part('sound', sound ? 'off' : 'on')),
    root.dataset.mode == 'page' && now.id && 'Notification' in window && Notification.permission == 'default' && entry(BELL, 'notify', () => part('notify', 'ask')),
    (root.dataset.mode == 'frame') && entry(OUT, 'pop_out', () => popOut(api)));
  const items = [...menu.children];
  const outside = v => { if (!menu.contains(v.target) && !button.contains(v.target)) close(); };
  const close = () => {
    shut = null;
    menu.remove();
    removeEventListener('pointerdown', outside, true);
    button.setAttribute('aria-expanded', 'false');
    button.focus({ preventScroll: true });
  };
  menu.onkeydown = v => {
    const at = items.indexOf(document.activeElement), go = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[v.key];
    if (v.key == 'Escape' || v.key == 'Tab') close();
    else if (go !== undefined) items.at(go % items.length).focus();
    else return;
    v.preventDefault();
    v.stopPropagation();
  };
  addEventListener('pointerdown', outside, true);
  button.setAttribute('aria-expanded', 'true');
  api.head.append(menu);
  items[0].focus({ preventScroll: true });
  shut = close;
};
