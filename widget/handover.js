// The document's own script, inlined by the relay: it keeps the form alive until the wasm takes it over, and gives every
// keystroke and every message on. It never opens a connection, never stores anything, and never writes HTML.
//
// What the wasm finds, `window.merhaba`, besides what shared/src/browser/edges.js put there before:
//   post(m)     tells the page (a plain object, see loader/embed-api.js); kept until there is a port, never sent on the plain page
//   take(on)    called once: returns the texts sent so far, oldest first, and leaves submitting to the wasm. From then on
//               on(m) gets every message of the page, the kept ones included; each handshake is the first of its messages:
//               { k: 'host', origin, page: { url, title, referrer } }
//   tell(m)     gives the wasm a message as if the page had sent it, and returns its answer; before it is there, undefined
//   grow()      fits the field's height to its text, after the wasm has set it
//   say(k, v)   a text with a value in its place; for a number, in the form that the language has for it
// What comes into the log is said to who listens in batches, each state of a message once; focus that its element takes
// along stays in the log. Enter, Escape, the closing button, focus, theme, colour and safe areas stay here, with and without the wasm.
//
// It is in every document, so local names are short: F form, T field, L log, W a waiting message, H hint, X closing button, M menu, E emoji, A files, Y what is told, I the texts, D the root's data.
{
  const d = document, r = d.documentElement, D = r.dataset, [F, T, L, W, H, X, M, E, A, Y] = ['f', 't', 'log', 'waiting', 'hint', 'x', 'm', 'e', 'a', 'heard'].map(n => d.getElementById(n)),
    sent = [], shown = [], kept = [], out = [],
    grow = () => { T.style.height = ''; T.style.height = T.scrollHeight + 'px'; },
    clear = () => shown.splice(0).forEach(n => n.remove()),
    post = m => { port ? port.postMessage(m) : out.push(m); },
    I = d.getElementById('texts').dataset,
    // A burst is counted, not read.
    tell = () => {
      const lines = told.length > 3 ? [merhaba.say('new_messages', told.length)] : told;
      Y.replaceChildren(...[...lines, state].filter(n => n).map(n => Object.assign(d.createElement('p'), { textContent: n })));
      told = [];
      state = quiet = '';
    },
    // Lines after the last one are news. Those that the log begins with, or that are loaded before others, are not.
    look = changes => {
      const begun = last;
      // A row that its mark follows ends a run. (As a selector, :has() costs each change of the log the length of it.)
      changes.flatMap(c => [c.previousSibling, ...c.addedNodes]).forEach(n => n && n.matches && n.matches(".row") && n.classList.toggle("end", !!n.nextElementSibling?.matches(".mark")));
      // Another stretch of the log is drawn: nothing in it is news.
      if (L.dataset.from != from) {
        from = L.dataset.from;
        last = [...L.querySelectorAll('.row:not(.last),.event')].pop();
        return;
      }
      for (const n of changes.flatMap(c => [...c.addedNodes])) {
        if (!n.matches || last && !(last.compareDocumentPosition(n) & 4)) continue;
        const mine = n.matches('.me'), word = mine && n.matches('.mark') && n.firstChild.textContent.split(' · ').pop();
        if (word && word != I.sending && word != was) state = word;
        if (word) was = word;
        if (!n.matches('.row:not(.last),.event')) continue;
        last = n;
        if (begun && !mine) told.push(n.matches('.row') ? n.firstChild.textContent + ': ' + (n.querySelector('.bubble').textContent || '📎') : n.textContent);
      }
      if (!begun) state = '';
      if (told[0] || state) quiet = quiet || setTimeout(tell, 700);
      if (held && !held.checkVisibility() && /BODY|BUTTON/.test(d.activeElement.tagName)) held = L.focus({ preventScroll: true });
    },
    leave = () => post({ k: 'close' }),
    // One of the site's origins: exact, https://*.example.com, or http://localhost:* .
    known = o => D.origins.split(' ').some(n => {
      const [a, b] = n.split('*');
      return n == o || n == o + ':*' || b != null && o.startsWith(a) && o.endsWith(b) && /^[\w.-]+$/.test(o.slice(a.length, o.length - b.length));
    }),
    hear = m => {
      const s = m.settings;
      if (s) {
        D.theme = s.theme || '';
        s.color && r.style.setProperty('--site', s.color);
      }
      if (m.person) m.attributes = JSON.stringify(m.person.attributes);
      m.focus && !matchMedia('(pointer:coarse)').matches && T.focus();
      m.safe && m.safe.forEach((n, i) => r.style.setProperty('--safe-' + 'trbl'[i], n + 'px'));
      return taker ? taker(m) : void kept.push(m);
    };
  let port, taker, plain, told = [], state, was, last, quiet, held, from;

  F.noValidate = true;
  F.onsubmit = v => {
    const body = T.value, blank = !body.trim();
    requestAnimationFrame(grow);
    if (taker) return;
    if (!plain || blank) v.preventDefault();
    if (blank) return;
    // As a plain form: the text is read out of the field first, and emptied after.
    if (plain) return void setTimeout(() => { T.value = ''; });
    const n = W.content.cloneNode(true);
    n.querySelector('.bubble').textContent = body;
    shown.push(...n.children);
    L.append(n);
    L.scrollTop = L.scrollHeight;
    sent.push(body);
    T.value = '';
  };
  L.addEventListener('focusin', v => { held = v.target; });
  L.addEventListener('focusout', v => { held = v.relatedTarget ? null : held; });
  // The way to the end leads over the first unread line, where that is still below.
  L.addEventListener('click', v => {
    const n = L.querySelector('.new');
    if (!n || !v.target.closest('.jump') || n.offsetTop < L.scrollTop + L.clientHeight) return;
    v.stopPropagation();
    n.tabIndex = -1;
    n.scrollIntoView();
    n.focus();
  }, true);
  new MutationObserver(look).observe(L, { childList: true, subtree: true, attributeFilter: ['hidden'] });
  T.oninput = grow;
  T.onkeydown = v => {
    if (v.key != 'Enter' || v.shiftKey || v.isComposing || v.keyCode == 229) return;
    v.preventDefault();
    F.requestSubmit();
  };
  X.onclick = leave;
  M.hidden = E.hidden = 0;
  A.hidden = D.files == 0;
  M.onclick = () => merhaba.part('menu');
  E.onclick = () => merhaba.part('emoji');
  if (D.mode == 'frame') {
    const above = location.ancestorOrigins;
    r.hidden = above && !known('' + above[0]);
    D.theme = location.hash.slice(1);
    d.onkeydown = v => { v.key == 'Escape' && !v.isComposing && leave(); };
    onmessage = v => {
      const m = v.data;
      if (v.source != parent || !known(v.origin) || !m || m.merhaba != 1) return;
      port = v.ports[0];
      port.onmessage = n => hear(n.data);
      hear({ k: 'host', origin: v.origin, page: m.page });
      [{ k: 'hello', color: D.color, radius: D.radius }, ...out.splice(0)].forEach(post);
    };
  }
  Object.assign(window.merhaba, {
    post, grow,
    tell: hear,
    say(key, value) {
      const form = value.toFixed ? '_' + new Intl.PluralRules(r.lang).select(value) : '';
      return (I[key + form] || I[key + '_other'] || I[key]).replace(/{\w+}/, () => value.toLocaleString(r.lang));
    },
    take(on) {
      taker = on;
      clear();
      kept.splice(0).forEach(on);
      return sent.splice(0);
    }
  });
  L.scrollTop = L.scrollHeight;
  grow();
  Promise.all([import(D.js), fetch(D.wasm, { integrity: D.sri })])
    .then(([n, module_or_path]) => n.default({ module_or_path }))
    .catch(() => {
      // No wasm: what was queued goes back into the field, and the form works as a form.
      if (taker) return;
      plain = 1;
      clear();
      T.value = [...sent.splice(0), T.value].join('\n\n').trim();
      grow();
      H.hidden = false;
    })
    // From here on the line over the field is about what is written; before, a hidden one would be read out too.
    .finally(() => T.setAttribute('aria-describedby', 'hint'));
}
