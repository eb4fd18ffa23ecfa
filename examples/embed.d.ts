// The types of Merhaba's calls and events on a website's page, for TypeScript: put this file into your project, or name it in
// "types". It declares what embed.js gives and nothing else; every call is legal before the script is there, if the stub is.

/** What can be set: on the tag as `data-…`, in `window.merhabaSettings`, by `boot`, `update` and the calls that set. */
export interface MerhabaSettings {
  /** The site's key, as the owner's page shows it. */
  site?: string;
  /** The language, as a BCP 47 tag; else the one of `<html lang>`. */
  locale?: string;
  theme?: MerhabaTheme;
  /** The brand colour, `#rrggbb`. */
  color?: string;
  /** The launcher's side; else the side where a line ends. */
  position?: 'left' | 'right';
  /** Distance from the side and from the bottom, in pixels: `16` or `"16 24"`. */
  offset?: number | string;
  /** Else 2147483000. */
  zIndex?: number | string;
  /** `true`, or the bare attribute: no launcher. */
  hideLauncher?: boolean | '' | 'true' | 'false';
  /** A selector: a click on what it selects opens the chat. */
  openOn?: string;
  /** `true`: while the tab is in the background, its title counts what is unread. */
  titleCount?: boolean | '' | 'true' | 'false';
  /** `"required"`: until it is set to `""`, nothing is kept on the page and only a click loads the chat. */
  consent?: '' | 'required';
}

export type MerhabaTheme = 'light' | 'dark' | 'auto';

/** Whether somebody is there to answer; `unknown` until the chat has been loaded. */
export type MerhabaStatus = 'unknown' | 'online' | 'away' | 'offline' | 'closed';

/** What each event carries. Each is also a `CustomEvent` named `merhaba:NAME` on `window`. */
export interface MerhabaEvents {
  /** The chat has been loaded and answers. */
  ready: Record<string, never>;
  opened: Record<string, never>;
  closed: Record<string, never>;
  /** A message of the visitor is stored. */
  'message:sent': { conversation: string };
  /** Somebody has answered. */
  'message:received': { conversation: string };
  unread: { count: number };
  'conversation:started': { conversation: string };
  'conversation:ended': { conversation: string };
  status: { status: MerhabaStatus };
  /** The visitor's place in the queue, from relays that have one. */
  queue: { place: number };
  /** `frame`: the chat could not be shown; the plain page is offered. `unsupported`: this relay does not take that call. */
  error: { code: 'frame' } | { code: 'unsupported'; call: string };
}

type Listener<Name extends keyof MerhabaEvents> = (detail: MerhabaEvents[Name]) => void;

/** The calls. Those that answer do so at once; before the script is there they answer nothing. */
export interface MerhabaCalls {
  boot(settings?: MerhabaSettings): void;
  update(settings: MerhabaSettings): void;
  /** Log-out: forgets the visitor, in every tab. */
  shutdown(): void;
  /** Nothing of the chat is left on the page. */
  destroy(): void;

  open(): void;
  close(): void;
  toggle(): void;
  /** Shows and hides the launcher. */
  show(): void;
  hide(): void;
  /** The chat in a window of its own. */
  popout(): void;

  /** Opens, with this text in the field. */
  newMessage(text?: string): void;
  /** Sends at once, open or not; does not open. */
  send(text: string): void;
  openConversation(id: string): void;
  openArticle(id: string): void;
  search(text: string): void;

  identify(by: { token: string } | (() => Promise<{ token: string }>)): void;
  /** The same as `shutdown`. */
  logout(): void;
  setAttributes(attributes: Record<string, unknown>): void;
  addTags(tags: string[]): void;
  removeTags(tags: string[]): void;
  track(name: string, data?: unknown): void;
  /** Where the visitor is, where the address bar does not say so. */
  page(url: string): void;

  setLocale(tag: string): void;
  setTheme(theme: MerhabaTheme | { theme?: MerhabaTheme; color?: string }): void;
  setPosition(place: { position?: 'left' | 'right'; offset?: number | string; zIndex?: number | string }): void;

  getUnreadCount(): number;
  getStatus(): MerhabaStatus;
  isOpen(): boolean;
  isReady(): boolean;

  /** Returns what stops it, once the chat is ready. */
  on<Name extends keyof MerhabaEvents>(name: Name, listener: Listener<Name>): (() => void) | undefined;
  once<Name extends keyof MerhabaEvents>(name: Name, listener: Listener<Name>): (() => void) | undefined;
  off<Name extends keyof MerhabaEvents>(name: Name, listener?: Listener<Name>): void;
}

/** `Merhaba('open')` is `Merhaba.open()`. */
export type Merhaba = MerhabaCalls &
  (<Call extends keyof MerhabaCalls>(call: Call, ...rest: Parameters<MerhabaCalls[Call]>) => ReturnType<MerhabaCalls[Call]>);

declare global {
  interface Window {
    /** There from the script's load on, or from the stub's. */
    Merhaba?: Merhaba;
    /** Read once, when the script is loaded; the tag's attributes win. */
    merhabaSettings?: MerhabaSettings;
  }
  interface WindowEventMap {
    'merhaba:ready': CustomEvent<MerhabaEvents['ready']>;
    'merhaba:opened': CustomEvent<MerhabaEvents['opened']>;
    'merhaba:closed': CustomEvent<MerhabaEvents['closed']>;
    'merhaba:message:sent': CustomEvent<MerhabaEvents['message:sent']>;
    'merhaba:message:received': CustomEvent<MerhabaEvents['message:received']>;
    'merhaba:unread': CustomEvent<MerhabaEvents['unread']>;
    'merhaba:conversation:started': CustomEvent<MerhabaEvents['conversation:started']>;
    'merhaba:conversation:ended': CustomEvent<MerhabaEvents['conversation:ended']>;
    'merhaba:status': CustomEvent<MerhabaEvents['status']>;
    'merhaba:queue': CustomEvent<MerhabaEvents['queue']>;
    'merhaba:error': CustomEvent<MerhabaEvents['error']>;
  }
}
