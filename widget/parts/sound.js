// A short sound for a message that comes while nobody looks, in one tab only, and whether the person wants it. The sound is
// made, not fetched. It plays nothing before the person has done something on the page: a browser would not let it.
const D = document.documentElement.dataset, KEY = 'merhaba:' + D.key + ':mute', LOCK = 'merhaba:' + D.key + ':sound';
let context, lead, wants, before = -1;

const muted = () => {
  try { return localStorage[KEY] == 1; } catch { return wants === false; }
};

const play = () => {
  try {
    context = context || new AudioContext;
    const at = context.currentTime, loud = context.createGain();
    loud.connect(context.destination);
    loud.gain.setValueAtTime(0, at);
    loud.gain.linearRampToValueAtTime(.12, at + .01);
    loud.gain.exponentialRampToValueAtTime(.0001, at + .5);
    for (const [tone, from] of [[659.25, 0], [880, .12]]) {
      const voice = context.createOscillator();
      voice.frequency.value = tone;
      voice.connect(loud);
      voice.start(at + from);
      voice.stop(at + .5);
    }
  } catch { /* No sound here: the badge and the title say it too. */ }
};

/** Of several tabs one plays: the one that holds the lock, which goes on to the next when it is closed. */
const ask = () => {
  if (lead !== undefined) return;
  lead = !navigator.locks;
  if (navigator.locks) navigator.locks.request(LOCK, () => { lead = true; return new Promise(() => {}); }).catch(() => { lead = true; });
};

/** Opened with "ask" it says whether there is sound; with "on" or "off" it changes that; else it begins to listen. */
export default api => {
  const { data } = api;
  if (data == 'ask') return !muted();
  if (data == 'on' || data == 'off') {
    wants = data == 'on';
    try { wants ? localStorage.removeItem(KEY) : localStorage[KEY] = 1; } catch { /* For this page only, then. */ }
    if (wants) play();
  }
  if (before >= 0) return;
  ask();
  before = api.state().unread || 0;
  api.watch(() => {
    const { unread } = api.state();
    if (unread > before && lead && !muted()) play();
    before = unread;
  });
};
