// The small markup of messages and their addresses, as nodes: the same as shared/src/layout/spans.rs, and held to the same
// cases. It is given bubbles that were drawn as plain text and draws them again; it never reads or makes HTML, and an address
// is always its own text.
export const texts = false;
const MARKERS = '*_~`', TAGS = ['strong', 'em', 's', 'code'], TRAILING = '.,;:!?\'"*_~`';
const word = c => c !== undefined && /[\p{Alphabetic}\p{N}]/u.test(c), blank = c => /\s/u.test(c);

/** Where an address that begins at `from` ends: without what belongs to the sentence around it. */
const endOf = (c, from) => {
  let end = from, open = 0;
  while (end < c.length && !blank(c[end]) && !'<>"'.includes(c[end])) {
    open += (c[end] == '(') - (c[end] == ')');
    end++;
  }
  for (; end > from; end--) {
    const last = c[end - 1];
    if (last == ')' && open < 0) open++;
    else if (!TRAILING.includes(last)) break;
  }
  return end;
};

/** A text as pieces [marks, text]: `b`old, `i`talic, `s`trike, `c`ode, `a`ddress. In time linear in the text. */
export const spans = text => {
  const c = [...text], n = c.length, address = new Map(), covered = [], opens = new Map(), out = [], open = [];
  for (let at = 0; at < n;) {
    const rest = c[at] == 'h' && c.slice(at, at + 8).join(''), scheme = rest && (rest.startsWith('https://') ? 8 : rest.startsWith('http://') ? 7 : 0);
    if (!scheme || word(c[at - 1])) { at++; continue; }
    const end = endOf(c, at);
    if (end > at + scheme) {
      address.set(at, end);
      for (let i = at; i < end; i++) covered[i] = 1;
    }
    at = Math.max(end, at + scheme);
  }
  let closers = [];
  for (let at = n; at--;) {
    if (c[at] == '\n') closers = [];
    const kind = covered[at] ? -1 : MARKERS.indexOf(c[at]);
    if (kind < 0) continue;
    const before = c[at - 1], after = c[at + 1], close = closers[kind];
    if (!word(before) && after !== undefined && !blank(after) && close > at + 1) opens.set(at, [kind, close]);
    if (before !== undefined && !blank(before) && !word(after)) closers[kind] = at;
  }
  let from = 0, at = 0;
  const style = () => open.map(([kind]) => 'bisc'[kind]).sort((x, y) => 'bisc'.indexOf(x) - 'bisc'.indexOf(y)).join('');
  const push = (to, marks) => { if (to > from) out.push([marks, c.slice(from, to).join('')]); };
  while (at < n) {
    const top = open.at(-1), outer = top ? top[1] : Infinity, code = top && top[0] == 3, starts = opens.get(at), end = address.get(at);
    if (at == outer) {
      push(at, style());
      open.pop();
      from = ++at;
    } else if (starts && !code && starts[1] < outer && open.every(([kind]) => kind != starts[0])) {
      push(at, style());
      open.push(starts);
      from = ++at;
    } else if (end && !code && end <= outer) {
      push(at, style());
      from = at;
      push(end, style() + 'a');
      from = at = end;
    } else at++;
  }
  push(n, '');
  return out;
};

const LOOK = `
.bubble code { font: 13.5px/1.4 ui-monospace, monospace; padding: 1px 4px; border-radius: 4px; background: color-mix(in srgb, currentColor 12%, transparent); box-decoration-break: clone; -webkit-box-decoration-break: clone }
.bubble a { color: inherit; text-decoration: underline; text-underline-offset: 2px }`;

export default ({ data, node, style }) => {
  style('text', LOOK);
  for (const bubble of data) {
    if (bubble.dataset.drawn) continue;
    bubble.dataset.drawn = 1;
    const pieces = spans(bubble.textContent);
    if (pieces.length < 2 && !(pieces[0] && pieces[0][0])) continue;
    bubble.replaceChildren(...pieces.map(([marks, text]) => {
      let piece = text;
      if (marks.includes('a')) piece = node('a', { href: text, target: '_blank', rel: 'noopener noreferrer nofollow' }, text);
      [...'bisc'].forEach((mark, at) => { if (marks.includes(mark)) piece = node(TAGS[at], null, piece); });
      return piece;
    }));
  }
};
