//! What the store knows of files: who uploaded each, what it is, and which message it belongs to once it was sent. The
//! bytes lie in the folder `files`; a row is only made when they are durable, and goes before they do.
use super::{Pending, SecretHash};
use crate::files::Written;
use merhaba_shared::protocol::{
    ids::{AgentId, AttachmentId, Millis, SiteKey},
    model::Attachment,
};

/// Who uploads, and who may have a file again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holder {
    /// A visitor by their token: they may have no row yet.
    Visitor {
        /// The site they are on.
        site: SiteKey,
        /// Hash of their token.
        token: SecretHash,
    },
    /// An agent.
    Agent(AgentId),
}

/// A file that was uploaded and is durable.
#[derive(Clone, Debug)]
pub struct NewFile {
    /// Who uploaded it.
    pub from: Holder,
    /// Whose conversation it is for.
    pub site: SiteKey,
    /// As it is told.
    pub attachment: Attachment,
    /// Its bytes.
    pub whole: Written,
    /// A picture's preview.
    pub preview: Option<Preview>,
    /// Now.
    pub at: Millis,
    /// What all files of the site may weigh together.
    pub quota: u64,
}

/// A picture's preview.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// Its media type.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Written,
}

/// A file as the store knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    /// Its site.
    pub site: SiteKey,
    /// As it is told.
    pub attachment: Attachment,
    /// Its bytes.
    pub whole: Written,
    /// A picture's preview.
    pub preview: Option<Preview>,
}

/// What came of adding a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It has its row.
    Added,
    /// The site's files weigh too much together.
    Full,
    /// There is no such site for them.
    NoSite,
}

/// The store's half of files.
pub trait FileStore {
    /// Adds a file that is durable.
    fn add_file(&self, file: NewFile) -> Pending<Kept>;
    /// What all files of a site weigh together.
    fn files_weigh(&self, site: SiteKey) -> Pending<u64>;
    /// Whether somebody has uploaded with this token who has not written yet.
    fn has_uploads(&self, site: SiteKey, token: SecretHash) -> Pending<bool>;
    /// Of these files, those that this one may have: their own unsent ones, and those of conversations they may read.
    fn files(&self, who: Holder, ids: Vec<AttachmentId>) -> Pending<Vec<StoredFile>>;
    /// Of these names, those that have a row.
    fn known_files(&self, ids: Vec<AttachmentId>) -> Pending<Vec<AttachmentId>>;
    /// Takes away the rows of files that were uploaded before this time and never sent; gives them.
    fn forget_unsent(&self, before: Millis) -> Pending<Vec<(SiteKey, AttachmentId)>>;
}
