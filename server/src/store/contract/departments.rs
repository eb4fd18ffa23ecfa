//! Departments: what a visitor chose when a conversation began, where agents send it, and who waits for whom.
use super::world::{Open, World, client_id, get, quiet, sender, stored};
use crate::{
    domain::{department::Department, reception::About, routing::Waiting},
    store::{Changed, Sequence, VisitorMessage},
};
use merhaba_shared::protocol::{
    agent::{BackstageLine, Deed, Filter, List, Role},
    ids::ConversationId,
    triage::{Detail, Only},
};

/// A shop whose sales `mert` answers, and whose repairs nobody in particular does; only sales can be chosen.
fn shop(open: &Open) -> World {
    let world = World::new(open);
    world.hire("ege", "shop", Role::Agent);
    let department = |id: &str, members: &[&str], offered| Department {
        id: id.into(),
        name: [("en".to_owned(), id.to_owned())].into(),
        members: members.iter().map(|member| (*member).into()).collect(),
        offered,
    };
    let mut settings = get(world.store.site("shop".into())).expect("a site").settings;
    settings.departments = vec![department("sales", &["mert"], true), department("repairs", &[], false)];
    assert!(get(world.store.update_site("shop".into(), settings)).is_some());
    world
}

/// A visitor's message with what they chose; into a conversation of theirs, or into a new one.
fn says(world: &World, who: &str, topic: &str, new: bool) -> ConversationId {
    let about = About { topic: Some(topic.into()), ..About::default() };
    let number = world.fresh();
    let message = VisitorMessage {
        from: sender("shop", who),
        client_id: client_id(number),
        conversation: None,
        new,
        new_conversation: format!("{who}-{number}").as_str().into(),
        body: "hello".into(),
        attachments: Vec::new(),
        extra: None,
        about: Some(Box::new(about)),
        at: world.tick(),
        sequence: Sequence::default(),
    };
    stored(get(world.store.visitor_message(message, quiet()))).accepted.conversation
}

fn transfer(world: &World, who: &str, name: &ConversationId, to: Option<&str>) -> Option<Changed> {
    get(world.store.transfer(who.into(), name.clone(), to.map(str::to_owned), world.tick(), quiet()))
}

fn of(world: &World, name: &ConversationId) -> Option<String> {
    world.row(name).triage.department.clone()
}

/// Chosen once, when it begins, from what is offered; a restart changes nothing, and nothing is kept of the person.
pub fn a_visitor_chooses_what_a_conversation_is_for(open: &Open) {
    let world = shop(open);
    let name = says(&world, "ali", "sales", false);
    assert_eq!(of(&world, &name).as_deref(), Some("sales"));
    assert_eq!(world.row(&name).visitor.about, None, "it says nothing of the person");
    assert_eq!(says(&world, "ali", "repairs", false), name, "the same conversation");
    assert_eq!(of(&world, &name).as_deref(), Some("sales"), "it had begun");
    for strange in ["repairs", "gone", ""] {
        let name = says(&world, "ali", strange, true);
        assert_eq!(of(&world, &name), None, "{strange:?} is not offered");
    }
    let world = world.restarted(open);
    assert_eq!(of(&world, &name).as_deref(), Some("sales"));
}

/// Whoever has it keeps it only if they answer there; the backstage says where it went, once.
pub fn a_conversation_is_sent_to_a_department(open: &Open) {
    let world = shop(open);
    let name = says(&world, "ali", "none", false);
    assert!(
        get(world.store.assign("ege".into(), name.clone(), Some("ege".into()), world.tick(), quiet()))
            .is_some()
    );
    let changed = transfer(&world, "ege", &name, Some("repairs")).expect("sent");
    assert!(changed.row.assignee.is_some(), "everybody answers there");
    let changed = transfer(&world, "ege", &name, Some("sales")).expect("sent");
    assert_eq!((&changed.row.assignee, changed.row.triage.department.as_deref()), (&None, Some("sales")));
    assert!(transfer(&world, "ege", &name, Some("sales")).expect("there already").activity.is_none());
    assert_eq!(transfer(&world, "ege", &name, Some("gone")), None);
    assert_eq!(transfer(&world, "eva", &name, None), None, "another tenant");
    transfer(&world, "mert", &name, None).expect("sent");
    let lines = get(world.store.backstage("mert".into(), name.clone(), None, 50)).expect("a conversation");
    let sent: Vec<_> = lines
        .into_iter()
        .filter_map(|line| match line {
            BackstageLine::Activity(done) if done.deed == Deed::Transferred => done.detail,
            _ => None,
        })
        .collect();
    let to = |to: Option<&str>| Detail::Department(to.map(str::to_owned));
    assert_eq!(sent, [to(Some("repairs")), to(Some("sales")), to(None)]);
}

/// Lists and counts are narrowed to one, and who gives conversations is told which each is for.
pub fn a_department_has_its_lists_and_its_queue(open: &Open) {
    let world = shop(open);
    let (sales, other) = (says(&world, "ali", "sales", false), says(&world, "veli", "none", false));
    let only = |department: &str| Only { department: Some(department.into()), ..Only::default() };
    let list = |department: &str| {
        let list = List { filter: Filter::Open, cursor: None, limit: 9, only: only(department) };
        let rows = get(world.store.inbox("mert".into(), list)).conversations;
        rows.into_iter().map(|row| row.conversation).collect::<Vec<_>>()
    };
    assert_eq!((list("sales"), list("repairs")), (vec![sales.clone()], Vec::new()));
    let open = |only| get(world.store.counts("shop".into(), only)).expect("a site").open;
    assert_eq!((open(only("sales")), open(only("repairs")), open(Only::default())), (1, 0, 2));
    let waiting = get(world.store.queue("shop".into(), Vec::new(), 9));
    let waits = |conversation, department: Option<&str>| Waiting {
        conversation,
        owner: None,
        department: department.map(str::to_owned),
    };
    assert_eq!(waiting, [waits(sales, Some("sales")), waits(other, None)]);
}
