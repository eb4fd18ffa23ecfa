//! `/c/KEY`: the chat as a page that needs no script. A form sends, a cookie that is set with the first message says
//! who writes, and a look at the page shows the conversation; asked for `live`, the answer stays open for what comes later
//! (`live_page`). Text from people is escaped, always.
use super::{
    Web, cookies,
    document::{self, CLOSED, Document},
    front::Caller,
    headers,
    live_page::{self, Live, Sheet, Shown},
    notice,
    problem::Problem,
    reception::{self, Words},
    texts::{self, Texts},
    tokens::Tokens,
    trickle::Trickle,
    widget_page::Asked,
};
use crate::{
    chat::{Form, Posted, secret_hash},
    domain::reception::About,
    gate::RetryAfter,
    session::feed::Feed,
    store::{Principal, Site, StoreError},
};
use axum::{
    extract::{Extension, Path, Query, State},
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CONTENT_TYPE, LOCATION, RETRY_AFTER, SET_COOKIE, VARY},
    },
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use merhaba_shared::protocol::{
    error::{Code, Refused},
    ids::{ClientId, ConversationId, Token, VisitorId},
    limits::{self, BodyError, HISTORY_PAGE, PAGE_BYTES, WELCOME_CONVERSATIONS},
    model::{Item, Read, Status},
    visitor::{ConversationCard, Hello},
};
use std::{collections::HashMap, sync::Arc};

/// The longest name of a conversation that is looked for, in bytes.
const LONGEST_ID: usize = 64;

/// What a visit needs to know.
struct Visit<'a> {
    web: &'a Arc<Web>,
    caller: &'a Caller,
    site: Site,
    language: &'static str,
    reader: notice::Reader,
    tokens: Tokens,
    /// How the answer goes that stays open, if this one does.
    live: Option<Trickle>,
    /// The conversation that the address names.
    wanted: Option<ConversationId>,
}

/// What the page says after a message that was not taken.
#[derive(Default)]
struct Kept {
    status: StatusCode,
    body: String,
    client_id: Option<ClientId>,
    hint: String,
    wait: Option<u64>,
    said: About,
}

/// Shows the page.
pub async fn show(
    State(web): State<Arc<Web>>,
    Extension(caller): Extension<Caller>,
    Path(key): Path<String>,
    Query(asked): Query<Asked>,
    request: HeaderMap,
) -> Response {
    match visit(&web, &caller, &key, &asked, &request).await {
        Ok(visit) => visit.page(Kept::default()).await,
        Err(response) => *response,
    }
}

/// Takes a message.
pub async fn post(
    State(web): State<Arc<Web>>,
    Extension(caller): Extension<Caller>,
    Path(key): Path<String>,
    Query(asked): Query<Asked>,
    request: HeaderMap,
    body: Bytes,
) -> Response {
    let form = request.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    if form.is_none_or(|kind| media_type(kind) != "application/x-www-form-urlencoded") {
        let detail = "this address takes a form (application/x-www-form-urlencoded)";
        return Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "BadMediaType", detail).into_response();
    }
    match visit(&web, &caller, &key, &asked, &request).await {
        Ok(visit) => visit.take(&asked, &body).await,
        Err(response) => *response,
    }
}

/// A media type without its parameters, lower case.
pub fn media_type(header: &str) -> String {
    header.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

async fn visit<'a>(
    web: &'a Arc<Web>,
    caller: &'a Caller,
    key: &str,
    asked: &Asked,
    request: &HeaderMap,
) -> Result<Visit<'a>, Box<Response>> {
    let reader = notice::Reader::of(asked.lang.as_deref(), request, false);
    let site = match web.app.store.site(key.into()).await {
        Ok(Some(site)) => site,
        Ok(None) => return Err(Box::new(reader.unknown_site())),
        Err(_) => return Err(Box::new(reader.unavailable())),
    };
    if !document::built() {
        return Err(Box::new(reader.not_built()));
    }
    let language = texts::widget().choose(asked.lang.as_deref(), request);
    let tokens = Tokens::read(cookies::get(request, &caller.own, cookies::VISITOR).as_deref());
    let live = asked.live.is_some().then(|| Trickle::of(request));
    let wanted = asked.conversation.clone().filter(|id| id.len() <= LONGEST_ID).map(ConversationId);
    Ok(Visit { web, caller, site, language, reader, tokens, live, wanted })
}

