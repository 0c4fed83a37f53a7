//! Lists of summaries that come page by page, as a Mailpit and a MailDev have them.
use serde_json::Value;

use super::http::Http;
use super::{LIST_REPLY, Listing, Trouble, parsed};
use crate::model::{Key, Mail};

/// Mails of one page.
const PAGE: usize = 200;

/// A list: where it is, and what its replies are made of.
pub(super) struct Pages<'a> {
    /// Path and query, with what stands before the place of the first mail: `…?start=`.
    pub root: &'a str,
    /// The name of the mails in a reply.
    pub rows: &'a str,
    /// Where a reply tells how many there are.
    pub total: &'a str,
    pub row: fn(&Key, &Value) -> Option<Mail>,
}

impl Pages<'_> {
    /// The mails in the box of this container, as many as are wanted at most.
    pub async fn take(
        &self,
        http: &Http,
        container: &Key,
        most: usize,
    ) -> Result<Listing, Trouble> {
        let mut listing = Listing::default();
        loop {
            let start = listing.mails.len();
            let path = format!("{}{start}&limit={PAGE}", self.root);
            let reply = parsed(&http.get(&path, LIST_REPLY).await?)?;
            listing.total = super::number(&reply, self.total).unwrap_or(0);
            let rows = reply.get(self.rows).and_then(Value::as_array);
            let rows = rows.into_iter().flatten();
            listing
                .mails
                .extend(rows.filter_map(|row| (self.row)(container, row)));
            let got = listing.mails.len();
            if got == start || got >= listing.total.min(most) {
                return Ok(listing);
            }
        }
    }
}
