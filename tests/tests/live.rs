//! The plain page that stays open, by a client that reads the bytes as they come: what is said appears in it when it is
//! durable, for nobody else; it is bounded like a socket, and says so when it ends.
use merhaba_tests::{
    http,
    relay::{Relay, Site},
    wire::{self, Wire, client_id},
};
use serde_json::json;
use std::time::Duration;
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
    time::timeout,
};

/// How soon bytes come, and ends.
const WITHIN: Duration = Duration::from_secs(15);
/// The way to what has come since, at the end of a page.
const NOTE: &str = "Show new messages";

/// A relay with a site, an agent who listens, and a visitor who has written once.
struct Talk {
    relay: Relay,
    site: Site,
    bearer: String,
    agent: Wire,
    cookie: String,
    conversation: String,
    _folder: TempDir,
}

impl Talk {
    async fn begin(extra: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let relay = Relay::serve(&folder.path().join("data"), extra).await;
        let site = relay.add_site("Çay", &["https://shop.example"]).await;
        let signs_in = relay.add_agent(&site, "defne@example.com", "agent").await;
        let bearer = wire::sign_in(&relay, &signs_in).await;
        let mut agent = Wire::answering(&relay, &signs_in).await;
        let (cookie, conversation) = visitor(&relay, &site, "Merhaba <3").await;
        agent.say(json!({ "Open": { "conversation": conversation, "after": null } })).await;
        Self { relay, site, bearer, agent, cookie, conversation, _folder: folder }
    }

    async fn open(&self, more: &str) -> Page {
        Page::open(self.relay.authority(), &self.site.key, &self.cookie, more, None).await
    }

    async fn reply(&mut self, body: &str) {
        let reply = json!({ "client_id": client_id(), "conversation": self.conversation, "body": body, "attachments": [] });
        self.agent.say(json!({ "Reply": reply })).await;
        self.agent.hear("Accepted").await;
    }
}

/// Writes as somebody new does; their cookie and conversation.
async fn visitor(relay: &Relay, site: &Site, body: &str) -> (String, String) {
    let (mut wire, welcome) = Wire::greeted(relay, site, None, json!([])).await;
    let send = json!({ "client_id": client_id(), "conversation": null, "new": false, "body": body, "attachments": [] });
    wire.say(json!({ "Send": send })).await;
    let accepted = wire.hear("Accepted").await;
    let token = welcome["token"].as_str().expect("a token");
    (format!("v={}:{token}", site.key), accepted["conversation"].as_str().expect("an id").to_owned())
}

/// A page as far as its bytes have come.
struct Page {
    stream: TcpStream,
    bytes: Vec<u8>,
}

impl Page {
    /// Asks for one; `room`: so few bytes the system takes for it.
    async fn open(authority: &str, key: &str, cookie: &str, more: &str, room: Option<u32>) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        if let Some(room) = room {
            socket.set_recv_buffer_size(room).expect("it may be small");
            // On loopback segments have 64 KiB, and the sender's buffer grows with them to megabytes.
            socket2::SockRef::from(&socket).set_tcp_mss(room / 4).expect("segments may be small");
        }
        let mut stream = socket.connect(authority.parse().expect("an address")).await.expect("it listens");
        let request = format!(
            "GET /c/{key}?lang=en&live=1 HTTP/1.1\r\nHost: {authority}\r\nCookie: {cookie}\r\n{more}\r\n"
        );
        stream.write_all(request.as_bytes()).await.expect("it is sent");
        Self { stream, bytes: Vec::new() }
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// Reads until the text is there.
    async fn shows(&mut self, text: &str) {
        let wanted = text.as_bytes();
        let reading = async {
            while !self.bytes.windows(wanted.len()).any(|bytes| bytes == wanted) {
                let count = self.stream.read_buf(&mut self.bytes).await.unwrap_or(0);
                assert!(count > 0, "it ended without {text}: {}", self.text());
            }
        };
        let came = timeout(WITHIN, reading).await.is_ok();
        assert!(came, "{text} did not come: {}", self.text());
    }

