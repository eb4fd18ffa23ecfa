//! Pictures drawn anew: decoded within hard limits, turned upright and encoded again, so that nothing of what came is
//! ever shown to anybody: no place where it was taken, no script behind its end. Blocking, and asks for much memory for
//! a moment: one at a time. Never trusts a size that it has not read from the file itself.
use crate::domain::file::Kind;
use image::{
    AnimationDecoder, DynamicImage, Frame, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits,
    codecs::{
        gif::{GifDecoder, GifEncoder, Repeat},
        jpeg::JpegEncoder,
        png::PngEncoder,
    },
    metadata::Orientation,
};
use merhaba_shared::protocol::model::Picture;
use std::{
    fs::File,
    io::{self, BufReader, Write},
    path::Path,
};

/// The longest side, in pixels.
pub const SIDE: u32 = 8_192;
/// Pixels in all; of a moving picture, over all its frames.
pub const PIXELS: u64 = 40_000_000;
/// What one picture may take while it is decoded, in bytes: four for each pixel.
const MEMORY: u64 = 4 * PIXELS;
/// The longest side of a preview, in pixels.
const PREVIEW: u32 = 640;
/// JPEG quality: no difference that is seen.
const QUALITY: u8 = 88;
/// What an encoded picture may weigh, in bytes: drawn anew, one that was packed better than we do becomes larger.
const ENCODED: usize = 40 * 1024 * 1024;
/// How thoroughly the colours of a moving picture are chosen: 1 best, 30 fastest.
const SPEED: i32 = 15;

/// Why a picture is not taken.
#[derive(Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Larger than the limits.
    TooLarge,
    /// Not a picture after all: a file like any other.
    NoPicture,
}

/// One encoded picture.
#[derive(Debug)]
pub struct Encoded {
    /// Its kind.
    pub kind: Kind,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A picture that was drawn anew.
#[derive(Debug)]
pub struct Drawn {
    /// All of it.
    pub whole: Encoded,
    /// A smaller one, where that is smaller.
    pub preview: Option<Encoded>,
    /// How large it is, upright.
    pub size: Picture,
}

impl From<ImageError> for Refusal {
    fn from(error: ImageError) -> Self {
        if matches!(error, ImageError::Limits(_)) { Self::TooLarge } else { Self::NoPicture }
    }
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::StorageFull { Self::TooLarge } else { Self::NoPicture }
    }
}

/// Draws a picture anew.
///
/// # Errors
/// [`Refusal`].
pub fn redraw(path: &Path, kind: Kind) -> Result<Drawn, Refusal> {
    if kind == Kind::Gif
        && let Some(moving) = moving(path)?
    {
        return Ok(moving);
    }
    let format = match kind {
        Kind::Png => ImageFormat::Png,
        Kind::Jpeg => ImageFormat::Jpeg,
        Kind::Webp => ImageFormat::WebP,
        Kind::Gif => ImageFormat::Gif,
    };
    let mut reader = ImageReader::with_format(BufReader::new(File::open(path)?), format);
    reader.limits(limits());
    let mut decoder = reader.into_decoder()?;
    fits(decoder.dimensions(), decoder.total_bytes())?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder)?;
    image.apply_orientation(orientation);
    let image = plain(image);
    let size = Picture { width: image.width(), height: image.height() };
    let lossless = matches!(kind, Kind::Png | Kind::Gif);
    let whole = encode(&image, lossless)?;
    Ok(Drawn { whole, preview: preview(&image)?, size })
}

fn limits() -> Limits {
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(SIDE);
    limits.max_image_height = Some(SIDE);
    limits.max_alloc = Some(MEMORY);
    limits
}

fn fits((width, height): (u32, u32), bytes: u64) -> Result<(), Refusal> {
    let pixels = u64::from(width) * u64::from(height);
    let fits = width.max(height) <= SIDE && pixels <= PIXELS && bytes <= MEMORY;
    if fits && pixels > 0 { Ok(()) } else { Err(Refusal::TooLarge) }
}

/// Eight bits a channel, with transparency only where there is some.
fn plain(image: DynamicImage) -> DynamicImage {
    if !image.color().has_alpha() {
        return DynamicImage::ImageRgb8(image.into_rgb8());
    }
    let image = image.into_rgba8();
    if image.pixels().all(|pixel| pixel[3] == u8::MAX) {
        return DynamicImage::ImageRgb8(DynamicImage::ImageRgba8(image).into_rgb8());
    }
    DynamicImage::ImageRgba8(image)
}

