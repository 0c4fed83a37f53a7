//! The keys of other programs of the field, as far as they differ from ours. Whether they fit together is tested where
//! actions are known.
use super::Preset;

/// Action id to its keys, separated by spaces. Actions not named keep their own.
pub(super) fn bindings(preset: Preset) -> &'static [(&'static str, &'static str)] {
    match preset {
        Preset::Default => &[],
        Preset::Lazydocker => LAZYDOCKER,
        Preset::K9s => K9S,
    }
}

const LAZYDOCKER: &[(&str, &str)] = &[
    ("container.attach", "a"),
    ("container.logs", "m"),
    ("container.remove", "d"),
    ("container.shell", "E"),
    ("container.shell_as", "ctrl-e"),
    ("table.stopped", "e"),
    ("view.next", "tab ]"),
    ("view.previous", "shift-tab ["),
];

const K9S: &[(&str, &str)] = &[
    ("container.attach", "a"),
    ("container.copy", "c"),
    ("container.details", "d"),
    ("container.inspect", "y"),
    ("container.kill", "ctrl-k"),
    ("container.remove", "ctrl-d"),
    ("container.shell", "s"),
    ("container.shell_as", "S"),
    ("container.stop", "x"),
    ("table.columns", "ctrl-w"),
    // Its key removes here; a page is ctrl-f.
    ("table.half_down", ""),
    ("table.stopped", "A"),
];
