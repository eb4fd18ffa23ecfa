// The second half of the loader: comes with the frame, and gives the page the calls and events of Merhaba, the panel its
// geometry above a phone's keyboard, and the launcher its unread count. Everything between page and frame goes over one
// MessagePort, handed over once with the relay's exact origin. It never reads the page (but where it is scrolled, to keep it
// there while the panel fills the screen), never touches its history, fetch or onmessage, never writes HTML, and stores one mark (`merhaba:KEY`, no identity) only after a conversation has started.
//
// Page to frame, over the port (the first one with the port itself, as { merhaba: 1, page: { url, title, referrer } }):
//   { k: 'open', focus }  { k: 'close' }  { k: 'geometry', full, keyboard, safe: [top, right, bottom, left] }
//   { k: 'settings', settings }  { k: 'prefill', text }  { k: 'send', text }  { k: 'shutdown' }
//   { k: 'page', page: { url, title, referrer } }  { k: 'conversation', id }
//   { k: 'person', person: { token, attributes, tags, events: [{ name, data, at }] } }  all that the page has said of the visitor
// Frame to page:
//   { k: 'hello', color, radius }  { k: 'ready' }  { k: 'close' }  { k: 'unread', count, text }  { k: 'status', status }
//   { k: 'mark', on }  { k: 'event', name, data }  { k: 'forgotten' }
(() => {
  const w = window, d = document, v = w.visualViewport, m = w.Merhaba && w.Merhaba._;
  if (d.currentScript) d.currentScript.remove();
  // The page may have called destroy() while this was on its way.
  if (!m || m.k || !m.f) return;

  const { C, R, h, r, a, c, q, z } = m, signal = z.signal, gone = c.destroy;
  const mark = 'merhaba:' + C.site;
  // What is said where no frame can say it. Everything else the frame says, in the language it was served in.
  const WORDS = {
    en: ['The chat could not open here.', 'Open the chat in a new tab', 'Close'],
    tr: ['Sohbet burada açılamadı.', 'Sohbeti yeni sekmede aç', 'Kapat'],
    de: ['Der Chat konnte hier nicht geöffnet werden.', 'Chat in neuem Tab öffnen', 'Schließen'],
    fr: ['Le chat n’a pas pu s’ouvrir ici.', 'Ouvrir le chat dans un nouvel onglet', 'Fermer'],
    es: ['El chat no pudo abrirse aquí.', 'Abrir el chat en una pestaña nueva', 'Cerrar'],
    pt: ['O chat não pôde ser aberto aqui.', 'Abrir o chat em uma nova aba', 'Fechar'],
    ar: ['تعذّر فتح الدردشة هنا.', 'فتح الدردشة في علامة تبويب جديدة', 'إغلاق'],
    ru: ['Чат не удалось открыть здесь.', 'Открыть чат в новой вкладке', 'Закрыть']
  };
  const TAKEN = ['message:sent', 'message:received', 'conversation:started', 'conversation:ended', 'error'];
  const listeners = new Map(), lacking = new Set();
  // What the page says of the visitor, at most so much of each kind.
  const MOST = 100, nobody = () => ({ token: null, attributes: {}, tags: [], events: [] });
  const narrow = w.matchMedia('(max-width:479px),(max-height:559px)');
  let port = null, waiting = [], ready = false, status = 'unknown', wasOpen = false, back = null, told = '';
  let missed = 0, missedText = '', timer = 0, drawing = 0, lost = null, frame = null, address = '', title = null, stood = null;
  let eager = false, early = false, person = null, place = '', visited = '', marked = null, round = '';

  const look = new CSSStyleSheet();
  look.replaceSync('a{forced-color-adjust:none}a:focus-visible{outline:2px solid var(--c);outline-offset:2px}.o:before{clip-path:path("M6 10l2-2 6 6 6-6 2 2-8 8z")}'
    + 'a[data-n]:after{content:attr(data-n);position:absolute;top:-4px;right:-4px;min-width:10px;padding:0 5px;border-radius:10px;background:#b42318;color:#fff;font:700 12px/20px system-ui;text-align:center;outline:2px solid #fff}'
    + ':host{--safe:env(safe-area-inset-top,0px) env(safe-area-inset-right,0px) env(safe-area-inset-bottom,0px) env(safe-area-inset-left,0px)}'
    + 'iframe,section{color-scheme:var(--scheme,light dark);background:Canvas;outline:1px solid #8884}'
    + 'section{position:fixed;inset:auto auto var(--y) var(--left,auto);right:var(--right,auto);margin-bottom:72px;width:296px;padding:20px;border-radius:16px;box-shadow:0 8px 32px #10182038;font:15px/1.45 system-ui;color:CanvasText;display:grid;gap:12px}'
    + 'section a{all:revert;position:static;box-shadow:none;color:LinkText;padding:10px 0}section a:before,section a:after{content:none}section button{font:inherit;font-weight:600;color:inherit;background:0;min-height:44px;border:1px solid #8886;border-radius:10px}'
    + '@media(prefers-reduced-motion:no-preference){iframe{opacity:0;translate:0 8px;transition:opacity .16s,translate .16s,visibility .16s}.o~iframe{opacity:1;translate:0}}');
  r.adoptedStyleSheets = [...r.adoptedStyleSheets, look];

  // ---- events ---------------------------------------------------------------------------------------------------------

  /** Calls the page's listeners and tells its window; a listener that throws is reported and stops nobody else. */
  const emit = (name, detail) => {
    for (const fn of [...listeners.get(name) || []]) {
      try { fn(detail); } catch (error) { console.error(error); }
    }
    w.dispatchEvent(new CustomEvent('merhaba:' + name, { detail }));
  };
  const off = (name, fn) => {
    const set = listeners.get(name);
    if (set) fn ? set.delete(fn) : set.clear();
  };
  const on = (name, fn) => {
    if (typeof fn !== 'function') return () => {};
    if (!listeners.has(name)) listeners.set(name, new Set());
    listeners.get(name).add(fn);
    return () => off(name, fn);
  };

  // ---- the frame ------------------------------------------------------------------------------------------------------

  const post = message => { port ? port.postMessage(message) : waiting.push(message); };
  /** A copy without what cannot be sent to a frame. */
  const plain = value => {
    try { return JSON.parse(JSON.stringify(value)); } catch { return null; }
  };
  /** Where the visitor is, as the page itself says or as the address bar does. */
  const here = () => ({ url: place || location.href, title: d.title, referrer: d.referrer });
  const moved = () => {
    const page = here();
    if (!port || visited === page.url) return;
    visited = page.url;
    post({ k: 'page', page });
  };
  /** Settings as plain data: what the frame may know of them. */
  const settings = () => ({ locale: C.locale, theme: C.theme, color: C.color, consent: C.consent });
  const page = () => m.u().split('#')[0];
  const hangUp = () => {
    clearTimeout(timer);
    if (port) port.close();
    port = null;
    ready = false;
  };
  /** A new frame: its language is the one it was made with, which may no longer be the one that is set. */
  const adopt = () => {
    if (frame === m.f) return;
    frame = m.f;
    address = frame.src.split('#')[0];
  };
  const meet = () => { if (m.f && m.f !== lost && m.f !== frame) { adopt(); expect(10000); } };
  /** Once per load of the frame: one object with a port, to the relay's origin and to nobody else. */
  const handshake = () => {
    hangUp();
    adopt();
    const channel = new MessageChannel();
    port = channel.port1;
    port.onmessage = event => {
      const kind = event.data && event.data.k;
      if (Object.hasOwn(FROM, kind)) FROM[kind](event.data);
    };
    expect(3000);
    visited = here().url;
    m.f.contentWindow.postMessage({ merhaba: 1, page: here() }, R, [channel.port2]);
    post({ k: 'settings', settings: settings() });
    post(geometry());
    if (person) post({ k: 'person', person });
    // Only if the focus still is where it was when the panel was asked for.
    if (m.o) settle(d.activeElement === h || eager && d.activeElement === back);
    for (const message of waiting) post(message);
    waiting = [];
  };
  /** No sign from the frame in time (refused, blocked, offline): say so, and offer the plain page. */
  const expect = time => { clearTimeout(timer); timer = setTimeout(broken, time); };
  const drop = () => {
    hangUp();
    if (m.f) m.f.remove();
    if (lost) lost.remove();
    lost = frame = m.f = null;
    m.l = 0;
  };
  const broken = () => {
    const was = m.o;
    drop();
    emit('error', { code: 'frame' });
    if (!was) return;
    const language = new URL(page()).searchParams.get('lang').slice(0, 2).toLowerCase(), known = WORDS[language];
    const [said, open, shut] = known || WORDS.en, make = (tag, text) => Object.assign(d.createElement(tag), { textContent: text });
    const link = make('a', open);
    const close = make('button', shut);
    Object.assign(link, { href: a.href, target: '_blank', rel: 'noopener' });
    lost = make('section', '');
    lost.role = 'alert';
    lost.lang = known ? language : 'en';
    lost.dir = lost.lang == 'ar' ? 'rtl' : 'ltr';
    lost.append(make('span', said), link, close);
    // The loader listens on the document for clicks that come from the host element: these are not meant for it.
    lost.onclick = event => event.stopPropagation();
    close.onclick = () => c.close();
    m.f = lost;
    r.append(lost);
  };

  // ---- geometry: a frame cannot see the phone's keyboard, the page can ---------------------------------------------------

  const keyboard = () => v && v.scale <= 1.01 ? Math.max(0, Math.round(w.innerHeight - v.height - v.offsetTop)) : 0;
  const geometry = () => ({
    k: 'geometry',
    full: narrow.matches,
    keyboard: keyboard(),
    // Above a keyboard there is no edge of the screen at the bottom.
    safe: narrow.matches ? getComputedStyle(h).getPropertyValue('--safe').trim().split(/\s+/).map((n, side) => side === 2 && keyboard() > 80 ? 0 : parseFloat(n) || 0) : [0, 0, 0, 0]
  });
  /** While the panel fills the screen the page behind it stands still, and afterwards where it stood. */
  const hold = yes => {
    const { style } = d.documentElement;
    if (yes === !!stood) return;
    if (yes) {
      stood = { x: w.scrollX, y: w.scrollY, href: location.href, was: style.getPropertyValue('overflow'), priority: style.getPropertyPriority('overflow') };
      style.setProperty('overflow', 'hidden', 'important');
      return;
    }
    const { x, y, href, was, priority } = stood;
    stood = null;
    style.setProperty('overflow', was, priority);
    if (href === location.href) w.scrollTo({ left: x, top: y, behavior: 'instant' });
  };
  const fit = () => {
    drawing = 0;
    hold(!!(m.o && m.f && m.f !== lost && narrow.matches));
    const style = m.f && m.f !== lost && m.f.style, gap = keyboard();
    if (!style) return;
    const part = narrow.matches && m.o && v && v.scale <= 1.01;
    style.borderRadius = narrow.matches ? '' : round;
    style.top = part ? v.offsetTop + 'px' : '';
    style.height = part ? v.height + 'px' : gap > 80 ? Math.min(680, v.height - 16) + 'px' : '';
    style.bottom = part ? 'auto' : gap > 80 ? gap + 8 + 'px' : '';
    style.marginBottom = !part && gap > 80 ? '0' : '';
    post(geometry());
  };
  const refit = () => { drawing = drawing || requestAnimationFrame(fit); };

  // ---- focus, title, mark -------------------------------------------------------------------------------------------------

  /** A person asked for the panel just now: only then may it take the focus. */
  const engaged = () => !navigator.userActivation || navigator.userActivation.isActive;
  const enter = () => {
    back = d.activeElement;
    eager = engaged();
    if (m.l) settle(eager);
  };
  /** The panel is open and its frame has loaded. One that has not may not have the focus: when Chromium then puts the chat's
   * process in its place, the page goes on getting every key, whatever field is clicked. */
  const settle = focus => {
    if (focus) m.f.focus();
    post({ k: 'open', focus });
  };
  const leave = () => {
    const inside = d.activeElement === h;
    post({ k: 'close' });
    if (!inside) return;
    back && back !== h && back !== d.body && back.isConnected ? back.focus({ preventScroll: true }) : a.focus({ preventScroll: true });
  };
  const count = () => {
    if (title !== null && d.title === '(' + title[0] + ') ' + title[1]) d.title = title[1];
    title = null;
    if (!missed || !d.hidden || !/^(|true)$/.test(C.titleCount)) return;
    title = [missed, d.title];
    d.title = '(' + missed + ') ' + d.title;
  };
  const keep = yes => {
    if (C.consent) return;
    try { yes ? localStorage.setItem(mark, '1') : localStorage.removeItem(mark); } catch { /* the page has no storage */ }
  };
  const unread = (n, text) => {
    if (n === missed) return;
    missed = n;
    missedText = text || n;
    m.d();
    count();
    emit('unread', { count: n });
  };

  // ---- what the frame says --------------------------------------------------------------------------------------------------

  const FROM = {
    hello(message) {
      clearTimeout(timer);
      if (!C.color && /^#[0-9a-f]{6}$/i.test(message.color)) { C.color = message.color; m.d(); }
      round = message.radius > '' ? (message.radius | 0) + 'px' : '';
      refit();
    },
    ready() { if (!ready) { ready = true; emit('ready', {}); } },
    close() { c.close(); },
    unread(message) { early = false; unread(Math.max(0, message.count | 0), message.text); },
    status(message) {
      // The relay has answered the chat, which has counted nothing: what was told before it came has been read.
      if (early && /^(online|away)$/.test(message.status)) { early = false; unread(0); }
      if (status !== message.status) { status = String(message.status); emit('status', { status }); }
    },
    mark(message) { keep(marked = message.on === true); },
    event(message) { if (TAKEN.includes(message.name)) emit(message.name, message.data); },
    forgotten() { drop(); status = 'unknown'; m.n = 0; }
  };

  // ---- what the page asks ---------------------------------------------------------------------------------------------------

  const names = list => (Array.isArray(list) ? list : [list]).map(String);
  const first = all => Object.fromEntries(Object.entries(all).slice(0, MOST));
  /** What this relay does not take yet: an event each time, a line on the console once, never an exception. */
  const lacks = call => {
    if (!lacking.has(call)) console.warn('Merhaba: this relay does not take ' + call + ' yet');
    lacking.add(call);
    emit('error', { code: 'unsupported', call });
  };
  /** What is said of the visitor is kept and handed to the frame, in every handshake anew. */
  const say = (call, change, taken) => {
    person = person || nobody();
    change();
    if (port) post({ k: 'person', person });
    if (!taken) lacks(call);
  };

  Object.assign(c, {
    on, off,
    once(name, fn) {
      const stop = on(name, detail => { stop(); fn(detail); });
      return stop;
    },
    getUnreadCount: () => missed,
    getStatus: () => status,
    isReady: () => ready,
    newMessage(text) { c.open(); post({ k: 'prefill', text: String(text == null ? '' : text) }); },
    send(text) { m.i(); post({ k: 'send', text: String(text == null ? '' : text) }); },
    openConversation(id) { c.open(); post({ k: 'conversation', id: String(id) }); },
    openArticle: () => lacks('openArticle'),
    search: () => lacks('search'),
    popout() { w.open(a.href, '_blank', 'noopener,width=420,height=720'); },
    page(url) {
      try { place = url ? new URL(url, location.href).href : ''; } catch { place = ''; }
      moved();
    },
    /** A callback is kept for a relay that takes what it gives: asking the site's server for nothing would be in vain. */
    identify(by) { say('identify', () => { person.token = by && typeof by !== 'function' ? String(by.token) : null; }); },
    setAttributes(all) { say('setAttributes', () => { person.attributes = first({ ...person.attributes, ...plain(all) }); }, true); },
    addTags(list) { say('addTags', () => { person.tags = [...new Set([...person.tags, ...names(list)])].slice(0, MOST); }); },
    removeTags(list) { say('removeTags', () => { const gone = names(list); person.tags = person.tags.filter(tag => !gone.includes(tag)); }); },
    track(name, data) {
      say('track', () => { person.events = [...person.events, { name: String(name), data: plain(data), at: Date.now() }].slice(-MOST); });
    },
    logout() { c.shutdown(); },
    /** Log-out: the frame forgets the visitor in every tab and says so; then the frame goes too. */
    shutdown() {
      c.close();
      keep(marked = false);
      unread(0);
      person = null;
      m.i();
      post({ k: 'shutdown' });
    },
    destroy() {
      missed = 0;
      count();
      cancelAnimationFrame(drawing);
      hold(false);
      drop();
      listeners.clear();
      gone();
      m.k = m.s = null;
    }
  });
  // After each draw: what changed since the last one is said to the frame and to the page.
  m.k = () => {
    meet();
    // A frame that only asks what is unread, and now the chat is wanted: another one, so that the page's history gets no entry.
    if (frame && m.n && address.endsWith('&quiet=1')) {
      drop();
      early = missed > 0;
      m.i();
      meet();
    }
    // A frame speaks one language: it is loaded again in the new one, without an entry in the page's history.
    if (frame && address !== page()) {
      address = page();
      hangUp();
      m.l = 0;
      frame.contentWindow.location.replace(address);
    }
    // The loader has just written the launcher's name: the count is added to it, for the eye and for the ear.
    if (missed) {
      a.dataset.n = missed > 99 ? '99+' : missed;
      a.ariaLabel += ', ' + missedText;
    } else delete a.dataset.n;
    const said = JSON.stringify(settings());
    h.style.setProperty('--scheme', /^(light|dark)$/.test(C.theme) ? C.theme : 'light dark');
    if (said !== told) {
      told = said;
      if (marked !== null) keep(marked);
      if (port) post({ k: 'settings', settings: settings() });
    }
    if (!!m.o === wasOpen) return;
    wasOpen = !!m.o;
    moved();
    wasOpen ? enter() : leave();
    refit();
    emit(wasOpen ? 'opened' : 'closed', {});
    if (!wasOpen && lost) drop();
  };

  m.s = handshake;
  for (const name of ['resize', 'scroll']) if (v) v.addEventListener(name, refit, { signal });
  narrow.addEventListener('change', refit, { signal });
  d.addEventListener('visibilitychange', count, { signal });
  h.addEventListener('keydown', event => { if (event.key === 'Escape' && m.o) c.close(); }, { signal });
  if (w.navigation) w.navigation.addEventListener('currententrychange', () => { place = ''; moved(); }, { signal });
  // First what was asked before: who listens hears of the opening too.
  for (const [name, ...rest] of q.splice(0)) c[name] ? c[name](...rest) : m.w(name);
  m.d();
  if (m.l) handshake();
})();
