//! What the chat's document shows of how a site receives its visitors: the notice that it is closed, the questions
//! before the first message. And the answers of a plain form. Pure; text from people goes in as text.
use super::{
    pages,
    template::escape,
    texts::{Languages, Texts},
};
use crate::{
    domain::{
        department::Department,
        hours::Hours,
        reception::{
            ANSWER_CHARS, About, AboutError, Answer, Asks, Closed, Question, Reception, own,
            words as in_language,
        },
    },
    store::SiteSettings,
};
use merhaba_shared::protocol::{ids::Millis, limits::NAME_CHARS, visitor::Presence};
use std::{fmt::Write as _, sync::OnceLock};

fn texts() -> &'static Languages {
    static TEXTS: OnceLock<Languages> = OnceLock::new();
    TEXTS.get_or_init(|| Languages::read(pages::RECEPTION_TEXTS))
}

/// A document's words in one language.
#[derive(Clone, Copy)]
pub struct Words<'a> {
    language: &'a str,
    texts: Option<&'a Texts>,
}

impl<'a> Words<'a> {
    /// The words of a language.
    pub fn of(language: &'a str) -> Self {
        Self { language, texts: texts().of(language) }
    }

    /// One of our texts.
    pub fn get(self, name: &str) -> &'a str {
        self.texts.and_then(|texts| texts.get(name)).map_or("", String::as_str)
    }

    /// A question as it is shown.
    fn label(self, question: &'a Question) -> &'a str {
        match question.asks {
            Asks::Name | Asks::Email | Asks::Phone => {
                own(&question.label, self.language).unwrap_or_else(|| self.get(question.asks.word()))
            }
            Asks::Choice | Asks::Text => in_language(&question.label, self.language),
        }
    }

    /// Why a form was not taken, for people.
    pub fn why(self, error: AboutError) -> &'a str {
        self.get(match error {
            AboutError::Email => "not_email",
            AboutError::Phone => "not_phone",
            AboutError::Shape | AboutError::Name | AboutError::Answers => "too_long",
        })
    }

    /// That an answer is missing.
    pub fn missing(self, question: &Question) -> String {
        self.get("missing").replace("{label}", self.label(question))
    }

    /// That agreement is missing.
    pub fn agree(self) -> &'a str {
        self.get("agree")
    }
}

/// The notice of a closed site, its questions and the script for both; empty where there is nothing of it. `asks`: this
/// may be somebody's first message.
pub fn draw(
    settings: &SiteSettings,
    presence: Presence,
    words: Words<'_>,
    asks: bool,
    said: &About,
) -> String {
    let reception = &settings.reception;
    let mut out = String::new();
    let open = presence.back_at.is_none();
    if let Some(hours) = &reception.hours {
        closed(&mut out, hours, reception, presence.back_at, words);
    }
    let questions = if asks { reception.asked(open) } else { Vec::new() };
    let offered = settings.departments.iter().filter(|one| one.offered && asks);
    let topics = topics(offered, words, said);
    if !questions.is_empty() || asks && !reception.consent.is_empty() {
        ask(&mut out, reception, (&questions, &topics), words, said);
    } else if !topics.is_empty() {
        let _ = write!(out, "<fieldset id=\"ask\">{topics}<p class=\"why\" role=\"alert\"></p></fieldset>");
    }
    if !out.is_empty() {
        let _ = write!(out, "<style>{}</style>", pages::RECEPTION_STYLE);
        let _ = write!(out, "<script type=\"module\" src=\"{}\"></script>", pages::RECEPTION_JS);
    }
    out
}

/// Hidden while the site is open, so that the page can show it later. Without script the time is the site's own.
fn closed(out: &mut String, hours: &Hours, reception: &Reception, back_at: Option<Millis>, words: Words<'_>) {
    let mode = match reception.closed {
        Closed::Chat => "chat",
        Closed::Form => "form",
        Closed::Hide => "hide",
    };
    let (hidden, at) = back_at.map_or((" hidden", String::new()), |at| ("", at.to_string()));
    let when = back_at.and_then(|at| hours.local(at)).map_or_else(String::new, |local| {
        let (day, time) = (local.date, format!("{} ({})", local.time, hours.zone));
        words.get("back").replace("{day}", &day).replace("{time}", &time)
    });
    let _ = write!(
        out,
        "<p id=\"closed\" role=\"status\" data-mode=\"{mode}\" data-at=\"{at}\" data-back=\"{}\"{hidden}>{} <time>{}</time></p>",
        escape(words.get("back")),
        escape(own(&reception.closed_text, words.language).unwrap_or_else(|| words.get(mode))),
        escape(&when),
    );
}

