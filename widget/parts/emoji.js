// The emoji picker: the ones used last first, then by group, found by their names in English, Turkish and the page's own
// language, whose words (i18n/emoji, from Unicode's CLDR) are fetched when it opens. They are characters of the system's
// font: no image, no file. Choosing one puts it where the caret is. Arrow keys go through them, Escape goes back to the field.
// The relay's build puts the addresses of the words in here.
const WORDS = __EMOJI__;
const GROUPS = {
  faces: '😀 grin sırıt|😃 smile gülümse|😄 happy mutlu|😁 beam sırıt|😅 sweat ter|😂 joy tears kahkaha|🤣 rofl gülmek|🙂 slight hafif|😉 wink göz kırp|😊 blush utangaç|😇 angel melek|🥰 love sevgi|😍 heart eyes aşık|😘 kiss öpücük|😋 yum lezzet|😜 tongue dil|🤗 hug sarıl|🤔 think düşün|🤨 eyebrow kaş|😐 neutral nötr|😏 smirk|🙄 roll eyes göz devir|😬 grimace|😌 relieved rahat|😔 pensive üzgün|😴 sleep uyku|😷 mask maske|🤒 sick hasta|🥳 party parti|😎 cool havalı|🤓 nerd|😕 confused kafa|😟 worried endişe|😮 wow şaşkın|🥺 plead rica|😢 cry ağla|😭 sob hıçkır|😱 scream çığlık|😤 huff öfke|😡 angry kızgın|🤯 mind blown|🥵 hot sıcak|🥶 cold soğuk|🤖 robot',
  people: '👍 thumbs up yes evet beğen|👎 thumbs down no hayır|👌 ok tamam|✌️ victory zafer|🤞 fingers crossed şans|🤝 handshake anlaş|🙏 thanks please teşekkür lütfen|👏 clap alkış|🙌 hooray yaşasın|👋 wave hello merhaba el salla|💪 strong güç|🤷 shrug bilmem|🤦 facepalm|👀 eyes göz|👇 down aşağı|👆 up yukarı|👉 right sağ|👈 left sol|✍️ write yaz|🧑‍💻 developer yazılım|👶 baby bebek|👨‍👩‍👧 family aile',
  hearts: '❤️ heart kalp|🧡 orange turuncu|💛 yellow sarı|💚 green yeşil|💙 blue mavi|💜 purple mor|🖤 black siyah|🤍 white beyaz|💔 broken kırık|💕 hearts kalpler|🔥 fire ateş|✨ sparkles parıltı|⭐ star yıldız|💯 hundred yüz|💥 boom patla|🎉 party kutlama|🎊 confetti konfeti',
  nature: '🐶 dog köpek|🐱 cat kedi|🐻 bear ayı|🦁 lion aslan|🐸 frog kurbağa|🐢 turtle kaplumbağa|🦋 butterfly kelebek|🐝 bee arı|🐟 fish balık|🐦 bird kuş|🌹 rose gül|🌷 tulip lale|🌳 tree ağaç|🍀 clover yonca|🌞 sun güneş|🌙 moon ay|⛅ cloud bulut|🌧️ rain yağmur|❄️ snow kar|🌈 rainbow gökkuşağı|🌊 wave dalga',
  food: '☕ coffee kahve|🍵 tea çay|🍞 bread ekmek|🧀 cheese peynir|🍕 pizza|🍔 burger|🥙 döner wrap|🍟 fries patates|🍝 pasta makarna|🍣 sushi|🥗 salad salata|🍎 apple elma|🍊 orange portakal|🍓 strawberry çilek|🍉 watermelon karpuz|🍋 lemon limon|🍰 cake pasta|🎂 birthday doğum günü|🍫 chocolate çikolata|🍪 cookie kurabiye|🍦 ice cream dondurma|🍺 beer bira|🍷 wine şarap|💧 water su',
  things: '✅ check done tamam|❌ cross no yanlış|❓ question soru|❗ important önemli|⚠️ warning uyarı|ℹ️ info bilgi|🔗 link bağlantı|📷 camera foto|📎 clip ataş|📄 page belge|📦 package paket kargo|🚚 truck delivery kargo|🛒 cart sepet|💳 card kart|💰 money para|🧾 receipt fiş|🏷️ price fiyat|🎁 gift hediye|📞 phone telefon|📱 mobile cep|💻 laptop bilgisayar|✉️ mail e-posta|📅 date tarih|⏰ alarm saat|⌛ wait bekle|🔒 lock kilit|🔑 key anahtar|🔍 search ara|💡 idea fikir|🛠️ tools tamir|🏠 home ev|🏢 office ofis|🏥 hospital hastane|✈️ plane uçak|🚗 car araba|🚌 bus otobüs|🚲 bike bisiklet|⚽ football futbol|🎵 music müzik|🇹🇷 turkey türkiye'
};
const LOOK = `
.emoji { position: absolute; z-index: 2; inset-inline: var(--s2); inset-block-end: calc(68px + var(--safe-b, env(safe-area-inset-bottom))); max-block-size: min(320px, 55%); display: flex; flex-direction: column; border: 1px solid var(--line); border-radius: var(--radius); background: var(--paper); box-shadow: var(--lift); overflow: hidden }
.emoji input { font: var(--text); font-size: max(1rem, 16px); color: inherit; background: none; border: 0; border-block-end: 1px solid var(--line); min-height: 44px; padding: 0 var(--s4); border-radius: 0; outline: 0 }
/* A ring with square corners in a round box looks broken: the line below wears it. */
.emoji input:focus-visible { box-shadow: inset 0 -2px var(--brand-ink) }
.emoji input::placeholder { color: var(--ink-2); opacity: 1 }
.emoji input::-webkit-search-cancel-button { filter: grayscale(1) }
.emoji > div { overflow: auto; scrollbar-width: thin; scrollbar-color: var(--line) transparent; padding: var(--s2) }
.emoji h2 { font-size: var(--meta); font-weight: 600; color: var(--ink-2); padding: var(--s1) var(--s2) }
.emoji p { padding: var(--s4); color: var(--ink-2); text-align: center }
.emoji .grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(44px, 1fr)) }
.emoji button { min-height: 44px; font-size: 24px; line-height: 1; border-radius: var(--radius-xs); outline-offset: -2px }
.emoji button:hover, .emoji button:focus-visible { background: var(--mist) }`;
const KEY = 'merhaba:' + document.documentElement.dataset.key + ':emoji', RECENT = 16;
let shut, own, recent = [];
try { recent = (localStorage[KEY] || '').split(' ').filter(Boolean).slice(0, RECENT); } catch { /* Remembered for this page, then. */ }

