//! The Rust types of parameters and results, and what of Python becomes them.

use super::{Integer, Type, Types};

/// A Rust type as far as the text of a signature tells.
///
/// ```
/// use redgrease_core::python::RustType;
///
/// // `Option<i64>`
/// let ty = RustType::Optional(Box::new(RustType::Int));
/// assert_ne!(ty, RustType::default());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum RustType {
    /// A name that may mean anything.
    #[default]
    Any,
    /// `()`: the result is not looked at.
    Unit,
    /// An integer of any size.
    Int,
    /// An integer of one of Rust's types.
    Integer(Integer),
    /// `f32` or `f64`.
    Float,
    /// `bool`.
    Bool,
    /// `String`, `&str`.
    Text,
    /// `Vec<u8>` and other lists of `u8`.
    Bytes,
    /// `Option<…>`.
    Optional(Box<Self>),
    /// `Vec<…>` and other lists.
    List(Box<Self>),
    /// A tuple.
    Tuple(Vec<Self>),
    /// A map.
    Map,
    /// The parameter of a function at key events.
    Record,
    /// The parameter of a function at entries of streams.
    StreamRecord,
}

impl RustType {
    /// What Python sees of a parameter of this type.
    pub(crate) fn seen(&self) -> Types {
        match self {
            Self::Any | Self::Unit | Self::Map | Self::Tuple(_) => Types::ANY,
            Self::Int | Self::Integer(_) => Type::Int.into(),
            Self::Float => Type::Float.into(),
            Self::Bool => Type::Bool.into(),
            Self::Text => Type::Str.into(),
            Self::Bytes => Type::Bytes.into(),
            Self::Optional(inner) => inner.seen().or(Type::None.into()),
            Self::List(inner) => Type::list(inner.seen()).into(),
            Self::Record => Type::Record.into(),
            Self::StreamRecord => Type::StreamRecord.into(),
        }
    }

    /// Whether a value of the type `found` can become this.
    pub(crate) fn takes(&self, found: &Type) -> bool {
        match self {
            Self::Any | Self::Unit | Self::Record | Self::StreamRecord => true,
            Self::Int | Self::Integer(_) => *found == Type::Int,
            Self::Float => matches!(found, Type::Int | Type::Float),
            Self::Bool => *found == Type::Bool,
            Self::Text | Self::Bytes => matches!(found, Type::Str | Type::Bytes),
            Self::Optional(inner) => *found == Type::None || inner.takes(found),
            Self::List(inner) => match found {
                Type::List(elements) => inner.may_take(elements),
                Type::Tuple(Some(elements)) => elements.iter().all(|one| inner.may_take(one)),
                Type::Tuple(None) | Type::Set => true,
                _ => false,
            },
            Self::Tuple(parts) => match found {
                Type::Tuple(Some(elements)) => {
                    elements.len() == parts.len()
                        && parts
                            .iter()
                            .zip(elements)
                            .all(|(part, one)| part.may_take(one))
                }
                Type::Tuple(None) | Type::List(_) => true,
                _ => false,
            },
            // what has fields can be a map, too
            Self::Map => matches!(found, Type::Dict(_) | Type::Record | Type::StreamRecord),
        }
    }

    /// Whether `found` is a list or a tuple as this is, whatever is in it.
    pub(crate) fn is_kind_of(&self, found: &Type) -> bool {
        match self {
            Self::Optional(inner) => inner.is_kind_of(found),
            Self::List(_) => matches!(found, Type::List(_) | Type::Tuple(_)),
            Self::Tuple(_) => matches!(found, Type::Tuple(_)),
            _ => false,
        }
    }

    /// Whether some value of these types can become this.
    pub(crate) fn may_take(&self, found: &Types) -> bool {
        !found.never(|one| self.takes(one))
    }

    /// The type of Python that it is made of.
    pub(crate) fn wanted(&self) -> &'static str {
        match self {
            Self::Any | Self::Unit | Self::Record | Self::StreamRecord => "a value",
            Self::Int | Self::Integer(_) => "an int",
            Self::Float => "a float",
            Self::Bool => "a bool",
            Self::Text => "a str",
            Self::Bytes => "bytes",
            Self::Optional(inner) => inner.wanted(),
            Self::List(_) => "a list",
            Self::Tuple(_) => "a tuple",
            Self::Map => "a dict",
        }
    }

    /// The same with what is in it: `a list of int`, `a tuple (int, str)`.
    pub(crate) fn wanted_in_full(&self) -> String {
        match self {
            Self::Optional(inner) => inner.wanted_in_full(),
            Self::List(inner) if **inner != Self::Any => format!("a list of {}", inner.named()),
            Self::Tuple(parts) => {
                let parts: Vec<String> = parts.iter().map(Self::named).collect();
                format!("a tuple ({})", parts.join(", "))
            }
            other => other.wanted().to_owned(),
        }
    }

    fn named(&self) -> String {
        match self {
            Self::Optional(inner) => format!("{} or None", inner.named()),
            Self::Any | Self::Unit => "any".to_owned(),
            other => {
                let wanted = other.wanted_in_full();
                let name = wanted.split_once(' ').map(|(_, name)| name.to_owned());
                name.unwrap_or(wanted)
            }
        }
    }

    /// How Python makes this of such a value.
    pub(crate) fn made_of(&self, found: &Types) -> Option<&'static str> {
        let lazy = found.never(|one| !matches!(one, Type::Lazy(..)));
        match self {
            Self::Optional(inner) => inner.made_of(found),
            Self::Int | Self::Integer(_) | Self::Float if lazy => Some("sum(…)"),
            Self::Text if lazy => Some("', '.join(…)"),
            Self::List(_) if lazy => Some("list(…)"),
            _ => self.made_by(),
        }
    }

    /// How Python makes this of another value.
    fn made_by(&self) -> Option<&'static str> {
        Some(match self {
            Self::Int | Self::Integer(_) => "int(…)",
            Self::Float => "float(…)",
            Self::Bool => "bool(…)",
            Self::Text => "str(…)",
            Self::List(_) => "[…]",
            Self::Optional(inner) => return inner.made_by(),
            _ => return None,
        })
    }
}
