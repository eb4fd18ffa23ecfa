// The examples for React and Vue as a developer uses them: what is right is taken, and what stands under a mark is refused.
import type { ReactElement } from 'react';
import { h, type Ref, type VNode } from 'vue';
import * as inReact from '../../examples/react';
import * as inVue from '../../examples/vue';

const relay = 'https://chat.example.com';

export function Layout({ locale }: { locale: string }): ReactElement {
  const unread: number = inReact.useUnreadCount();
  return <>
    <button onClick={() => inReact.merhaba('open')}>Ask us{unread > 0 && ` (${unread})`}</button>
    <inReact.MerhabaChat relay={relay} site="KEY" locale={locale} theme="auto" hideLauncher />
  </>;
}

export function layout(locale: string): VNode[] {
  const unread: Readonly<Ref<number>> = inVue.useUnreadCount();
  const button = h('button', { onClick: () => inVue.merhaba('open') }, `Ask us (${unread.value})`);
  return [button, h(inVue.MerhabaChat, { relay, settings: { site: 'KEY', locale, hideLauncher: true } })];
}

for (const merhaba of [inReact.merhaba, inVue.merhaba]) {
  merhaba('newMessage', 'Hello');
  merhaba('shutdown');
  const open: boolean | undefined = merhaba('isOpen');
  const count: number | undefined = merhaba('getUnreadCount');
  console.log(open, count);
  // @ts-expect-error: no such call.
  merhaba('opne');
  // @ts-expect-error: what is sent is a text.
  merhaba('send', 3);
  // @ts-expect-error: without a browser it answers nothing.
  const sure: number = merhaba('getUnreadCount');
  console.log(sure);
}

// @ts-expect-error: the relay is missing.
export const nowhere = <inReact.MerhabaChat site="KEY" />;
// @ts-expect-error: the site is missing.
export const nobody = <inReact.MerhabaChat relay={relay} />;
// @ts-expect-error: no such theme.
export const pink = <inReact.MerhabaChat relay={relay} site="KEY" theme="pink" />;
// @ts-expect-error: no such setting.
export const other = <inReact.MerhabaChat relay={relay} site="KEY" colour="red" />;
// @ts-expect-error: the relay is missing.
export const lost = h(inVue.MerhabaChat, { settings: { site: 'KEY' } });
// @ts-expect-error: the site is missing.
export const empty = h(inVue.MerhabaChat, { relay, settings: {} });
// @ts-expect-error: no such theme.
export const violet = h(inVue.MerhabaChat, { relay, settings: { site: 'KEY', theme: 'pink' } });
// @ts-expect-error: nobody counts but the chat.
inVue.useUnreadCount().value = 3;
