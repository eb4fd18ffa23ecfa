//! What every back-end promises, as tests that each must pass. They see the seam and nothing behind it.
//!
//! A back-end's tests call [`suite`] with a function that makes an empty place and gives a function which opens
//! the store there: called again after a close, it opens the same store.

pub mod changes;
pub mod lists;
pub mod messages;
pub mod model;
pub mod people;
mod world;

pub use world::{Open, wait};

/// Makes a test of every property.
macro_rules! suite {
    ($place:expr) => { $crate::store::contract::suite! { @ $place =>
        messages: a_first_message_makes_the_visitor_and_the_conversation
            a_repeat_gets_the_first_answer_whatever_it_names
            a_client_id_counts_per_sender
            two_first_sends_meet_in_one
            a_new_conversation_is_one_although_another_is_open
            a_message_opens_what_was_resolved
            numbers_have_no_hole_whoever_writes_at_once
            nothing_overtakes_what_could_not_be_stored
            results_are_told_in_the_order_of_commits
            what_is_not_yours_is_not_found,
        changes: one_claim_wins
            the_first_reply_takes_what_nobody_has
            only_those_who_answer_can_be_given_a_conversation
            resolving_and_opening_leave_one_entry_each
            a_visitor_ends_their_own_and_rates_each_closing_once
            marks_grow_and_stop_at_the_head
            a_mark_never_says_more_than_was_confirmed
            the_visitor_waits_since_the_oldest_unanswered_message
            notes_are_numbered_apart
            what_is_done_stands_in_the_backstage,
        lists: history_pages_backwards_without_a_hole
            what_was_missed_comes_in_order_and_in_pieces
            bytes_end_a_page_but_never_before_its_first_entry
            the_inbox_walks_every_row_once
            filters_show_what_they_say
            cards_show_a_visitors_own_conversations,
        people: sites_are_kept_and_changed
            agents_join_sites
            sign_ins_are_known_until_they_end
            another_tenant_sees_nothing
            everything_outlives_a_restart
            a_closed_store_says_so,
    }

    #[test]
    fn whatever_happens_lists_agree_with_the_log() {
        $crate::store::contract::model::whatever_happens_lists_agree_with_the_log($place);
    }
    };
    (@ $place:expr => $($file:ident: $($property:ident)+,)+) => { $($(
        #[test]
        fn $property() {
            let place: fn() -> $crate::store::contract::Open = $place;
            $crate::store::contract::$file::$property(&place());
        }
    )+)+ };
}
pub(crate) use suite;
