//! Loaders of other versions.
use super::world::{Open, World, get};
use crate::store::{LOADERS, Loader};

fn loader(version: &str, hash: &str) -> Loader {
    Loader {
        build: format!("{version}-{hash}"),
        version: version.into(),
        script: format!("first half of {version}-{hash}"),
        half_name: format!("embed-api-{hash}.js"),
        half: format!("second half of {version}-{hash}"),
    }
}

fn first(world: &World, name: &str) -> Option<String> {
    get(world.store.loader(name.into()))
}

/// By its build and by its version, of which the latest build counts; both halves, also when the store is opened again.
pub fn a_loader_is_kept_as_it_was_first_served(open: &Open) {
    let world = World::new(open);
    for (version, hash, at) in [("1.4.2", "aa", 1), ("1.4.2", "bb", 2), ("1.5.0", "cc", 3)] {
        get(world.store.keep_loader(loader(version, hash), at));
    }
    get(world.store.keep_loader(Loader { script: "another".into(), ..loader("1.4.2", "aa") }, 4));
    let world = world.restarted(open);
    for (version, hash) in [("1.4.2", "aa"), ("1.4.2", "bb"), ("1.5.0", "cc")] {
        let kept = loader(version, hash);
        assert_eq!(first(&world, &kept.build), Some(kept.script));
        assert_eq!(get(world.store.loader_half(kept.half_name)), Some(kept.half));
    }
    assert_eq!(first(&world, "1.4.2"), Some(loader("1.4.2", "bb").script));
    assert_eq!(first(&world, "1.5.0"), Some(loader("1.5.0", "cc").script));
    for name in ["1.4", "1.4.2-", "cc", ""] {
        assert_eq!(first(&world, name), None, "{name}");
        assert_eq!(get(world.store.loader_half(name.into())), None, "{name}");
    }
}

/// The bound holds; what is new stays.
pub fn of_many_loaders_the_oldest_go(open: &Open) {
    let world = World::new(open);
    let version = |number| format!("1.{number}.0");
    for number in 0..LOADERS + 2 {
        get(world.store.keep_loader(loader(&version(number), "aa"), 1));
    }
    let kept = |number| first(&world, &version(number)).is_some();
    assert!(!kept(0) && !kept(1) && kept(2) && kept(LOADERS + 1));
}
