//! Every number of the wire, once. The pages show them before the relay has to refuse; the relay holds them.

/// A message's length in Unicode scalar values.
pub const BODY_CHARS: usize = 4_000;
/// A message's length in bytes of UTF-8.
pub const BODY_BYTES: usize = 16 * 1024;
/// A name's length in Unicode scalar values.
pub const NAME_CHARS: usize = 80;
/// A site's greeting in Unicode scalar values.
pub const GREETING_CHARS: usize = 200;
/// A language tag's length in bytes; a longer one is cut.
pub const LOCALE_BYTES: usize = 35;
/// A page address's length in bytes; a longer one is cut.
pub const URL_BYTES: usize = 2_048;
/// A page title's length in bytes; a longer one is cut.
pub const TITLE_BYTES: usize = 300;
/// A rating's comment in Unicode scalar values.
pub const COMMENT_CHARS: usize = 1_000;
/// Files on one message.
pub const ATTACHMENTS: usize = 10;
/// A file's length in bytes; a site may allow less.
pub const FILE_BYTES: u64 = 20 * 1024 * 1024;
/// A file name's length in bytes; a longer one is cut before its ending.
pub const FILE_NAME_BYTES: usize = 200;
/// Files whose links are asked for at once.
pub const LINKS: usize = 100;
/// Conversations in one `resume`.
pub const RESUME: usize = 50;
/// Conversations an agent's page may have open at once.
pub const OPEN: usize = 50;
/// Agents who are named as looking at one conversation.
pub const COMPANY: usize = 16;
/// A tag's length in Unicode scalar values.
pub const TAG_CHARS: usize = 40;
/// Tags on one conversation.
pub const TAGS: usize = 20;
/// Tags that a site knows.
pub const SITE_TAGS: usize = 500;
/// Pages of one visit that are kept: the latest.
pub const TRAIL: usize = 30;
/// The length of a page's address among them in bytes; a longer one is cut.
pub const TRAIL_URL_BYTES: usize = 512;
/// The length of a page's title among them in bytes; a longer one is cut.
pub const TRAIL_TITLE_BYTES: usize = 150;
/// A visit is over when nobody went to a page for so long, in milliseconds.
pub const VISIT_ENDS_MS: i64 = 30 * 60 * 1000;
/// Things that a site may say of one visitor; more are not kept.
pub const ATTRIBUTES: usize = 30;
/// The length of such a thing's name in Unicode scalar values; a longer one is cut.
pub const ATTRIBUTE_NAME_CHARS: usize = 40;
/// The length of what it says in Unicode scalar values; a longer one is cut.
pub const ATTRIBUTE_CHARS: usize = 200;
/// Past conversations of a visitor that are told at once.
pub const PAST_PAGE: usize = 10;
/// Messages that wait for approval in one conversation at a time.
pub const PROPOSALS: usize = 20;
/// Characters of why one was returned, or why owners and admins are called.
pub const REASON_CHARS: usize = 1_000;
/// Conversations in which one agent was mentioned and has not looked since: the latest.
pub const MENTIONS: usize = 200;
/// Conversations that one agent has bookmarked.
pub const BOOKMARKS: usize = 500;
/// A department's id, in bytes.
pub const DEPARTMENT_BYTES: usize = 32;
/// How far a conversation may be put off, in milliseconds: a year and a day.
pub const SNOOZE_MS: i64 = 366 * 24 * 60 * 60 * 1000;
/// How long an agent may change or take away a message of theirs, in milliseconds by the relay's clock.
pub const EDIT_MS: i64 = 15 * 60 * 1000;
/// How many conversations lists hold is told at most once in this time, in milliseconds.
pub const COUNTS_EVERY_MS: u64 = 1_000;

/// One websocket message, and one frame of it, in bytes; a longer one closes 1009.
pub const FRAME_BYTES: usize = 64 * 1024;
/// How deep a JSON frame may nest.
pub const JSON_DEPTH: usize = 16;
/// What one session may have waiting to be written, in bytes, before it is closed as slow.
pub const OUTBOX_BYTES: usize = 192 * 1024;
/// A page of replay or history, in bytes of bodies: the rest of the 256 KiB that one session may cost.
pub const PAGE_BYTES: usize = 64 * 1024;
/// Entries in one `History`.
pub const HISTORY_PAGE: u16 = 100;
/// Lines of the backstage that are told at once, each in a frame of its own.
pub const BACKSTAGE_PAGE: u16 = 50;
/// Rows in one `Inbox`.
pub const INBOX_PAGE: u16 = 100;
/// Conversations in a visitor's `Welcome`.
pub const WELCOME_CONVERSATIONS: usize = 50;
/// Sends of one session that may wait for the disk at once; more are read from the socket when one is done.
pub const SENDS_IN_FLIGHT: usize = 64;

