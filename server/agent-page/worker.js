// Shows alerts while no page of the agent's is looked at, and leads to the conversation when one is pressed. It keeps no page
// and no answer: a stale page is worse than none. What comes names a kind, a conversation and a site; anything else is dropped.
{
  const TITLES = {
    en: { wrote: 'New message', given: 'A conversation was handed to you', mentioned: 'You were mentioned in a note', approval: 'A message waits for approval', unattended: 'A visitor is still waiting' },
    tr: { wrote: 'Yeni mesaj', given: 'Size bir görüşme aktarıldı', mentioned: 'Bir notta sizden söz edildi', approval: 'Onay bekleyen bir mesaj var', unattended: 'Bir ziyaretçi hâlâ bekliyor' },
  };
  const pages = () => self.clients.matchAll({ type: 'window', includeUncontrolled: true })
    .then(all => all.filter(page => new URL(page.url).pathname.startsWith('/agent/')));
  const show = async ({ kind, conversation, site }) => {
    // The language that the page was last in; it says so in the worker's own address.
    const titles = TITLES[new URL(self.location).searchParams.get('lang')] || TITLES.en;
    const looked = (await pages()).some(page => page.focused && page.visibilityState == 'visible');
    // The page that is looked at tells by itself. Chromium allows a push to stay unseen then; others take the permission
    // away from who does not show one, so there it is shown and taken away at once.
    if (looked && self.navigator.userAgentData) return;
    const options = { body: String(site || ''), tag: String(conversation || ''), data: { conversation }, icon: '/agent/icons/192.png', silent: looked };
    await self.registration.showNotification(Object.hasOwn(titles, kind) ? titles[kind] : titles.wrote, options);
    if (looked) for (const shown of await self.registration.getNotifications({ tag: options.tag })) shown.close();
  };
  const lead = async conversation => {
    // Only letters that an id is made of: it becomes a part of an address.
    const path = /^[\w-]{1,64}$/.test(conversation || '') ? '/agent/c/' + conversation : '/agent/';
    const [page] = await pages();
    if (!page) return self.clients.openWindow(path);
    page.postMessage({ conversation: path });
    return page.focus();
  };
  self.addEventListener('install', () => self.skipWaiting());
  self.addEventListener('activate', event => event.waitUntil(self.clients.claim()));
  self.addEventListener('push', event => {
    let told = {};
    try { told = event.data.json(); } catch { /* Not ours: it still has to be shown. */ }
    event.waitUntil(show(told));
  });
  self.addEventListener('notificationclick', event => {
    event.notification.close();
    event.waitUntil(lead((event.notification.data || {}).conversation));
  });
}
