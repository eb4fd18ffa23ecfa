//! Mentions, over the wire: whoever is mentioned is told on all their pages, wherever they are, until they look; nobody else is.
use super::*;

#[tokio::test(start_paused = true)]
async fn who_is_mentioned_is_told_on_every_page_until_they_look() {
    let rig = Rig::with(false).await;
    let ada = rig.sign_in("ada", "shop", Role::Agent).await;
    let can = rig.sign_in("can", "shop", Role::Trainee).await;
    let (mut visitor, _) = rig.visitor(json!({})).await;
    visitor.say(send(1, "question")).await;
    let conversation = visitor.expect("Accepted").await["conversation"].clone();
    let (mut first, _) = rig.agent(can, json!({})).await;
    let (mut second, welcome) = rig.agent(can, json!({})).await;
    assert_eq!(welcome["mentions"], json!([]));
    let (mut ada, _) = rig.agent(ada, json!({})).await;
    visitor.told().await;
    let note = |number: u32, body: &str| json!({"Note": {"client_id": cid(number), "conversation": conversation, "body": body}});
    ada.say(note(2, "gizli: @can bakar mısın")).await;
    for page in [&mut first, &mut second] {
        let mentioned = page.expect("Mentioned").await;
        assert_eq!(mentioned["conversation"], conversation);
        assert_eq!(mentioned["by"]["name"], "ada");
    }
    let (_, welcome) = rig.agent(crate::chat::secret_hash("can"), json!({})).await;
    assert_eq!(welcome["mentions"], json!([conversation]));
    // One page looks: the other knows.
    first.say(json!({"Open": {"conversation": conversation}})).await;
    first.say(json!({"Look": {"conversation": conversation}})).await;
    for page in [&mut first, &mut second] {
        assert_eq!(page.expect("Mentioned").await["by"], Value::Null);
    }
    first.say(json!({"Look": {"conversation": conversation}})).await;
    let quiet = |told: Vec<(String, Value)>| told.iter().all(|(kind, _)| kind != "Mentioned");
    assert!(quiet(first.told().await) && quiet(ada.told().await), "nothing more, and nobody else");
    let frames = format!("{:?}", visitor.told().await);
    assert!(
        !frames.contains("Mentioned") && !frames.contains("gizli"),
        "a visitor is told none of it: {frames}"
    );
}
