//! What people do on their pages, chosen by the dice: they write, read, leave, come back, change their mind.
use super::{
    page::{Machine, Whose},
    world::{AGENTS, World},
};
use merhaba_shared::protocol::{
    agent::{Filter, SetStatus},
    ids::AgentId,
    limits::BODY_CHARS,
};

/// Pages of one browser.
const TABS: usize = 3;

/// Somebody does something.
pub(super) fn act(world: &mut World) {
    let at = world.dice.place(world.pages.len());
    let now = world.now();
    if world.pages[at].put_away {
        return world.put_away(at, false);
    }
    if !world.pages[at].is_usable(now) {
        return;
    }
    match world.dice.below(100) {
        0..78 => match world.pages[at].whose {
            Whose::Browser(_) => visitor(world, at),
            Whose::Agent(_) => agent(world, at),
        },
        78..83 => world.reload(at),
        83..86 => another(world, at),
        86..89 => world.put_away(at, true),
        89..92 => world.on(at, Machine::nudge),
        92..94 => world.on(at, Machine::offline),
        _ => {
            let visible = world.dice.percent(60);
            world.on(at, |machine, _| machine.set_visible(visible));
        }
    }
}

/// Opens another page beside one, or closes one.
fn another(world: &mut World, at: usize) {
    let whose = world.pages[at].whose;
    let open = world.pages.iter().filter(|page| page.whose == whose && !page.closed).count();
    if open < TABS {
        world.load(whose);
    } else {
        world.close(at);
    }
}

/// Mostly short, now and then as long as may be.
fn text(world: &mut World) -> String {
    let number = world.written.len();
    if world.dice.percent(5) {
        let long = world.dice.place(BODY_CHARS - 20);
        return format!("{number} {}", "ş".repeat(long));
    }
    format!("{number} merhaba 🙏")
}

fn visitor(world: &mut World, at: usize) {
    let choice = world.dice.below(100);
    let any = world.dice.place(64);
    if choice < 60 {
        for _ in 0..=world.dice.below(3) {
            let body = text(world);
            let (client_id, body) = world.write(at, body);
            world.on(at, |machine, now| machine.as_visitor().map(|client| client.send(now, client_id, body)));
        }
        return;
    }
    world.on(at, |machine, now| {
        let Some(client) = machine.as_visitor() else { return };
        match choice {
            60..75 => _ = client.seen(now),
            75..85 => client.typing(now, any.is_multiple_of(2)),
            85..89 => client.begin_new(),
            89..96 => {
                let all: Vec<_> =
                    client.threads().iter().map(|thread| thread.conversation().clone()).collect();
                if !all.is_empty() {
                    client.show(&all[any % all.len()]);
                }
            }
            _ => client.older(),
        }
    });
}

fn agent(world: &mut World, at: usize) {
    let (choice, any) = (world.dice.below(100), world.dice.place(64));
    let to = AgentId::from(AGENTS[any % AGENTS.len()]);
    let current = world.on(at, |machine, now| {
        let client = machine.as_agent()?;
        let rows: Vec<_> = client.rows().iter().map(|row| row.conversation.clone()).collect();
        let one = rows.get(any % rows.len().max(1)).cloned();
        match (choice, one) {
            (0..25, Some(one)) => client.open(&one),
            (25..30, Some(one)) => client.claim(&one),
            (30..35, Some(one)) => client.assign(&one, (any % 4 > 0).then_some(to)),
            (35..39, Some(one)) => client.resolve(&one),
            (39..42, Some(one)) => client.reopen(&one),
            (42..52, _) => _ = client.seen(now),
            (52..56, _) => client.typing(now, any.is_multiple_of(2)),
            (56..60, _) => client.list(Filter::ALL[any % Filter::ALL.len()]),
            (60..62, _) => client.leave(),
            (62..64, _) => {
                client.set_status(SetStatus { away: any.is_multiple_of(2), busy: any.is_multiple_of(3) });
            }
            (64..66, _) => client.older(),
            (66.., _) => return client.current().map(|opened| opened.thread.conversation().clone()),
            _ => {}
        }
        None
    });
    if let Some(conversation) = current {
        let body = text(world);
        let (client_id, body) = world.write(at, body);
        world.on(at, |machine, now| {
            machine.as_agent().map(|client| client.reply(now, client_id, &conversation, body))
        });
    }
}
