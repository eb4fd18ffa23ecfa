// Loads Merhaba's script once for a page, however many components ask, and takes it away with the last of them. It knows
// no framework: the copies for React and Vue are the same.

/** @import { Merhaba, MerhabaCalls, MerhabaSettings } from '../embed' */

/** What a component hands on: the settings, with the site's key. @typedef {MerhabaSettings & { site: string }} Settings */

let holders = 0;

/** Keeps calls until the script is there, which takes them up. */
function stub() {
  /** @type {IArguments[]} */
  const q = [];
  return Object.assign(function () { q.push(arguments); }, { q });
}

/**
 * A call of Merhaba: now, or kept by the stub until the script is there. Does nothing without a browser.
 * @template {keyof MerhabaCalls} Call
 * @param {Call} name
 * @param {Parameters<MerhabaCalls[Call]>} rest
 * @returns {ReturnType<MerhabaCalls[Call]> | undefined} what it answers, once the script is there
 */
export function call(name, ...rest) {
  if (typeof window === 'undefined') return undefined;
  window.Merhaba = window.Merhaba || /** @type {Merhaba} */ (/** @type {unknown} */ (stub()));
  return window.Merhaba(name, ...rest);
}

/**
 * The chat of `relay` with these settings; returns how to give it up.
 * @param {string} relay
 * @param {Settings} settings
 * @returns {() => void}
 */
export function acquire(relay, settings) {
  if (typeof document === 'undefined') return () => {};
  holders += 1;
  if (holders === 1) {
    const script = document.createElement('script');
    script.async = true;
    script.src = new URL('/embed.js', relay).href;
    script.dataset.site = settings.site;
    script.dataset.merhaba = '';
    document.head.append(script);
  }
  call('boot', settings);
  let held = true;
  return () => {
    if (!held) return;
    held = false;
    holders -= 1;
    // React mounts twice while developing: whoever asks again in the same turn keeps the chat.
    queueMicrotask(() => { if (holders === 0) release(); });
  };
}

function release() {
  for (const script of document.querySelectorAll('script[data-merhaba]')) script.remove();
  // Loaded, it takes itself away; not loaded yet, it is told so as soon as it is there.
  call('destroy');
}
