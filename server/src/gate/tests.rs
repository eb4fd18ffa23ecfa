//! The gate alone, with paused time.
use super::*;

const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

fn gate() -> Gate {
    Gate::new(Clock, true)
}

#[tokio::test(start_paused = true)]
async fn an_address_has_twenty_sockets_of_strangers() {
    let gate = gate();
    let mut permits: Vec<_> = (0..20).map_while(|_| gate.admit(HOME).ok()).collect();
    assert_eq!(permits.len(), 20);
    tokio::time::advance(Duration::from_hours(1)).await;
    assert_eq!(gate.admit(HOME).map(drop), Err(RetryAfter(CROWDED)));
    permits.pop();
    assert!(gate.admit(HOME).is_ok());
}

#[tokio::test(start_paused = true)]
async fn strangers_come_in_a_burst_and_then_ten_a_minute() {
    let gate = gate();
    for _ in 0..20 {
        assert!(gate.admit(HOME).is_ok());
    }
    assert_eq!(gate.admit(HOME).map(drop), Err(RetryAfter(Duration::from_secs(6))));
    tokio::time::advance(Duration::from_secs(6)).await;
    assert!(gate.admit(HOME).is_ok());
    assert!(gate.admit(HOME).is_err());
}

#[tokio::test(start_paused = true)]
async fn the_known_do_not_count_against_their_address() {
    let gate = gate();
    let mut known = Vec::new();
    for number in 0..500 {
        gate.admit(HOME).expect("room").known();
        known.push(gate.visitor(&VisitorId(number.to_string())));
    }
    assert!(known.iter().all(Option::is_some));
}

#[tokio::test(start_paused = true)]
async fn visitors_and_agents_have_their_number_of_sockets() {
    let gate = gate();
    let of_visitor: Vec<_> = (0..9).map_while(|_| gate.visitor(&"v".into())).collect();
    let of_agent: Vec<_> = (0..19).map_while(|_| gate.agent(&"a".into())).collect();
    assert_eq!((of_visitor.len(), of_agent.len()), (5, 10));
    drop(of_visitor);
    assert!(gate.visitor(&"v".into()).is_some());
}

#[tokio::test(start_paused = true)]
async fn a_visitor_writes_five_and_then_one_in_two_seconds() {
    let (gate, visitor) = (gate(), VisitorId::from("v"));
    for _ in 0..5 {
        assert_eq!(gate.send(&visitor), Ok(()));
    }
    let wait = gate.send(&visitor);
    assert_eq!(wait.map_err(RetryAfter::millis), Err(2000));
    gate.unsend(&visitor);
    assert_eq!(gate.send(&visitor), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn without_limits_everybody_comes_in() {
    let gate = Gate::new(Clock, false);
    let permits: Vec<_> = (0..100).map_while(|_| gate.admit(HOME).ok()).collect();
    assert_eq!(permits.len(), 100);
    assert!((0..100).all(|_| gate.send(&"v".into()).is_ok()));
    assert_eq!((0..100).filter_map(|_| gate.visitor(&"v".into())).collect::<Vec<_>>().len(), 100);
}

#[tokio::test(start_paused = true)]
async fn what_is_over_is_forgotten() {
    let gate = gate();
    for number in 0..10_000 {
        assert_eq!(gate.send(&VisitorId(number.to_string())), Ok(()));
    }
    tokio::time::advance(Duration::from_mins(1)).await;
    for number in 0..10_000 {
        assert_eq!(gate.send(&VisitorId(format!("again {number}"))), Ok(()));
    }
    let kept = gate.table.lock().map(|table| table.len()).unwrap_or_default();
    assert!(kept <= 15_000, "{kept}");
}

#[test]
fn a_v6_network_is_one_address() {
    let parse = |text: &str| text.parse::<IpAddr>().map(prefix);
    assert_eq!(parse("2001:db8:1:2:3:4:5:6"), parse("2001:db8:1:2::9"));
    assert_ne!(parse("2001:db8:1:2::9"), parse("2001:db8:1:3::9"));
    assert_eq!(parse("::ffff:10.0.0.1"), parse("10.0.0.1"));
}
