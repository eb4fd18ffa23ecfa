// On the agent page: a message with quick replies, a card or a form, made in a dialog and sent whole. The relay checks it;
// until it has stored it the dialog stays as it is, so nothing that was typed is lost. Only agents open it, so its words
// are in the agent page's two languages and stand here.
export const texts = false;
const WORDS = {
  en: { title: 'Buttons, card or form', replies: 'Quick replies', card: 'Card', form: 'Form', body: 'Message', reply: 'Reply', add: 'Add', remove: 'Remove', heading: 'Title', text: 'Text', button: 'Button', leads: 'Link; empty: it sends its words', label: 'Question', kind: 'Answer', required: 'Required', options: 'Options, one a line', cancel: 'Cancel', send: 'Send', failed: 'That did not work. Please try again.', picture: 'Add a picture', another: 'Another picture', remove_picture: 'Remove the picture', uploading: 'Uploading…', no_picture: 'That file is not a picture that can be shown.',
    kinds: { text: 'A line', long: 'Several lines', email: 'E-mail', phone: 'Phone', number: 'Number', date: 'Date', choice: 'Choice' } },
  tr: { title: 'Düğmeler, kart veya form', replies: 'Hızlı yanıtlar', card: 'Kart', form: 'Form', body: 'Mesaj', reply: 'Yanıt', add: 'Ekle', remove: 'Kaldır', heading: 'Başlık', text: 'Metin', button: 'Düğme', leads: 'Bağlantı; boşsa yazısını gönderir', label: 'Soru', kind: 'Yanıt türü', required: 'Zorunlu', options: 'Seçenekler, her satırda bir tane', cancel: 'Vazgeç', send: 'Gönder', failed: 'Olmadı. Lütfen yeniden deneyin.', picture: 'Resim ekle', another: 'Başka resim', remove_picture: 'Resmi kaldır', uploading: 'Yükleniyor…', no_picture: 'Bu dosya gösterilebilecek bir resim değil.',
    kinds: { text: 'Bir satır', long: 'Birkaç satır', email: 'E-posta', phone: 'Telefon', number: 'Sayı', date: 'Tarih', choice: 'Seçim' } }
};
const LOOK = `
dialog.build { margin: auto; inline-size: min(560px, calc(100% - 24px)); max-block-size: calc(100dvh - 24px); border: 1px solid var(--line); border-radius: var(--radius); background: var(--paper); color: var(--ink); padding: 0; box-shadow: var(--lift) }
dialog.build::backdrop { background: rgb(0 0 0 / .4) }
dialog.build form { display: flex; flex-direction: column; gap: var(--s3); padding: var(--s4) }
dialog.build h2 { font-size: 17px }
dialog.build :is(input, textarea, select) { font: inherit; font-size: max(1rem, 16px); color: inherit; background: var(--paper); border: 1px solid var(--ink-2); border-radius: var(--radius-xs); padding: var(--s2) var(--s3); min-block-size: 44px; inline-size: 100%; outline-offset: 1px }
dialog.build textarea { min-block-size: 66px; resize: vertical }
dialog.build label { display: flex; flex-direction: column; gap: 4px; font-size: var(--small); font-weight: 600; flex: 1; min-inline-size: 0 }
dialog.build label > :is(input, textarea, select) { font-weight: 400 }
dialog.build .tabs { display: flex; gap: 2px; background: var(--mist); border-radius: 12px; padding: 3px }
dialog.build .tabs label { flex: 1; flex-direction: row; align-items: center; justify-content: center; min-block-size: 44px; border-radius: 10px; cursor: pointer; text-align: center }
dialog.build .tabs label:has(:checked) { background: var(--paper); box-shadow: 0 1px 3px rgb(0 0 0 / .16) }
dialog.build .tabs label:has(:focus-visible) { outline: 2px solid var(--brand) }
dialog.build .tabs input { position: absolute; opacity: 0; inline-size: 1px; min-block-size: 1px; block-size: 1px; padding: 0 }
dialog.build fieldset { border: 0; padding: 0; min-inline-size: 0; display: flex; flex-direction: column; gap: var(--s3) }
dialog.build fieldset[hidden] { display: none }
dialog.build .lines { display: flex; flex-direction: column; gap: var(--s2) }
dialog.build .line { display: flex; gap: var(--s2); align-items: end; flex-wrap: wrap }
dialog.build .line > .box { flex: none; flex-direction: row; align-items: center; min-block-size: 44px; gap: var(--s2) }
dialog.build .box input { inline-size: 20px; block-size: 20px; min-block-size: 0; accent-color: var(--brand) }
dialog.build .line > label { flex: 1 1 130px }
dialog.build .small { min-block-size: 44px; padding: 0 var(--s3); color: var(--brand-ink); font-weight: 600; align-self: start; border-radius: 22px }
dialog.build .acts { display: flex; justify-content: flex-end; gap: var(--s2) }
dialog.build .acts button { min-block-size: 44px; padding: 0 var(--s4); border-radius: 22px; font-weight: 600; border: 1px solid var(--line) }
dialog.build .acts .first { background: var(--brand); color: var(--on-brand); border-color: transparent }
dialog.build .picture { display: flex; gap: var(--s2); align-items: center; flex-wrap: wrap }
dialog.build .picture img { inline-size: 96px; aspect-ratio: 16 / 10; object-fit: cover; border-radius: var(--radius-xs); background: var(--mist) }
dialog.build .bad { color: var(--bad); font-size: var(--small) }`;

