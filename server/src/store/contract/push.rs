//! Where browsers are reached while their page is closed, and the key that the relay shows to push services.
use super::world::{Open, World, get, secret};
use crate::store::{NewSignIn, SUBSCRIPTIONS, Subscription};
use merhaba_shared::protocol::agent::Role;

fn browser(name: &str) -> Subscription {
    Subscription { endpoint: format!("https://push.example/{name}"), p256dh: [4; 65], auth: [7; 16] }
}

/// The endpoints of everybody of a site.
fn reached(world: &World, site: &str) -> Vec<String> {
    let mut found: Vec<String> = get(world.store.push_targets(site.into(), 0, 0))
        .into_iter()
        .map(|target| target.subscription.endpoint.replace("https://push.example/", ""))
        .collect();
    found.sort();
    found
}

fn signs_in(world: &World, agent: &str, name: &str) {
    let at = world.tick();
    get(world.store.sign_in(NewSignIn { agent: agent.into(), secret: secret(name), at }));
}

/// One for each sign-in, gone with it or when its service says so; a browser is whose sign-in said it last.
pub fn a_browser_is_reached_as_long_as_its_sign_in_lasts(open: &Open) {
    let world = World::new(open);
    world.hire("zoe", "shop", Role::Admin);
    for name in ["a", "b", "c"] {
        signs_in(&world, "zoe", name);
        assert!(get(world.store.subscribe(secret(name), browser(name), world.tick())));
    }
    assert!(!get(world.store.subscribe(secret("nobody"), browser("d"), world.tick())));
    let world = world.restarted(open);
    assert_eq!(reached(&world, "shop"), ["a", "b", "c"]);
    assert!(reached(&world, "other").is_empty(), "another site's people hear nothing");
    let target = get(world.store.push_targets("shop".into(), 0, 0)).remove(0);
    assert_eq!((target.agent.as_str(), target.role), ("zoe", Role::Admin));
    get(world.store.subscribe(secret("b"), browser("a"), world.tick()));
    assert_eq!(reached(&world, "shop"), ["a", "c"]);
    get(world.store.forget_endpoint(browser("c").endpoint));
    assert_eq!(reached(&world, "shop"), ["a"]);
    get(world.store.sign_out(secret("b")));
    assert!(reached(&world, "shop").is_empty());
    get(world.store.subscribe(secret("c"), browser("c"), world.tick()));
    get(world.store.unsubscribe(secret("c")));
    assert!(reached(&world, "shop").is_empty());
}

/// Of one agent the latest are kept; who has not come for long is not told.
pub fn of_an_agents_browsers_the_latest_are_reached(open: &Open) {
    let world = World::new(open);
    world.hire("zoe", "shop", Role::Agent);
    for number in 0..=SUBSCRIPTIONS {
        let name = format!("{number:02}");
        signs_in(&world, "zoe", &name);
        get(world.store.subscribe(secret(&name), browser(&name), world.tick()));
    }
    let all = reached(&world, "shop");
    assert_eq!((all.len(), all[0].as_str()), (SUBSCRIPTIONS, "01"));
    let now = world.tick();
    assert!(get(world.store.push_targets("shop".into(), now, 0)).is_empty());
    assert!(get(world.store.push_targets("shop".into(), 0, now)).is_empty());
}

/// Made once; whatever is offered later, also after a restart, the first stays.
pub fn the_key_stays(open: &Open) {
    let world = World::new(open);
    assert_eq!(get(world.store.push_key(vec![1])), [1]);
    let world = world.restarted(open);
    assert_eq!(get(world.store.push_key(vec![2])), [1]);
}
