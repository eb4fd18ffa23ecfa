//! Takes comments and needless white space out of our own scripts, styles and documents at build time. It renames
//! nothing and joins nothing that could mean something else; it never sees text from people.

/// A script without comments and with only the white space that separates tokens. A line break stays wherever one
/// could end a statement.
pub fn script(source: &str) -> String {
    let mut out = Script { text: String::with_capacity(source.len()), gap: Gap::None, templates: Vec::new() };
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = out.token(rest, first);
        rest = &rest[length..];
    }
    out.text
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Gap {
    None,
    Space,
    Line,
}

struct Script {
    text: String,
    gap: Gap,
    /// For each template literal that is open: how many braces are open inside its `${`.
    templates: Vec<usize>,
}

impl Script {
    /// Handles what stands at the start of `rest` and says how long it was.
    fn token(&mut self, rest: &str, first: char) -> usize {
        if first.is_whitespace() {
            self.gap = if first == '\n' || self.gap == Gap::Line { Gap::Line } else { Gap::Space };
            return first.len_utf8();
        }
        if rest.starts_with("//") {
            return rest.find('\n').unwrap_or(rest.len());
        }
        if rest.starts_with("/*") {
            let length = rest.find("*/").map_or(rest.len(), |end| end + 2);
            let lines = rest[..length].contains('\n');
            self.gap = if lines || self.gap == Gap::Line { Gap::Line } else { Gap::Space };
            return length;
        }
        let length = match first {
            '"' | '\'' => quoted(rest, first),
            '`' => self.template(rest, 1),
            '}' if self.templates.last() == Some(&0) => {
                self.templates.pop();
                self.template(rest, 1)
            }
            '/' if self.regex_may_start() => regex(rest),
            _ => {
                self.count_brace(first);
                first.len_utf8()
            }
        };
        self.push(&rest[..length]);
        length
    }

    fn count_brace(&mut self, brace: char) {
        if let Some(open) = self.templates.last_mut() {
            match brace {
                '{' => *open += 1,
                '}' => *open -= 1,
                _ => {}
            }
        }
    }

    /// The length of a template literal's next stretch of text, from `from` to its end or its next `${`.
    fn template(&mut self, rest: &str, from: usize) -> usize {
        let bytes = rest.as_bytes();
        let mut at = from;
        while at < bytes.len() {
            match bytes[at] {
                b'\\' => at += 1,
                b'`' => return at + 1,
                b'$' if bytes.get(at + 1) == Some(&b'{') => {
                    self.templates.push(0);
                    return at + 2;
                }
                _ => {}
            }
            at += 1;
        }
        bytes.len()
    }

    fn regex_may_start(&self) -> bool {
        let before = self.text.trim_end();
        let Some(last) = before.chars().next_back() else { return true };
        if word(last) {
            let name = before.rsplit(|letter| !word(letter)).next().unwrap_or_default();
            return matches!(
                name,
                "return" | "typeof" | "case" | "in" | "of" | "void" | "delete" | "await" | "yield"
            );
        }
        !matches!(last, ')' | ']' | '}' | '"' | '\'' | '`')
    }

    fn push(&mut self, token: &str) {
        let (last, next) = (self.text.chars().next_back(), token.chars().next());
        if let (Some(last), Some(next)) = (last, next) {
            match self.gap {
                Gap::Line if ends_nothing(last, next) => {}
                Gap::Line => self.text.push('\n'),
                Gap::Space if must_part(last, next) => self.text.push(' '),
                Gap::Space | Gap::None => {}
            }
        }
        self.gap = Gap::None;
        self.text.push_str(token);
    }
}

fn word(letter: char) -> bool {
    letter.is_alphanumeric() || matches!(letter, '_' | '$' | '#' | '\\' | '@')
}

fn must_part(last: char, next: char) -> bool {
    (word(last) && word(next))
        || (last == next && matches!(last, '+' | '-' | '/'))
        || (last.is_ascii_digit() && next == '.')
        || (last == '/' && next == '*')
}

/// Whether no statement can end between these two characters, so that a line break there means nothing.
fn ends_nothing(last: char, next: char) -> bool {
    matches!(last, '{' | ';' | ',' | '(' | '[' | ':' | '?' | '=' | '&' | '|' | '<' | '>')
        || matches!(next, '}' | ')' | ']' | ',' | ';' | '.' | ':' | '?' | '=' | '&' | '|')
}

fn quoted(rest: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, letter) in rest.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if letter == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

fn regex(rest: &str) -> usize {
    let (mut escaped, mut class) = (false, false);
    for (at, letter) in rest.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '[' => class = true,
            ']' => class = false,
            '/' if !class => return at + 1,
            '\n' => break,
            _ => {}
        }
    }
    1
}

