//! What a rating may say. It stores nothing and asks nobody.
use merhaba_shared::protocol::{limits::COMMENT_CHARS, model::Rating};

/// The highest value of both scales.
const HIGHEST: u8 = 100;

/// Why a rating cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RatingError {
    /// Nothing was said.
    #[error("a rating has csat, ces or both")]
    Empty,
    /// Beyond the scale.
    #[error("csat and ces are whole numbers from 0 to 100")]
    OffScale,
    /// Too long.
    #[error("a comment has at most 1000 characters")]
    LongComment,
}

/// Checks a rating; a comment of nothing but white space is none.
///
/// # Errors
/// [`RatingError`] when it says nothing or too much.
pub fn check(mut rating: Rating) -> Result<Rating, RatingError> {
    rating.comment = rating.comment.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    if rating.csat.is_none() && rating.ces.is_none() {
        return Err(RatingError::Empty);
    }
    if rating.csat.max(rating.ces).is_some_and(|value| value > HIGHEST) {
        return Err(RatingError::OffScale);
    }
    if rating.comment.as_ref().is_some_and(|text| text.chars().count() > COMMENT_CHARS) {
        return Err(RatingError::LongComment);
    }
    Ok(rating)
}

#[cfg(test)]
mod tests {
    use super::{COMMENT_CHARS, Rating, RatingError, check};

    fn rating(csat: Option<u8>, ces: Option<u8>, comment: &str) -> Rating {
        Rating { closing: 1, csat, ces, comment: Some(comment.into()) }
    }

    #[test]
    fn a_rating_says_something_and_stays_on_its_scale() {
        assert_eq!(check(rating(None, None, "fine")), Err(RatingError::Empty));
        assert_eq!(check(rating(Some(101), None, "")), Err(RatingError::OffScale));
        assert_eq!(check(rating(Some(1), Some(101), "")), Err(RatingError::OffScale));
        assert_eq!(
            check(rating(Some(0), None, &"ş".repeat(COMMENT_CHARS + 1))),
            Err(RatingError::LongComment)
        );
        assert!(check(rating(Some(0), Some(100), &"ş".repeat(COMMENT_CHARS))).is_ok());
        assert_eq!(check(rating(Some(50), None, "  ")).map(|rating| rating.comment), Ok(None));
    }
}
