// Written by TypeScript from the script of the same name; tests/tests/types.rs compares the two.
/**
 * How many messages are unread.
 * @returns {Readonly<Ref<number>>}
 */
export function useUnreadCount(): Readonly<Ref<number>>;
/** @import { PropType, Ref } from 'vue' */
/** @import { Settings } from './load.js' */
/** The chat, for as long as this component is mounted. Settings that change are handed on. */
export const MerhabaChat: import("vue").DefineComponent<import("vue").ExtractPropTypes<{
    relay: {
        type: StringConstructor;
        required: true;
    };
    settings: {
        type: PropType<Settings>;
        required: true;
    };
}>, () => null, {}, {}, {}, import("vue").ComponentOptionsMixin, import("vue").ComponentOptionsMixin, {}, string, import("vue").PublicProps, Readonly<import("vue").ExtractPropTypes<{
    relay: {
        type: StringConstructor;
        required: true;
    };
    settings: {
        type: PropType<Settings>;
        required: true;
    };
}>> & Readonly<{}>, {}, {}, {}, {}, string, import("vue").ComponentProvideOptions, true, {}, any>;
export { call as merhaba };
import type { Ref } from 'vue';
import type { Settings } from './load.js';
import type { PropType } from 'vue';
import { call } from './load.js';
