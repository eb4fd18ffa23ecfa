//! What the palette offers: everything that can be done now, and everything that can be named, ranked by what is typed.
//! Decides what is offered and carries it out; draws nothing.
use super::{
    actions::{ACTIONS, Deed},
    desk::Desk,
    fuzzy::{fit, fit_exactly},
    i18n::{Lang, Texts, fill},
    icons::{BOLT, CHECK, CLOCK, FLAG, GIVE, INBOX, LOOK, TAG, TALK},
    people,
    prefs::{Prefs, Theme},
    route::Route,
    search::Search,
    time,
    views::{
        choices::theme_name,
        give::Colleague,
        inbox::{LISTS, name},
        sorting::priority_name,
    },
};
use leptos::prelude::*;
use merhaba_shared::protocol::{
    agent::{Filter, InboxRow, SetStatus},
    ids::{AgentId, ConversationId, Millis},
    triage::{Priority, clean_tag, fold_tag},
};

/// So many are shown at once.
const SHOWN: usize = 60;
/// So many conversations are offered before anything is typed.
const RECENT: usize = 6;
/// So many conversations of the list are looked through.
const LOOKED_THROUGH: usize = 500;

/// What a choice is about, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// The conversation that is shown.
    Conversation,
    /// Places and lists.
    Places,
    /// Conversations.
    Others,
    /// The agent's own.
    Own,
}

impl Group {
    /// All, in their order.
    pub const ALL: [Self; 4] = [Self::Conversation, Self::Places, Self::Others, Self::Own];

    /// Its words.
    pub const fn words(self, texts: &Texts) -> &'static str {
        match self {
            Self::Conversation => texts.conversation,
            Self::Places => texts.palette_go,
            Self::Others => texts.conversations,
            Self::Own => texts.palette_own,
        }
    }
}

/// What happens when it is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// One of the table of actions.
    Deed(Deed),
    /// A list is shown.
    List(Filter),
    /// A conversation is opened.
    Open(ConversationId),
    /// The conversation is given to somebody.
    Give(AgentId),
    /// It is sent to a department, or to the whole team.
    Transfer(Option<String>),
    /// It is put off until then.
    Snooze(Millis),
    /// It gets this tag, or loses it.
    Tag(String, bool),
    /// It gets this priority.
    Priority(Priority),
    /// The agent is there, busy or away.
    Status(SetStatus),
    /// Light, dark or as the device.
    Theme(Theme),
    /// The page's language.
    Lang(Lang),
    /// What is typed is looked for everywhere.
    Search(String),
}

/// A line of the palette.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Where it belongs.
    pub group: Group,
    /// What happens.
    pub what: What,
    /// Its words.
    pub words: String,
    /// Smaller words behind them.
    pub small: String,
    /// Its key; empty: none.
    pub key: String,
    /// Its icon.
    pub icon: &'static str,
}

impl Choice {
    fn new(group: Group, icon: &'static str, what: What, words: impl Into<String>) -> Self {
        Self { group, what, words: words.into(), small: String::new(), key: String::new(), icon }
    }

    fn with(self, small: impl Into<String>) -> Self {
        Self { small: small.into(), ..self }
    }

    /// How well it fits what is typed.
    fn fit(&self, typed: &str) -> Option<u32> {
        let line = [self.words.as_str(), " ", &self.small].concat();
        match self.what {
            What::Open(_) => fit_exactly(typed, &line),
            // Whoever cannot read this language looks for another in theirs.
            What::Lang(_) => fit(
                typed,
                &[line.as_str(), " ", Lang::En.texts().language, " ", Lang::Tr.texts().language].concat(),
            ),
            _ => fit(typed, &line),
        }
    }
}

/// What the relay was asked for when the palette was opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Who can be given the conversation.
    pub colleagues: Vec<Colleague>,
    /// The tags of its site.
    pub tags: Vec<String>,
}

