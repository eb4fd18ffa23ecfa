//! A visitor's session whose other end is in the relay itself: what the page without script shows. It is a link like any
//! other, with the same limits, bounds and ends; only that it is asked from within. Knows no page and no HTTP.
use super::{
    link::{self, Batch, Link},
    links::{Links, Owner},
};
use crate::{app::App, gate::RetryAfter};
use bytes::BytesMut;
use merhaba_shared::protocol::{
    codec::{self, Codec},
    visitor::{Command, Event, Hello},
};
use std::{collections::VecDeque, net::IpAddr, sync::Arc, time::Duration};

/// The wait that is named when a visitor has too many sessions: nobody knows when one will end.
const CROWDED: RetryAfter = RetryAfter(Duration::from_secs(10));

/// What came of waiting.
#[derive(Debug, PartialEq, Eq)]
pub enum News {
    /// The visitor is told this.
    Event(Box<Event>),
    /// Nothing for a while.
    Quiet,
    /// The session has ended, for whatever reason.
    End,
}

/// One session's events, as long as this lives.
#[derive(Debug)]
pub struct Feed {
    link: Arc<Link>,
    have: u64,
    waiting: VecDeque<News>,
}

impl Feed {
    /// Begins a session; it listens by the time this returns.
    ///
    /// # Errors
    /// When the address, the visitor or all together have too many, or the relay cannot begin one just now.
    pub async fn open(
        links: &Links,
        app: &Arc<App>,
        address: IpAddr,
        hello: Hello,
    ) -> Result<Self, RetryAfter> {
        let secret = links.visitor(app, Codec::Bin, address, None)?;
        let link = links.get(&secret, Owner::Visitor).ok_or(CROWDED)?;
        let mut feed = Self { link, have: 0, waiting: VecDeque::new() };
        let mut bytes = BytesMut::new();
        link::put(&mut bytes, &codec::to_bin(&Command::Hello(hello)));
        feed.link.send(0, &bytes.freeze()).await.map_err(|_| CROWDED)?;
        match feed.next().await {
            News::Event(event) if matches!(*event, Event::Welcome(_)) => Ok(feed),
            _ => Err(CROWDED),
        }
    }

    /// What is new, waiting for it a while.
    pub async fn next(&mut self) -> News {
        loop {
            if let Some(news) = self.waiting.pop_front() {
                return news;
            }
            match self.link.receive(self.have).await {
                Ok(batch) if batch.bytes.is_empty() => return News::Quiet,
                Ok(batch) => self.take(batch),
                Err(_) => return News::End,
            }
        }
    }

    fn take(&mut self, Batch { first, bytes }: Batch) {
        self.have = first;
        let mut rest = bytes;
        while let Some(frame) = link::take(&mut rest) {
            // A frame of no bytes is the end.
            let event = codec::from_bin(&frame).ok().filter(|_| !frame.is_empty());
            let Some(event) = event else {
                self.waiting.push_back(News::End);
                return;
            };
            self.have += 1;
            self.waiting.push_back(News::Event(Box::new(event)));
        }
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.link.leave();
    }
}
