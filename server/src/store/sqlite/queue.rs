//! A queue between callers and the store's threads, bounded by what its items weigh: their number, or their bytes. A
//! full one refuses at once; it never makes a caller wait.
use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// The while after which nothing comes any more.
const IDLE: Duration = Duration::from_secs(2);
/// How long what is in no hurry waits for something to go along with.
const ALONG: Duration = Duration::from_millis(20);

/// Why something was not queued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The queue is full.
    Full,
    /// The store was closed.
    Closed,
}

/// Callers push, any number of threads take.
pub(super) struct Queue<T> {
    state: Mutex<State<T>>,
    filled: Condvar,
    /// What all items together may weigh.
    bound: usize,
}

struct State<T> {
    /// Each with its weight.
    items: VecDeque<(T, usize)>,
    /// In no hurry: taken with the next items, or when none have come for a while.
    along: Vec<(T, usize)>,
    /// Of all of them.
    weight: usize,
    closed: bool,
    /// Somebody works it off inline; what they cause to be queued meanwhile is theirs too.
    busy: bool,
}

impl<T> Queue<T> {
    /// A queue for items that together weigh at most this.
    pub(super) fn new(bound: usize) -> Self {
        let state =
            State { items: VecDeque::new(), along: Vec::new(), weight: 0, closed: false, busy: false };
        Self { state: Mutex::new(state), filled: Condvar::new(), bound }
    }

    /// Queues an item of some weight, if there is room.
    pub(super) fn push(&self, item: T, weight: usize) -> Result<(), Refusal> {
        let mut state = self.open(weight)?;
        state.items.push_back((item, weight));
        drop(state);
        self.filled.notify_one();
        Ok(())
    }

    /// Queues an item that is in no hurry, if there is room: it costs no turn of its own where others come anyway.
    pub(super) fn push_along(&self, item: T, weight: usize) -> Result<(), Refusal> {
        let mut state = self.open(weight)?;
        let first = state.along.is_empty() && state.items.is_empty();
        state.along.push((item, weight));
        drop(state);
        if first {
            self.filled.notify_one();
        }
        Ok(())
    }

