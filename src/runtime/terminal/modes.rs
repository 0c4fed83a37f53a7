//! The byte strings that switch terminal modes, entering and leaving side by side. Knows no call.

/// The main screen is kept aside, with its cursor.
pub(super) const ALTERNATE_ON: &[u8] = b"\x1b[?1049h";
pub(super) const ALTERNATE_OFF: &[u8] = b"\x1b[m\x1b[?1049l";

/// Plain style, whole screen scrolls, empty, no cursor, bracketed paste, focus reports.
pub(super) const ENTER: &[u8] = b"\x1b[m\x1b[r\x1b[H\x1b[2J\x1b[?25l\x1b[?2004h\x1b[?1004h";

/// Clicks, drags, coordinates without a limit.
pub(super) const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1002h\x1b[?1006h";
pub(super) const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1002l\x1b[?1000l";

/// Undoes everything, in reverse. The string terminator first ends whatever a cut write left open.
pub(super) const LEAVE_ALTERNATE: &[u8] =
    b"\x1b\\\x1b[?2026l\x1b[?1006l\x1b[?1003l\x1b[?1002l\x1b[?1000l\
\x1b[?1004l\x1b[?2004l\x1b[r\x1b[m\x1b[?1049l\x1b[?25h";

/// The same where we drew on the main screen: below what was drawn.
pub(super) const LEAVE_MAIN: &[u8] =
    b"\x1b\\\x1b[?2026l\x1b[?1006l\x1b[?1003l\x1b[?1002l\x1b[?1000l\
\x1b[?1004l\x1b[?2004l\x1b[r\x1b[m\x1b[999H\r\n\x1b[?25h";

/// Ends a link (OSC 8), whether it was begun whole or cut while it was written. For terminals that take links alone.
pub(super) const UNLINK: &[u8] = b"\x1b\\\x1b]8;;\x1b\\";

/// An empty screen, cursor at its top.
pub(super) const CLEAR: &[u8] = b"\x1b[H\x1b[2J";

/// Undoes what a foreign program may have left on while it had the screen. `47l`, unlike `1049l`, leaves the cursor
/// where it is when the main screen is already shown; saving the cursor guards it from the scroll region's reset.
pub(super) const TIDY: &[u8] = b"\x1b\\\x1b[?2026l\x1b[?47l\x1b[?6l\x1b7\x1b[r\x1b8\x1b[m\x0f\x1b(B\x1b[4l\x1b[?7h\x1b[?1l\x1b>\
\x1b[?1006l\x1b[?1015l\x1b[?1003l\x1b[?1002l\x1b[?1000l\x1b[?1004l\x1b[?2004l\x1b[0 q\x1b[?25h";