/// What fits, the best first; with nothing typed everything in its order.
pub fn offered(desk: Desk, prefs: Prefs, known: &Known, typed: &str) -> Vec<Choice> {
    let texts = desk.texts();
    let typed = typed.trim();
    let mut all = actions(desk, texts);
    if let Some(row) = desk.shown() {
        with_conversation(desk, &row, prefs, known, &mut all);
    }
    places(desk, texts, &mut all);
    others(desk, texts, &mut all);
    own(desk, prefs, texts, &mut all);
    if typed.is_empty() {
        all.retain(|choice| {
            matches!(choice.what, What::Deed(_) | What::List(_) | What::Open(_) | What::Status(_))
        });
        let mut conversations = 0;
        all.retain(|choice| {
            conversations += usize::from(choice.group == Group::Others);
            choice.group != Group::Others || conversations <= RECENT
        });
        all.sort_by_key(|choice| Group::ALL.iter().position(|group| *group == choice.group));
        return all;
    }
    let mut found: Vec<_> = all.into_iter().filter_map(|choice| Some((choice.fit(typed)?, choice))).collect();
    found.sort_by_key(|(points, _)| std::cmp::Reverse(*points));
    let mut found: Vec<_> = found.into_iter().map(|(_, choice)| choice).take(SHOWN).collect();
    if let Some(tag) = clean_tag(typed).filter(|tag| desk.can(Deed::Tag) && !is_known(desk, known, tag)) {
        let words = fill(texts.palette_tag, &[("tag", &tag)]);
        found.push(Choice::new(Group::Conversation, TAG, What::Tag(tag, true), words));
    }
    let words = fill(texts.palette_search, &[("text", typed)]);
    found.push(Choice::new(Group::Places, LOOK, What::Search(typed.into()), words));
    found
}

fn is_known(desk: Desk, known: &Known, tag: &str) -> bool {
    let same = |other: &String| fold_tag(other) == fold_tag(tag);
    known.tags.iter().any(same) || desk.shown().is_some_and(|row| row.triage.tags.iter().any(same))
}

/// The table's, as far as they can be done now.
fn actions(desk: Desk, texts: &Texts) -> Vec<Choice> {
    let can = ACTIONS.iter().filter(|action| !action.deed.is_move() && desk.can(action.deed));
    let choice = can.map(|action| {
        let group = match action.deed {
            deed if deed.is_of_conversation() => Group::Conversation,
            Deed::Undo => Group::Conversation,
            Deed::Search | Deed::Inbox | Deed::Replies | Deed::Site => Group::Places,
            _ => Group::Own,
        };
        Choice {
            key: action.shown(),
            ..Choice::new(group, action.icon, What::Deed(action.deed), (action.words)(texts))
        }
    });
    choice.collect()
}

/// Whom the conversation that is shown can be given to, its times, priorities and tags.
fn with_conversation(desk: Desk, row: &InboxRow, prefs: Prefs, known: &Known, all: &mut Vec<Choice>) {
    let (texts, now, lang) = (desk.texts(), desk.now_once(), prefs.lang.get_untracked());
    let mut add = |icon, what, words: &str, small: &str| {
        all.push(Choice::new(Group::Conversation, icon, what, words).with(small));
    };
    if desk.can(Deed::HandOver) {
        let holder = row.assignee.as_ref().map(|agent| &agent.id);
        for one in known.colleagues.iter().filter(|one| one.answers && holder != Some(&one.id)) {
            let there = if one.online { texts.available } else { texts.not_here };
            add(GIVE, What::Give(one.id.clone()), &fill(texts.palette_give, &[("name", &one.name)]), there);
        }
        let now = row.triage.department.as_ref();
        let all = now.map(|_| (None, texts.whole_team.to_owned()));
        let departments = desk.departments.of(&row.site).into_iter();
        let others = departments.filter(|one| Some(&one.id) != now);
        for (to, name) in others.map(|one| (Some(one.id.clone()), one.name(lang))).chain(all) {
            let words = fill(texts.palette_give, &[("name", &name)]);
            add(GIVE, What::Transfer(to), &words, texts.department_one);
        }
    }
    if desk.can(Deed::Snooze) {
        for (words, until) in time::later(now, texts) {
            let small = time::day_and_clock(until, lang);
            add(CLOCK, What::Snooze(until), &[texts.snooze, ": ", words].concat(), &small);
        }
    }
    if desk.can(Deed::Tag) {
        for which in Priority::ALL.iter().filter(|which| **which != row.triage.priority) {
            let words = [texts.priority, ": ", priority_name(*which, texts)].concat();
            add(FLAG, What::Priority(*which), &words, "");
        }
        let has = |tag: &str| row.triage.tags.iter().any(|other| fold_tag(other) == fold_tag(tag));
        for tag in known.tags.iter().filter(|tag| !has(tag)) {
            add(TAG, What::Tag(tag.clone(), true), &fill(texts.palette_tag, &[("tag", tag)]), "");
        }
        for tag in &row.triage.tags {
            add(TAG, What::Tag(tag.clone(), false), &fill(texts.remove_tag, &[("tag", tag)]), "");
        }
    }
}

