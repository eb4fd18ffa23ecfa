//! The chat's document: one template for the frame `/w/KEY` and the plain page `/c/KEY`, filled from the site's
//! settings and the texts. Pure; text from people goes in as text.
use super::{
    headers::Inline,
    pages, plural, reception,
    template::{Values, escape, fill},
    texts::{self, Texts},
};
use crate::{
    domain::{reception::About, site::text_color},
    mutants::{self, Mutant},
    store::{Site, SiteSettings},
};
use merhaba_shared::{
    layout::spans::{Style, spans},
    protocol::{ids::SiteKey, limits::FILE_BYTES, visitor::Presence},
};
use std::{borrow::Cow, fmt::Write as _};

/// What a document shows besides the site's settings.
#[derive(Clone, Debug, Default)]
pub struct Shown<'a> {
    /// `frame` or `page`.
    pub mode: &'static str,
    /// The language.
    pub language: &'static str,
    /// Whether an agent is there, or when the site opens again.
    pub presence: Presence,
    /// Whether this may be somebody's first message: then what the site asks first is asked, and what it is for can be chosen.
    pub asks: bool,
    /// What was answered in a form that could not be taken.
    pub said: About,
    /// The form's own id for the message to come; empty in the frame.
    pub client_id: &'a str,
    /// The rows that the relay drew; empty: the greeting.
    pub rows: &'a str,
    /// Text that was typed and could not be taken.
    pub body: &'a str,
    /// A sentence under the log; empty: none.
    pub hint: &'a str,
    /// What runs before the document's own script; empty: nothing.
    pub before: &'a str,
    /// Whether the log stays open at the end of the bytes, for lines that come later; without script then.
    pub live: bool,
    /// What is added to the form's address.
    pub more: &'a str,
}

/// A document and what its inline blocks hash to.
#[derive(Clone, Debug)]
pub struct Document {
    /// The markup.
    pub html: String,
    /// The hashes for its policy.
    pub inline: Inline,
}

/// Whether the pages were built in.
pub const fn built() -> bool {
    !pages::WIDGET_JS.is_empty()
}

/// Draws the document. `None` when the texts were not built in.
#[must_use]
pub fn draw(site: &Site, shown: &Shown<'_>) -> Option<Document> {
    let texts = texts::widget().of(shown.language)?;
    let Site { key, settings, .. } = site;
    let greeting = greeting(site, shown.language, texts);
    let log = if shown.rows.is_empty() {
        row(false, true, &said(texts, &settings.name), &initials(&settings.name), greeting)
    } else {
        shown.rows.to_owned()
    };
    let mut values = Values::default();
    for (name, text) in texts {
        let text = text.replace("{name}", &settings.name);
        values.set(format!("t.{name}"), text);
    }
    let text = |name: &str| texts.get(name).map_or("", String::as_str);
    let online = if shown.presence.online { "online" } else { "away" };
    let reception = reception::draw(
        settings,
        shown.presence,
        reception::Words::of(shown.language),
        shown.asks,
        &shown.said,
    );
    let color = settings.color.as_deref().unwrap_or_default();
    let on_color = settings.color.as_deref().map_or("", text_color);
    let radius = settings.radius.map_or_else(String::new, |radius| radius.to_string());
    let frame = shown.mode == "frame";
    values
        .set("lang", shown.language)
        .set("dir", texts::direction(shown.language))
        .set("mode", shown.mode)
        .set("site.key", key.as_str())
        .set("site.name", settings.name.as_str())
        .set("site.initials", initials(&settings.name))
        .set("site.color", color)
        .set("site.on_color", on_color)
        .set("site.radius", radius)
        .set("site.greeting", greeting)
        .set("origins", settings.origins.join(" "))
        .set("online", if shown.presence.online { "true" } else { "false" })
        .set("reception", reception)
        .set("online_text", text(online))
        .set("target", if frame { "_blank" } else { "_self" })
        .set("client_id", shown.client_id)
        .set("body", shown.body)
        .set("hint", hint(shown.hint, frame, texts))
        .set("described", if shown.hint.is_empty() { "" } else { " aria-describedby=\"hint\"" })
        .set("hint_state", if shown.hint.is_empty() { " class=\"calm\" hidden" } else { "" })
        .set("texts", attributes(texts, &DRAWN))
        .set("refresh", refresh(key, shown))
        .set("more", escape(shown.more))
        .set("log", if shown.live { SHADE.to_owned() } else { closed_log(texts, &log) })
        .set("brand", [brand(settings).as_str(), if shown.live { pages::LIVE_STYLE } else { "" }].concat())
        .set("style", pages::WIDGET_STYLE)
        .set("script", [shown.before, &script()].concat())
        .set("files", settings.file_bytes.unwrap_or(FILE_BYTES).min(FILE_BYTES).to_string())
        .set("widget.link", pages::LINK_JS)
        .set("widget.parts", pages::PARTS_JS)
        .set("widget.js", pages::WIDGET_JS)
        .set("widget.wasm", pages::WIDGET_WASM)
        .set("widget.wasm_sri", pages::WIDGET_WASM_SRI);
    let html = match pages::WIDGET_TEMPLATE.split_once(OPEN) {
        Some((before, _)) if shown.live => fill(before, &values) + &open_log(texts, &log),
        _ => fill(pages::WIDGET_TEMPLATE, &values),
    };
    let inline = Inline::of(&html);
    Some(Document { html, inline })
}

