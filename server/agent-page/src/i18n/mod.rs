//! The page's words in English and Turkish: one struct, so a word missing in a language does not compile.
//! Never builds HTML; holes are filled as text.
mod en;
mod site_en;
mod site_tr;
mod tr;

use super::prefs;
use leptos::prelude::*;
use std::ops::Deref;

/// A language of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lang {
    /// English.
    En,
    /// Turkish.
    Tr,
}

impl Lang {
    /// Both, in the order of the switch.
    pub const ALL: [Self; 2] = [Self::En, Self::Tr];

    /// The BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Tr => "tr",
        }
    }

    /// The locale whose times and dates are shown: English ones with a 24-hour clock.
    pub const fn locale(self) -> &'static str {
        match self {
            Self::En => "en-GB",
            Self::Tr => "tr",
        }
    }

    /// Its own name for itself.
    pub const fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Tr => "Türkçe",
        }
    }

    /// The language for a tag; English for one we do not speak.
    pub fn from_tag(tag: &str) -> Self {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        if primary.eq_ignore_ascii_case("tr") { Self::Tr } else { Self::En }
    }

    /// Its words.
    pub const fn texts(self) -> &'static Texts {
        match self {
            Self::En => &en::TEXTS,
            Self::Tr => &tr::TEXTS,
        }
    }

    /// Its words, with those of the owner's page.
    pub const fn site_texts(self) -> &'static SiteTexts {
        match self {
            Self::En => &site_en::TEXTS,
            Self::Tr => &site_tr::TEXTS,
        }
    }
}

/// The chosen language, from the context.
pub fn lang() -> Lang {
    expect_context::<prefs::Prefs>().lang.get_untracked()
}

/// The words of the chosen language. A switch draws the page anew, so a component may read this once.
pub fn texts() -> &'static Texts {
    lang().texts()
}

/// The same, on the owner's page.
pub fn site_texts() -> &'static SiteTexts {
    lang().site_texts()
}

