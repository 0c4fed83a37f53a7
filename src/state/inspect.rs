//! A document's tree on screen: what is folded, where the cursor is, what is searched.
use std::collections::BTreeSet;

use crate::model::Node;
use crate::text;

use super::table::{RowId, Table};

/// The inspect screen of one container.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct InspectState {
    pub table: Table,
    /// Branches that are folded, by path.
    pub folded: BTreeSet<Vec<u16>>,
    /// What is searched, as typed; empty: nothing.
    pub query: String,
    /// Rows (paths) whose name or value holds the query.
    pub hits: Vec<Vec<u16>>,
    /// The rows must be taken anew.
    pub stale: bool,
}

impl InspectState {
    /// Takes the visible rows anew from the document.
    /// A secret is not searched unless it is shown, so that the count of hits does not tell it.
    pub fn refresh(&mut self, document: &Node, revealed: bool, height: usize) {
        let mut rows = Vec::new();
        walk(document, &mut Vec::new(), &mut |path, _, _| {
            rows.push(RowId::Path(path.to_vec()));
            !self.folded.contains(path)
        });
        self.table.set_rows(rows, height);
        self.hits.clear();
        if self.query.is_empty() {
            return;
        }
        let needle = self.query.to_lowercase();
        let hits = &mut self.hits;
        walk(document, &mut Vec::new(), &mut |path, name, node| {
            let value = shown(name, node, revealed).0;
            if name.to_lowercase().contains(&needle) || value.to_lowercase().contains(&needle) {
                hits.push(path.to_vec());
            }
            true
        });
    }

    /// Opens every branch above a path.
    pub fn reveal(&mut self, path: &[u16]) {
        for end in 0..path.len() {
            if let Some(above) = path.get(..end) {
                self.folded.remove(above);
            }
        }
    }
}

/// The name and value of the node at a path below the root.
pub fn at<'a>(document: &'a Node, path: &[u16]) -> Option<(String, &'a Node)> {
    let mut name = String::new();
    let mut node = document;
    for index in path {
        let index = usize::from(*index);
        match node {
            Node::Object(items) => {
                let (key, value) = items.get(index)?;
                name.clone_from(key);
                node = value;
            }
            Node::List(items) => {
                name = format!("[{index}]");
                node = items.get(index)?;
            }
            Node::Null | Node::Bool(_) | Node::Number(_) | Node::Text(_) => return None,
        }
    }
    Some((name, node))
}

/// A leaf's value as text; a branch has none.
fn value_text(node: &Node) -> String {
    match node {
        Node::Null => "null".to_owned(),
        Node::Bool(b) => b.to_string(),
        Node::Number(n) => n.clone(),
        Node::Text(t) => t.clone(),
        Node::List(items) if items.is_empty() => "[]".to_owned(),
        Node::Object(items) if items.is_empty() => "{}".to_owned(),
        Node::List(_) | Node::Object(_) => String::new(),
    }
}

/// A leaf's value as it may be shown, and whether something of it is masked. `NAME=secret` in lists of variables is masked
/// behind its name.
pub fn shown(name: &str, node: &Node, revealed: bool) -> (String, bool) {
    if let (Node::Text(value), false) = (node, revealed) {
        if text::looks_secret(name, value) {
            return (text::MASK.to_owned(), true);
        }
        if let Some((variable, secret)) = value.split_once('=')
            && text::looks_secret(variable, secret)
        {
            return (format!("{variable}={}", text::MASK), true);
        }
    }
    (value_text(node), false)
}

/// Visits every node below the root in order; `visit` says whether to go into it.
fn walk(node: &Node, path: &mut Vec<u16>, visit: &mut impl FnMut(&[u16], &str, &Node) -> bool) {
    let mut step = |index: usize, name: &str, child: &Node, path: &mut Vec<u16>| {
        let Ok(index) = u16::try_from(index) else {
            return;
        };
        path.push(index);
        if visit(path, name, child) && child.is_branch() {
            walk(child, path, visit);
        }
        path.pop();
    };
    match node {
        Node::Object(items) => {
            for (index, (name, child)) in items.iter().enumerate() {
                step(index, name, child, path);
            }
        }
        Node::List(items) => {
            for (index, child) in items.iter().enumerate() {
                step(index, "", child, path);
            }
        }
        Node::Null | Node::Bool(_) | Node::Number(_) | Node::Text(_) => {}
    }
}