/// The owner's colour and corners, from which the styles make the rest.
fn brand(settings: &SiteSettings) -> String {
    let color =
        settings.color.as_ref().map(|color| format!("--site:{color};--on-site:{};", text_color(color)));
    let radius = settings.radius.map(|radius| format!("--radius:{radius}px;"));
    let all = [color, radius].into_iter().flatten().collect::<String>();
    if all.is_empty() { all } else { [":root{", all.trim_end_matches(';'), "}"].concat() }
}

/// Where the template ends while its log stays open.
const OPEN: &str = "{{{open}}}";
/// What an open log ends with.
pub const CLOSED: &str = "</div></div></main></body></html>\n";
/// The log is last in the bytes and first for eyes, keys and ears. A browser that does not know this still shows it so.
const SHADE: &str = "<template shadowrootmode=\"open\"><slot name=\"log\"></slot><slot></slot></template>";

/// Leads who has no script to the page that stays open; not where that would lose what was typed.
fn refresh(key: &SiteKey, shown: &Shown<'_>) -> String {
    if shown.mode != "page" || shown.live || !shown.hint.is_empty() || !shown.body.is_empty() {
        return String::new();
    }
    let (key, language) = (escape(key.as_str()), shown.language);
    format!(
        "<noscript><meta http-equiv=\"refresh\" content=\"0;url=/c/{key}?lang={language}&amp;live=1\"></noscript>"
    )
}

/// The log of a document that is whole: a script says what comes into it.
fn closed_log(texts: &Texts, rows: &str) -> String {
    let label = escape(texts.get("log").map_or("", String::as_str));
    format!(
        "<div id=\"log\" role=\"log\" aria-live=\"off\" aria-label=\"{label}\" tabindex=\"0\">{rows}</div>"
    )
}

/// The log that more comes into, which the browser itself says.
fn open_log(texts: &Texts, rows: &str) -> String {
    let label = escape(texts.get("log").map_or("", String::as_str));
    format!(
        "<div id=\"log\" slot=\"log\" class=\"live\" role=\"log\" aria-label=\"{label}\" tabindex=\"0\"><div class=\"lines\">{rows}"
    )
}

/// The small script; or, broken on purpose, one that has the browser take what waits to be sent and keep none of it.
fn script() -> Cow<'static, str> {
    if mutants::on(Mutant::KeeperForgets) {
        let forgets = "{const kept=Storage.prototype.setItem;Storage.prototype.setItem=function(key,value){/:out:/.test(key)||kept.call(this,key,value)}}";
        return Cow::Owned([forgets, pages::WIDGET_SCRIPT].concat());
    }
    Cow::Borrowed(pages::WIDGET_SCRIPT)
}

/// The line above the field: why a message was not taken, or (shown by the script) that the form works without it.
fn hint(why: &str, frame: bool, texts: &Texts) -> String {
    if !why.is_empty() {
        return escape(why);
    }
    escape(texts.get(if frame { "plain_frame" } else { "plain_page" }).map_or("", String::as_str))
}

