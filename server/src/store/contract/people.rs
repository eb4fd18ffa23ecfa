//! Sites, agents, sign-ins, tenants, and the store's own life.
use super::world::{Open, World, agent, client_id, get, secret, sender, visitor, wait};
use crate::domain::{
    department::Department,
    routing::{Mode, Routing},
    site::Edge,
};
use crate::store::{Added, NewAgent, NewSignIn, Sender, Site, SiteSettings, StoreError};
use merhaba_shared::protocol::{
    agent::{Filter, List, Role},
    ids::{AgentId, SiteKey},
};

const RECEPTION: &str = r#"{"hours":{"zone":"Europe/Istanbul","week":{"mon":["09:00-12:30"]}},"closed":"form",
    "questions":[{"asks":"name","required":true}],"consent":{"en":"Yes?"}}"#;

fn settings() -> SiteSettings {
    SiteSettings {
        name: "Çarşı".into(),
        origins: vec!["https://b.example".into(), "https://a.example".into()],
        color: Some("#0b7a75".into()),
        radius: Some(4),
        position: Some(Edge::Left),
        greetings: vec![("tr".into(), "Merhaba!".into()), ("en".into(), "Hello!".into())],
        file_bytes: Some(1_000),
        file_quota: Some(9_000),
        reception: serde_json::from_str(RECEPTION).expect("a reception"),
        routing: Routing {
            mode: Mode::Turns,
            capacity: 7,
            gone_minutes: 0,
            target_minutes: 30,
            ..Routing::default()
        },
        departments: vec![Department {
            id: "sales".into(),
            name: [("tr".to_owned(), "Satış".to_owned())].into(),
            members: vec!["mert".into()],
            offered: true,
        }],
    }
}

/// Settings come back as they were set, in their order.
pub fn sites_are_kept_and_changed(open: &Open) {
    let world = World::new(open);
    let site = Site { key: "new".into(), at: 7, settings: settings() };
    assert_eq!(get(world.store.add_site(site.clone())), site);
    assert_eq!(wait(world.store.add_site(site.clone())), Err(StoreError::Conflict));
    assert_eq!(get(world.store.site("new".into())), Some(site.clone()));
    let keys: Vec<_> = get(world.store.sites()).into_iter().map(|site| site.key.0).collect();
    assert_eq!(keys, ["shop", "other", "new"]);
    let other =
        SiteSettings { name: "B".into(), origins: vec!["https://c.example".into()], ..Default::default() };
    let changed = get(world.store.update_site("new".into(), other.clone()));
    assert_eq!(changed, Some(Site { settings: other, ..site }));
    assert_eq!(get(world.store.site("new".into())), changed);
    assert_eq!(get(world.store.update_site("none".into(), settings())), None);
    assert_eq!(get(world.store.site("none".into())), None);
}

/// One agent, many sites; the second time name and password stay.
pub fn agents_join_sites(open: &Open) {
    let world = World::new(open);
    assert_eq!(world.hire("zoe", "none", Role::Agent), Added::NoSite);
    let Added::New(zoe) = world.hire("zoe", "shop", Role::Agent) else { panic!("new") };
    let again = NewAgent {
        id: "zoe2".into(),
        email: "ZOE@Example.com".into(),
        password_hash: "other".into(),
        ..world.new_agent("zoe", "other", Role::Trainee)
    };
    assert_eq!(
        wait(world.store.add_agent(NewAgent { site: "shop".into(), ..again.clone() })),
        Err(StoreError::Conflict)
    );
    let Added::Joined(joined) = get(world.store.add_agent(again)) else { panic!("joined") };
    assert_eq!((&joined.id, &joined.password_hash), (&zoe.id, &zoe.password_hash));
    let sites: Vec<_> = joined.memberships.iter().map(|site| (site.site.as_str(), site.role)).collect();
    assert_eq!(sites, [("shop", Role::Agent), ("other", Role::Trainee)]);
    assert_eq!(get(world.store.agent_by_email("Zoe@EXAMPLE.com".into())), Some(joined));
    assert_eq!(get(world.store.agent_by_email("nobody@example.com".into())), None);
    get(world.store.set_password(zoe.id, "changed".into()));
    let zoe = get(world.store.agent_by_email("zoe@example.com".into())).expect("known");
    assert_eq!(zoe.password_hash, "changed");
    let names = |site: &str| -> Vec<_> {
        let team = get(world.store.agents(SiteKey::from(site)));
        team.into_iter().map(|(agent, role)| (agent.id.0, role)).collect()
    };
    let team = [("ayse", Role::Owner), ("can", Role::Trainee), ("mert", Role::Agent), ("zoe", Role::Agent)];
    assert_eq!(names("shop"), team.map(|(name, role)| (name.to_owned(), role)), "by name");
    assert_eq!(names("other"), [("eva".to_owned(), Role::Owner), ("zoe".to_owned(), Role::Trainee)]);
}

