//! Recorded and hostile replies.
