// The whole of the frame while nobody wants the chat, for a visitor with a conversation under way: it asks the relay how
// much is unread, when the page is loaded or shown again and twice a minute while it is looked at, and tells the page. It
// opens no connection, stores nothing, and shows nothing; when the chat is wanted, another frame takes its place. Only the
// site's own pages may frame it (`frame-ancestors`), and nothing but a number and its words goes to them.
{
  const d = document, { key, color } = d.documentElement.dataset, every = 30_000;
  let port = null, timer = 0;

  /** Storage may be denied: then nobody is known here. */
  const token = () => { try { return localStorage['merhaba:' + key + ':token']; } catch { return undefined; } };
  /** The conversation is over and read, or the visitor unknown: the page need not look again. */
  const over = () => {
    clearInterval(timer);
    port.postMessage({ k: 'mark', on: false });
  };
  const ask = async () => {
    const shown = token();
    if (!shown) return over();
    let answer;
    try {
      answer = await fetch('/api/v1/visitor/unread?lang=' + d.documentElement.lang, {
        headers: { authorization: 'Bearer ' + shown, 'merhaba-site': key }
      });
      if (answer.ok) {
        const { count, text, on } = await answer.json();
        port.postMessage({ k: 'unread', count, text });
        if (!on) over();
      }
    } catch { /* no network: the next time */ }
    if (answer && answer.status === 401) over();
  };

  onmessage = event => {
    if (port || event.source !== parent || !event.data || event.data.merhaba !== 1) return;
    [port] = event.ports;
    port.postMessage({ k: 'hello', color });
    ask();
    timer = setInterval(() => { if (!d.hidden) ask(); }, every);
    d.addEventListener('visibilitychange', () => { if (!d.hidden) ask(); });
  };
}