/// Known by the hash of their secret until they end, one by one.
pub fn sign_ins_are_known_until_they_end(open: &Open) {
    let world = World::new(open);
    for device in ["phone", "desk"] {
        get(world.store.sign_in(NewSignIn { secret: secret(device), agent: "mert".into(), at: 5 }));
    }
    get(world.store.touch_sign_in(secret("phone"), 9));
    let phone = get(world.store.signed_in(secret("phone"))).expect("signed in");
    assert_eq!((phone.at, phone.seen_at, phone.agent.id), (5, 9, AgentId::from("mert")));
    assert_eq!(phone.agent.memberships.len(), 1);
    get(world.store.sign_out(secret("phone")));
    assert_eq!(get(world.store.signed_in(secret("phone"))), None);
    assert!(get(world.store.signed_in(secret("desk"))).is_some());
    assert!(
        wait(world.store.sign_in(NewSignIn { secret: secret("x"), agent: "nobody".into(), at: 5 })).is_err()
    );
}

/// Two sites of one store know nothing of each other, token by token and list by list.
pub fn another_tenant_sees_nothing(open: &Open) {
    let world = World::new(open);
    let name = world.begins("ali");
    assert_eq!(get(world.store.visitor("other".into(), secret("ali"))), None);
    assert!(
        get(world.store.inbox("eva".into(), List::whole(Filter::All, None, 100))).conversations.is_empty()
    );
    assert_eq!(get(world.store.row(agent("eva"), name.clone())), None);
    let theirs = crate::store::VisitorMessage {
        // With the same token: who they are is between them and each site.
        from: Sender { token: secret("ali"), ..Sender::clone(&sender("other", "olga")) }.into(),
        client_id: client_id(1),
        ..world.visitor_says("ali")
    };
    let theirs = super::world::stored(world.send(theirs));
    assert!(theirs.began);
    assert_eq!((theirs.row.visitor.number, theirs.row.site.clone()), (1, SiteKey::from("other")));
    let own = get(world.store.visitor("other".into(), secret("ali"))).expect("the same token, another site");
    assert_eq!(own.id.as_str(), "olga");
    assert_eq!(get(world.store.row(visitor("ali"), theirs.accepted.conversation)), None);
}

/// All of it is there again, and the life is the same one.
pub fn everything_outlives_a_restart(open: &Open) {
    let world = World::new(open);
    let message = world.visitor_says("ali");
    let first = super::world::stored(world.send(message.clone())).accepted;
    world.answers("mert", &first.conversation);
    world.resolves("mert", &first.conversation);
    let told = |world: &World| {
        (
            world.store.epoch(),
            world.row(&first.conversation),
            world.log(&first.conversation),
            get(world.store.cards("ali".into(), 9)),
            get(world.store.sites()),
            get(world.store.agent_by_email("mert@example.com".into())),
        )
    };
    let before = told(&world);
    let world = world.restarted(open);
    assert_eq!(told(&world), before);
    assert_eq!(super::world::repeated(world.send(message)), first, "a repeat has no window");
}

/// After the end nothing is taken; what was taken before is done.
pub fn a_closed_store_says_so(open: &Open) {
    let world = World::new(open);
    let last = world.store.visitor_message(world.visitor_says("ali"), super::world::quiet());
    get(world.store.probe());
    let end = world.store.close();
    let unavailable = |error: StoreError| matches!(error, StoreError::Unavailable(_));
    assert!(wait(world.store.probe()).is_err_and(unavailable));
    super::world::stored(get(last));
    get(end);
    let late = world.store.visitor_message(world.visitor_says("ali"), super::world::quiet());
    assert!(wait(late).is_err_and(|error| matches!(error, StoreError::Unavailable(_))));
    assert!(wait(world.store.sites()).is_err_and(|error| matches!(error, StoreError::Unavailable(_))));
}
