//! One language at a time, chosen as people and their pages ask; counted, dated and written in its own way.
use crate::Stage;
use merhaba_tests::{
    http,
    screen::{CHAT, enter_chat, open_chat, write},
};

/// Texts that only one language has.
const GREETINGS: [(&str, &str); 8] = [
    ("ar", "مرحبًا"),
    ("de", "Nachricht schreiben"),
    ("en", "Write a message"),
    ("es", "Escriba un mensaje"),
    ("fr", "Écrivez un message"),
    ("pt", "Escreva uma mensagem"),
    ("ru", "Напишите сообщение"),
    ("tr", "Mesajınızı yazın"),
];

#[tokio::test]
async fn a_document_is_in_one_language_the_one_that_is_asked_for() {
    let stage = Stage::set().await;
    for (language, text) in GREETINGS {
        let headers = [("Accept-Language", language)];
        for path in
            ["/c/demo".to_owned(), format!("/c/demo?lang={language}-XX"), format!("/w/demo?lang={language}")]
        {
            let asked = if path.contains('?') { &[][..] } else { &headers[..] };
            let answer = http::send(stage.relay.authority(), "GET", &path, asked, b"").await.text();
            let direction = if language == "ar" { "rtl" } else { "ltr" };
            assert!(
                answer.contains(&format!("<html lang=\"{language}\" dir=\"{direction}\"")),
                "{path} {language}"
            );
            let found: Vec<_> = GREETINGS.iter().filter(|(_, other)| answer.contains(other)).collect();
            assert_eq!(found, [&(language, text)], "{path} {language}");
        }
        let refused = http::send(stage.relay.authority(), "GET", "/c/nobody", &headers, b"").await;
        assert_eq!(refused.status, 404);
        assert!(
            refused.text().contains(&format!("<html lang=\"{language}\"")),
            "{language}: {}",
            refused.text()
        );
    }
}

#[tokio::test]
async fn numbers_take_the_forms_of_their_language() {
    let stage = Stage::set().await;
    let said = [
        ("en", "[1, 2]", "1 new message|2 new messages"),
        ("tr", "[1, 2]", "1 yeni mesaj|2 yeni mesaj"),
        ("ru", "[1, 3, 5, 21]", "1 новое сообщение|3 новых сообщения|5 новых сообщений|21 новое сообщение"),
        ("fr", "[1, 2]", "1 nouveau message|2 nouveaux messages"),
    ];
    let page = stage.page("en").await;
    for (language, numbers, expected) in said {
        page.open(&format!("{}/c/demo?lang={language}", stage.relay.url())).await;
        let script =
            format!("window.merhaba && {numbers}.map(n => merhaba.say('new_messages', n)).join('|')");
        assert_eq!(page.until(&script).await, expected, "{language}");
    }
    page.open(&format!("{}/c/demo?lang=ar", stage.relay.url())).await;
    let forms = "window.merhaba && [2, 3, 11, 100].map(n => merhaba.say('new_messages', n).replace(/[\\d٠-٩]+/, 'n')).join('|')";
    assert_eq!(page.until(forms).await, "رسالتان جديدتان|n رسائل جديدة|n رسالة جديدة|n رسالة جديدة");
    page.close().await;
}

#[tokio::test]
async fn the_chat_follows_the_pages_language_and_the_setting_is_stronger() {
    let stage = Stage::set().await;
    let shop = stage.shop().await;
    let name = format!("{CHAT}.querySelector('a').ariaLabel");
    for (set, expected) in [
        ("document.documentElement.lang = 'tr'; Merhaba.update({})", "Sohbet"),
        ("Merhaba.setLocale('ar')", "دردشة (chat)"),
        ("Merhaba.setLocale('RU-ru')", "Чат (chat)"),
        ("Merhaba.setLocale('de')", "Chat"),
    ] {
        shop.until("!!window.Merhaba").await;
        shop.run(set).await;
        assert_eq!(shop.until(&name).await, expected, "{set}");
    }
    open_chat(&shop).await;
    assert_eq!(shop.until("document.documentElement.lang").await, "de");
    write(&shop, "Guten Tag").await;
    shop.until(
        "[...document.querySelectorAll('.mark.me')].some(mark => mark.textContent.includes('Gesendet'))",
    )
    .await;
    let time = "[...document.querySelectorAll('.mark.me')].pop().textContent.split(' · ')[0]";
    assert!(
        shop.until(&format!("/^\\d\\d?:\\d\\d$/.test({time})")).await == true,
        "the time as Germans write it"
    );
    shop.leave().await;
    shop.run("Merhaba.setLocale('ar')").await;
    enter_chat(&shop).await;
    shop.until("document.documentElement.dir === 'rtl' && [...document.querySelectorAll('.day')].some(day => day.textContent === 'اليوم')").await;
    shop.close().await;
}

#[tokio::test]
async fn from_right_to_left_everything_is_mirrored() {
    let stage = Stage::set().await;
    let page = stage.page("ar").await;
    write(&page, "hello from the left").await;
    page.until("document.querySelector('.row.me + .mark.me')").await;
    let place = |selector: &str| {
        format!(
            "(r => [r.left, innerWidth - r.right])(document.querySelector('{selector}').getBoundingClientRect())"
        )
    };
    for (selector, nearer_left) in
        [(".send", true), (".row.me .bubble", true), (".mark.me", true), (".head .face", false)]
    {
        let found = page.run(&format!("return {}", place(selector))).await;
        let (left, right) = (found[0].as_f64().expect("a place"), found[1].as_f64().expect("a place"));
        assert_eq!(left < right, nearer_left, "{selector}: {left} from the left, {right} from the right");
    }
    let corner = "return getComputedStyle(document.querySelector('.row.me .bubble')).borderBottomLeftRadius";
    assert_eq!(page.run(corner).await, "6px", "the corner that points to its writer");
    let direction = "return getComputedStyle(document.querySelector('.row.me .bubble')).direction";
    assert_eq!(page.run(direction).await, "ltr", "each bubble is written in its own direction");
    page.close().await;
}

/// The words by which emoji are found, as a page has fetched them.
const WORDS: &str =
    "performance.getEntriesByType('resource').filter(one => one.name.endsWith('.json')).length";

#[tokio::test]
async fn emoji_are_found_in_the_pages_own_language_whose_words_come_when_the_picker_opens() {
    let stage = Stage::set().await;
    let sought = [
        ("ar", "قهوة", "☕"),
        ("de", "Kaffee", "☕"),
        ("es", "café", "☕"),
        ("fr", "plaît", "🙏"),
        ("pt", "maçã", "🍎"),
        ("ru", "КОФЕ", "☕"),
        ("en", "coffee", "☕"),
        ("tr", "kahve", "☕"),
        // English is understood everywhere.
        ("de", "birthday", "🎂"),
    ];
    for (language, word, sign) in sought {
        let page = stage.page(language).await;
        assert_eq!(page.run(&format!("return {WORDS}")).await, 0, "{language}: nothing before it is opened");
        page.click("document.querySelector('#e')").await;
        page.type_into("document.querySelector('.emoji input')", word).await;
        page.until(&format!(
            "[...document.querySelectorAll('.emoji .grid button')].slice(0, 3).some(it => it.textContent === '{sign}')"
        ))
        .await;
        // The picker's own texts, and the words of a language that is not in it already.
        let fetched = if ["en", "tr"].contains(&language) { 1 } else { 2 };
        assert_eq!(page.run(&format!("return {WORDS}")).await, fetched, "{language}");
        page.close().await;
    }
}