fn places(desk: Desk, texts: &Texts, all: &mut Vec<Choice>) {
    let shown = desk.peek(merhaba_shared::client::agent::AgentClient::filter);
    let at_list = desk.route.with_untracked(|route| *route == Route::Inbox);
    for which in LISTS.into_iter().filter(|which| !at_list || *which != shown) {
        let count = desk.peek(|client| client.counted(which)).map(|count| count.to_string());
        let choice = Choice::new(Group::Places, INBOX, What::List(which), name(which, texts));
        all.push(choice.with(count.unwrap_or_default()));
    }
}

/// The conversations of the list that is here.
fn others(desk: Desk, texts: &Texts, all: &mut Vec<Choice>) {
    let here = desk.route.with_untracked(|route| route.conversation().cloned());
    desk.peek(|client| {
        let rows = client.rows_from(0, LOOKED_THROUGH).filter(|row| Some(&row.conversation) != here.as_ref());
        all.extend(rows.map(|row| {
            let what = What::Open(row.conversation.clone());
            let words = people::visitor(&row.visitor, texts);
            Choice::new(Group::Others, TALK, what, words).with(people::preview(row, texts))
        }));
    });
}

/// Status, appearance and language: what is not so already.
fn own(desk: Desk, prefs: Prefs, texts: &Texts, all: &mut Vec<Choice>) {
    let mut add = |icon, what, words: &str, small: &str| {
        all.push(Choice::new(Group::Own, icon, what, words).with(small));
    };
    let status = desk.peek(|client| client.status().clone());
    let live = desk.is_live_now();
    let choices = [(texts.available, false, false), (texts.busy, false, true), (texts.away, true, false)];
    for (words, away, busy) in choices {
        let to = SetStatus { away, busy };
        if live && to != status {
            add(CHECK, What::Status(to), words, texts.your_status);
        }
    }
    for theme in Theme::ALL.into_iter().filter(|theme| *theme != prefs.theme.get_untracked()) {
        add(BOLT, What::Theme(theme), theme_name(theme, texts), texts.theme);
    }
    for lang in Lang::ALL.into_iter().filter(|lang| *lang != prefs.lang.get_untracked()) {
        add(BOLT, What::Lang(lang), lang.name(), texts.language);
    }
}

/// Does what was chosen.
pub fn carry_out(desk: Desk, prefs: Prefs, search: Search, what: What) {
    let here = desk.route.with_untracked(|route| route.conversation().cloned());
    match (what, here) {
        (What::Deed(deed), _) => _ = desk.perform(deed, prefs),
        (What::List(filter), _) => {
            desk.go(Route::Inbox);
            search.type_in(String::new());
            desk.list(filter);
        }
        (What::Open(id), _) => desk.go(Route::Conversation(id)),
        (What::Give(to), Some(id)) => desk.give(&id, Some(to)),
        (What::Transfer(to), Some(id)) => desk.transfer(&id, to),
        (What::Snooze(until), Some(id)) => desk.snooze(&id, until),
        (What::Tag(tag, on), Some(id)) => desk.act(|client, _| client.tag(&id, tag, on)),
        (What::Priority(priority), Some(id)) => desk.act(|client, _| client.prioritise(&id, priority)),
        (What::Status(status), _) => desk.act(|client, _| client.set_status(status)),
        (What::Theme(theme), _) => prefs.theme.set(theme),
        (What::Lang(lang), _) => prefs.lang.set(lang),
        (What::Search(text), here) => {
            // On a phone what was found is where the list is.
            if here.is_some() || !desk.route.with_untracked(Route::is_desk) {
                desk.go(Route::Inbox);
            }
            search.type_in(text);
        }
        (What::Give(_) | What::Transfer(_) | What::Snooze(_) | What::Tag(..) | What::Priority(_), None) => {}
    }
}
