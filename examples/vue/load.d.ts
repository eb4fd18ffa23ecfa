// Written by TypeScript from the script of the same name; tests/tests/types.rs compares the two.
/**
 * A call of Merhaba: now, or kept by the stub until the script is there. Does nothing without a browser.
 * @template {keyof MerhabaCalls} Call
 * @param {Call} name
 * @param {Parameters<MerhabaCalls[Call]>} rest
 * @returns {ReturnType<MerhabaCalls[Call]> | undefined} what it answers, once the script is there
 */
export function call<Call extends keyof MerhabaCalls>(name: Call, ...rest: Parameters<MerhabaCalls[Call]>): ReturnType<MerhabaCalls[Call]> | undefined;
/**
 * The chat of `relay` with these settings; returns how to give it up.
 * @param {string} relay
 * @param {Settings} settings
 * @returns {() => void}
 */
export function acquire(relay: string, settings: Settings): () => void;
/**
 * What a component hands on: the settings, with the site's key.
 */
export type Settings = MerhabaSettings & {
    site: string;
};
import type { MerhabaCalls } from '../embed';
import type { MerhabaSettings } from '../embed';
