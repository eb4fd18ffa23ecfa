//! The owner's page in a real browser: what is typed is seen in the chat itself before it is saved, in each language; texts
//! are kept by language; the preview keeps nothing and sends nothing.
mod preview;
mod texts;
