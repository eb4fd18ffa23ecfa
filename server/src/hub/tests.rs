//! The hub alone: who gets what, and how often it is encoded.
use super::*;
use merhaba_shared::protocol::{close::REVOKED, visitor::Presence};
use outbox::Delivery;
use std::cell::Cell;

fn topic() -> Topic {
    Topic::Presence(SiteKey::from("shop"))
}

struct Counted<'a>(&'a Cell<usize>);

impl Serialize for Counted<'_> {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.0.set(self.0.get() + 1);
        to.serialize_u8(1)
    }
}
impl Published for Counted<'_> {}

#[test]
fn an_event_is_encoded_once_per_codec_that_listens() {
    let (hub, times) = (Arc::new(Hub::default()), Cell::new(0));
    hub.publish(&topic(), &Weight::Durable, &Counted(&times));
    assert_eq!(times.get(), 0);
    let boxes: Vec<_> =
        [Codec::Json, Codec::Json, Codec::Json].map(|codec| Arc::new(Outbox::new(codec))).into();
    let mut places: Vec<_> = boxes.iter().map(|outbox| hub.subscribe(topic(), outbox)).collect();
    hub.publish(&topic(), &Weight::Durable, &Counted(&times));
    assert_eq!(times.get(), 1);
    places.push(hub.subscribe(topic(), &Arc::new(Outbox::new(Codec::Bin))));
    hub.publish(&topic(), &Weight::Durable, &Counted(&times));
    assert_eq!(times.get(), 3);
}

#[test]
fn only_listeners_hear_and_only_while_they_listen() {
    let hub = Arc::new(Hub::default());
    let outbox = Arc::new(Outbox::new(Codec::Json));
    let place = hub.subscribe(topic(), &outbox);
    let event = visitor::Event::Presence(Presence { online: true, back_at: None });
    hub.publish(&Topic::Presence("other".into()), &Weight::Ephemeral, &event);
    assert_eq!(outbox.try_next(), None);
    hub.publish(&topic(), &Weight::Ephemeral, &event);
    let Some(Delivery::Packet(packet)) = outbox.try_next() else { panic!("nothing came") };
    assert_eq!(packet.frame, Encoded::Text(r#"{"Presence":{"online":true,"back_at":null}}"#.into()));
    drop(place);
    hub.publish(&topic(), &Weight::Ephemeral, &event);
    assert_eq!(outbox.try_next(), None);
    assert!(hub.shards.iter().all(|shard| shard.lock().is_ok_and(|shard| shard.is_empty())));
}

#[test]
fn closing_a_topic_ends_its_sessions() {
    let hub = Arc::new(Hub::default());
    let outbox = Arc::new(Outbox::new(Codec::Bin));
    let _place = hub.subscribe(Topic::SignIn([7; 32]), &outbox);
    hub.close(&Topic::SignIn([8; 32]), REVOKED);
    assert_eq!(outbox.try_next(), None);
    hub.close(&Topic::SignIn([7; 32]), REVOKED);
    assert_eq!(outbox.try_next(), Some(Delivery::End(REVOKED)));
}

/// An outbox counts lengths; a buffer that had grown by doubling would take twice that.
#[test]
fn a_frame_takes_no_more_than_it_is_counted_for() {
    struct Text(String);
    impl Serialize for Text {
        fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            (&self.0, 1_u8).serialize(to)
        }
    }
    impl Published for Text {}
    for codec in [Codec::Json, Codec::Bin] {
        let (Encoded::Text(bytes) | Encoded::Binary(bytes)) = Text("x".repeat(20_000)).encode(codec);
        let length = bytes.len();
        assert_eq!(Vec::from(bytes).capacity(), length);
    }
}
