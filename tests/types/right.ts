// Every call, setting and event of examples/embed.d.ts as a website's developer uses it: all of it is right.
import type { Merhaba, MerhabaEvents, MerhabaSettings, MerhabaStatus } from '../../examples/embed';

const settings: MerhabaSettings = {
  site: 'KEY', locale: 'tr-TR', theme: 'auto', color: '#0b7a75', position: 'left', offset: '16 24', zIndex: 10, hideLauncher: true,
  openOn: '.help', titleCount: '', consent: 'required'
};
window.merhabaSettings = settings;
window.merhabaSettings = { offset: 16, zIndex: '10', hideLauncher: 'false', titleCount: 'true', consent: '' };

// Before the script is there it may be missing: the type says so.
window.Merhaba?.('open');
const chat: Merhaba = window.Merhaba!;

chat.boot();
chat.boot(settings);
chat.update({ color: '#112233' });
chat.shutdown();
chat.destroy();
chat.open();
chat.close();
chat.toggle();
chat.show();
chat.hide();
chat.popout();
chat.newMessage();
chat.newMessage('Hello');
chat.send('Hello');
chat.openConversation('c1');
chat.openArticle('a1');
chat.search('returns');
chat.identify({ token: 'jwt' });
chat.identify(async () => ({ token: 'jwt' }));
chat.logout();
chat.setAttributes({ plan: 'pro', seats: 3 });
chat.addTags(['vip']);
chat.removeTags(['vip']);
chat.track('bought', { total: 12 });
chat.track('seen');
chat.page('/basket');
chat.setLocale('de');
chat.setTheme('dark');
chat.setTheme({ theme: 'light', color: '#aa0000' });
chat.setPosition({ position: 'right', offset: 20, zIndex: 5 });

const count: number = chat.getUnreadCount();
const status: MerhabaStatus = chat.getStatus();
const states: boolean[] = [chat.isOpen(), chat.isReady()];
const by: number = chat('getUnreadCount');
chat('send', 'Hello');
chat('setPosition', { position: 'left' });

const stop: (() => void) | undefined = chat.on('unread', ({ count }) => count.toFixed());
stop?.();
chat.once('ready', detail => { const nothing: Record<string, never> = detail; void nothing; });
chat.on('opened', () => {});
chat.on('closed', () => {});
chat.on('message:sent', ({ conversation }) => conversation.trim());
chat.on('message:received', ({ conversation }) => conversation.trim());
chat.on('conversation:started', ({ conversation }) => conversation.trim());
chat.on('conversation:ended', ({ conversation }) => conversation.trim());
chat.on('status', ({ status }) => { const known: MerhabaStatus = status; void known; });
chat.on('queue', ({ place }) => place.toFixed());
chat.on('error', detail => detail.code === 'unsupported' ? detail.call.trim() : detail.code);
chat.off('unread');
chat.off('unread', () => {});
window.addEventListener('merhaba:unread', event => event.detail.count.toFixed());
window.addEventListener('merhaba:message:received', event => event.detail.conversation.trim());
window.addEventListener('merhaba:error', event => event.detail.code.trim());
window.addEventListener('merhaba:ready', event => event.detail);
window.addEventListener('merhaba:opened', event => event.detail);
window.addEventListener('merhaba:closed', event => event.detail);
window.addEventListener('merhaba:message:sent', event => event.detail.conversation.trim());
window.addEventListener('merhaba:conversation:started', event => event.detail.conversation.trim());
window.addEventListener('merhaba:conversation:ended', event => event.detail.conversation.trim());
window.addEventListener('merhaba:status', event => event.detail.status.trim());
window.addEventListener('merhaba:queue', event => event.detail.place.toFixed());

const names: (keyof MerhabaEvents)[] = ['ready', 'unread'];
void [count, status, states, by, names];
