//! The chat's document: one template for the frame `/w/KEY` and the plain page `/c/KEY`, filled from the site's
//! settings and the texts. Pure; text from people goes in as text.
use super::{
    headers::Inline,
    pages, reception,
    template::{Values, escape, fill},
    texts::{self, Texts},
};
use crate::{
    domain::{reception::About, site::text_color},
    store::Site,
};
use merhaba_shared::{
    layout::spans::{Style, spans},
    protocol::visitor::Presence,
};
use std::fmt::Write as _;

/// What a document shows besides the site's settings.
#[derive(Clone, Debug, Default)]
pub struct Shown<'a> {
    /// `frame` or `page`.
    pub mode: &'static str,
    /// The language.
    pub language: &'static str,
    /// Whether an agent is there, or when the site opens again.
    pub presence: Presence,
    /// Whether this may be somebody's first message: then what the site asks first is asked.
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
        row(false, true, &initials(&settings.name), greeting)
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
        &settings.reception,
        shown.presence,
        reception::Words::of(shown.language),
        shown.asks,
        &shown.said,
    );
    let color = settings.color.as_deref().unwrap_or_default();
    let on_color = settings.color.as_deref().map_or("", text_color);
    let brand = settings.color.as_ref().map(|color| format!(":root{{--site:{color};--on-site:{on_color}}}"));
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
        .set("site.greeting", greeting)
        .set("origins", settings.origins.join(" "))
        .set("online", if shown.presence.online { "true" } else { "false" })
        .set("reception", reception)
        .set("online_text", text(online))
        .set("target", if frame { "_blank" } else { "_self" })
        .set("client_id", shown.client_id)
        .set("body", shown.body)
        .set("hint", hint(shown.hint, texts))
        .set("hint_state", if shown.hint.is_empty() { " class=\"calm\" hidden" } else { "" })
        .set("texts", attributes(texts))
        .set("log", log)
        .set("brand", brand.unwrap_or_default())
        .set("style", pages::WIDGET_STYLE)
        .set("script", pages::WIDGET_SCRIPT)
        .set("widget.link", pages::LINK_JS)
        .set("widget.parts", pages::PARTS_JS)
        .set("widget.js", pages::WIDGET_JS)
        .set("widget.wasm", pages::WIDGET_WASM)
        .set("widget.wasm_sri", pages::WIDGET_WASM_SRI);
    let html = fill(pages::WIDGET_TEMPLATE, &values);
    let inline = Inline::of(&html);
    Some(Document { html, inline })
}

/// The line above the field: why a message was not taken, or (shown by the script) that the form works without it.
fn hint(why: &str, texts: &Texts) -> String {
    if !why.is_empty() {
        return escape(why);
    }
    let text = |name: &str| escape(texts.get(name).map_or("", String::as_str));
    let (frame, page) = (text("plain_frame"), text("plain_page"));
    format!("<span class=\"only-frame\">{frame}</span><span class=\"only-page\">{page}</span>")
}

fn greeting<'a>(site: &'a Site, language: &str, texts: &'a Texts) -> &'a str {
    let own = site.settings.greetings.iter().find(|(tag, _)| tag == language);
    let ours = texts.get("greeting").map_or("", String::as_str);
    own.map_or(ours, |(_, text)| text.as_str())
}

/// The texts as `data-` attributes of the element that scripts read them from.
pub fn attributes(texts: &Texts) -> String {
    texts.iter().fold(String::new(), |mut out, (name, text)| {
        let _ = write!(out, "data-{name}=\"{}\" ", escape(text));
        out
    })
}

/// One bubble.
pub fn row(mine: bool, last: bool, initials: &str, text: &str) -> String {
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
    format!("<div class=\"{class}\">{face}<div class=\"bubble\" dir=\"auto\">{}</div></div>\n", marked(text))
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

/// The first letters of the first and the last word of a name.
pub fn initials(name: &str) -> String {
    let mut words =
        name.split_whitespace().filter_map(|word| word.chars().find(|letter| letter.is_alphanumeric()));
    let first = words.next();
    first.into_iter().chain(words.next_back()).flat_map(upper).collect()
}

/// Upper case as both languages write it: the Turkish dotless and dotted i keep apart.
fn upper(letter: char) -> impl Iterator<Item = char> {
    let dotted = (letter == 'i').then_some('İ');
    dotted.into_iter().chain((letter != 'i').then(|| letter.to_uppercase()).into_iter().flatten())
}

#[cfg(test)]
mod tests {
    use super::{Shown, draw, initials, marked, row};
    use crate::{
        domain::reception::Reception,
        http::{pages, template},
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
                reception: Reception::default(),
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
            "texts",
            "log",
            "brand",
            "style",
            "script",
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
    fn rows_and_initials() {
        assert_eq!(
            row(true, true, "", "<x>"),
            "<div class=\"row me last\"><div class=\"bubble\" dir=\"auto\">&lt;x&gt;</div></div>\n"
        );
        assert_eq!(
            marked("*<b>* https://a.example/?x=1&y=\"z"),
            "<strong>&lt;b&gt;</strong> <a href=\"https://a.example/?x=1&amp;y=\" target=\"_blank\" \
             rel=\"noopener noreferrer nofollow\">https://a.example/?x=1&amp;y=</a>&quot;z"
        );
        assert_eq!(initials("ince belli çay"), "İÇ");
        assert_eq!(initials("“x”"), "X");
        assert_eq!(initials(""), "");
    }
}