/// Puts values into the holes of a text.
pub fn fill(text: &str, holes: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((name, tail)) = after.split_once('}') else { break };
        out.push_str(before);
        match holes.iter().find(|(hole, _)| *hole == name) {
            Some((_, value)) => out.push_str(value),
            None => out.push_str(name),
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

macro_rules! texts {
    ($(#[$what:meta])* $texts:ident { $($also:ident: $kind:ty)?; $($name:ident),+ $(,)? }) => {
        $(#[$what])*
        #[derive(Debug)]
        pub struct $texts { $($also: $kind,)? $(#[doc = stringify!($name)] pub $name: &'static str,)+ }

        #[cfg(test)]
        impl $texts {
            fn all(&self) -> Vec<(&'static str, &'static str)> { vec![$((stringify!($name), self.$name),)+] }
        }
    };
}

texts! {
    /// Every text of the page, but for those of the owner's.
    Texts { ;
    // Sign-in.
    sign_in, sign_in_lead, email, password, signing_in, sign_in_empty, sign_in_wrong, sign_in_many, sign_in_busy,
    unreachable, unexpected, signed_out, checking, language, theme, theme_auto, theme_light, theme_dark, display,
    // Rail.
    main, inbox, site, available, busy, away, your_status, busy_hint, sign_out, sound, sound_on, sound_off, you_are, unread_total,
    // Lists.
    conversations, show, open, mine, unassigned, resolved, all, late_one, late_other, waits, unread, visitor, answered,
    empty_open, empty_mine, empty_unassigned, empty_resolved, empty_all, loading_list, loading_more,
    team, waiting, snoozed, bookmarked, mentioned, empty_mentioned, colleagues, alert_mentioned, empty_team, empty_waiting, empty_snoozed, empty_bookmarked, empty_narrow, filters, clear_filters, any_site, any_tag, any_agent, any_language, agent, tag, tags, add_tag, remove_tag, tag_long, priority, low, normal, high, urgent, bookmark, snooze, snooze_later, snooze_tomorrow, snooze_monday, snooze_date, snooze_set, snooze_past, snoozed_until, wake, undo, done_resolved, done_snoozed, event_tagged, event_untagged, event_priority, event_snoozed, event_woken,
    // First steps.
    steps, steps_hide, step_done, step_answer, step_answer_hint, step_answer_trainee, step_give, step_give_hint, step_resolve, step_resolve_hint,
    // A thread.
    pick, pick_lead, gone, gone_lead, to_inbox, back, details, take, take_over, resolve, reopen, is_resolved, taken_by,
    nobody, log, today, yesterday, said, visitor_said, sending, sent, delivered, read, not_sent, try_again, take_text_back,
    event_resolved, event_ended, event_rated, rated_csat, rated_ces, event_reopened, event_reopened_by_visitor, event_claimed, event_assigned, event_released, event_routed, note_writes, is_typing, looks_one, looks_other, writes_one, writes_other, earlier, loading,
    jump, unread_line, to_unread, new_messages_one, new_messages_other, taken, given, routed,
    // What goes later.
    send_later, later_by, later_unseen, send_now, done_later,
    // What waits for approval.
    approval, approval_short, empty_approval, send_approval, proposal_by, proposal_unseen, proposal_way, approve, change_words, send_changed, changed_words, give_back, reason, reason_long, withdraw,
    proposal_changed, proposal_returned, proposal_withdrawn, write_again, event_approved, event_passed, alert_approval, alert_passed, alert_returned, decided_before,
    // What nobody answers.
    unattended, empty_unattended, rung_team, rung_admins, event_climbed_team, event_climbed_admins, event_escalated, alert_team, alert_admins, escalate, escalate_lead,
    escalate_reason, escalate_send, done_escalated, notices, notices_on, notices_off, notices_denied, notice_waits, install, install_by_hand, team_minutes, admins_minutes, ladder_hint,
    // Handing over.
    give, give_to, give_note, to_nobody, not_here, answers_now, give_failed,
    // Composer.
    attach, build, field, send, answer_mode, note_mode, note_field, note_advice, add_note, writing, keys_send, too_long_one, too_long_other, left, wait_line, as_trainee, opens_again,
    failed_long, failed_closed, failed_forbidden, failed_other,
    // Line.
    offline, line_back, stopped, revoked, refresh, load_again, refused, too_fast,
    // Side.
    about, person, name, number, claimed, their_language, came_from, conversation, began, status, assigned, unknown, close,
    anonymous, says_so, verified, here_now, gone_since, not_here_now, device, computer, tablet, known_since, page_now, page_last, on_site_for, on_site_since, trail, trail_all, attributes, attributes_hint, past, past_none, past_more, csat_mean, notes_one, notes_other,
    // Said on the owner's page and elsewhere.
    site_pick, retry, phone, save, departments, department_one, department_now, any_department, whole_team,
    event_transferred, event_transferred_all, telephone, consent, agreed,
    // Search.
    search, search_hint, search_clear, searching, search_none, search_none_lead, search_failed, found, found_one, found_other,
    found_person, found_tag, found_note,
    // Canned replies.
    canned, canned_lead, canned_one, canned_other, canned_none, canned_make, canned_hole, canned_add, canned_empty, canned_failed, canned_read_only,
    canned_deleted, canned_change, canned_delete, canned_not_saved, canned_blank, canned_taken, canned_name, canned_language, canned_every,
    canned_text, canned_variables, change, delete, cancel, canned_rail,
    // Other words.
    edited, message_gone, quote, quoting, unquote, quote_earlier, to_quoted, edit_message, delete_message, edit_field, editing, editing_advice, done_deleted, change_too_late, change_not_yours, change_refused,
    // Keys and the palette.
    key_next, key_previous, key_open, key_back, keys, palette, palette_short, palette_ask, palette_one,
    palette_other, palette_go, palette_own, palette_tag, palette_search, palette_give,
    // Drafts.
    draft, draft_full, draft_other, draft_gone, draft_theirs, draft_mine,
}}

texts! {
    /// What only the owner's page says; the other texts are here too.
    SiteTexts { page: &'static Texts;
    // Owner's page.
    site_lead, read_only, loading_site, site_failed, snippet, snippet_lead, copy, copied, copy_failed, noscript,
    noscript_lead, plain_link, plain_link_lead, csp, csp_lead, chat_with_us, origins, origins_lead, origin,
    add_origin, remove_origin, no_origins, origin_blank, origin_path, origin_scheme, origin_twice, origin_refused,
    site_name, site_name_lead, name_blank, colour, colour_lead, hex, hex_bad, default_colour, contrast_text,
    contrast_page, contrast_page_low, white, black, greeting, greeting_lead, greeting_long, preview, preview_lead,
    desktop, light, dark, saving, saved, unsaved, discard, save_refused, save_forbidden, tongue, shape, shape_lead,
    radius, pixels, side, side_auto, side_left, side_right, side_hint, scene, scene_open, scene_away, scene_closed,
    scene_talk, screen, preview_partly, preview_failed, follows, pinned, pinned_lead,
    // Departments.
    departments_lead, department, department_name, add_department, remove_department, department_offered,
    department_members, department_everybody,
    // Routing.
    routing, routing_hand, routing_turns, routing_least, routing_hand_lead, routing_turns_lead, routing_least_lead,
    capacity, gone_minutes, gone_hint, target_minutes, target_hint,
    // Reception.
    hours, hours_lead, hours_always, hours_some, hours_closed, hours_hint, zone, holidays, holidays_hint, when_closed,
    closed_chat, closed_form, closed_hide, questions, questions_lead, question, add_question, remove_question,
    asks_choice, asks_text, required, question_words, choices_words, closed_text, consent_lead, privacy,
}}

impl Deref for SiteTexts {
    type Target = Texts;

    fn deref(&self) -> &Texts {
        self.page
    }
}

#[cfg(test)]
mod tests {
    use super::{Lang, SiteTexts, Texts, en, fill, site_en, site_tr, tr};

    fn holes(text: &str) -> Vec<&str> {
        let mut holes: Vec<_> =
            text.split('{').skip(1).filter_map(|part| part.split_once('}').map(|(name, _)| name)).collect();
        holes.sort_unstable();
        holes.dedup();
        holes
    }

    #[test]
    fn both_languages_say_everything_with_the_same_holes() {
        let all = |page: &Texts, site: &SiteTexts| [page.all(), site.all()].concat();
        let (english, turkish) = (all(&en::TEXTS, &site_en::TEXTS), all(&tr::TEXTS, &site_tr::TEXTS));
        for ((name, english), (_, turkish)) in english.into_iter().zip(turkish) {
            assert!(!english.trim().is_empty() && !turkish.trim().is_empty(), "{name} is empty");
            assert_eq!(holes(english), holes(turkish), "{name}: other holes");
            assert!(!english.contains('\'') && !turkish.contains('\''), "{name}: a straight apostrophe");
            assert!(
                !english.contains("...") && !turkish.contains("..."),
                "{name}: three dots for an ellipsis"
            );
        }
    }

    #[test]
    fn the_keys_stand_once_and_tags_select() {
        assert_eq!(Lang::from_tag("tr-TR"), Lang::Tr);
        assert_eq!(Lang::from_tag("TR"), Lang::Tr);
        assert_eq!(Lang::from_tag("en-GB"), Lang::En);
        assert_eq!(Lang::from_tag("trx"), Lang::En);
    }

    #[test]
    fn holes_are_filled_as_text() {
        assert_eq!(fill("{name} took it", &[("name", "<b>")]), "<b> took it");
        assert_eq!(fill("{n} of {n}", &[("n", "2")]), "2 of 2");
        assert_eq!(fill("50 {", &[]), "50 {");
    }
}