/// The owner's greeting in the reader's language, else ours in that language: never one that cannot be read.
fn greeting<'a>(site: &'a Site, language: &str, texts: &'a Texts) -> &'a str {
    let own = &site.settings.greetings;
    let same = own.iter().find(|(tag, _)| tag == language);
    // One for a region of the language is better than none of the owner's.
    let own = same.or_else(|| own.iter().find(|(tag, _)| texts::primary(tag) == language));
    let ours = texts.get("greeting").map_or("", String::as_str);
    own.map_or(ours, |(_, text)| text.as_str())
}

/// Texts that the relay draws itself: no script reads them.
const DRAWN: [&str; 17] = [
    "menu",
    "emoji",
    "attach",
    "language",
    "chat",
    "greeting",
    "promise",
    "field",
    "send",
    "close",
    "log",
    "closed",
    "plain_frame",
    "plain_page",
    "plain_refresh",
    "refused",
    "refresh",
];

/// The texts that are not `drawn` here as `data-` attributes of the element that scripts read them from.
pub fn attributes(texts: &Texts, drawn: &[&str]) -> String {
    let read = texts.iter().filter(|(name, _)| !drawn.contains(&plural::text(name)));
    read.fold(String::new(), |mut out, (name, text)| {
        let _ = write!(out, "data-{name}=\"{}\" ", escape(text));
        out
    })
}

/// Who says a line.
pub fn said(texts: &Texts, name: &str) -> String {
    texts.get("said").map_or_else(String::new, |text| text.replace("{name}", name))
}

/// One bubble; `said` tells who does not see it whose it is.
pub fn row(mine: bool, last: bool, said: &str, initials: &str, text: &str) -> String {
    let class = match (mine, last) {
        (true, true) => "row me last",
        (true, false) => "row me",
        (false, true) => "row last",
        (false, false) => "row",
    };
    let face = if mine {
        String::new()
    } else {
        format!("<div class=\"face\" aria-hidden=\"true\">{}</div>", escape(initials))
    };
    format!(
        "<div class=\"{class}\"><span class=\"heard\">{}</span>{face}<div class=\"bubble\" dir=\"auto\">{}</div></div>\n",
        escape(said),
        marked(text)
    )
}

/// A text with its small markup as elements: every piece of it is escaped, and an address is its own text.
pub fn marked(text: &str) -> String {
    const TAGS: [(Style, &str); 4] =
        [(Style::BOLD, "strong"), (Style::ITALIC, "em"), (Style::STRIKE, "s"), (Style::CODE, "code")];
    spans(text).into_iter().fold(String::with_capacity(text.len()), |mut out, span| {
        let tags = || TAGS.iter().filter(|(style, _)| span.style.has(*style));
        let link = span.style.has(Style::LINK);
        let text = escape(span.text);
        for (_, tag) in tags() {
            let _ = write!(out, "<{tag}>");
        }
        let _ = if link {
            write!(
                out,
                "<a href=\"{text}\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">{text}</a>"
            )
        } else {
            write!(out, "{text}")
        };
        for (_, tag) in tags().rev() {
            let _ = write!(out, "</{tag}>");
        }
        out
    })
}

/// The first letters of the first and the last word of a name, as they are: the style makes them capitals, since only
/// the page's language knows how.
pub fn initials(name: &str) -> String {
    let mut words =
        name.split_whitespace().filter_map(|word| word.chars().find(|letter| letter.is_alphanumeric()));
    let first = words.next();
    first.into_iter().chain(words.next_back()).collect()
}

#[cfg(test)]
mod tests {
    use super::{DRAWN, Shown, attributes, draw, greeting, initials, marked, row};
    use crate::{
        http::{pages, plural, template},
        store::{Site, SiteSettings},
    };

    fn site() -> Site {
        Site {
            key: "k".into(),
            at: 0,
            settings: SiteSettings {
                name: "Çay & <b>Co</b>".into(),
                origins: vec!["https://a.example".into(), "http://localhost:*".into()],
                color: Some("#ffcc00".into()),
                greetings: vec![("tr".into(), "Hoş geldiniz \"siz\"".into())],
                ..SiteSettings::default()
            },
        }
    }

