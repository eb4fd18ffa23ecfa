//! What every back-end promises, as tests that each must pass. They see the seam and nothing behind it.
//!
//! A back-end's tests call [`suite`] with a function that makes an empty place and gives a function which opens
//! the store there: called again after a close, it opens the same store.

pub mod approvals;
pub mod changes;
pub mod departments;
pub mod ladder;
pub mod lists;
pub mod loaders;
pub mod messages;
pub mod model;
pub mod people;
pub mod push;
pub mod revisions;
pub mod triage;
pub mod visits;
mod world;

pub use world::{Open, client_id, get, quiet, sender, stored, wait};

/// Makes a test of every property.
macro_rules! suite {
    ($place:expr) => { $crate::store::contract::suite! { @ $place =>
        messages: a_first_message_makes_the_visitor_and_the_conversation
            a_repeat_gets_the_first_answer_whatever_it_names
            a_client_id_counts_per_sender
            two_first_sends_meet_in_one
            a_new_conversation_is_one_although_another_is_open
            a_message_opens_what_was_resolved
            only_a_message_of_the_conversation_is_quoted
            numbers_have_no_hole_whoever_writes_at_once
            nothing_overtakes_what_could_not_be_stored
            results_are_told_in_the_order_of_commits
            what_is_not_yours_is_not_found,
        changes: one_claim_wins
            the_first_reply_takes_what_nobody_has
            what_waits_is_given_if_it_still_is_whose_it_was
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
        loaders: a_loader_is_kept_as_it_was_first_served
            of_many_loaders_the_oldest_go,
        triage: a_tag_has_one_spelling_and_a_bound
            how_urgent_and_put_off_stand_in_the_row_and_the_backstage
            what_was_put_off_opens_at_its_time_also_after_a_restart
            a_visitor_opens_what_was_put_off
            lists_are_walked_in_their_order
            a_narrowed_list_is_walked_to_its_end
            counts_are_what_lists_hold
            who_is_mentioned_finds_it_until_they_have_looked
            bookmarks_are_an_agents_own,
        departments: a_visitor_chooses_what_a_conversation_is_for
            a_conversation_is_sent_to_a_department
            a_department_has_its_lists_and_its_queue,
        approvals: what_waits_for_approval_outlives_a_restart_and_is_said_once
            what_nobody_decides_on_is_passed_on_in_the_sites_time
            what_is_written_for_later_goes_at_its_time,
        ladder: the_rungs_and_their_trail_outlive_a_restart
            whoever_looks_first_has_climbed
            owners_are_called_with_a_reason,
        revisions: only_the_latest_words_are_anywhere
            one_may_change_what_one_wrote_a_moment_ago
            what_is_taken_away_is_nowhere,
        visits: a_visit_is_kept_of_those_who_have_written
            past_conversations_are_walked_once,
        push: a_browser_is_reached_as_long_as_its_sign_in_lasts
            of_an_agents_browsers_the_latest_are_reached
            the_key_stays,
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

    #[test]
    fn whatever_happens_everybody_who_waits_stands_on_their_rung() {
        $crate::store::contract::ladder::whatever_happens_everybody_who_waits_stands_on_their_rung($place);
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