/// A `Hello` must come within this time, in milliseconds.
pub const HELLO_MS: u64 = 5_000;
/// Websocket pings, in milliseconds.
pub const PING_EVERY_MS: u64 = 25_000;
/// The wait for a pong, in milliseconds, before the session is closed as lost.
pub const PONG_WITHIN_MS: u64 = 10_000;
/// `Head` follows any entry within this time, in milliseconds.
pub const HEAD_WITHIN_MS: u64 = 5_000;
/// A write that takes longer than this, in milliseconds, closes the session as slow.
pub const WRITE_WITHIN_MS: u64 = 10_000;
/// One `Typing` in this time, in milliseconds; more are dropped.
pub const TYPING_EVERY_MS: u64 = 3_000;
/// Typing dots end after this silence, in milliseconds.
pub const TYPING_ENDS_MS: u64 = 6_000;
/// A session's age, in milliseconds, give or take a tenth, before it is asked to connect again.
pub const AGE_MS: u64 = 12 * 60 * 60 * 1000;
/// Messages a visitor may send at once.
pub const SEND_BURST: u32 = 5;
/// After the burst, one message per this time, in milliseconds.
pub const SEND_EVERY_MS: u64 = 2_000;
/// Refusals for speed in a row after which the session is closed.
pub const REFUSALS_IN_A_ROW: u32 = 3;
/// Sockets that one visitor may have.
pub const SOCKETS_PER_VISITOR: usize = 5;
/// Sockets that one agent may have.
pub const SOCKETS_PER_AGENT: usize = 10;
/// Sockets without a known visitor or agent that one address may have.
pub const SOCKETS_PER_ADDRESS: usize = 20;

/// Why a body cannot be sent, if it cannot; the same rule on both ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyError {
    /// Nothing but white space.
    Blank,
    /// Too long, by so many Unicode scalar values (at least 1).
    TooLong(usize),
}

/// Checks a message's text.
///
/// # Errors
/// [`BodyError`] when it is blank or longer than [`BODY_CHARS`] or [`BODY_BYTES`].
pub fn check_body(body: &str) -> Result<(), BodyError> {
    let over = body.chars().count().saturating_sub(BODY_CHARS);
    if over > 0 || body.len() > BODY_BYTES {
        return Err(BodyError::TooLong(over.max(1)));
    }
    if body.chars().all(char::is_whitespace) {
        return Err(BodyError::Blank);
    }
    Ok(())
}

/// Checks what a message says: with files it may say nothing.
///
/// # Errors
/// As [`check_body`].
pub fn check_said(body: &str, files: usize) -> Result<(), BodyError> {
    match check_body(body) {
        Err(BodyError::Blank) if files > 0 => Ok(()),
        checked => checked,
    }
}

/// Cuts a text to at most so many bytes, at a character's edge.
#[must_use]
pub fn cut(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::{BODY_CHARS, BodyError, check_body, cut};

    #[test]
    fn a_body_counts_scalar_values_not_bytes() {
        assert_eq!(check_body(&"ş".repeat(BODY_CHARS)), Ok(()));
        assert_eq!(check_body(&"ş".repeat(BODY_CHARS + 212)), Err(BodyError::TooLong(212)));
    }

    #[test]
    fn four_byte_characters_fit_to_the_last_one() {
        assert_eq!(check_body(&"🙏".repeat(BODY_CHARS)), Ok(()));
    }

    #[test]
    fn white_space_of_any_script_is_blank() {
        for blank in ["", " ", "\n\t ", "\u{a0}\u{3000}"] {
            assert_eq!(check_body(blank), Err(BodyError::Blank), "{blank:?}");
        }
    }

    #[test]
    fn cutting_keeps_characters_whole() {
        assert_eq!(cut("aşk", 2), "a");
        assert_eq!(cut("aşk", 3), "aş");
        assert_eq!(cut("aşk", 99), "aşk");
    }
}