    /// Reads to the end of the answer.
    async fn ends(&mut self) -> String {
        self.shows("\r\n0\r\n\r\n").await;
        self.text()
    }
}

#[tokio::test]
async fn what_is_said_comes_as_further_lines_of_the_same_page() {
    let mut talk = Talk::begin(&[]).await;
    let (foreign, _) = visitor(&talk.relay, &talk.site, "another").await;
    let mut other = Page::open(talk.relay.authority(), &talk.site.key, &foreign, "", None).await;
    other.shows("<div class=\"lines\">").await;
    let mut page = talk.open("").await;
    page.shows("Sent</div>").await;
    let begun = page.text();
    for header in ["200 OK", "transfer-encoding: chunked", "x-accel-buffering: no", "cache-control: no-store"]
    {
        assert!(begun.contains(header), "{header}: {begun}");
    }
    assert!(begun.contains("Merhaba &lt;3") && !begun.contains("<script"), "{begun}");
    let (form, log) = (begun.find("<textarea"), begun.find("id=\"log\""));
    assert!(form < log && form.is_some(), "the log is what goes on");

    talk.agent.say(json!({ "Read": { "conversation": talk.conversation, "received": 1, "read": 1 } })).await;
    page.shows("state\">Read</div>").await;
    talk.reply("<b>2 & 3</b>").await;
    page.shows("&lt;b&gt;2 &amp; 3&lt;/b&gt;").await;
    let message =
        json!({ "client_id": "5".repeat(32), "body": "Which?", "extra": { "replies": ["<i>This</i>"] } })
            .to_string();
    let path = format!("/api/v1/conversations/{}/messages", talk.conversation);
    let headers =
        [("content-type", "application/json"), ("authorization", &*format!("Bearer {}", talk.bearer))];
    let said = http::send(talk.relay.authority(), "POST", &path, &headers, message.as_bytes());
    assert_eq!(said.await.status, 201);
    page.shows("value=\"&lt;i&gt;This&lt;/i&gt;\"").await;
    assert!(page.text().contains("class=\"press reply\" method=\"post\""), "{}", page.text());
    talk.agent.say(json!({ "Resolve": { "conversation": talk.conversation } })).await;
    page.shows("class=\"event\"").await;
    assert_eq!(page.text().matches("2 &amp; 3").count(), 1, "each once");
    assert!(!page.text().contains("</html>"), "it is still open");

    other.stream.shutdown().await.expect("it closes");
    other.stream.read_to_end(&mut other.bytes).await.ok();
    assert!(!other.text().contains("2 &amp; 3"), "it is nobody else's");
}

#[tokio::test]
async fn what_is_changed_or_taken_away_is_hidden_where_it_stood() {
    let mut talk = Talk::begin(&[]).await;
    talk.reply("yarın gelir").await;
    let mut page = talk.open("").await;
    page.shows("yarın gelir").await;
    assert!(page.text().contains("<div data-of=\"2\" data-by=\"0\""), "{}", page.text());
    let edit =
        json!({ "client_id": client_id(), "conversation": talk.conversation, "of": 2, "body": "<b>bugün" });
    talk.agent.say(json!({ "Edit": edit })).await;
    page.shows("&lt;b&gt;bugün").await;
    page.shows("<link rel=\"stylesheet\" href=\"/revised/2-3.css\">").await;
    assert!(page.text().contains("data-note=\"edited\""), "{}", page.text());
    let hides = http::get(talk.relay.authority(), "/revised/2-3.css").await;
    assert_eq!(hides.header("content-type"), Some("text/css; charset=utf-8"));
    assert_eq!(hides.text(), "[data-of=\"2\"]:not([data-by=\"3\"]) { display: none !important }\n");
    let gone = json!({ "client_id": client_id(), "conversation": talk.conversation, "of": 2 });
    talk.agent.say(json!({ "Delete": gone })).await;
    page.shows("/revised/2-4.css").await;
    page.shows("Message deleted").await;
    let mut anew = talk.open("").await;
    anew.shows("Message deleted").await;
    assert!(!anew.text().contains("bugün") && !anew.text().contains("yarın"), "{}", anew.text());
}

