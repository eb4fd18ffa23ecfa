//! The small markup of messages, against the cases that the widget's own module is held to as well.
use merhaba_shared::layout::spans::{Style, spans};

fn letters(style: Style) -> String {
    let all = [
        ('b', Style::BOLD),
        ('i', Style::ITALIC),
        ('s', Style::STRIKE),
        ('c', Style::CODE),
        ('a', Style::LINK),
    ];
    all.into_iter().filter(|(_, one)| style.has(*one)).map(|(letter, _)| letter).collect()
}

#[test]
fn the_cases_that_the_widget_is_held_to_as_well() {
    let cases: Vec<(String, Vec<(String, String)>)> =
        serde_json::from_str(include_str!("spans.json")).expect("cases");
    assert!(cases.len() > 20);
    for (text, expected) in cases {
        let found = spans(&text).into_iter().map(|span| (letters(span.style), span.text.to_owned()));
        assert_eq!(found.collect::<Vec<_>>(), expected, "{text:?}");
    }
}
