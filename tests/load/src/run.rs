//! The rounds: each measurement of each target, in turns, so that a slow minute of the machine hits all of them; every
//! time on a fresh program and a fresh folder. It keeps every figure and judges none.
use crate::{
    crowd,
    dialect::Dialect,
    fill, grow,
    layout::{Layout, Shape},
    measure::{self, Figures},
    plan::{Extent, Measure, RATE},
    script::Script,
    staff::Staff,
    stage::Stage,
    target::{Kind, Target},
};
use merhaba_shared::protocol::codec::Codec;
use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    io::{self, Write},
    path::PathBuf,
};

/// What was found, round by round.
pub type Found = BTreeMap<(Measure, Kind), Vec<Figures>>;

/// A run.
pub struct Run {
    /// The relay's program.
    pub relay: PathBuf,
    /// Where data and results go. On the disk that counts: a sync in memory costs nothing.
    pub folder: PathBuf,
    /// What the relay's lines speak; the floors only know text.
    pub codec: Codec,
    /// What is measured.
    pub measures: Vec<Measure>,
    /// Of whom.
    pub targets: Vec<Kind>,
    /// How much.
    pub extent: Extent,
    staffs: BTreeMap<String, Staff>,
}

impl Run {
    /// A run that has not begun.
    #[must_use]
    pub const fn new(
        relay: PathBuf,
        folder: PathBuf,
        codec: Codec,
        measures: Vec<Measure>,
        targets: Vec<Kind>,
        extent: Extent,
    ) -> Self {
        Self { relay, folder, codec, measures, targets, extent, staffs: BTreeMap::new() }
    }

    /// All rounds. Says each result as it comes.
    ///
    /// # Errors
    /// The first thing that could not be measured.
    pub fn all(&mut self) -> io::Result<Found> {
        let mut found = Found::new();
        for round in 0..self.extent.rounds {
            for measure in self.measures.clone() {
                let mut kinds: Vec<Kind> =
                    self.targets.iter().copied().filter(|kind| measure.suits(*kind)).collect();
                // Nobody is always the first.
                let turns = round % kinds.len().max(1);
                kinds.rotate_left(turns);
                for kind in kinds {
                    let figures = self.one(measure, kind)?;
                    say(round, measure, kind, &figures)?;
                    found.entry((measure, kind)).or_default().push(figures);
                }
            }
        }
        Ok(found)
    }

    fn one(&mut self, measure: Measure, kind: Kind) -> io::Result<Figures> {
        let layout = match measure {
            Measure::Rate(shape) | Measure::Flood(shape) => shape.layout(),
            Measure::Crowd => Layout::crowd(self.extent.crowd.visitors),
            Measure::Grow(fill) => {
                grow::layout(usize::try_from(fill.conversations).map_err(io::Error::other)?)
            }
        };
        let data = self.folder.join("data");
        clear(&data)?;
        let (script, codec) = match kind {
            Kind::Relay => (Script::Relay(self.staff(measure, &layout)?), self.codec),
            Kind::Durable | Kind::Plain => (Script::Floor, Codec::Json),
        };
        match &script {
            Script::Relay(staff) => staff.copy_to(&data)?,
            Script::Floor => fs::create_dir_all(&data)?,
        }
        if let Measure::Grow(fill) = measure {
            fill::fill(&data, fill).map_err(io::Error::other)?;
        }
        let (target, dialect) = (Target::start(kind, &self.relay, &data)?, Dialect::new(codec));
        let Extent { rate, flood, crowd, .. } = self.extent;
        let set = || Stage::set(target.address, dialect, script.clone(), layout.clone());
        let figures = match measure {
            Measure::Rate(_) => measure::rate(&mut set()?, &target, RATE, rate)?,
            Measure::Flood(shape) => measure::flood(&mut set()?, &target, shape.depth(), flood)?,
            Measure::Grow(fill) => grow::grow(&mut set()?, &target, fill, rate)?,
            Measure::Crowd => crowd::crowd(&target, dialect, script, crowd)?,
        };
        drop(target);
        clear(&data)?;
        Ok(figures)
    }

    /// The sites and agents for a measurement, made when first needed.
    fn staff(&mut self, measure: Measure, layout: &Layout) -> io::Result<Staff> {
        let name = match measure {
            Measure::Rate(shape) | Measure::Flood(shape) => shape.name().to_owned(),
            Measure::Crowd => Shape::Desk.name().to_owned(),
            Measure::Grow(fill) => format!("grow-{}", fill.conversations),
        };
        if let Some(staff) = self.staffs.get(&name) {
            return Ok(staff.clone());
        }
        let folder = self.folder.join("staff").join(&name);
        clear(&folder)?;
        let staff = Staff::prepare(&self.relay, &folder, layout)?;
        self.staffs.insert(name, staff.clone());
        Ok(staff)
    }
}

fn clear(folder: &std::path::Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn say(round: usize, measure: Measure, kind: Kind, figures: &Figures) -> io::Result<()> {
    let mut line = format!("{} {:<16} {:<8}", round + 1, measure.name(), kind.name());
    // Writing into a string does not fail.
    let shown = [
        ("delivered_per_s", "/s", 0),
        ("p50_us", "µs p50", 0),
        ("p99_us", "µs p99", 0),
        ("p999_us", "µs p99.9", 0),
        ("cpu_s_per_100k", "CPU s/100k", 2),
        ("cpu_cores", "cores", 2),
        ("generator_cores", "cores here", 2),
        ("others_cores", "cores others", 2),
        ("rss_empty_kib", "KiB empty", 0),
        ("rss_per_connection_kib", "KiB/connection", 2),
        ("storm_s", "s storm", 2),
        ("history_p99_us", "µs p99 history", 0),
        ("inbox_p99_us", "µs p99 inbox", 0),
    ];
    for (name, unit, digits) in shown {
        if let Some(figure) = figures.get(name) {
            let _ = write!(line, "  {figure:.digits$} {unit}");
        }
    }
    for name in ["refused", "wrong", "lines_lost", "missing"] {
        if let Some(figure) = figures.get(name).filter(|figure| **figure > 0.0) {
            let _ = write!(line, "  {figure:.0} {name}!");
        }
    }
    writeln!(io::stdout(), "{line}")
}
