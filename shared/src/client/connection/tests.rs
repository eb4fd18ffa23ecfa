//! The line's rules, each with the times at which it must hold.
use super::{Connection, Line, Phase, Step};

fn live(now: u64) -> Connection {
    let mut connection = Connection::new(3);
    assert_eq!(connection.start(now), Step::Connect);
    assert!(connection.opened(now + 10));
    connection.welcomed(now + 20);
    connection.heard(now + 20);
    connection
}

/// Ticks exactly when asked to, until the clock passes `until`; returns the steps with their times.
fn run(connection: &mut Connection, mut now: u64, until: u64) -> Vec<(u64, Step)> {
    let mut steps = Vec::new();
    while let Some(at) = connection.wake_at(None).filter(|at| *at <= until) {
        now = now.max(at);
        let step = connection.tick(now, None);
        if step != Step::Nothing {
            steps.push((now, step));
        }
    }
    steps
}

#[test]
fn a_silent_line_is_found_within_fifteen_seconds_while_visible() {
    let mut connection = live(0);
    let steps = run(&mut connection, 20, 15_020);
    assert!(matches!(steps[0], (8_020, Step::Ping(1))), "{steps:?}");
    assert!(matches!(steps[1], (13_020, Step::Drop)), "{steps:?}");
}

#[test]
fn a_silent_line_is_found_within_thirty_five_seconds_while_hidden() {
    let mut connection = live(0);
    connection.set_visible(false);
    let steps = run(&mut connection, 20, 35_020);
    assert!(matches!(steps[..2], [(25_020, Step::Ping(1)), (30_020, Step::Drop)]), "{steps:?}");
}

#[test]
fn an_answered_ping_keeps_the_line() {
    let mut connection = live(0);
    assert_eq!(connection.tick(8_020, None), Step::Ping(1));
    connection.ponged(1);
    connection.heard(8_100);
    assert_eq!(connection.tick(13_100, None), Step::Nothing);
    assert_eq!(connection.line(), Line::Live);
}

#[test]
fn a_frozen_page_asks_as_soon_as_it_runs_again() {
    let mut connection = live(0);
    assert_eq!(connection.tick(600_000, None), Step::Ping(1));
    assert_eq!(connection.tick(605_000, None), Step::Drop);
}

#[test]
fn lost_is_told_within_five_seconds_of_a_close_and_back_is_told_once() {
    let mut connection = live(0);
    connection.closed(20_000, 1006, "");
    assert_eq!(connection.line(), Line::Live);
    connection.tick(21_500, None);
    assert_eq!(connection.line(), Line::Lost);
    connection.nudge(22_000);
    connection.opened(22_010);
    connection.welcomed(22_020);
    assert_eq!(connection.line(), Line::Back);
    connection.heard(26_000);
    connection.tick(26_020, None);
    assert_eq!(connection.line(), Line::Live);
}

#[test]
fn a_blink_is_not_shown() {
    let mut connection = live(0);
    connection.closed(20_000, 1006, "");
    let until = match connection.phase() {
        Phase::Waiting { until } => until,
        other => panic!("{other:?}"),
    };
    assert_eq!(connection.tick(until, None), Step::Connect);
    connection.opened(until + 5);
    connection.welcomed(until + 10);
    connection.tick(until + 15, None);
    assert_eq!(connection.line(), Line::Live);
}

#[test]
fn offline_is_told_at_once_and_taken_back_when_the_line_answers() {
    let mut connection = live(0);
    connection.offline(1_000);
    assert_eq!(connection.line(), Line::Lost);
    assert_eq!(connection.nudge(2_000), Step::Ping(1));
    connection.ponged(1);
    connection.tick(2_010, None);
    assert_eq!(connection.line(), Line::Back);
}

#[test]
fn an_unanswered_send_is_told_after_five_seconds_and_moved_after_fifteen() {
    let mut connection = live(0);
    assert_eq!(connection.tick(5_100, Some(100)), Step::Ping(1));
    assert_eq!(connection.line(), Line::Lost);
    connection.ponged(1);
    connection.heard(5_200);
    assert_eq!(connection.tick(15_100, Some(100)), Step::Drop);
}

#[test]
fn the_close_code_decides() {
    let mut connection = live(0);
    assert_eq!(connection.closed(100, 4504, ""), Step::Refresh);
    let mut connection = live(0);
    connection.closed(100, 4503, "");
    assert_eq!(connection.line(), Line::Stopped(4503));
    assert_eq!(connection.wake_at(None), None);
}

#[test]
fn a_page_that_came_too_late_comes_again() {
    let mut connection = live(0);
    connection.closed(100, 1006, "");
    let Phase::Waiting { until } = connection.phase() else { panic!("{:?}", connection.phase()) };
    assert_eq!(connection.tick(until, None), Step::Connect);
    assert!(connection.opened(until + 10));
    connection.closed(until + 6_000, 4505, "AuthLate");
    assert!(matches!(connection.phase(), Phase::Waiting { .. }), "{:?}", connection.phase());
}

#[test]
fn a_restart_hint_is_obeyed_up_to_a_minute() {
    let mut connection = live(0);
    connection.closed(1_000, 4001, "2500");
    assert_eq!(connection.phase(), Phase::Waiting { until: 3_500 });
    let mut connection = live(0);
    connection.closed(1_000, 4001, "99999999");
    assert_eq!(connection.phase(), Phase::Waiting { until: 61_000 });
}

#[test]
fn suspending_for_the_back_forward_cache_is_no_loss() {
    let mut connection = live(0);
    assert_eq!(connection.suspend(), Step::Drop);
    assert_eq!(connection.wake_at(None), None);
    assert_eq!(connection.start(90_000), Step::Connect);
    assert_eq!(connection.line(), Line::Live);
}

#[test]
fn sockets_that_never_open_are_said_once() {
    let mut connection = Connection::new(3);
    connection.start(0);
    connection.closed(50, 1006, "");
    assert!(!connection.is_barred(), "once may be anything");
    connection.nudge(100);
    connection.closed(150, 1006, "");
    assert!(connection.is_barred());
    assert!(!connection.is_barred(), "said");
    connection.nudge(200);
    assert_eq!(connection.tick(10_200, None), Step::Drop, "nothing answered at all");
    assert!(connection.is_barred());
    connection.nudge(10_300);
    connection.closed(10_400, 1006, "");
    connection.nudge(10_500);
    assert!(connection.opened(10_600));
    connection.closed(10_700, 1006, "");
    assert!(!connection.is_barred(), "one got through");
}

#[test]
fn a_restart_shows_a_mark_and_only_a_long_one_a_loss() {
    let mut connection = live(0);
    connection.closed(20_000, 4001, "2000");
    assert_eq!(connection.line(), Line::Live);
    let steps = run(&mut connection, 20_000, 22_000);
    assert_eq!(steps, [(22_000, Step::Connect)]);
    assert_eq!(connection.line(), Line::Restarting);
    connection.opened(22_010);
    connection.welcomed(22_020);
    assert_eq!(connection.line(), Line::Live, "and no word that it is back");

    let mut connection = live(0);
    connection.closed(20_000, 4001, "2000");
    run(&mut connection, 20_000, 27_999);
    assert_eq!(connection.line(), Line::Restarting);
    run(&mut connection, 27_999, 28_000);
    assert_eq!(connection.line(), Line::Lost);
}
