//! What happens to a file: written as it comes, looked at, pictures drawn anew, made durable, and only then known to
//! the store and told to whoever uploaded it. One that was never sent is forgotten after an hour. Never asks who may
//! upload, nor how fast: that is settled before.
use super::Chat;
use crate::{
    domain::file::{self, Kind, OCTETS},
    files::{
        Files, Form, Incoming, Written,
        picture::{self, Drawn, Encoded, Refusal},
    },
    store::{Holder, Kept, NewFile, Preview, StoreError, StoredFile},
};
use merhaba_shared::protocol::{
    ids::{AttachmentId, Millis, SiteKey},
    model::{Attachment, Picture},
};
use std::{fs, io, sync::Arc};

/// How long a file may wait to be sent, in milliseconds.
pub const UNSENT_MS: Millis = 60 * 60 * 1000;
/// Names that are asked for at once when strays are looked for.
const ASKED: usize = 500;

/// A file on its way in.
pub struct Upload {
    from: Holder,
    site: SiteKey,
    id: AttachmentId,
    name: String,
    quota: u64,
    files: Files,
    written: Option<(Incoming, Option<Kind>)>,
}

/// What came of an upload.
#[derive(Debug)]
pub enum Taken {
    /// It is durable.
    Durable(Attachment),
    /// A picture beyond the limits.
    BadPicture,
    /// Nothing came.
    Empty,
    /// The site's files weigh too much together.
    Full,
    /// The disk has no room.
    NoRoom,
    /// There is no such site for them.
    NoSite,
}

/// A file that is durable, before the store knows it.
struct Settled {
    media_type: &'static str,
    name: String,
    picture: Option<Picture>,
    whole: Written,
    preview: Option<Preview>,
}

/// Why a file did not become durable.
enum Failed {
    BadPicture,
    Disk(io::Error),
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

impl Upload {
    /// Writes on; blocking. The first bytes, at least sixteen if there are as many, decide what it is.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        let (incoming, _) = match &mut self.written {
            Some(written) => written,
            empty => {
                let kind = Kind::of(bytes);
                let form = if kind.is_some() { Form::Raw } else { Form::Whole };
                empty.insert((self.files.begin(&self.site, &self.id, form)?, kind))
            }
        };
        incoming.write(bytes)
    }

    /// Makes it durable; blocking.
    fn settle(&self, (raw, kind): (Incoming, Option<Kind>)) -> Result<Settled, Failed> {
        let Some(kind) = kind else { return Ok(self.plain(raw.end()?)) };
        match picture::redraw(raw.place(), kind) {
            Ok(drawn) => self.picture(drawn).map_err(Failed::Disk),
            Err(Refusal::TooLarge) => Err(Failed::BadPicture),
            // It only begins like one: kept as any file, and never shown.
            Err(Refusal::NoPicture) => {
                let bytes = fs::read(raw.place())?;
                Ok(self.plain(self.put(Form::Whole, &bytes)?))
            }
        }
    }

    fn plain(&self, whole: Written) -> Settled {
        Settled { media_type: OCTETS, name: self.name.clone(), picture: None, whole, preview: None }
    }

    fn picture(&self, Drawn { whole, preview, size }: Drawn) -> io::Result<Settled> {
        let Encoded { kind, bytes } = whole;
        let whole = self.put(Form::Whole, &bytes)?;
        let preview = preview.map(|Encoded { kind, bytes }| {
            let bytes = self.put(Form::Preview, &bytes)?;
            Ok::<_, io::Error>(Preview { media_type: kind.media_type().into(), bytes })
        });
        let name = file::named(&self.name, kind);
        let media_type = kind.media_type();
        Ok(Settled { media_type, name, picture: Some(size), whole, preview: preview.transpose()? })
    }

    fn put(&self, form: Form, bytes: &[u8]) -> io::Result<Written> {
        let mut incoming = self.files.begin(&self.site, &self.id, form)?;
        incoming.write(bytes)?;
        incoming.end()
    }
}

impl Chat {
    /// Begins an upload; nothing is written yet.
    pub fn upload(&self, from: Holder, site: SiteKey, name: &str, quota: u64) -> Upload {
        let id = AttachmentId(self.clock.id());
        let (name, files) = (file::clean(name), self.files.clone());
        Upload { from, site, id, name, quota, files, written: None }
    }

