//! The keys of other programs of the field, as far as they differ from ours.
use super::Preset;

/// Action id to its keys, separated by spaces. Actions not named keep their own.
pub(super) fn bindings(preset: Preset) -> &'static [(&'static str, &'static str)] {
    match preset {
        Preset::Default => &[],
        Preset::Lazydocker => LAZYDOCKER,
        Preset::K9s => K9S,
    }
}

const LAZYDOCKER: &[(&str, &str)] = &[];
const K9S: &[(&str, &str)] = &[];
