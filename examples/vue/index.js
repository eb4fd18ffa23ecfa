// Merhaba in a Vue app: loads the script once, follows the settings, takes everything away with the last component that
// uses it. It uses the public calls only, and does nothing where there is no browser (server rendering).
import { defineComponent, onBeforeUnmount, onMounted, ref, watch } from 'vue';
import { acquire, call } from './load.js';

/** @import { PropType, Ref } from 'vue' */
/** @import { Settings } from './load.js' */

/** The chat, for as long as this component is mounted. Settings that change are handed on. */
export const MerhabaChat = defineComponent({
  name: 'MerhabaChat',
  props: { relay: { type: String, required: true }, settings: { type: /** @type {PropType<Settings>} */ (Object), required: true } },
  setup(props) {
    let release = () => {};
    onMounted(() => { release = acquire(props.relay, props.settings); });
    onBeforeUnmount(() => release());
    watch(() => props.settings, settings => { call('update', { ...settings }); }, { deep: true });
    return () => null;
  }
});

/**
 * How many messages are unread.
 * @returns {Readonly<Ref<number>>}
 */
export function useUnreadCount() {
  const count = ref(0);
  /** @param {CustomEvent<{ count: number }>} event */
  const hear = event => { count.value = event.detail.count; };
  onMounted(() => window.addEventListener('merhaba:unread', hear));
  onBeforeUnmount(() => window.removeEventListener('merhaba:unread', hear));
  return count;
}

/** Calls of Merhaba, legal at any time: `merhaba('newMessage', 'Hello')`. */
export { call as merhaba };
