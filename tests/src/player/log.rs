//! The relay's own log of a conversation, read by somebody who has never been there: a new socket and `History`, page by
//! page, as it comes. Nothing is sorted, joined or left out here: that would hide what is looked for.
use super::line::{Door, Heard, Line};
use merhaba_shared::protocol::{
    ids::{ConversationId, SiteKey, Token},
    limits::HISTORY_PAGE,
    model::{GetHistory, History, Item},
    visitor::{Command, Event, Hello},
};
use std::time::Duration;
use tokio::time::timeout;

/// How long a page may take.
const WITHIN: Duration = Duration::from_secs(20);

/// All entries of a visitor's conversation.
pub async fn read(door: Door, site: &str, token: &Token, conversation: &ConversationId) -> Vec<Item> {
    let mut line = Line::new(door, "/ws/visitor", None);
    line.connect();
    assert!(matches!(hear(&mut line).await, Heard::Opened), "the reader may connect");
    let hello = Hello {
        site: SiteKey(site.to_owned()),
        token: Some(token.clone()),
        locale: "tr".into(),
        page: None,
        epoch: None,
        resume: Vec::new(),
    };
    line.say(&Command::Hello(hello));
    let mut log: Vec<Item> = Vec::new();
    loop {
        let before = log.first().map(Item::seq);
        let ask = GetHistory { conversation: conversation.clone(), before, limit: HISTORY_PAGE };
        line.say(&Command::History(ask));
        let page = page(&mut line).await;
        let more = page.more && !page.entries.is_empty();
        log.splice(0..0, page.entries);
        if !more {
            return log;
        }
    }
}

async fn page(line: &mut Line) -> History {
    loop {
        match hear(line).await {
            Heard::Event(event) => match *event {
                Event::History(page) => return page,
                Event::Refused(refused) => panic!("the reader was refused: {refused:?}"),
                _ => {}
            },
            Heard::Opened => {}
            Heard::Closed { code, reason } => panic!("the reader was closed with {code} {reason}"),
        }
    }
}

async fn hear(line: &mut Line) -> Heard<Event> {
    timeout(WITHIN, line.hear()).await.expect("the reader hears in time")
}