#[tokio::test]
async fn a_form_comes_back_to_the_open_page_and_who_is_new_waits_for_nothing() {
    let talk = Talk::begin(&[]).await;
    let path = format!("/c/{}?lang=tr&live=1", talk.site.key);
    let fresh = http::get(talk.relay.authority(), &path).await;
    assert_eq!(fresh.status, 200);
    assert!(fresh.text().trim_end().ends_with("</html>"), "{}", fresh.text());
    assert!(fresh.text().contains(&format!("action=\"/c/{}?lang=tr&amp;live=1\"", talk.site.key)));
    let whole = http::get(talk.relay.authority(), &format!("/c/{}?lang=tr", talk.site.key)).await.text();
    let leads = format!(
        "<noscript><meta http-equiv=\"refresh\" content=\"0;url=/c/{}?lang=tr&amp;live=1\"></noscript>",
        talk.site.key
    );
    assert!(whole.contains(&leads), "{whole}");
    let headers = [
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Sec-Fetch-Site", "same-origin"),
        ("Cookie", talk.cookie.as_str()),
    ];
    let sent = http::send(talk.relay.authority(), "POST", &path, &headers, b"body=iki").await;
    assert_eq!((sent.status, sent.header("location")), (303, Some(path.as_str())));
    // What cannot be taken is answered with the page that keeps it, and never with one that loads itself again.
    let blank = format!("/c/{}?lang=tr", talk.site.key);
    let refused = http::send(talk.relay.authority(), "POST", &blank, &headers, b"body=+").await;
    assert_eq!(refused.status, 422);
    assert!(!refused.text().contains("http-equiv"), "{}", refused.text());
}

#[tokio::test]
async fn an_answer_in_another_conversation_is_told_and_what_is_written_goes_where_it_is_read() {
    let mut talk = Talk::begin(&[]).await;
    let mut page = talk.open("").await;
    page.shows("Sent</div>").await;
    let token = talk.cookie.split_once(':').expect("a token").1.to_owned();
    let (mut tab, _) = Wire::greeted(&talk.relay, &talk.site, Some(&token), json!([])).await;
    let send = json!({ "client_id": client_id(), "conversation": null, "new": true, "body": "another matter", "attachments": [] });
    tab.say(json!({ "Send": send })).await;
    let other = tab.hear("Accepted").await["conversation"].as_str().expect("an id").to_owned();
    assert_ne!(other, talk.conversation);
    for body in ["first elsewhere", "second elsewhere"] {
        let reply =
            json!({ "client_id": client_id(), "conversation": other, "body": body, "attachments": [] });
        talk.agent.say(json!({ "Reply": reply })).await;
        talk.agent.hear("Accepted").await;
    }
    talk.reply("here again").await;
    page.shows("here again").await;
    let told = page.text();
    let way = format!("/c/{}?lang=en&amp;live=1&amp;conversation={other}", talk.site.key);
    let line = format!("in another of your conversations.</span> <a href=\"{way}\">");
    assert_eq!(told.matches(&line).count(), 1, "once: {told}");
    assert!(!told.contains("another matter") && !told.contains("elsewhere</"), "{told}");

    // What is written on this page belongs to what is read on it, although the other one is the latest.
    let (_, form) = told.split_once("class=\"compose\" method=\"post\" action=\"").expect("a form");
    let action = form.split('"').next().expect("its address").replace("&amp;", "&");
    let headers = [
        ("Content-Type", "application/x-www-form-urlencoded"),
        ("Sec-Fetch-Site", "same-origin"),
        ("Cookie", talk.cookie.as_str()),
    ];
    let posted = http::send(talk.relay.authority(), "POST", &action, &headers, b"body=to+the+first").await;
    assert_eq!((posted.status, posted.header("location")), (303, Some(action.as_str())));
    page.shows("to the first").await;

    // The way leads there, and a conversation of somebody else's is no conversation.
    let (foreign, theirs) = visitor(&talk.relay, &talk.site, "private").await;
    let at = |conversation: &str| format!("/c/{}?lang=en&conversation={conversation}", talk.site.key);
    let read = async |conversation: &str, cookie: &str| {
        http::send(talk.relay.authority(), "GET", &at(conversation), &[("Cookie", cookie)], b"").await.text()
    };
    let there = read(&other, &talk.cookie).await;
    assert!(there.contains("second elsewhere") && !there.contains("here again"), "{there}");
    assert!(read(&talk.conversation, &talk.cookie).await.contains("here again"));
    let mine = read(&theirs, &talk.cookie).await;
    assert!(!mine.contains("private") && mine.contains("to the first"), "the latest: {mine}");
    let posted = http::send(talk.relay.authority(), "POST", &at(&theirs), &headers, b"body=mine").await;
    assert_eq!(posted.status, 303);
    assert!(!read(&theirs, &foreign).await.contains("mine</"), "it stays one's own");
}

