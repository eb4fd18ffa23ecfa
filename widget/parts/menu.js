// The menu behind the three points in the head: what a person seldom wants. It changes nothing itself: it asks the app.
const LOOK = `
.menu { position: absolute; z-index: 1; inset-block-start: calc(60px + var(--safe-t, env(safe-area-inset-top))); inset-inline-end: var(--s2); min-width: 220px; max-width: calc(100% - 2 * var(--s2)); padding: var(--s1); border-radius: var(--radius-s); background: var(--paper); border: 1px solid var(--line); box-shadow: var(--lift); display: flex; flex-direction: column }
.menu button { min-height: 44px; padding: 0 var(--s3); border-radius: var(--radius-xs); text-align: start; display: flex; align-items: center; gap: var(--s3) }
.menu button:hover, .menu button:focus-visible { background: var(--mist) }
.menu svg { width: 18px; height: 18px; color: var(--ink-2) }`;

const NEW = 'M12 5v14M5 12h14';
let shut;

export default api => {
  if (shut) return shut();
  const { node, style, text, icon, tell } = api;
  style('menu', LOOK);
  const button = api.head.querySelector('#m');
  const entry = (path, key, act) => node('button', { type: 'button', role: 'menuitem', onclick: () => { close(); act(); } }, icon(path), text(key));
  const menu = node('div', { className: 'menu', role: 'menu', 'aria-label': text('menu') }, entry(NEW, 'new_conversation', () => { tell({ k: 'new' }); api.field.focus(); }));
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
  document.body.append(menu);
  items[0].focus({ preventScroll: true });
  shut = close;
};
