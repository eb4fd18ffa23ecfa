//! Closed vocabularies of the wire: a word in JSON, one byte in the binary codec. Never a serde unit variant,
//! whose derived decoding weighs more in a page than all of this.

/// Defines an enum that is written as its own name in JSON and as the given number in the binary codec.
/// With `else X`, anything unknown reads as `X` (for vocabularies that grow); without it, it is an error.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $number:literal,)+ } $(else $unknown:ident)?) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$vmeta])* $variant,)+ }

        impl $name {
            /// Every word of the vocabulary, in the order of their numbers.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word as JSON, SQL and logs spell it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => stringify!($variant),)+ }
            }

            /// The number that stands for it in the binary codec and in storage.
            #[must_use]
            pub const fn number(self) -> u8 {
                match self { $(Self::$variant => $number,)+ }
            }

            /// The word for a number, if there is one.
            #[must_use]
            pub const fn from_number(number: u8) -> Option<Self> {
                match number { $($number => Some(Self::$variant),)+ _ => None }
            }

            /// The word for a spelling, if there is one.
            #[must_use]
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $(stringify!($variant) => Some(Self::$variant),)+ _ => None }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                #[cfg(feature = "json")]
                if to.is_human_readable() {
                    return to.serialize_str(self.as_str());
                }
                to.serialize_u8(self.number())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                #[cfg(feature = "json")]
                if from.is_human_readable() {
                    let word = alloc::string::String::deserialize(from)?;
                    return $crate::protocol::words::known(Self::from_word(&word) $(.or(Some(Self::$unknown)))?);
                }
                $crate::protocol::words::known(Self::from_number(u8::deserialize(from)?) $(.or(Some(Self::$unknown)))?)
            }
        }
    };
}
pub(crate) use words;

/// Turns a missing word into the codec's error.
pub(crate) fn known<T, E: serde::de::Error>(word: Option<T>) -> Result<T, E> {
    word.ok_or_else(|| E::custom("unknown word"))
}
