//! What the model's people can do, on which page, and in which order each of it is done once.
use crate::dice::Dice;

/// Who acts on which page: an agent who opens, one who only looks, a visitor, another, and the first one's second tab.
pub(super) const ADA: usize = 0;
pub(super) const BORA: usize = 1;
pub(super) const ALI: usize = 2;
pub(super) const VELI: usize = 3;
pub(super) const ALI_AGAIN: usize = 4;

/// What somebody does. Numbers stand for one of those there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Act {
    Send {
        page: usize,
    },
    SendNew {
        page: usize,
    },
    SendElsewhere {
        page: usize,
        to: usize,
    },
    /// From the plain page, without a socket.
    Post {
        page: usize,
    },
    Repeat {
        page: usize,
        which: usize,
        to: usize,
    },
    Open {
        of: usize,
    },
    Close {
        of: usize,
    },
    Reply,
    ReplyUnopened {
        to: usize,
    },
    Note {
        of: usize,
    },
    Propose {
        of: usize,
    },
    /// Somebody decides on the oldest that waits.
    Decide {
        of: usize,
        to: usize,
    },
    Claim {
        page: usize,
        of: usize,
    },
    Assign {
        of: usize,
        to: usize,
    },
    Resolve {
        of: usize,
    },
    Reopen {
        of: usize,
    },
    Tag {
        of: usize,
        on: bool,
    },
    Edit {
        of: usize,
        which: usize,
    },
    Delete {
        of: usize,
        which: usize,
    },
    Prioritise {
        of: usize,
        to: usize,
    },
    Escalate {
        of: usize,
    },
    Transfer {
        of: usize,
        to: usize,
    },
    Snooze {
        of: usize,
        off: bool,
    },
    Bookmark {
        page: usize,
        of: usize,
        on: bool,
    },
    Seen {
        page: usize,
    },
    Typing {
        page: usize,
    },
    History {
        page: usize,
    },
    List {
        page: usize,
        filter: usize,
    },
    Away {
        page: usize,
        away: bool,
    },
    Drop {
        page: usize,
    },
    Reload {
        page: usize,
    },
    Restart,
    BackUp,
    Restore,
}

/// Every action once, in an order in which each has something to do.
pub(super) const EACH: [Act; 53] = [
    Act::Send { page: ALI },
    Act::Open { of: 0 },
    Act::Typing { page: ADA },
    Act::Typing { page: ALI },
    Act::Reply,
    Act::Edit { of: 0, which: 0 },
    Act::Edit { of: 0, which: 0 },
    Act::Seen { page: ALI },
    Act::Note { of: 0 },
    Act::Propose { of: 0 },
    Act::Decide { of: 0, to: 0 },
    Act::Propose { of: 0 },
    Act::Propose { of: 0 },
    Act::Decide { of: 0, to: 1 },
    Act::Decide { of: 0, to: 2 },
    Act::Propose { of: 0 },
    Act::Decide { of: 0, to: 3 },
    Act::Propose { of: 0 },
    Act::Claim { page: BORA, of: 0 },
    Act::Assign { of: 0, to: 1 },
    Act::Tag { of: 0, on: true },
    Act::Prioritise { of: 0, to: 3 },
    Act::Bookmark { page: BORA, of: 0, on: true },
    Act::Escalate { of: 0 },
    Act::Transfer { of: 0, to: 1 },
    Act::Transfer { of: 0, to: 2 },
    Act::Snooze { of: 0, off: true },
    Act::Snooze { of: 0, off: false },
    Act::Tag { of: 0, on: false },
    Act::Resolve { of: 0 },
    Act::Reopen { of: 0 },
    Act::Resolve { of: 0 },
    Act::Delete { of: 0, which: 0 },
    Act::Delete { of: 0, which: 0 },
    Act::Send { page: ALI_AGAIN },
    Act::Seen { page: ADA },
    Act::SendNew { page: ALI },
    Act::SendElsewhere { page: ALI_AGAIN, to: 0 },
    Act::Repeat { page: ALI_AGAIN, which: 0, to: 1 },
    Act::Repeat { page: ADA, which: 1, to: 1 },
    Act::Post { page: ALI },
    Act::ReplyUnopened { to: 1 },
    Act::Close { of: 1 },
    Act::History { page: ALI },
    Act::History { page: ADA },
    Act::List { page: BORA, filter: 1 },
    Act::Away { page: ADA, away: true },
    Act::BackUp,
    Act::Send { page: VELI },
    Act::Reload { page: ALI },
    Act::Drop { page: ADA },
    Act::Restart,
    Act::Restore,
];

/// One of them, chosen by the dice.
pub(super) fn act(dice: &mut Dice) -> Act {
    let (of, which, any) = (dice.place(6), dice.place(99), dice.place(8));
    let visitor = *dice.pick(&[ALI, ALI, VELI, ALI_AGAIN]);
    let (agent, page) = (*dice.pick(&[ADA, BORA]), dice.place(5));
    match dice.below(100) {
        0..16 => Act::Send { page: visitor },
        16..21 => Act::SendNew { page: visitor },
        21..26 => Act::SendElsewhere { page: visitor, to: of },
        26..32 => Act::Repeat { page, which, to: of },
        32..40 => Act::Open { of },
        40..42 => Act::Close { of },
        42..48 => Act::Reply,
        48 => Act::Edit { of, which },
        49 => Act::Delete { of, which },
        50..54 => Act::ReplyUnopened { to: of },
        54..56 => Act::Note { of },
        56 => Act::Propose { of },
        57 => Act::Decide { of, to: any },
        58 => Act::Escalate { of },
        59 => Act::Transfer { of, to: any },
        60..62 => Act::Claim { page: agent, of },
        62..64 => Act::Assign { of, to: any % 4 },
        64 => Act::Tag { of, on: which % 3 > 0 },
        65 => Act::Prioritise { of, to: any },
        66 => Act::Snooze { of, off: which % 3 > 0 },
        67 => Act::Bookmark { page: agent, of, on: which % 3 > 0 },
        68..70 => Act::Resolve { of },
        70..73 => Act::Reopen { of },
        73..82 => Act::Seen { page },
        82 => Act::Typing { page },
        83 => Act::History { page },
        84..86 => Act::Post { page: visitor },
        86..88 => Act::List { page: agent, filter: any },
        88..90 => Act::Away { page: agent, away: any % 2 == 0 },
        90..93 => Act::Drop { page },
        93..96 => Act::Reload { page },
        96..98 => Act::Restart,
        98 => Act::BackUp,
        _ => Act::Restore,
    }
}