/// As PNG where nothing may be lost or something shines through, else as JPEG.
fn encode(image: &DynamicImage, lossless: bool) -> Result<Encoded, Refusal> {
    let mut out = Bounded(Vec::new());
    if lossless || image.color().has_alpha() {
        image.write_with_encoder(PngEncoder::new(&mut out))?;
        return Ok(Encoded { kind: Kind::Png, bytes: out.0 });
    }
    image.write_with_encoder(JpegEncoder::new_with_quality(&mut out, QUALITY))?;
    Ok(Encoded { kind: Kind::Jpeg, bytes: out.0 })
}

fn preview(image: &DynamicImage) -> Result<Option<Encoded>, Refusal> {
    if image.width().max(image.height()) <= PREVIEW {
        return Ok(None);
    }
    encode(&image.thumbnail(PREVIEW, PREVIEW), false).map(Some)
}

/// A GIF that moves, with every frame drawn anew; `None`: it stands still.
fn moving(path: &Path) -> Result<Option<Drawn>, Refusal> {
    let mut decoder = GifDecoder::new(BufReader::new(File::open(path)?))?;
    decoder.set_limits(limits())?;
    fits(decoder.dimensions(), decoder.total_bytes())?;
    let (width, height) = decoder.dimensions();
    let most = usize::try_from(PIXELS / (u64::from(width) * u64::from(height))).unwrap_or(usize::MAX);
    let mut frames = decoder.into_frames();
    let Some(first) = frames.next().transpose()? else { return Err(Refusal::NoPicture) };
    let Some(second) = frames.next().transpose()? else { return Ok(None) };
    let still = DynamicImage::ImageRgba8(first.buffer().clone());
    let mut out = Bounded(Vec::new());
    {
        let mut encoder = GifEncoder::new_with_speed(&mut out, SPEED);
        encoder.set_repeat(Repeat::Infinite)?;
        for (number, frame) in [Ok(first), Ok(second)].into_iter().chain(frames).enumerate() {
            if number >= most {
                return Err(Refusal::TooLarge);
            }
            encoder.encode_frame(whole_frame(frame?))?;
        }
    }
    let whole = Encoded { kind: Kind::Gif, bytes: out.0 };
    Ok(Some(Drawn { whole, preview: preview(&plain(still))?, size: Picture { width, height } }))
}

/// A frame that covers all of the picture, as the decoder makes them.
fn whole_frame(frame: Frame) -> Frame {
    let delay = frame.delay();
    Frame::from_parts(frame.into_buffer(), 0, 0, delay)
}