#[tokio::test]
async fn it_is_brotli_when_asked_and_each_piece_can_be_read_at_once() {
    let mut talk = Talk::begin(&[]).await;
    let mut page = talk.open("Accept-Encoding: gzip, br\r\n").await;
    page.shows("content-encoding: br").await;
    talk.reply("as it is").await;
    page.shows("as it is").await;
    assert!(!page.text().contains("<textarea"), "the beginning is compressed");
}

#[tokio::test]
async fn one_too_many_is_told_so_and_those_that_were_left_do_not_count() {
    let talk = Talk::begin(&[]).await;
    let mut open = Vec::new();
    for _ in 0..5 {
        let mut page = talk.open("").await;
        page.shows("Merhaba &lt;3").await;
        assert!(page.text().starts_with("HTTP/1.1 200"), "{}", page.text());
        open.push(page);
    }
    let path = format!("/c/{}?lang=en&live=1", talk.site.key);
    let cookie = [("Cookie", talk.cookie.as_str())];
    let get = async || http::send(talk.relay.authority(), "GET", &path, &cookie, b"").await;
    let refused = get().await;
    assert_eq!(refused.status, 429);
    assert!(refused.header("retry-after").is_some(), "{refused:?}");
    let text = refused.text();
    assert!(text.contains("Merhaba &lt;3") && text.contains("<textarea") && text.contains(NOTE), "{text}");
    assert!(text.trim_end().ends_with("</html>"), "it is whole: {text}");
    open.pop();
    let again = async {
        loop {
            let mut page = talk.open("").await;
            page.shows("\r\n\r\n").await;
            if page.text().starts_with("HTTP/1.1 200") {
                return;
            }
        }
    };
    timeout(Duration::from_secs(5), again).await.expect("the place is free soon after a page was left");
}

#[tokio::test]
async fn when_the_relay_stops_the_page_says_what_to_do() {
    let talk = Talk::begin(&[]).await;
    let mut page = talk.open("").await;
    page.shows("Merhaba &lt;3").await;
    let stopping = tokio::spawn(talk.relay.stop());
    let whole = page.ends().await;
    assert!(whole.contains(NOTE) && whole.contains("</html>"), "{whole}");
    let ended = timeout(Duration::from_secs(6), stopping).await.expect("nobody waits for open pages");
    assert!(ended.expect("it was waited for").success());
}

#[tokio::test]
async fn a_page_that_is_not_read_is_closed_and_has_lost_nothing() {
    let mut talk = Talk::begin(&["--no-rate-limits", "--metrics-listen", "127.0.0.1:0"]).await;
    let authority = talk.relay.authority().to_owned();
    let mut deaf = Page::open(&authority, &talk.site.key, &talk.cookie, "", Some(4_096)).await;
    deaf.shows("<textarea").await;
    // Far more than the system takes for such a client, and than may wait for it at the relay.
    let long = "🙂".repeat(3_990);
    for number in 0..80 {
        talk.reply(&format!("{number:02} {long}")).await;
    }
    let slow = async {
        loop {
            let text = http::get(talk.relay.metrics(), "/metrics").await.text();
            if text.contains("merhaba_sessions_closed_total{reason=\"Slow\"} 1") {
                return;
            }
        }
    };
    timeout(WITHIN, slow).await.expect("it is closed as slow");
    let mut page = talk.open("").await;
    page.shows("79 🙂").await;
}