/// What the conversation is for, as buttons of which one can be chosen; empty where there is nothing to choose.
fn topics<'a>(offered: impl Iterator<Item = &'a Department>, words: Words<'_>, said: &About) -> String {
    let button = |one: &Department| {
        let checked = if said.topic.as_ref() == Some(&one.id) { " checked" } else { "" };
        let (id, name) = (escape(&one.id), escape(in_language(&one.name, words.language)));
        format!(
            "<label><input form=\"f\" type=\"radio\" name=\"topic\" value=\"{id}\"{checked}><span dir=\"auto\">{name}</span></label>"
        )
    };
    let buttons: String = offered.map(button).collect();
    if buttons.is_empty() {
        return buttons;
    }
    let title = escape(words.get("topic"));
    format!("<fieldset class=\"topics\"><legend>{title}</legend>{buttons}</fieldset>")
}

fn ask(
    out: &mut String,
    reception: &Reception,
    (questions, topics): (&[Question], &str),
    words: Words<'_>,
    said: &About,
) {
    let _ = write!(out, "<fieldset id=\"ask\"><legend>{}</legend>{topics}", escape(words.get("title")));
    for (number, question) in questions.iter().enumerate() {
        field(out, question, number, words, said);
    }
    if !reception.consent.is_empty() {
        let text = in_language(&reception.consent, words.language);
        let more = reception.privacy_url.as_ref().map_or_else(String::new, |url| {
            let (url, text) = (escape(url), escape(words.get("privacy")));
            format!(" <a href=\"{url}\" target=\"_blank\" rel=\"noopener\">{text}</a>")
        });
        let checked = if said.consent { " checked" } else { "" };
        let _ = write!(
            out,
            "<label class=\"agree\"><input form=\"f\" type=\"checkbox\" name=\"consent\" value=\"yes\" required{checked} data-missing=\"{}\"><span dir=\"auto\">{}{more}</span></label>",
            escape(words.agree()),
            escape(text),
        );
    }
    out.push_str("<p class=\"why\" role=\"alert\"></p></fieldset>");
}

fn field(out: &mut String, question: &Question, number: usize, words: Words<'_>, said: &About) {
    let label = words.label(question);
    let shown =
        if question.required { label.to_owned() } else { words.get("optional").replace("{label}", label) };
    let required = if question.required { " required" } else { "" };
    let missing = escape(&words.missing(question));
    let _ = write!(out, "<label><span dir=\"auto\">{}</span>", escape(&shown));
    let answer = said.answers.iter().find(|answer| answer.question == label).map(|answer| &answer.answer);
    let value = match question.asks {
        Asks::Name => said.name.as_ref(),
        Asks::Email => said.email.as_ref(),
        Asks::Phone => said.phone.as_ref(),
        Asks::Choice | Asks::Text => answer,
    };
    let value = escape(value.map_or("", String::as_str));
    let attributes = match question.asks {
        Asks::Name => format!("name=\"name\" autocomplete=\"name\" maxlength=\"{NAME_CHARS}\""),
        Asks::Email => {
            let bad = escape(words.get("not_email"));
            format!(
                "name=\"email\" type=\"email\" autocomplete=\"email\" maxlength=\"254\" data-bad=\"{bad}\""
            )
        }
        Asks::Phone => {
            let bad = escape(words.get("not_phone"));
            format!(
                "name=\"phone\" type=\"tel\" autocomplete=\"tel\" maxlength=\"40\" pattern=\"[0-9+()\\-\\/. ]{{5,40}}\" data-bad=\"{bad}\""
            )
        }
        Asks::Choice | Asks::Text => {
            format!("name=\"a{number}\" maxlength=\"{ANSWER_CHARS}\" data-question=\"{}\"", escape(label))
        }
    };
    if question.asks == Asks::Choice {
        let _ = write!(
            out,
            "<select form=\"f\" name=\"a{number}\" data-question=\"{}\" data-missing=\"{missing}\"{required}><option value=\"\">{}</option>",
            escape(label),
            escape(words.get("choose")),
        );
        for choice in &question.choices {
            let text = in_language(choice, words.language);
            let chosen = if answer.is_some_and(|answer| answer == text) { " selected" } else { "" };
            let _ = write!(out, "<option{chosen}>{}</option>", escape(text));
        }
        out.push_str("</select></label>");
    } else {
        let _ = write!(
            out,
            "<input form=\"f\" {attributes} value=\"{value}\" data-missing=\"{missing}\"{required}></label>"
        );
    }
}

/// The answers of a plain form; `fields` are its names with their values.
pub fn read(fields: &[(String, String)], questions: &[Question], words: Words<'_>) -> About {
    let value = |name: &str| fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.clone());
    let answers = questions
        .iter()
        .enumerate()
        .filter(|(_, question)| matches!(question.asks, Asks::Choice | Asks::Text));
    About {
        name: value("name"),
        email: value("email"),
        phone: value("phone"),
        answers: answers
            .filter_map(|(number, question)| {
                let answer = value(&format!("a{number}")).filter(|answer| !answer.trim().is_empty())?;
                Some(Answer { question: words.label(question).to_owned(), answer })
            })
            .collect(),
        consent: value("consent").is_some(),
        topic: value("topic"),
    }
}