export default api => {
  const { node, style, call, form, field, language, base } = api, { conversation } = form.dataset;
  const words = WORDS[language] || WORDS.en, id = api.fresh();
  style('build', LOOK);
  const named = (label, input) => node('label', null, label, input);
  const input = props => node('input', { type: 'text', dir: 'auto', maxLength: 80, autocomplete: 'off', ...props });
  /** A list of lines that grows and shrinks; the first stays. */
  const lines = (make, most) => {
    const box = node('div', { className: 'lines' }), add = node('button', { type: 'button', className: 'small' }, '+ ' + words.add);
    const more = focus => {
      const line = make(), away = node('button', { type: 'button', className: 'small', 'aria-label': words.remove }, '×');
      away.onclick = () => { line.remove(); add.hidden = false; add.focus(); };
      if (box.children.length) line.append(away);
      box.append(line);
      add.hidden = box.children.length >= most;
      if (focus) line.querySelector('input').focus();
    };
    add.onclick = () => more(true);
    more();
    return { parts: [box, add], all: () => [...box.children] };
  };
  const value = (line, name) => (line.querySelector('[name=' + name + ']') || {}).value?.trim() || '';

  /** A card's picture: uploaded when it is chosen, so that the relay has drawn it by the time the card is sent. */
  const pictured = () => {
    const choose = node('button', { type: 'button', className: 'small' }, words.picture), away = node('button', { type: 'button', className: 'small', hidden: true, 'aria-label': words.remove_picture }, words.remove);
    const image = node('img', { alt: '', hidden: true }), state = node('span', { role: 'status' });
    const self = { part: node('div', { className: 'picture' }, image, choose, away, state), id: null, coming: null };
    const show = (url, said) => {
      if (image.src) URL.revokeObjectURL(image.src);
      image.hidden = away.hidden = !url;
      if (url) image.src = url; else image.removeAttribute('src');
      choose.textContent = url ? words.another : words.picture;
      state.textContent = said || '';
    };
    const take = async file => {
      show(URL.createObjectURL(file), words.uploading);
      const path = 'files?conversation=' + encodeURIComponent(conversation) + '&name=' + encodeURIComponent(file.name);
      const answer = await fetch(base + path, { method: 'POST', headers: { 'Content-Type': 'application/octet-stream' }, body: file }).catch(() => null);
      const said = answer && await answer.json().catch(() => null);
      if (!answer || !answer.ok || !said || !said.picture) return void show(null, answer && (answer.ok || answer.status == 422) ? words.no_picture : words.failed);
      self.id = said.id;
      state.textContent = '';
    };
    choose.onclick = () => {
      const picker = node('input', { type: 'file', accept: 'image/jpeg,image/png,image/gif,image/webp' });
      picker.onchange = () => {
        self.id = null;
        const coming = self.coming = take(picker.files[0]).finally(() => { if (self.coming == coming) self.coming = null; });
      };
      picker.click();
    };
    away.onclick = () => { self.id = null; show(); choose.focus(); };
    return self;
  };

  const picture = pictured();
  const replies = lines(() => node('div', { className: 'line' }, named(words.reply, input({ name: 'reply' }))), 10);
  const buttons = lines(() => node('div', { className: 'line' }, named(words.button, input({ name: 'text' })), named(words.leads, input({ name: 'url', type: 'url', maxLength: 2000, dir: 'ltr', placeholder: 'https://' }))), 5);
  const heading = input({ name: 'title' }), about = node('textarea', { rows: 2, maxLength: 1000, dir: 'auto' });
  const fields = lines(() => {
    const kind = node('select', { name: 'kind' }, Object.entries(words.kinds).map(([value, label]) => node('option', { value }, label)));
    const options = named(words.options, node('textarea', { name: 'options', rows: 3, dir: 'auto' }));
    options.hidden = true;
    options.style.flexBasis = '100%';
    kind.onchange = () => { options.hidden = kind.value != 'choice'; };
    return node('div', { className: 'line' }, named(words.label, input({ name: 'label' })), named(words.kind, kind), node('label', { className: 'box' }, node('input', { type: 'checkbox', name: 'required' }), words.required), options);
  }, 12);

  const made = {
    replies: () => ({ replies: replies.all().map(line => value(line, 'reply')).filter(Boolean) }),
    card: () => ({ cards: [{ ...(picture.id ? { picture: picture.id } : {}), title: heading.value.trim(), text: about.value.trim(), buttons: buttons.all().map(line => ({ text: value(line, 'text'), url: value(line, 'url') })).filter(one => one.text).map(({ text, url }) => url ? { text, url } : { text, reply: text }) }] }),
    form: () => ({ form: { fields: fields.all().map((line, at) => ({
      name: 'q' + (at + 1), label: value(line, 'label'), kind: value(line, 'kind'), required: line.querySelector('[name=required]').checked,
      ...(value(line, 'kind') == 'choice' ? { options: value(line, 'options').split('\n').map(one => one.trim()).filter(Boolean) } : {})
    })).filter(one => one.label) } })
  };
  const sets = { replies: node('fieldset', null, replies.parts), card: node('fieldset', null, picture.part, named(words.heading, heading), named(words.text, about), buttons.parts), form: node('fieldset', null, fields.parts) };
  let chosen = 'replies';
  const choose = name => {
    chosen = name;
    for (const [key, set] of Object.entries(sets)) set.hidden = set.disabled = key != name;
  };
  const tabs = node('div', { className: 'tabs', role: 'radiogroup', 'aria-label': words.title }, Object.keys(sets).map(name =>
    node('label', null, node('input', { type: 'radio', name: 'what', checked: name == chosen, onchange: () => choose(name) }), words[name])));
  const body = node('textarea', { rows: 2, maxLength: 4000, required: true, dir: 'auto', value: field.value });
  const wrong = node('p', { className: 'bad', role: 'alert', hidden: true }), send = node('button', { className: 'first' }, words.send);
  const box = node('dialog', { className: 'build', 'aria-label': words.title }, node('form', null, node('h2', null, words.title), tabs, named(words.body, body),
    Object.values(sets), wrong, node('div', { className: 'acts' }, node('button', { type: 'button', onclick: () => box.close() }, words.cancel), send)));
  choose(chosen);
  box.onclose = () => { box.remove(); field.focus(); };
  box.onkeydown = v => v.stopPropagation();
  box.firstChild.onsubmit = async v => {
    v.preventDefault();
    send.disabled = true;
    wrong.hidden = true;
    try {
      await picture.coming;
      const attachments = chosen == 'card' && picture.id ? [picture.id] : [];
      await call('POST', 'conversations/' + encodeURIComponent(conversation) + '/messages', { client_id: id, body: body.value, attachments, extra: made[chosen]() });
      field.value = '';
      field.dispatchEvent(new Event('input', { bubbles: true }));
      box.close();
    } catch (error) {
      wrong.textContent = error.message || words.failed;
      wrong.hidden = send.disabled = false;
    }
  };
  document.body.append(box);
  box.showModal();
  body.focus();
};
