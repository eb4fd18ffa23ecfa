// Written by TypeScript from the script of the same name; tests/tests/types.rs compares the two.
/** @import { Settings } from './load.js' */
/**
 * The chat, for as long as this component is mounted. Settings that change are handed on.
 * @param {{ relay: string } & Settings} props
 * @returns {null}
 */
export function MerhabaChat({ relay, ...settings }: {
    relay: string;
} & Settings): null;
/**
 * How many messages are unread.
 * @returns {number}
 */
export function useUnreadCount(): number;
export { call as merhaba };
import type { Settings } from './load.js';
import { call } from './load.js';
