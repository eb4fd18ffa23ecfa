// What the declarations must refuse. A line under a mark that is not refused is itself an error.
import type { Merhaba, MerhabaSettings } from '../../examples/embed';

declare const chat: Merhaba;

// @ts-expect-error: it may not be there yet.
window.Merhaba.open();
// @ts-expect-error: no such call.
chat.opne();
// @ts-expect-error: no such call by name either.
chat('opne');
// @ts-expect-error: what is sent is a text.
chat.send();
// @ts-expect-error: and no number.
chat('send', 3);
// @ts-expect-error: tags are a list.
chat.addTags('vip');
// @ts-expect-error: a token, by its name.
chat.identify({ jwt: 'x' });
// @ts-expect-error: no such event.
chat.on('unread-count', () => {});
// @ts-expect-error: that event has no such detail.
chat.on('unread', ({ total }) => total);
// @ts-expect-error: nor has the window's.
window.addEventListener('merhaba:status', event => event.detail.count);
// @ts-expect-error: a side, not a corner.
chat.setPosition({ position: 'top' });
// @ts-expect-error: no such theme.
chat.setTheme('blue');
// @ts-expect-error: a number.
const open: string = chat.getUnreadCount();
// @ts-expect-error: no such setting.
const settings: MerhabaSettings = { colour: '#112233' };
// @ts-expect-error: consent is asked for by a word.
window.merhabaSettings = { consent: true };
void [open, settings];
