//! axe, which looks through a document for what keeps people out: contrast, names, roles, order. Every rule that it runs
//! by itself is on; nothing is excused here.
use crate::browser::{Browser, tools};
use serde_json::Value;
use std::{fs, sync::OnceLock};

/// The rules that a theme can break.
const COLOURS: &str = "['color-contrast', 'link-in-text-block']";
/// Runs it over the whole document; frames in it are documents of their own.
const RUN: &str = "return axe.run(document, { iframes: false, resultTypes: ['violations'], ...only }).then(({ violations }) =>\
    violations.map(found => found.id + ': ' + found.help + '\\n' + found.nodes.map(node =>\
        '    ' + node.target.join(' ') + '  ' + node.html.slice(0, 160) + '\\n      '\
        + [...node.any, ...node.all, ...node.none].map(check => check.message).join('; ')).join('\\n')))";

fn source() -> &'static str {
    static SOURCE: OnceLock<String> = OnceLock::new();
    SOURCE.get_or_init(|| {
        let path = tools().join("npm/node_modules/axe-core/axe.min.js");
        fs::read_to_string(&path).unwrap_or_else(|error| {
            panic!("{}: {error}; .ci/browser fetches it", path.display());
        })
    })
}

/// What it finds in the document that the browser is in.
pub async fn violations(browser: &Browser) -> Vec<String> {
    run(browser, "{}").await
}

/// The same in another theme: only what colours can break.
pub async fn colours(browser: &Browser) -> Vec<String> {
    run(browser, &format!("{{ runOnly: {COLOURS} }}")).await
}

async fn run(browser: &Browser, only: &str) -> Vec<String> {
    if browser.run("return typeof axe").await != "object" {
        browser.run(source()).await;
    }
    let found = browser.run(&format!("const only = {only}; {RUN}")).await;
    found.as_array().expect("a list").iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect()
}
