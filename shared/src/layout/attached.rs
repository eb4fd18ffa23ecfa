//! What a bubble hands on to the parts of its page, which draw files and what can be pressed: as the text of an attribute
//! each, on both pages in the same form. Empty: nothing.
use crate::protocol::{ids::AttachmentId, model::Message};
use alloc::string::{String, ToString};

/// The ids of its files, with a blank between them.
pub fn files<'a>(ids: impl Iterator<Item = &'a AttachmentId>) -> String {
    let mut text = String::new();
    for id in ids {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(id.as_str());
    }
    text
}

/// Its Seq and, after a blank, what there is to press or to fill in, as JSON.
#[must_use]
pub fn extra(message: &Message) -> String {
    let Some(extra) = &message.extra else { return String::new() };
    let mut text = message.seq.to_string();
    text.push(' ');
    text.push_str(&extra.0);
    text
}