    #[test]
    fn a_document_has_every_value_and_no_markup_of_people() {
        let shown = Shown { mode: "frame", language: "tr", ..Shown::default() };
        let Some(document) = draw(&site(), &shown) else { panic!("the texts are part of the tree") };
        assert!(!document.html.contains("{{"), "{}", document.html);
        assert!(!document.html.contains("<b>Co"), "{}", document.html);
        assert!(document.html.contains("Hoş geldiniz &quot;siz&quot;"));
        assert!(document.html.contains("data-origins=\"https://a.example http://localhost:*\""));
        assert!(document.html.contains(":root{--site:#ffcc00;--on-site:"));
        assert!(document.html.contains("target=\"_blank\""));
    }

    #[test]
    fn the_template_names_nothing_that_is_not_filled() {
        let known = [
            "lang",
            "dir",
            "mode",
            "site.key",
            "site.name",
            "site.initials",
            "site.color",
            "site.on_color",
            "site.radius",
            "site.greeting",
            "origins",
            "online",
            "online_text",
            "reception",
            "target",
            "client_id",
            "body",
            "hint",
            "hint_state",
            "described",
            "texts",
            "log",
            "refresh",
            "more",
            "open",
            "brand",
            "style",
            "script",
            "files",
            "widget.link",
            "widget.parts",
            "widget.js",
            "widget.wasm",
            "widget.wasm_sri",
        ];
        let texts = crate::http::texts::widget().of("en").expect("English");
        for name in template::names(pages::WIDGET_TEMPLATE) {
            let found = name
                .strip_prefix("t.")
                .map_or(known.contains(&name.as_str()), |text| texts.contains_key(text));
            assert!(found, "{name}");
        }
    }

    #[test]
    fn what_was_typed_stays_in_the_field() {
        let shown = Shown {
            mode: "page",
            language: "en",
            body: "</textarea><script>",
            hint: "No.",
            ..Shown::default()
        };
        let document = draw(&site(), &shown).expect("texts");
        assert!(document.html.contains("&lt;/textarea&gt;&lt;script&gt;</textarea>"), "{}", document.html);
        assert!(document.html.contains(">No.</p>"));
    }

    #[test]
    fn the_greeting_is_the_owners_where_it_can_be_read() {
        let mut site = site();
        site.settings.greetings.push(("pt-br".into(), "Oi!".into()));
        let texts = crate::http::texts::widget();
        let said = |language: &'static str| greeting(&site, language, texts.of(language).expect("texts"));
        assert_eq!(
            ["tr", "pt", "de"].map(said),
            ["Hoş geldiniz \"siz\"", "Oi!", "Hallo! Wie können wir helfen?"]
        );
    }

    #[test]
    fn scripts_find_the_texts_they_read_and_no_others_are_sent() {
        let texts = crate::http::texts::widget().of("ru").expect("Russian");
        let sent = attributes(texts, &DRAWN);
        let widget = concat!(env!("CARGO_MANIFEST_DIR"), "/../widget");
        let mut sources = std::fs::read_to_string(format!("{widget}/handover.js")).expect("handover.js");
        for file in std::fs::read_dir(format!("{widget}/src")).expect("the widget's sources") {
            sources += &std::fs::read_to_string(file.expect("a file").path()).expect("text");
        }
        for name in texts.keys() {
            let text = plural::text(name);
            let named =
                [format!("\"{text}\""), format!("'{text}'")].iter().any(|word| sources.contains(word));
            let read = ["text", "say"].iter().any(|way| sources.contains(&format!("{way}(\"{text}\"")));
            let is_sent = sent.contains(&format!("data-{name}="));
            assert!(if is_sent { named } else { !read }, "{name} is sent: {is_sent}, read: {named}");
        }
    }

    #[test]
    fn rows_and_initials() {
        assert_eq!(
            row(true, true, "You said", "", "<x>"),
            "<div class=\"row me last\"><span class=\"heard\">You said</span><div class=\"bubble\" dir=\"auto\">&lt;x&gt;</div></div>\n"
        );
        assert_eq!(
            marked("*<b>* https://a.example/?x=1&y=\"z"),
            "<strong>&lt;b&gt;</strong> <a href=\"https://a.example/?x=1&amp;y=\" target=\"_blank\" \
             rel=\"noopener noreferrer nofollow\">https://a.example/?x=1&amp;y=</a>&quot;z"
        );
        assert_eq!(initials("ince belli çay"), "iç");
        assert_eq!(initials("“x”"), "x");
        assert_eq!(initials(""), "");
    }
}
