// A conversation's transcript, made from the log itself: to print, and to keep as text or as a page. It reads all of the log,
// page by page, and leaves nothing behind; what people wrote is text in it, never markup.
const LOOK = `
.paper { display: flex; flex-wrap: wrap; gap: var(--s2); margin-block-end: var(--s4) }
.paper-log { display: flex; flex-direction: column; gap: var(--s3) }
.paper-log p { white-space: pre-wrap; overflow-wrap: anywhere }
.paper-log small { color: var(--ink-2); font-size: var(--meta); display: block }
@media print {
  html, body { height: auto !important; overflow: visible !important; background: #fff !important; color: #000 !important }
  body > :not(.part), .part > header .back, .paper { display: none !important }
  .part, .part > div { position: static !important; overflow: visible !important; display: block !important }
  .paper-log > * { break-inside: avoid }
}`;

/** Every entry, oldest first. */
const all = async ({ call }, id) => {
  let entries = [], before = '', page;
  do {
    page = await call('GET', 'conversations/' + encodeURIComponent(id) + '/entries' + before);
    entries = [...page.entries, ...entries];
    before = page.entries.length ? '?before=' + Object.values(page.entries[0])[0].seq : '';
  } while (page.more && before);
  return entries;
};

const save = (node, name, type, body) => {
  const url = URL.createObjectURL(new Blob([body], { type: type + ';charset=utf-8' })), link = node('a', { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
};

export default async api => {
  const { node, text, style, language } = api, { id } = api.state(), site = document.title.split(' · ')[0];
  style('transcript', LOOK);
  const panel = api.panel(text('transcript'));
  if (!id) return;
  panel.body.append(node('p', { className: 'calm', role: 'status' }, text('loading')));
  let entries;
  try {
    entries = await all(api, id);
  } catch (error) {
    return void panel.body.replaceChildren(node('p', { className: 'bad', role: 'alert' }, api.sorry(error)));
  }
  const stamp = at => new Date(at).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' });
  const said = entries.map(item => {
    const { Message: message, Entry: entry } = item;
    // What became of a message stands where it stood.
    if (entry) return { at: entry.at, who: '', words: /^(Edited|Deleted)$/.test(entry.kind) ? '' : text('entry_' + entry.kind.toLowerCase()) };
    const { Visitor, Agent } = message.author;
    const words = message.deleted ? text('entry_deleted') : [message.body, ...(message.attachments || []).map(file => file.name)].filter(Boolean).join('\n') + (message.edited ? ' (' + text('entry_edited') + ')' : '');
    return { at: message.at, who: Visitor ? Visitor.name || text('you') : Agent ? Agent.name : site, words };
  }).filter(line => line.words);
  const title = text('transcript_of', { name: site }), name = 'merhaba-' + new Date().toISOString().slice(0, 10);
  const log = () => node('div', { className: 'paper-log' }, said.map(({ at, who, words }) =>
    node('div', null, node('small', null, [who, stamp(at)].filter(Boolean).join(' · ')), node('p', { dir: 'auto' }, words))));
  const asText = () => [title, '', ...said.map(({ at, who, words }) => '[' + stamp(at) + '] ' + (who ? who + ': ' : '') + words), ''].join('\r\n');
  const asPage = () => {
    const page = document.implementation.createHTMLDocument(title), body = page.importNode(log(), true);
    page.documentElement.lang = language;
    page.documentElement.dir = api.root.dir;
    page.head.prepend(Object.assign(page.createElement('meta'), { httpEquiv: 'Content-Type', content: 'text/html; charset=utf-8' }));
    const look = page.createElement('style'), head = page.createElement('h1');
    look.textContent = 'body{font:15px/1.5 system-ui;max-width:70ch;margin:2em auto;padding:0 1em}small{color:#555}p{margin:0 0 1em;white-space:pre-wrap;overflow-wrap:anywhere}';
    head.textContent = title;
    page.head.append(look);
    page.body.append(head, body);
    return '<!DOCTYPE html>\n' + new XMLSerializer().serializeToString(page.documentElement);
  };
  // The website's frame may not print: there the page that could be saved is opened beside it, and printed.
  const paper = () => {
    if (api.root.dataset.mode != 'frame') return print();
    const url = URL.createObjectURL(new Blob([asPage()], { type: 'text/html;charset=utf-8' })), beside = open(url);
    if (beside) beside.onload = () => { beside.print(); URL.revokeObjectURL(url); };
  };
  const act = (key, fn, first) => node('button', { type: 'button', className: first ? 'do first' : 'do', onclick: fn }, text(key));
  panel.body.replaceChildren(
    node('div', { className: 'paper' }, act('print', paper, true),
      act('save_text', () => save(node, name + '.txt', 'text/plain', asText())),
      act('save_page', () => save(node, name + '.html', 'text/html', asPage()))),
    log());
};
