//! Why a worker does not make the functions of plans.

use std::fmt;

use super::Absence;
use crate::record::value::DecodeError;
use crate::worker::Loss;

/// Why a worker does not make the functions of plans.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Unmade {
    /// There is no worker.
    Absence(Absence),
    /// It was lost.
    Loss(Loss),
    /// Its answer is broken.
    Broken(DecodeError),
    /// Python's own words.
    Said(String),
}

impl fmt::Display for Unmade {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absence(absence) => absence.fmt(formatter),
            Self::Loss(loss) => loss.fmt(formatter),
            Self::Broken(error) => error.fmt(formatter),
            Self::Said(text) => formatter.write_str(text),
        }
    }
}