/// A style sheet without comments and with the white space that selectors need.
pub fn style(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' | '\'' => {
                let length = quoted(rest, first);
                out.push_str(&rest[..length]);
                length
            }
            '/' if rest.starts_with("/*") => {
                space(&mut out);
                rest.find("*/").map_or(rest.len(), |end| end + 2)
            }
            _ if first.is_whitespace() => {
                space(&mut out);
                first.len_utf8()
            }
            '{' | '}' | ';' | ',' => {
                let keep = out.trim_end_matches([' ', if first == '}' { ';' } else { ' ' }]).len();
                out.truncate(keep);
                out.push(first);
                1
            }
            _ => {
                out.push(first);
                first.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    out.truncate(out.trim_end().len());
    out
}

fn space(out: &mut String) {
    if !out.is_empty() && !out.ends_with([' ', '{', '}', ';', ',', ':']) {
        out.push(' ');
    }
}

/// A document without comments, indentation and what only the page builder reads.
pub fn document(source: &str) -> String {
    let mut text = without(source, "<!--", "-->");
    text = without(&text, "<link data-trunk", ">");
    text = without(&text, "<base data-trunk", ">");
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("\n") + "\n"
}

/// A minified sheet without the custom properties that neither it nor what is fetched later (`parts`) asks for, such as
/// tokens that only the other page uses.
pub fn without_unused(sheet: &str, parts: &str) -> String {
    let mut out = String::with_capacity(sheet.len());
    let mut rest = sheet;
    while let Some(start) = rest.find("--") {
        let (before, tail) = rest.split_at(start);
        out.push_str(before);
        let name =
            tail.len() - tail.trim_start_matches(|c: char| c == '-' || c.is_ascii_alphanumeric()).len();
        let end = tail.find([';', '}']).unwrap_or(tail.len());
        let declared = before.ends_with(['{', ';', ' ']) && tail[name..].starts_with(':');
        let asks = |text: &str| {
            text.match_indices("var(").any(|(at, _)| {
                text[at + 4..].strip_prefix(&tail[..name]).is_some_and(|after| after.starts_with([')', ',']))
            })
        };
        let asked = asks(sheet) || asks(parts);
        if declared && !asked {
            rest = tail[end..].strip_prefix(';').unwrap_or(&tail[end..]);
        } else {
            out.push_str(&tail[..name]);
            rest = &tail[name..];
        }
    }
    out.push_str(rest);
    out
}

fn without(source: &str, from: &str, to: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some(start) = rest.find(from) {
        out.push_str(&rest[..start]);
        let tail = &rest[start..];
        rest = tail.find(to).map_or("", |end| &tail[end + to.len()..]);
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::{document, script, style, without_unused};

    #[test]
    fn tokens_that_nothing_asks_for_go() {
        let sheet = ":root{--a:1px;--ab:2px;--c:var(--ab);color:red}b{top:var(--a,0);left:var(--c)}@media x{:root{--d:1;--a:3px}}";
        let kept = sheet.replace("--d:1;", "");
        assert_eq!(without_unused(sheet, ""), kept);
        assert_eq!(without_unused("a{--x:1}", "style: b { color: var(--xy) }"), "a{}");
        assert_eq!(without_unused("a{--x:1}", "style: b { color: var(--x) }"), "a{--x:1}");
    }

    #[test]
    fn what_separates_tokens_stays() {
        for (source, small) in [
            ("a + +b; // no\nc", "a+ +b;c"),
            ("let x = 1\nlet y = 2", "let x=1\nlet y=2"),
            ("x /* a\n b */ y", "x\ny"),
            ("return /a\\/[/ \"]b/ . test ( s )", "return/a\\/[/ \"]b/.test(s)"),
            ("a / b / c // d", "a/b/c"),
            ("if (a) {\n  b()\n}\nelse c()", "if(a){b()}\nelse c()"),
            (
                "f(\n  `x  ${ a + `y  ${ { b : 1 } . b }` }  z // no`\n)",
                "f(`x  ${a+`y  ${{b:1}.b}`}  z // no`)",
            ),
            ("const s = '// \\' no' , t = \"/*\"", "const s='// \\' no',t=\"/*\""),
            ("a\n(b)", "a\n(b)"),
            ("foo\n  .bar()\n  .baz()", "foo.bar().baz()"),
            ("x = () => {}\ny()", "x=()=>{}\ny()"),
            ("'use strict'\nlet ş = 1", "'use strict'\nlet ş=1"),
            ("1 .toString()", "1 .toString()"),
        ] {
            assert_eq!(script(source), small, "{source}");
            assert_eq!(script(small), small, "twice: {source}");
        }
    }

    #[test]
    fn selectors_keep_their_spaces() {
        assert_eq!(
            style("/* no */\n.a .b > c:not(.d) , e {\n  color : red ;\n  content: \"  /* x */ \";\n}\n"),
            ".a .b > c:not(.d),e{color :red;content:\"  /* x */ \"}"
        );
        assert_eq!(style("a :hover{width:calc(1px + 2px)}"), "a :hover{width:calc(1px + 2px)}");
    }

    #[test]
    fn documents_lose_comments_and_what_is_for_the_builder() {
        let page = "<!-- x\n{{y}} -->\n<head>\n  <link data-trunk rel=\"rust\" />\n  <p>a</p>\n</head>";
        assert_eq!(document(page), "<head>\n<p>a</p>\n</head>\n");
    }
}