    /// For an item of this weight, which is counted already.
    fn open(&self, weight: usize) -> Result<MutexGuard<'_, State<T>>, Refusal> {
        let mut state = self.lock();
        if state.closed {
            Err(Refusal::Closed)
        } else if state.weight + weight > self.bound {
            Err(Refusal::Full)
        } else {
            state.weight += weight;
            Ok(state)
        }
    }

    /// Takes no more items after this last one; those that wait are still worked off. False: it was closed before.
    pub(super) fn close(&self, last: Option<T>) -> bool {
        let mut state = self.lock();
        if std::mem::replace(&mut state.closed, true) {
            return false;
        }
        state.hurry();
        state.items.extend(last.map(|last| (last, 0)));
        drop(state);
        self.filled.notify_all();
        true
    }

    /// Closes and drops what waits: nobody is left to work it off.
    pub(super) fn abandon(&self) {
        self.close(None);
        let waiting = self.lock().first(usize::MAX);
        drop(waiting); // outside of the lock: an item's end may call back
    }

    /// Waits for items and takes up to `most`; `None` when closed and worked off.
    pub(super) fn take(&self, most: usize) -> Option<Vec<T>> {
        self.take_or(most, || {})
    }

    /// As [`Self::take`]; does something else once if nothing comes for a while.
    pub(super) fn take_or(&self, most: usize, idle: impl FnOnce()) -> Option<Vec<T>> {
        let mut idle = Some(idle);
        let mut state = self.lock();
        while state.items.is_empty() {
            if state.closed {
                return None;
            }
            let along = !state.along.is_empty();
            if idle.is_none() && !along {
                state = self.filled.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let at_most = if along { ALONG } else { IDLE };
            let (woken, waited) =
                self.filled.wait_timeout(state, at_most).unwrap_or_else(PoisonError::into_inner);
            state = woken;
            if !waited.timed_out() {
                continue;
            }
            if along {
                state.hurry();
            } else if let Some(idle) = idle.take() {
                drop(state);
                idle();
                state = self.lock();
            }
        }
        Some(state.first(most))
    }

    /// Works the queue off here and now, unless that is being done further up.
    pub(super) fn work_off(&self, most: usize, mut work: impl FnMut(Vec<T>)) {
        let mut state = self.lock();
        if std::mem::replace(&mut state.busy, true) {
            return;
        }
        state.hurry();
        while !state.items.is_empty() {
            let items = state.first(most);
            drop(state);
            work(items);
            state = self.lock();
            state.hurry();
        }
        state.busy = false;
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> State<T> {
    /// What was in no hurry waits no longer.
    fn hurry(&mut self) {
        self.items.extend(self.along.drain(..));
    }

    fn first(&mut self, most: usize) -> Vec<T> {
        self.hurry();
        let count = most.min(self.items.len());
        let taken = self.items.drain(..count);
        taken.map(|(item, weight)| (item, self.weight -= weight).0).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Queue, Refusal};
    use crate::{
        clock::Clock,
        proof::{Proof, amount},
    };
    use std::{
        collections::HashSet,
        sync::{
            Barrier,
            atomic::{AtomicUsize, Ordering},
        },
        thread::{ScopedJoinHandle, scope, yield_now},
    };

    const PUSHING: usize = 3;
    const TAKING: usize = 2;
    const EACH: usize = 6;

    /// Pushes some items in the two ways; gives those that were taken in.
    fn pushes(queue: &Queue<usize>, who: usize, round: usize) -> Vec<usize> {
        let items = (0..EACH).map(|number| who * EACH + number);
        let way =
            |item: usize| if (item + round).is_multiple_of(2) { Queue::push_along } else { Queue::push };
        items.filter(|item| way(*item)(queue, *item, 1).is_ok()).collect()
    }

    /// Takes until it is closed, a few at a time.
    fn takes(queue: &Queue<usize>, most: usize, count: &AtomicUsize) -> Vec<usize> {
        let mut taken = Vec::new();
        while let Some(items) = queue.take(most) {
            count.fetch_add(items.len(), Ordering::Relaxed);
            taken.extend(items);
        }
        taken
    }

    fn all(threads: Vec<ScopedJoinHandle<'_, Vec<usize>>>) -> Vec<usize> {
        threads.into_iter().flat_map(|thread| thread.join().expect("it ends")).collect()
    }

    /// One queue's life: what was taken in, and what was taken out.
    fn life(round: usize) -> (Vec<usize>, Vec<usize>) {
        // Sometimes with room for all, sometimes not.
        let queue = Queue::new(if round.is_multiple_of(3) { 4 } else { 64 });
        let (begin, count) = (Barrier::new(PUSHING + TAKING), AtomicUsize::new(0));
        let (queue, begin, count) = (&queue, &begin, &count);
        scope(|threads| {
            let taking = (0..TAKING).map(|who| {
                threads.spawn(move || {
                    begin.wait();
                    takes(queue, 1 + (round + who) % 4, count)
                })
            });
            let taking: Vec<_> = taking.collect();
            let pushing = (0..PUSHING).map(|who| {
                threads.spawn(move || {
                    begin.wait();
                    pushes(queue, who, round)
                })
            });
            let accepted = all(pushing.collect());
            // Closed while things wait; or not before all of it was taken, which nobody else wakes anybody up for.
            let since = Clock.monotonic();
            while round.is_multiple_of(2) && count.load(Ordering::Relaxed) < accepted.len() {
                assert!(since.elapsed().as_secs() < 10, "round {round}: something waits and nobody takes it");
                yield_now();
            }
            assert!(queue.close(Some(usize::MAX)), "closed once");
            (accepted, all(taking))
        })
    }

    /// T17: nothing that was taken in is lost or taken twice, and nobody waits for ever, in whatever order threads come.
    #[test]
    fn many_threads_lose_nothing_and_nobody_waits_for_ever() {
        let mut proof = Proof::begin("T17.queue", &["P1", "P4"]);
        let rounds = amount(200, 50_000);
        let (mut queued, mut refused) = (0, 0);
        for round in 0..rounds {
            let (accepted, taken) = life(round);
            let unique: HashSet<_> = taken.iter().copied().collect();
            let expected: HashSet<_> = accepted.iter().copied().chain([usize::MAX]).collect();
            assert_eq!((unique, taken.len()), (expected, accepted.len() + 1), "round {round}");
            queued += accepted.len();
            refused += PUSHING * EACH - accepted.len();
        }
        proof.figure("rounds", rounds);
        proof.figure("queued", queued);
        proof.figure("refused", refused);
        proof.holds();
    }

    #[test]
    fn what_is_in_no_hurry_goes_along_or_after_a_while_alone() {
        let queue = Queue::new(4);
        assert_eq!(
            (queue.push_along(1, 1), queue.push(2, 1), queue.push_along(3, 1)),
            (Ok(()), Ok(()), Ok(()))
        );
        assert_eq!(queue.take(9), Some(vec![2, 1, 3]));
        assert_eq!(queue.push_along(4, 1), Ok(()));
        assert_eq!(queue.take(9), Some(vec![4]), "nothing else came");
        assert_eq!(queue.push_along(5, 1), Ok(()));
        assert!(queue.close(Some(6)));
        assert_eq!((queue.take(9), queue.take(9)), (Some(vec![5, 6]), None));
    }

    #[test]
    fn a_full_queue_refuses_and_a_closed_one_too() {
        let queue = Queue::new(2);
        assert_eq!(
            (queue.push(1, 1), queue.push(2, 1), queue.push(3, 1)),
            (Ok(()), Ok(()), Err(Refusal::Full))
        );
        assert!(queue.close(Some(9)), "the last item fits even a full queue");
        assert_eq!(queue.push(4, 1), Err(Refusal::Closed));
        assert_eq!(queue.take(2), Some(vec![1, 2]));
        assert_eq!((queue.take(2), queue.take(2)), (Some(vec![9]), None));
    }

    #[test]
    fn what_is_taken_makes_room_for_as_much() {
        let queue = Queue::new(10);
        assert_eq!(
            (queue.push(1, 6), queue.push(2, 5), queue.push_along(3, 4)),
            (Ok(()), Err(Refusal::Full), Ok(()))
        );
        assert_eq!(queue.take(1), Some(vec![1]));
        assert_eq!(
            (queue.push(4, 7), queue.push(5, 6), queue.push_along(6, 1)),
            (Err(Refusal::Full), Ok(()), Err(Refusal::Full))
        );
        assert_eq!(queue.take(9), Some(vec![3, 5]));
        assert_eq!(queue.push(7, 10), Ok(()));
    }

    #[test]
    fn what_is_queued_while_working_off_is_worked_off_after_it() {
        let queue = Queue::new(9);
        let mut seen = Vec::new();
        queue.push(1, 1).expect("room");
        queue.work_off(4, |items| {
            for item in items {
                if item < 3 {
                    queue.push(item + 1, 1).expect("room");
                    queue.work_off(4, |_| panic!("not within"));
                }
                seen.push(item);
            }
        });
        assert_eq!(seen, [1, 2, 3]);
    }
}
