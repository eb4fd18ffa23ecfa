//! In which order messages come in on one line after the store could not take one: first that one again, or the line
//! ends and the client comes back with all of them. Pure; refuses nothing itself.
use crate::store::Sequence;
use merhaba_shared::protocol::ids::ClientId;

/// The order on one line.
#[derive(Debug, Default)]
pub(super) struct Order {
    sequence: Sequence,
    held: Option<ClientId>,
}

impl Order {
    /// The sequence that a message belongs to; `None` if another one must come before it.
    pub(super) fn admit(&mut self, client_id: ClientId) -> Option<Sequence> {
        if let Some(held) = self.held {
            if held != client_id {
                return None;
            }
            *self = Self::default();
        }
        Some(self.sequence.clone())
    }

    /// The store could not take a message, and the client is told.
    pub(super) fn refused(&mut self, client_id: ClientId) {
        if self.sequence.is_broken() {
            self.held.get_or_insert(client_id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ClientId, Order};

    fn id(number: u8) -> ClientId {
        ClientId([number; 16])
    }

    #[test]
    fn after_a_failure_the_first_that_failed_comes_first() {
        let mut order = Order::default();
        let first = order.admit(id(1)).expect("nothing failed yet");
        assert!(!order.admit(id(2)).expect("nothing failed yet").is_broken());
        first.break_off();
        assert!(order.admit(id(3)).expect("not told yet").is_broken(), "the store refuses it");
        order.refused(id(1));
        order.refused(id(2));
        assert!(order.admit(id(4)).is_none());
        assert!(order.admit(id(2)).is_none());
        assert!(!order.admit(id(1)).expect("the first that failed").is_broken());
        assert!(order.admit(id(2)).is_some());
    }

    #[test]
    fn what_has_no_order_holds_nothing() {
        let mut order = Order::default();
        order.refused(id(7));
        assert!(order.admit(id(1)).is_some(), "a note was refused");
    }
}
