// Notifications, on the plain page and in the window of its own only: a frame may not ask. The person is asked in words,
// after the first message is sent and while it waits for an answer, and only the button of that asks the browser. A
// notification says that there is an answer and from whom; what it says stays in the chat.
const D = document.documentElement.dataset, KEY = 'merhaba:' + D.key + ':notify';
let listening, before = 0, offer;

const listen = api => {
  if (listening) return;
  listening = true;
  before = api.state().unread || 0;
  api.watch(() => {
    const { unread } = api.state();
    if (unread > before && document.hidden && Notification.permission == 'granted') {
      const note = new Notification(document.getElementById('name').textContent, { body: api.count('unread', unread), tag: 'merhaba:' + D.key });
      note.onclick = () => { focus(); note.close(); };
    }
    before = unread;
  });
};

const ask = async api => {
  if (await Notification.requestPermission() == 'granted') listen(api);
};

export default api => {
  if (D.mode != 'page' || !('Notification' in window) || Notification.permission == 'denied') return;
  if (Notification.permission == 'granted') return listen(api);
  if (api.data == 'ask') return ask(api);
  let asked;
  try { asked = localStorage[KEY]; } catch { /* Then it is offered on each page. */ }
  if (asked || offer) return;
  const { node, text } = api, done = () => {
    stop();
    offer.remove();
    try { localStorage[KEY] = 1; } catch { /* As above. */ }
  };
  api.style('notify', '.offer { display: flex; flex-wrap: wrap; gap: var(--s2); align-items: center; padding: var(--s2) var(--s4); border-block-start: 1px solid var(--line); font-size: var(--small) } .offer span { flex: 1; min-width: 12em } .offer div { display: flex; flex-wrap: wrap; margin-inline: calc(-1 * var(--s3)) } .offer button { min-height: 44px; padding: 0 var(--s3); font-weight: 600; color: var(--brand-ink) }');
  offer = node('div', { className: 'offer' }, node('span', { role: 'status' }, text('notify_why')),
    node('div', null, node('button', { type: 'button', onclick: () => { done(); ask(api); } }, text('notify')),
      node('button', { type: 'button', onclick: done }, text('rating_later'))));
  // It stands there for as long as an answer is waited for.
  const look = () => {
    const last = [...api.log.querySelectorAll('.row:not(:has(.typing))')].pop();
    if (!last || !last.matches('.me')) offer.remove();
    else if (!offer.isConnected) api.form.before(offer);
  };
  const stop = api.watch(look);
  look();
};
