// The loader: all of Merhaba that a page carries before somebody wants to talk. It draws one launcher, a plain link to
// /c/KEY, and answers the calls that need no chat; on intent it makes the frame and fetches its second half, embed-api.js.
// It never stores anything, never opens a connection, never starts a timer, and never reads what is on the page.
//
// Only comments and blanks are stripped before it is served, so local names are short. What embed-api.js finds in Merhaba._ :
//   C settings   R the relay's origin   h host element   r its shadow root   a launcher   f frame, once there is intent
//   l the frame has loaded   s hook for that   o open   u the frame's address   d draw   k hook after each draw   i intent
//   n wanted by somebody, not only because of the mark   c the calls by name   q calls kept for embed-api.js
//   w what is done with an unknown call   z ends all listeners
{
  const d = document, e = d.documentElement, t = d.currentScript, g = window.Merhaba,
    C = Object.assign({}, window.merhabaSettings, t.dataset);
  if (g && g._) g('update', C);
  else {
    const R = new URL(t.src).origin, z = new AbortController(), signal = z.signal, q = [],
      E = (n, p) => Object.assign(d.createElement(n), p),
      h = E('div'), r = h.attachShadow({ mode: 'open' }), a = E('a'), S = new CSSStyleSheet(),
      y = () => C.locale || e.lang || 'en',
      N = () => /^tr/i.test(y()) ? 'Sohbet' : 'Chat',
      // Draws what the settings and the state say: through CSSOM and properties, never through HTML.
      D = () => {
        const o = (C.offset + '').match(/\d+/g) || [16];
        h.style = '--' + (C.position || (d.dir == 'rtl' ? 'left' : 'right')) + ':' + o[0] + 'px;--y:' + (o[1] || o[0])
          + 'px;--z:' + (C.zIndex || 2147483000) + ';--c:' + (C.color || '#0b7a75');
        a.href = R + '/c/' + C.site;
        a.className = (m.o ? 'o ' : '') + (/^(|true)$/.test(C.site ? C.hideLauncher : '') ? 'h' : '');
        a.ariaLabel = N();
        a.ariaExpanded = !!m.o;
        m.k && m.k();
      },
      // Intent: the frame with the chat, and beside it the second half of this script. With the mark alone (v is 1) the
      // frame is quiet until there is more.
      F = v => {
        m.n |= v !== 1;
        if (m.f) return D();
        if (!C.site || signal.aborted) return;
        r.append(m.f = E('iframe', {
          name: m.n ? '' : 'quiet',
          title: N(),
          sandbox: 'allow-scripts allow-same-origin allow-forms allow-popups allow-popups-to-escape-sandbox allow-downloads',
          allow: 'clipboard-write',
          referrerPolicy: 'strict-origin',
          src: m.u(),
          onload() { m.l = 1; m.s && m.s(); }
        }));
        // Where the second half is blocked nothing could close the panel: then the launcher is the link that it is.
        const u = R + '/__API__', T = window.trustedTypes, onerror = () => { m.f.remove(); m.L = 1; O(0); };
        try {
          m.k || d.head.append(E('script', {
            src: T ? T.createPolicy('merhaba', { createScriptURL: () => u }).createScriptURL(u) : u,
            integrity: '__SRI__',
            crossOrigin: 'anonymous',
            nonce: t.nonce,
            onerror
          }));
        } catch { onerror(); }
      },
      U = o => { Object.assign(C, o); D(); },
      O = v => { m.o = v; v && F(); D(); },
      c = {
        __proto__: null,
        boot: U,
        update: U,
        open: () => O(1),
        close: () => O(0),
        toggle: () => O(!m.o),
        show: () => U({ hideLauncher: 0 }),
        hide: () => U({ hideLauncher: '' }),
        setLocale: locale => U({ locale }),
        setTheme: theme => U(theme && theme.at ? { theme } : theme),
        setPosition: U,
        getUnreadCount: () => 0,
        getStatus: () => 'unknown',
        isOpen: () => !!m.o,
        isReady: () => false,
        destroy() { z.abort(); W.disconnect(); h.remove(); delete window.Merhaba; }
      },
      M = (n, ...p) => {
        if (c[n]) return c[n](...p);
        // What embed-api.js knows, as far as its first letters say.
        if (m.k || !/^(o|id|se|sh|new|p|logo|ad|re|tr)/.test(n)) return m.w(n);
        q.push([n, ...p]);
        /^(sen|shu|new|pop|logo|openC)/.test(n) && F();
      },
      m = M._ = { C, R, h, r, a, z, c, q, d: D, i: F, w(n) { c[n] = () => {}; console.warn('Merhaba: unknown call ' + n); }, u: () => R + '/w/' + C.site + '?lang=' + y() + (C.theme ? '#' + C.theme : '') },
      // The element hangs on <html>, so a swapped body does not take it along; should a page drop it, it comes back.
      A = () => { h.isConnected || e.append(h); },
      W = new MutationObserver(A),
      B = () => { A(); W.observe(e, { childList: true }); };
    M.then = void 0;
    S.replaceSync(':host{all:initial!important;position:fixed!important;z-index:var(--z)!important}a,iframe{position:fixed;z-index:var(--z);left:var(--left,auto);right:var(--right,auto);bottom:var(--y);box-shadow:0 8px 32px #10182038}a{width:60px;height:60px;border-radius:50%;display:grid;place-items:center;background:var(--c);color:#fff;color:lch(from var(--c) calc((52 - l)*99) 0 0)}a:before{content:"";width:28px;height:28px;background:currentColor;clip-path:path(evenodd,"M15 3a10 10 0 1 1-5 18.7l-6.5 2.8 2.6-6.9A10 10 0 0 1 15 3zm0 2.2a7.8 7.8 0 0 0-6.7 11.8l-1.2 3.8 3.4-1.3A7.8 7.8 0 1 0 15 5.2z")}.h{display:none}iframe{border:0;width:392px;height:min(680px,100vh - 80px - var(--y));margin-bottom:72px;border-radius:16px;visibility:hidden}.o~iframe{visibility:visible}@media(max-width:479px),(max-height:559px){a~iframe{inset:0;margin:0;width:100%;height:100%;border-radius:0}.o{display:none}}@media print{:host{display:none!important}}');
    r.adoptedStyleSheets = [S];
    r.append(a);
    a.onpointerenter = a.onfocus = () => { C.consent || F(); };
    // The launcher, and what data-open-on selects in the page. A click for a new tab or window goes its own way.
    d.addEventListener('click', v => {
      const o = v.target;
      if ((o == h || C.openOn && o.closest(C.openOn)) && !(v.ctrlKey || v.metaKey || v.shiftKey || m.L)) {
        v.preventDefault();
        O(!m.o);
      }
    }, { signal });
    window.Merhaba = new Proxy(M, { get: (f, n) => n in f || !n.at ? f[n] : (...p) => f(n, ...p) });
    D();
    d.readyState == 'loading' ? d.addEventListener('DOMContentLoaded', B, { signal }) : B();
    for (const p of g && g.q || []) M(...p);
    // The mark says that a conversation is under way (it holds no identity): then the unread count is worth a frame.
    try { C.consent || localStorage['merhaba:' + C.site] && (window.requestIdleCallback || setTimeout)(() => F(1)); } catch {}
  }
}