/// What an encoder writes into, up to a limit.
struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > ENCODED {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Drawn, Kind, PREVIEW, Picture, Refusal, redraw};
    use image::{DynamicImage, Frame, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage, codecs::gif::GifEncoder};
    use std::io::Cursor;

    /// A picture whose left half is red and whose right half is blue.
    fn halves(width: u32, height: u32) -> RgbImage {
        let color = |x| if x < width / 2 { Rgb([250, 10, 10]) } else { Rgb([10, 10, 250]) };
        RgbImage::from_fn(width, height, |x, _| color(x))
    }

    fn encoded(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Cursor::new(Vec::new());
        image.into().write_to(&mut bytes, format).expect("encoded");
        bytes.into_inner()
    }

    fn drawn(bytes: &[u8]) -> Result<Drawn, Refusal> {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("a");
        std::fs::write(&path, bytes).expect("written");
        redraw(&path, Kind::of(bytes).expect("a picture's beginning"))
    }

    /// A JPEG with EXIF: turned by a quarter, and taken at a place.
    fn exif(jpeg: &[u8]) -> Vec<u8> {
        let mut tiff = b"II*\0\x08\0\0\0\x02\0".to_vec();
        tiff.extend(b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"); // Orientation 6
        tiff.extend(b"\x25\x88\x04\0\x01\0\0\0\x26\0\0\0"); // GPS
        tiff.extend(b"\0\0\0\0GPS-PLACE-41.0082N");
        let mut out = jpeg[..2].to_vec();
        out.extend(b"\xff\xe1");
        out.extend(u16::try_from(tiff.len() + 8).expect("short").to_be_bytes());
        out.extend(b"Exif\0\0");
        out.extend(tiff);
        out.extend(&jpeg[2..]);
        out
    }

    fn has(bytes: &[u8], what: &[u8]) -> bool {
        bytes.windows(what.len()).any(|window| window == what)
    }

    #[test]
    fn a_photo_is_turned_upright_and_forgets_where_it_was_taken() {
        let given = exif(&encoded(halves(1_000, 500), ImageFormat::Jpeg));
        assert!(has(&given, b"GPS-PLACE"));
        let drawn = drawn(&given).expect("a picture");
        assert_eq!(drawn.size, Picture { width: 500, height: 1_000 });
        assert_eq!(drawn.whole.kind, Kind::Jpeg);
        for bytes in [&drawn.whole.bytes, &drawn.preview.as_ref().expect("large").bytes] {
            assert!(!has(bytes, b"GPS-PLACE") && !has(bytes, b"Exif"), "nothing of it is left");
        }
        let upright = image::load_from_memory(&drawn.whole.bytes).expect("readable").into_rgb8();
        assert!(upright.get_pixel(250, 100)[0] > 200, "red was left and is on top");
        let preview = image::load_from_memory(&drawn.preview.expect("large").bytes).expect("readable");
        assert_eq!((preview.width(), preview.height()), (PREVIEW / 2, PREVIEW));
    }

    #[test]
    fn what_stands_behind_a_pictures_end_is_gone() {
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP] {
            let mut given = encoded(halves(20, 20), format);
            given.extend(b"PK\x03\x04<script>alert(1)</script>");
            let drawn = drawn(&given).expect("a picture");
            assert!(!has(&drawn.whole.bytes, b"<script>"), "{format:?}");
            assert!(drawn.preview.is_none(), "small enough as it is");
        }
    }

    #[test]
    fn what_only_begins_like_a_picture_is_none() {
        for given in [
            &b"\x89PNG\r\n\x1a\n<html>"[..],
            b"GIF89a \t\n\t=1;alert(1)//",
            b"\xff\xd8\xff<svg>",
            b"RIFF....WEBPx",
        ] {
            assert_eq!(drawn(given).map(|_| ()), Err(Refusal::NoPicture), "{given:?}");
        }
    }

    #[test]
    fn too_large_is_said_from_the_head_alone() {
        let mut header = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\x75\x30\0\0\x75\x30\x08\x06\0\0\0".to_vec();
        let mut crc = flate2::Crc::new();
        crc.update(&header[12..]);
        header.extend(crc.sum().to_be_bytes());
        header.extend(b"\0\0\0\x04IDATxxxx");
        assert_eq!(drawn(&header).map(|_| ()), Err(Refusal::TooLarge));
        let wide = b"GIF89a\xff\xff\xff\xff\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
        assert_eq!(drawn(wide).map(|_| ()), Err(Refusal::TooLarge));
    }

    #[test]
    fn what_shines_through_stays_so_and_what_moves_goes_on() {
        let glass = RgbaImage::from_pixel(8, 8, Rgba([1, 2, 3, 100]));
        let kept = drawn(&encoded(glass.clone(), ImageFormat::WebP)).expect("a picture");
        let kept = image::load_from_memory(&kept.whole.bytes).expect("readable").into_rgba8();
        assert_eq!(kept, glass);
        let mut gif = Vec::new();
        {
            let mut encoder = GifEncoder::new(&mut gif);
            for red in [0, 120, 240] {
                let frame = RgbaImage::from_pixel(700, 2, Rgba([red, 0, 0, 255]));
                encoder.encode_frame(Frame::new(frame)).expect("encoded");
            }
        }
        let moving = drawn(&gif).expect("a picture");
        assert_eq!((moving.whole.kind, moving.size.width), (Kind::Gif, 700));
        let frames = image::codecs::gif::GifDecoder::new(Cursor::new(&moving.whole.bytes)).expect("a GIF");
        assert_eq!(image::AnimationDecoder::into_frames(frames).count(), 3);
        assert_eq!(moving.preview.expect("wide").kind, Kind::Jpeg);
    }
}
