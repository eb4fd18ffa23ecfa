// Merhaba in a React app: loads the script once, follows the settings, takes everything away with the last component that
// uses it. It uses the public calls only, and does nothing where there is no browser (server rendering).
import { useEffect, useRef, useState } from 'react';
import { acquire, call } from './load.js';

/** @import { Settings } from './load.js' */

/**
 * The chat, for as long as this component is mounted. Settings that change are handed on.
 * @param {{ relay: string } & Settings} props
 * @returns {null}
 */
export function MerhabaChat({ relay, ...settings }) {
  const said = JSON.stringify(settings);
  const first = useRef(settings);
  useEffect(() => acquire(relay, first.current), [relay]);
  useEffect(() => { call('update', JSON.parse(said)); }, [said]);
  return null;
}

/**
 * How many messages are unread.
 * @returns {number}
 */
export function useUnreadCount() {
  const [count, set] = useState(0);
  useEffect(() => {
    /** @param {CustomEvent<{ count: number }>} event */
    const hear = event => set(event.detail.count);
    window.addEventListener('merhaba:unread', hear);
    return () => window.removeEventListener('merhaba:unread', hear);
  }, []);
  return count;
}

/** Calls of Merhaba, legal at any time: `merhaba('newMessage', 'Hello')`. */
export { call as merhaba };
