//! What a use-case will come to. It costs no place of its own on the heap where somebody else's thread will answer.
use super::StoreError;
use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};
use tokio::sync::oneshot;

/// The result of a use-case, to be awaited. The job itself does not depend on being awaited.
#[must_use]
pub struct Pending<T>(Inside<T>);

enum Inside<T> {
    Asked(oneshot::Receiver<Result<T, StoreError>>),
    Refused(StoreError),
    Later(Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send>>),
}

impl<T> Pending<T> {
    /// Somebody was asked, and answers here.
    pub const fn asked(answer: oneshot::Receiver<Result<T, StoreError>>) -> Self {
        Self(Inside::Asked(answer))
    }

    /// Nobody was asked.
    pub const fn refused(why: StoreError) -> Self {
        Self(Inside::Refused(why))
    }

    /// Something has to happen first.
    pub fn later(result: impl Future<Output = Result<T, StoreError>> + Send + 'static) -> Self {
        Self(Inside::Later(Box::pin(result)))
    }
}

impl<T> Future for Pending<T> {
    type Output = Result<T, StoreError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            Inside::Asked(answer) => {
                let ended = |_| Err(StoreError::Unavailable("the store has ended".into()));
                Poll::Ready(ready!(Pin::new(answer).poll(cx)).unwrap_or_else(ended))
            }
            Inside::Refused(why) => Poll::Ready(Err(why.clone())),
            Inside::Later(result) => result.as_mut().poll(cx),
        }
    }
}