    /// Ends an upload: looked at, durable, and known to the store.
    ///
    /// # Errors
    /// When the store cannot know it just now: then nothing of it is left.
    pub async fn take(&self, mut upload: Upload) -> Result<Taken, StoreError> {
        let Some(written) = upload.written.take() else { return Ok(Taken::Empty) };
        // One picture at a time: each asks for much memory.
        let look = if written.1.is_some() { self.looks.clone().acquire_owned().await.ok() } else { None };
        let working = tokio::task::spawn_blocking(move || {
            let settled = upload.settle(written);
            drop(look);
            (upload, settled)
        });
        let Ok((upload, settled)) = working.await else {
            return Err(StoreError::Unavailable("the file could not be looked at".into()));
        };
        match settled {
            Ok(settled) => self.know(&upload, settled).await,
            Err(failed) => {
                self.files.remove(&upload.site, &upload.id);
                match failed {
                    Failed::BadPicture => Ok(Taken::BadPicture),
                    Failed::Disk(error) if is_full(&error) => Ok(Taken::NoRoom),
                    Failed::Disk(error) => Err(StoreError::Unavailable(error.to_string())),
                }
            }
        }
    }

    async fn know(&self, upload: &Upload, settled: Settled) -> Result<Taken, StoreError> {
        let Settled { media_type, name, picture, whole, preview } = settled;
        let id = upload.id.clone();
        let attachment = Attachment { id, name, media_type: media_type.into(), size: whole.size, picture };
        let file = NewFile {
            from: upload.from.clone(),
            site: upload.site.clone(),
            attachment: attachment.clone(),
            whole,
            preview,
            at: self.clock.now(),
            quota: upload.quota,
        };
        let known = self.store.add_file(file).await;
        if !matches!(known, Ok(Kept::Added)) {
            self.files.remove(&upload.site, &upload.id);
        }
        Ok(match known? {
            Kept::Added => Taken::Durable(attachment),
            Kept::Full => Taken::Full,
            Kept::NoSite => Taken::NoSite,
        })
    }

    /// Whether what a message names is on the disk as it was written. What the store does not know, or not as this
    /// sender's, is the store's to refuse: it may be a repeat, which is answered whatever became of its files.
    pub async fn durable(&self, from: Holder, ids: &[AttachmentId]) -> bool {
        if ids.is_empty() {
            return true;
        }
        let Ok(found) = self.store.files(from, ids.to_vec()).await else { return true };
        let files = self.files.clone();
        let looking = tokio::task::spawn_blocking(move || found.iter().all(|file| is_whole(&files, file)));
        looking.await.unwrap_or(false)
    }

    /// Forgets what was uploaded more than an hour ago and never sent.
    ///
    /// # Errors
    /// When the store cannot: the next time does it.
    pub async fn forget_unsent(self: &Arc<Self>) -> Result<usize, StoreError> {
        let gone = self.store.forget_unsent(self.clock.now() - UNSENT_MS).await?;
        let (count, files) = (gone.len(), self.files.clone());
        if count > 0 {
            let removing = move || gone.iter().for_each(|(site, id)| files.remove(site, id));
            let _ = tokio::task::spawn_blocking(removing).await;
        }
        Ok(count)
    }

    /// Takes away what lies on the disk and no row knows: uploads that a crash broke off. Before anybody uploads.
    ///
    /// # Errors
    /// When the store cannot be asked: the next start does it.
    pub async fn forget_strays(&self) -> Result<usize, StoreError> {
        let files = self.files.clone();
        let listing = tokio::task::spawn_blocking(move || files.all());
        let all = listing.await.ok().and_then(Result::ok).unwrap_or_default();
        let mut strays = 0;
        for some in all.chunks(ASKED) {
            let ids = some.iter().map(|(_, id)| id.clone()).collect();
            let known = self.store.known_files(ids).await?;
            for (site, id) in some.iter().filter(|(_, id)| !known.contains(id)) {
                self.files.remove(site, id);
                strays += 1;
            }
        }
        Ok(strays)
    }
}

fn is_whole(files: &Files, file: &StoredFile) -> bool {
    let whole = files.holds(&file.site, &file.attachment.id, Form::Whole, file.whole);
    whole
        && file
            .preview
            .as_ref()
            .is_none_or(|preview| files.holds(&file.site, &file.attachment.id, Form::Preview, preview.bytes))
}

/// Whether the disk, or this account's share of it, is full.
pub fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}
