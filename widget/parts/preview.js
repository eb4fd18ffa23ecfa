// On the owner's page: shows the chat with settings that are not saved. They go to the relay as a form whose answer is a
// frame: a new one each time, behind the one that is looked at until it is there, so nothing flickers and the way back in the
// browser's history stays as it was. What the frame may do is the relay's say (`server/src/http/preview.rs`): it has no
// origin, so it keeps nothing, and sends nothing but a word that it is there.
export const texts = false;
/** Typing is waited for a moment; what has not come by then never will. */
const PAUSE = 250, PATIENCE = 10000;
let wanted, pause, patience, number = 0;

/** The frame that is looked at, and the one behind it. */
const frames = stage => [...stage.querySelectorAll('iframe')];
const say = text => { document.getElementById('preview-said').textContent = text; };

addEventListener('message', event => {
  const { data } = event;
  if (!wanted || !data || data.k !== 'preview') return;
  const all = frames(wanted.stage), here = all.find(frame => frame.contentWindow === event.source);
  if (!here) return;
  clearTimeout(patience);
  for (const frame of all) if (frame !== here) frame.remove();
  here.className = 'here';
  say(data.trouble ? wanted.partly.replace('{why}', data.trouble) : '');
});

const load = node => {
  const { stage, action, fields, title, failed } = wanted, name = 'preview-' + ++number;
  for (const frame of frames(stage)) if (frame.className !== 'here') frame.remove();
  const frame = node('iframe', { name, title });
  frame.sandbox = 'allow-scripts allow-forms';
  const form = node('form', { method: 'post', action, target: name, hidden: true },
    Object.entries(fields).map(([name, value]) => node('input', { type: 'hidden', name, value })));
  stage.append(frame);
  document.body.append(form);
  form.submit();
  form.remove();
  clearTimeout(patience);
  patience = setTimeout(() => { frame.remove(); say(failed); }, PATIENCE);
};

export default ({ data, node }) => {
  const first = !wanted || wanted.stage !== data.stage;
  wanted = data;
  clearTimeout(pause);
  pause = setTimeout(() => { if (data.stage.isConnected) load(node); }, first ? 0 : PAUSE);
};
