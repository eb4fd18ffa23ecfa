// What a site asks before the first message, what a conversation is for, and when the site is open again: only in
// documents of sites that ask, have departments to choose from, or have hours. The relay has drawn the fields; this checks them, hands the answers to the wasm as `merhaba.about`, and keeps
// them in storage until the message they go with is stored. It never sends anything, and never writes HTML.
const d = document, root = d.documentElement, form = d.getElementById('f'), ask = d.getElementById('ask'),
  closed = d.getElementById('closed'), key = 'merhaba:' + root.dataset.key, words = closed ? closed.dataset : {};

/** Storage may be denied: then the answers live as long as the page. */
const kept = name => { try { return localStorage[key + name]; } catch { return undefined; } };
const keep = (name, value) => { try { localStorage[key + name] = value; } catch { /* as long as the page, then */ } };

const topics = ask && ask.querySelector('.topics');

/** What is asked of a person is asked once; what a conversation is for, each time one begins. */
const asked = () => {
  ask.replaceChildren(...ask.querySelectorAll(':scope>.topics,:scope>.why'));
  ask.remove();
};
if (ask && kept(':token')) asked();

/** The menu begins another conversation. */
window.merhaba.begins = () => {
  if (!topics || ask.isConnected) return;
  for (const field of topics.elements) field.checked = false;
  d.getElementById('heard').before(ask);
};

/** The field that has no good answer, with what is wrong with it in words. */
const wrong = field => {
  const { valueMissing, valid } = field.validity, { missing, bad } = field.dataset;
  const blank = field.required && field.type !== 'checkbox' && !field.value.trim();
  return valid && !blank ? '' : (valueMissing || blank ? missing : bad) || missing;
};

const answers = () => {
  const about = { answers: [] };
  for (const field of ask.elements) {
    const { question } = field.dataset;
    if (field.type === 'radio') { if (field.checked) about.topic = field.value; }
    else if (field.type === 'checkbox') about[field.name] = field.checked;
    else if (question) { if (field.value.trim()) about.answers.push({ question, answer: field.value }); }
    else if (field.name) about[field.name] = field.value;
  }
  return JSON.stringify(about);
};

// Before every other listener of the form: what is missing is said, and what was typed stays.
form.addEventListener('submit', event => {
  if (!ask || !ask.isConnected) return;
  const fields = [...ask.elements].filter(field => field.name), first = fields.find(wrong);
  for (const field of fields) field.ariaInvalid = field === first ? 'true' : 'false';
  ask.querySelector('.why').textContent = first ? wrong(first) : '';
  if (first) {
    event.preventDefault();
    event.stopImmediatePropagation();
    first.focus();
  } else if (d.getElementById('t').value.trim()) {
    const about = answers();
    keep(':about', about);
    window.merhaba.about = about;
    // A plain form takes its fields along; they go once it has been read.
    setTimeout(asked);
  }
}, true);

/** "tomorrow", or the day's name within a week, or its date. */
const day = (at, now, lang) => {
  const midnight = date => new Date(date.getFullYear(), date.getMonth(), date.getDate());
  const days = Math.round((midnight(at) - midnight(now)) / 864e5);
  if (days < 2) return new Intl.RelativeTimeFormat(lang, { numeric: 'auto' }).format(days, 'day');
  return at.toLocaleDateString(lang, days < 7 ? { weekday: 'long' } : { day: 'numeric', month: 'long' });
};

/** In the visitor's own time: when somebody is there again. */
const back = at => {
  const lang = root.lang, date = new Date(at);
  const text = words.back.replace('{day}', day(date, new Date(), lang))
    .replace('{time}', date.toLocaleTimeString(lang, { hour: '2-digit', minute: '2-digit' }));
  return text[0].toLocaleUpperCase(lang) + text.slice(1);
};

/** What the wasm tells when somebody comes or goes: gives the words for it, while the site is closed. */
window.merhaba.presence = at => {
  if (!closed) return '';
  const now = at != null;
  closed.hidden = !now;
  form.hidden = now && words.mode === 'hide';
  if (!now) return '';
  // The relay wrote the site's own time into the notice; the line under the name now says the visitor's.
  closed.querySelector('time').textContent = '';
  return back(at);
};
if (closed && closed.dataset.at) {
  d.getElementById('sub').textContent = window.merhaba.presence(+closed.dataset.at);
}
