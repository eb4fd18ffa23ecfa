// Goes along with a conversation that is there, and fetches what it needs when it needs it: the sound, the small markup of a
// message that has some, its files, buttons and forms, the question after a closing. It draws nothing itself.
export const texts = false;
const MARKUP = /[*_~`]|https?:\/\//;
let going;

export default api => {
  const { log, root, state, part, watch } = api;
  if (going) return;
  going = true;
  const look = rows => {
    const bubbles = rows.flatMap(n => n.matches ? [...n.matches('.bubble') ? [n] : n.querySelectorAll('.bubble')] : []);
    const marked = bubbles.filter(n => MARKUP.test(n.textContent)), filed = bubbles.filter(n => n.dataset.files), rich = bubbles.filter(n => n.dataset.extra);
    if (marked.length) part('text', marked);
    if (filed.length) part('files', filed);
    if (rich.length) part('rich', rich);
  };
  new MutationObserver(changes => look(changes.flatMap(change => [...change.addedNodes]))).observe(log, { childList: true });
  look([...log.children]);
  part('sound');
  if (root.dataset.mode == 'page') part('notify');
  let closing;
  const closed = () => {
    const now = state(), mark = now.closing && now.id + '/' + now.closing;
    if (mark != closing && (closing = mark)) part('rating');
  };
  watch(closed);
  closed();
};