const ALL = Object.entries(GROUPS).map(([group, list]) => [group, list.split('|').map(entry => {
  const at = entry.indexOf(' '), sign = at < 0 ? entry : entry.slice(0, at);
  return [sign, entry.slice(sign.length + 1)];
})]);

/** Letters as they are searched: without case, and ı like i, so that both languages' keyboards find the same; words apart. */
const plain = text => text.toLocaleLowerCase('tr').replace(/ı/g, 'i').normalize('NFD').replace(/\p{M}/gu, '').replace(/[^\p{L}\p{N}]+/gu, ' ').trim();

/** The words of the page's language, by sign; none where it has none or they cannot be had, and then another time. */
const words = language => own ||= Object.hasOwn(WORDS, language)
  ? fetch(WORDS[language]).then(answer => answer.json()).catch(() => { own = null; return {}; })
  : Promise.resolve({});

const insert = (field, sign) => {
  field.focus({ preventScroll: true });
  field.setRangeText(sign, field.selectionStart, field.selectionEnd, 'end');
  field.dispatchEvent(new InputEvent('input', { bubbles: true, data: sign, inputType: 'insertText' }));
};

export default api => {
  if (shut) return shut();
  const { node, style, text, field, form, language } = api, button = document.getElementById('e');
  style('emoji', LOOK);
  // A screen reader knows the signs by name, in its own language.
  const pick = sign => node('button', { type: 'button', tabIndex: -1, onclick: () => {
    recent = [sign, ...recent.filter(other => other != sign)].slice(0, RECENT);
    try { localStorage[KEY] = recent.join(' '); } catch { /* As above. */ }
    insert(field, sign);
  } }, sign);
  const names = new Map(ALL.flatMap(([, list]) => list)), list = node('div');
  let local = {};
  const search = node('input', { type: 'search', 'aria-label': text('emoji_search'), placeholder: text('emoji_search'), autocomplete: 'off' });
  const grid = signs => node('div', { className: 'grid' }, signs.map(pick));
  const draw = () => {
    const wanted = plain(search.value.trim());
    // A whole word before the beginning of one: tea before tears. And the page's own language before the others.
    const said = (all, most) => all && ` ${plain(all)} `.includes(` ${wanted} `) ? most : all && ` ${plain(all)}`.includes(` ${wanted}`) ? most - 1 : 0;
    const fits = sign => said(local[sign], 4) || said(names.get(sign), 2);
    const found = wanted && [...names.keys()].filter(fits).sort((x, y) => fits(y) - fits(x));
    const groups = wanted ? [['', found]] : [['recent', recent], ...ALL.map(([group, all]) => [group, all.map(([sign]) => sign)])];
    list.replaceChildren(...groups.filter(([, signs]) => signs.length).flatMap(([group, signs]) => [group && node('h2', null, text('emoji_' + group)), grid(signs)].filter(Boolean)));
    if (!list.firstChild) list.append(node('p', { role: 'status' }, text('emoji_none')));
    const first = list.querySelector('button');
    if (first) first.tabIndex = 0;
  };
  const box = node('section', { className: 'emoji', role: 'dialog', 'aria-label': text('emoji') }, search, list);
  const outside = v => { if (!box.contains(v.target) && !button.contains(v.target) && v.target != field) close(); };
  const close = () => {
    shut = null;
    box.remove();
    removeEventListener('pointerdown', outside, true);
    button.setAttribute('aria-expanded', 'false');
    field.focus({ preventScroll: true });
  };
  box.onkeydown = v => {
    const all = [...list.querySelectorAll('button')], at = all.indexOf(document.activeElement);
    const across = Math.max(1, Math.floor((list.clientWidth - 16) / 44)), rtl = document.dir == 'rtl' ? -1 : 1;
    const step = { ArrowRight: rtl, ArrowLeft: -rtl, ArrowDown: across, ArrowUp: -across }[v.key];
    if (v.key == 'Escape') close();
    else if (v.key == 'Enter' && at < 0) all[0] && all[0].click();
    else if (at < 0 && v.key == 'ArrowDown') all[0] && all[0].focus();
    else if (at >= 0 && step) at + step < 0 ? search.focus() : all[Math.min(all.length - 1, at + step)].focus();
    else return;
    v.preventDefault();
    v.stopPropagation();
  };
  search.oninput = draw;
  draw();
  words(language).then(all => {
    local = all;
    if (search.value) draw();
  });
  addEventListener('pointerdown', outside, true);
  button.setAttribute('aria-expanded', 'true');
  form.before(box);
  // A phone's keyboard stays where it is: the search takes the focus only where there is a mouse.
  if (!matchMedia('(pointer:coarse)').matches) search.focus({ preventScroll: true });
  shut = close;
};
