//! The plain page's messages meet those of sockets.
use super::*;
use crate::chat::{Form, Posted};
use merhaba_shared::protocol::{
    error::Code,
    ids::{ClientId, Token},
};

fn form(token: Option<Token>, body: &str) -> Form {
    Form {
        about: None,
        site: "shop".into(),
        token,
        address: HOME,
        locale: "tr".into(),
        page: None,
        client_id: None,
        conversation: None,
        body: body.into(),
    }
}

async fn stored(rig: &Rig, form: Form) -> (u64, Option<Token>) {
    match rig.app.chat.post(form).await.expect("a store") {
        Posted::Stored { accepted, token, .. } => (accepted.seq, token),
        other => panic!("{other:?}"),
    }
}

async fn refused(rig: &Rig, form: Form) -> Code {
    match rig.app.chat.post(form).await.expect("a store") {
        Posted::Refused(refused) => refused.code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn a_form_makes_a_visitor_who_can_come_by_socket() {
    let rig = Rig::new().await;
    let (seq, token) = stored(&rig, form(None, "by form")).await;
    let token = token.expect("a new one");
    let (mut client, welcome) = rig.visitor(json!({"token": token.0})).await;
    assert_eq!((seq, &welcome["replaced"]), (1, &json!(false)));
    assert_eq!(welcome["conversations"][0]["head"], 1);
    assert_eq!(stored(&rig, form(Some(token.clone()), "by form again")).await, (2, None));
    assert_eq!(client.expect("Message").await["body"], "by form again");
    let repeated = Form { client_id: Some(ClientId([1; 16])), ..form(Some(token), "once") };
    for _ in 0..9 {
        assert_eq!(stored(&rig, repeated.clone()).await, (3, None));
    }
}

#[tokio::test(start_paused = true)]
async fn a_form_is_held_to_the_same_rules() {
    let rig = Rig::new().await;
    assert_eq!(refused(&rig, form(None, " ")).await, Code::BadRequest);
    assert_eq!(refused(&rig, form(None, &"a".repeat(4_001))).await, Code::TooLong);
    let nowhere = Form { site: "none".into(), ..form(None, "a") };
    assert!(matches!(rig.app.chat.post(nowhere).await, Ok(Posted::NoSite)));
    let (_, token) = stored(&rig, form(None, "1")).await;
    for _ in 0..5 {
        stored(&rig, form(token.clone(), "again")).await;
    }
    assert_eq!(refused(&rig, form(token, "again")).await, Code::RateLimited);
    for _ in 0..19 {
        stored(&rig, form(None, "somebody new")).await;
    }
    assert_eq!(refused(&rig, form(None, "somebody new")).await, Code::RateLimited);
}
