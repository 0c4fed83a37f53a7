//! A JSON answer as a plain ordered tree, for the inspect screen. Texts are sanitised where it is built.

/// One value of a document.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Node {
    #[default]
    Null,
    Bool(bool),
    /// As the engine wrote it.
    Number(String),
    Text(String),
    List(Vec<Node>),
    /// In the engine's order.
    Object(Vec<(String, Node)>),
}

impl Node {
    /// Has children to fold away.
    pub fn is_branch(&self) -> bool {
        match self {
            Self::List(items) => !items.is_empty(),
            Self::Object(items) => !items.is_empty(),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) => false,
        }
    }

    /// Number of direct children.
    pub fn len(&self) -> usize {
        match self {
            Self::List(items) => items.len(),
            Self::Object(items) => items.len(),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) => 0,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
