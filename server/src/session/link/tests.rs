//! What a link promises to both of its ends, without HTTP and without a session.
use super::*;
use futures_util::{SinkExt, StreamExt};

fn link() -> (Arc<Link>, Wire) {
    Link::new(Codec::Json, Clock)
}

fn text(text: &'static str) -> Frame {
    Frame::Text(Bytes::from_static(text.as_bytes()))
}

fn frames(texts: &[&str]) -> Bytes {
    let mut bytes = BytesMut::new();
    for text in texts {
        put(&mut bytes, text.as_bytes());
    }
    bytes.freeze()
}

/// Reads the next frames, while they are being sent.
async fn reads(wire: &mut Wire, expected: &[&'static str]) {
    for expected in expected {
        assert_eq!(wire.next().await, Some(Ok(text(expected))));
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_sent_again_arrives_once_and_in_order() {
    let (link, mut wire) = link();
    for (first, sent, new) in [
        (0, vec!["a", "b"], vec!["a", "b"]),
        (0, vec!["a", "b", "c"], vec!["c"]),
        (2, vec!["c", "d"], vec!["d"]),
    ] {
        let sent = frames(&sent);
        let (taken, ()) = tokio::join!(link.send(first, &sent), reads(&mut wire, &new));
        assert_eq!(taken, Ok(()));
    }
    assert_eq!(link.send(5, &frames(&["f"])).await, Err(Broken::Ended), "one is missing");
    assert_eq!(link.send(4, &Bytes::from_static(&[0, 0, 0, 9, 1])).await, Err(Broken::Ended), "broken off");
    assert_eq!(link.send(4, &frames(&[""])).await, Ok(()));
    assert_eq!(wire.next().await, Some(Ok(Frame::Close(1000, String::new()))));
}

#[tokio::test(start_paused = true)]
async fn a_session_that_does_not_read_makes_the_sender_try_again() {
    let (link, mut wire) = link();
    let many = frames(&["x"; FRAMES_UP + 3]);
    assert_eq!(link.send(0, &many).await, Err(Broken::Busy));
    let (taken, ()) = tokio::join!(link.send(0, &many), reads(&mut wire, &["x"; FRAMES_UP + 3]));
    assert_eq!(taken, Ok(()));
    assert!(futures_util::poll!(wire.next()).is_pending(), "none came twice");
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_was_lost_is_given_again() {
    let (link, mut wire) = link();
    wire.send(text("a")).await.expect("sent");
    wire.send(text("b")).await.expect("sent");
    let both = Batch { first: 0, bytes: frames(&["a", "b"]) };
    assert_eq!(link.receive(0).await, Ok(both));
    let late = Batch { first: 1, bytes: frames(&["b"]) };
    assert_eq!(link.receive(1).await, Ok(late));
    assert_eq!(link.receive(3).await, Err(Broken::Ended), "never sent");
    assert_eq!(link.receive(2).await, Ok(Batch { first: 2, bytes: Bytes::new() }), "after a while");
    assert_eq!(link.receive(0).await, Err(Broken::Ended), "forgotten");
}

#[tokio::test(start_paused = true)]
async fn news_ends_the_wait_and_a_second_request_takes_the_place_of_the_first() {
    let (link, mut wire) = link();
    let mut first = pin!(link.receive(0));
    assert!(futures_util::poll!(&mut first).is_pending());
    let mut second = pin!(link.receive(0));
    assert!(futures_util::poll!(&mut second).is_pending());
    assert_eq!(first.await, Ok(Batch { first: 0, bytes: Bytes::new() }));
    wire.send(text("a")).await.expect("sent");
    assert_eq!(second.await, Ok(Batch { first: 0, bytes: frames(&["a"]) }));
}

#[tokio::test(start_paused = true)]
async fn the_writer_waits_for_what_is_not_confirmed() {
    let (link, mut wire) = link();
    let long: &'static str = "x".repeat(DOWN_BYTES).leak();
    wire.send(text(long)).await.expect("sent");
    let mut next = pin!(wire.send(text("b")));
    assert!(futures_util::poll!(&mut next).is_pending());
    link.receive(0).await.expect("there");
    assert!(futures_util::poll!(&mut next).is_pending(), "it may be lost yet");
    let mut more = pin!(link.receive(1));
    assert!(futures_util::poll!(&mut more).is_pending());
    next.await.expect("sent");
    assert_eq!(more.await, Ok(Batch { first: 1, bytes: frames(&["b"]) }));
}

#[tokio::test(start_paused = true)]
async fn the_end_is_told_after_everything_and_kept_for_who_asks_late() {
    let (link, mut wire) = link();
    wire.send(text("a")).await.expect("sent");
    wire.send(Frame::Close(4001, "70".into())).await.expect("sent");
    drop(wire);
    let mut told = pin!(link.told());
    assert!(futures_util::poll!(&mut told).is_pending());
    let mut bytes = BytesMut::from(&*frames(&["a", ""]));
    bytes.put_slice(b"\x0f\xa170");
    assert_eq!(link.receive(0).await, Ok(Batch { first: 0, bytes: bytes.freeze() }));
    link.news.notify_waiters();
    told.await;
}

#[tokio::test(start_paused = true)]
async fn the_end_is_told_also_to_who_confirms_nothing() {
    let (link, mut wire) = link();
    let long: &'static str = "x".repeat(DOWN_BYTES).leak();
    wire.send(text(long)).await.expect("sent");
    let mut bytes = BytesMut::from(&*frames(&[long]));
    assert_eq!(link.receive(0).await, Ok(Batch { first: 0, bytes: bytes.clone().freeze() }));
    wire.ends();
    let mut end = pin!(wire.send(Frame::Close(4008, "Slow".into())));
    assert_eq!(futures_util::poll!(&mut end), Poll::Ready(Ok(())));
    bytes.put_slice(b"\0\0\0\0\x0f\xa8Slow");
    assert_eq!(link.receive(0).await, Ok(Batch { first: 0, bytes: bytes.freeze() }));
}

#[tokio::test(start_paused = true)]
async fn a_session_that_is_gone_is_no_link() {
    let (link, wire) = link();
    let mut waiting = pin!(link.receive(0));
    assert!(futures_util::poll!(&mut waiting).is_pending());
    drop(wire);
    assert_eq!(waiting.await, Err(Broken::Ended));
    assert_eq!(link.send(0, &frames(&["a"])).await, Err(Broken::Ended));
    link.told().await;
}

#[tokio::test(start_paused = true)]
async fn whoever_asks_lives_and_who_does_not_has_left() {
    let (link, mut wire) = link();
    wire.send(Frame::Ping).await.expect("sent");
    assert_eq!(wire.next().await, Some(Ok(Frame::Pong)));
    let began = Clock.monotonic();
    let mut end = pin!(wire.next());
    assert!(futures_util::poll!(&mut end).is_pending());
    link.receive(0).await.expect("nothing");
    assert_eq!(end.await, None);
    assert_eq!((Clock.monotonic() - began).as_secs(), LEFT_AFTER.as_secs());
}