impl Visit<'_> {
    async fn take(&self, asked: &Asked, form: &[u8]) -> Response {
        let fields: Vec<(String, String)> = url::form_urlencoded::parse(form).into_owned().collect();
        let field = |name: &str| fields.iter().find(|(field, _)| field == name).map(|(_, value)| value);
        // A form's line breaks are CR LF, whatever was typed.
        let body = field("body").map_or_else(String::new, |body| body.replace("\r\n", "\n"));
        let client_id = field("client_id").and_then(|value| ClientId::from_hex(value));
        let about = match self.about(&fields).await {
            Ok(Ok(about)) => about,
            Ok(Err((hint, said))) => {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                return self.page(Kept { status, body, client_id, hint, wait: None, said }).await;
            }
            Err(_) => return self.reader.unavailable(),
        };
        let said = about.as_deref().cloned().unwrap_or_default();
        let Ok(conversation) = self.named().await else { return self.reader.unavailable() };
        let posted = self.web.app.chat.post(Form {
            site: self.site.key.clone(),
            token: self.tokens.get(&self.site.key),
            address: self.caller.address,
            locale: self.language.into(),
            page: None,
            client_id,
            conversation: conversation.clone(),
            body: body.clone(),
            about,
        });
        match posted.await {
            Ok(Posted::Stored { token, .. }) => self.back(asked, conversation, token),
            Ok(Posted::NoSite) => self.reader.unknown_site(),
            Ok(Posted::Refused(refused)) => {
                self.page(Kept { said, ..self.kept(body, client_id, &refused) }).await
            }
            Err(_) => {
                let refused = Refused {
                    client_id,
                    code: Code::Unavailable,
                    detail: String::new(),
                    retry_after_ms: None,
                };
                self.page(Kept { said, ..self.kept(body, client_id, &refused) }).await
            }
        }
    }

    /// What a first message's form says of its visitor, or why it cannot be taken, with what was filled in.
    async fn about(
        &self,
        fields: &[(String, String)],
    ) -> Result<Result<Option<Box<About>>, (String, About)>, StoreError> {
        let reception = &self.site.settings.reception;
        let open = self.web.app.chat.presence(&self.site.key).back_at.is_none();
        let questions = reception.asked(open);
        let offers = self.site.settings.departments.iter().any(|one| one.offered);
        let asks = offers || !questions.is_empty() || !reception.consent.is_empty();
        if !asks || self.card(None).await?.is_some() {
            return Ok(Ok(None));
        }
        let words = Words::of(self.language);
        let said = reception::read(fields, &questions, words);
        let about = match said.clone().check() {
            Ok(about) => about,
            Err(error) => return Ok(Err((words.why(error).to_owned(), said))),
        };
        Ok(if let Some(question) = about.missing(&questions) {
            Err((words.missing(question), said))
        } else if !reception.consent.is_empty() && !about.consent {
            Err((words.agree().to_owned(), said))
        } else {
            Ok(Some(Box::new(about)))
        })
    }

    /// 303 to the conversation: a reload shows it and sends nothing.
    fn back(&self, asked: &Asked, conversation: Option<ConversationId>, token: Option<Token>) -> Response {
        let language = asked.lang.as_ref().map(|_| format!("lang={}", self.language));
        let live = self.live.map(|_| "live=1".to_owned());
        let conversation = conversation.map(|id| format!("conversation={id}"));
        let query: Vec<_> = language.into_iter().chain(live).chain(conversation).collect();
        let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
        let mut response = StatusCode::SEE_OTHER.into_response();
        let headers = response.headers_mut();
        if let Ok(to) = HeaderValue::try_from(format!("/c/{}{query}", self.site.key)) {
            headers.insert(LOCATION, to);
        }
        if let Some(token) = token {
            let value = self.tokens.with(&self.site.key, &token);
            headers.insert(
                SET_COOKIE,
                cookies::set(&self.caller.own, cookies::VISITOR, &value, Some(Tokens::MAX_AGE)),
            );
        }
        response
    }

    /// A refusal in the reader's words, with the text kept in the field.
    fn kept(&self, body: String, client_id: Option<ClientId>, refused: &Refused) -> Kept {
        let none = Texts::new();
        let texts = texts::widget().of(self.language).unwrap_or(&none);
        let text = |name: &str| texts.get(name).cloned().unwrap_or_default();
        let wait = refused.retry_after_ms.map(|millis| u64::from(millis.div_ceil(1000)).max(1));
        let (status, hint) = match (refused.code, limits::check_body(&body)) {
            (Code::TooLong, Err(BodyError::TooLong(over))) => {
                let words = texts::counted(texts, self.language, "too_long", over);
                (StatusCode::UNPROCESSABLE_ENTITY, words)
            }
            (Code::RateLimited, _) => {
                let seconds = wait.unwrap_or(1).to_string();
                (StatusCode::TOO_MANY_REQUESTS, text("too_fast").replace("{s}", &seconds))
            }
            (Code::Unavailable, _) => (StatusCode::SERVICE_UNAVAILABLE, text("unavailable")),
            (_, Err(BodyError::Blank)) => (StatusCode::UNPROCESSABLE_ENTITY, text("field")),
            _ => (StatusCode::UNPROCESSABLE_ENTITY, text("refused")),
        };
        Kept { status, body, client_id, hint, wait, said: About::default() }
    }

    async fn page(&self, kept: Kept) -> Response {
        // Listening begins before the conversation is read: nothing falls between.
        let (feed, crowded) = match self.feed().await {
            Ok(Ok(feed)) => (feed, None),
            Ok(Err(wait)) => (None, Some(wait.seconds())),
            Err(_) => return self.reader.unavailable(),
        };
        let Ok(card) = self.card(self.wanted.as_ref()).await else { return self.reader.unavailable() };
        let card = card.map(|(_, card)| card);
        let client_id = kept.client_id.unwrap_or_else(|| ClientId(self.web.app.clock.random())).to_hex();
        let sheet = self.sheet(client_id, card.as_ref());
        let conversation = card.as_ref().map(|card| &card.conversation);
        let Ok(shown) = self.conversation(&sheet, conversation).await else {
            return self.reader.unavailable();
        };
        // A parser drops a line break that begins a text field.
        let body = if kept.body.starts_with('\n') { format!("\n{}", kept.body) } else { kept.body };
        let drawn = document::Shown {
            before: "",
            mode: "page",
            language: self.language,
            presence: self.web.app.chat.presence(&self.site.key),
            asks: shown.is_none(),
            said: kept.said,
            client_id: &sheet.client_id,
            rows: shown.as_ref().map_or("", |shown| &shown.rows),
            body: &body,
            hint: &kept.hint,
            live: self.live.is_some(),
            more: &sheet.more,
        };
        let Some(Document { html, inline }) = document::draw(&self.site, &drawn) else {
            return self.reader.not_built();
        };
        let mut response = self.answer(html, feed, sheet, shown, crowded.is_some());
        *response.status_mut() = match crowded {
            Some(_) if kept.status == StatusCode::OK => StatusCode::TOO_MANY_REQUESTS,
            _ => kept.status,
        };
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.append(VARY, HeaderValue::from_static("Accept-Language"));
        if let Some(seconds) = kept.wait.or(crowded) {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        headers::plain_page(headers, &self.caller.own, &inline);
        response
    }

    /// The document: whole, open, or whole where it would be open if there were anything to wait for or room.
    fn answer(
        &self,
        html: String,
        feed: Option<Feed>,
        sheet: Sheet,
        shown: Option<Shown>,
        crowded: bool,
    ) -> Response {
        match (self.live, feed, shown) {
            (Some(trickle), Some(feed), Some(shown)) => {
                let mut open = Live::new(feed, sheet, shown).body(html, trickle).into_response();
                live_page::headers(open.headers_mut(), trickle);
                open
            }
            (Some(_), _, _) => {
                let note = if crowded { sheet.note() } else { String::new() };
                [&html, &note, CLOSED].concat().into_response()
            }
            (None, _, _) => html.into_response(),
        }
    }

    /// What a page that stays open listens to. Who has written nothing is told nothing: there is no need.
    async fn feed(&self) -> Result<Result<Option<Feed>, RetryAfter>, StoreError> {
        if self.live.is_none() || self.card(None).await?.is_none() {
            return Ok(Ok(None));
        }
        let hello = Hello {
            site: self.site.key.clone(),
            token: self.tokens.get(&self.site.key),
            locale: self.language.into(),
            page: None,
            epoch: None,
            resume: Vec::new(),
        };
        let feed = Feed::open(&self.web.links, &self.web.app, self.caller.address, hello).await;
        Ok(feed.map(Some))
    }

    /// What the page's lines need. Its forms go to the conversation that is shown, as long as that is open: another may have
    /// become the latest since.
    fn sheet(&self, client_id: String, card: Option<&ConversationCard>) -> Sheet {
        let token = self.tokens.get(&self.site.key).map(|token| secret_hash(&token.0)).unwrap_or_default();
        let live = if self.live.is_some() { "&live=1" } else { "" };
        Sheet {
            web: self.web.clone(),
            key: self.site.key.clone(),
            language: self.language,
            token,
            address: format!("/c/{}?lang={}", self.site.key, self.language),
            more: card
                .filter(|card| card.status == Status::Open)
                .map_or_else(|| live.to_owned(), |card| format!("{live}&conversation={}", card.conversation)),
            client_id,
        }
    }

    /// This conversation of the visitor's as rows, marked as read; `None` when there is none.
    async fn conversation(
        &self,
        sheet: &Sheet,
        which: Option<&ConversationId>,
    ) -> Result<Option<Shown>, StoreError> {
        let Some((visitor, card)) = self.card(which).await? else { return Ok(None) };
        let who = Principal::Visitor(visitor);
        let store = &self.web.app.store;
        let id = card.conversation.clone();
        let Some(history) = store.history(who.clone(), id.clone(), None, HISTORY_PAGE, PAGE_BYTES).await?
        else {
            return Ok(None);
        };
        if card.read < card.head {
            let read = Read { conversation: id.clone(), received: card.head, read: card.head };
            self.web.app.chat.read(&who, read).await?;
        }
        let last = history.entries.last();
        Ok(Some(Shown {
            conversation: id,
            rows: sheet.draw(|drawing| drawing.all(&history, &card)).unwrap_or_default(),
            head: last.map_or(0, Item::seq),
            mine: last.and_then(live_page::mine),
            marks: (card.agent_received, card.agent_read),
            others: HashMap::new(),
        }))
    }

    /// The conversation that the address names, if it is the visitor's: that is where a message goes.
    async fn named(&self) -> Result<Option<ConversationId>, StoreError> {
        let Some(wanted) = &self.wanted else { return Ok(None) };
        let card = self.card(Some(wanted)).await?;
        Ok(card.map(|(_, card)| card.conversation).filter(|id| id == wanted))
    }

    /// This conversation of the visitor's, or the latest where it is not theirs or none is named.
    async fn card(
        &self,
        which: Option<&ConversationId>,
    ) -> Result<Option<(VisitorId, ConversationCard)>, StoreError> {
        let Some(token) = self.tokens.get(&self.site.key) else { return Ok(None) };
        let identity = self.web.app.chat.identify(&self.site.key, Some(&token)).await?;
        if !identity.is_known() {
            return Ok(None);
        }
        let rows = if which.is_some() { WELCOME_CONVERSATIONS } else { 1 };
        let mut cards = self.web.app.store.cards(identity.visitor.clone(), rows).await?;
        let at = which.and_then(|id| cards.iter().position(|card| card.conversation == *id)).unwrap_or(0);
        Ok((at < cards.len()).then(|| (identity.visitor, cards.swap_remove(at))))
    }
}
